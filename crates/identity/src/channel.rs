//! The certificate at one end of a DTLS channel, as session descriptions name it.

use std::fmt;

use crate::Error;
use crate::text::travels_as_text;

/// The SHA-256 fingerprint of a DTLS certificate (RFC 8122), 32 bytes; written as in SDP:
/// upper-case pairs with colons between.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DtlsFingerprint([u8; 32]);

/// The start of the line that carries a fingerprint (RFC 8122 section 5).
const LINE: &str = "a=fingerprint:";

impl DtlsFingerprint {
    /// The fingerprint with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads `AA:BB:…`, 32 pairs of hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`Error::DtlsFingerprint`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        let mut pairs = text.split(':');
        for byte in &mut bytes {
            let pair = pairs.next().ok_or(Error::DtlsFingerprint)?;
            // from_str_radix alone would take a sign.
            if pair.len() != 2 || !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(Error::DtlsFingerprint);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Error::DtlsFingerprint)?;
        }
        match pairs.next() {
            None => Ok(Self(bytes)),
            Some(_) => Err(Error::DtlsFingerprint),
        }
    }

    /// The one certificate that a session description stands for.
    ///
    /// Strict on purpose, since what is signed must be what the browser will check: every
    /// `a=fingerprint` line must be of SHA-256 and name the same certificate, lines must end in LF or
    /// CR LF, and the word must not occur anywhere else.
    ///
    /// # Errors
    /// [`Error::NoDtlsFingerprint`] without any, [`Error::UnclearDtlsFingerprint`] if they differ, are
    /// of another hash, or are hidden, [`Error::DtlsFingerprint`] if one is malformed.
    pub fn from_sdp(sdp: &str) -> Result<Self, Error> {
        let mut found: Option<Self> = None;
        let mut lines = 0;
        for line in sdp.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.bytes().any(|byte| byte == b'\r' || byte == 0) {
                return Err(Error::UnclearDtlsFingerprint);
            }
            let Some(rest) = line.strip_prefix(LINE) else {
                continue;
            };
            lines += 1;
            let (hash, value) = rest.split_once(' ').ok_or(Error::DtlsFingerprint)?;
            if !hash.eq_ignore_ascii_case("sha-256") {
                return Err(Error::UnclearDtlsFingerprint);
            }
            let this = Self::parse(value)?;
            if found.is_some_and(|before| before != this) {
                return Err(Error::UnclearDtlsFingerprint);
            }
            found = Some(this);
        }
        if sdp.to_ascii_lowercase().matches("fingerprint").count() != lines {
            return Err(Error::UnclearDtlsFingerprint);
        }
        found.ok_or(Error::NoDtlsFingerprint)
    }
}

impl fmt::Display for DtlsFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for DtlsFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DtlsFingerprint({self})")
    }
}

travels_as_text!(DtlsFingerprint, Error);

#[cfg(test)]
mod tests {
    use super::*;

    fn line(byte: u8) -> String {
        format!(
            "a=fingerprint:sha-256 {}",
            DtlsFingerprint::from_bytes([byte; 32])
        )
    }

    #[test]
    fn text_and_bytes_agree() {
        let it = DtlsFingerprint::from_bytes([0xa0; 32]);
        assert!(it.to_string().starts_with("A0:A0:"));
        assert_eq!(it.to_string().len(), 95);
        assert_eq!(DtlsFingerprint::parse(&it.to_string()), Ok(it));
        assert_eq!(
            DtlsFingerprint::parse(&it.to_string().to_lowercase()),
            Ok(it)
        );
    }

    #[test]
    fn malformed_texts_are_refused() {
        let good = DtlsFingerprint::from_bytes([1; 32]).to_string();
        for text in [
            "",
            "AA",
            &good[3..],
            &format!("{good}:01"),
            &good.replacen("01", "+1", 1),
            &good.replacen("01", "é", 1),
        ] {
            assert_eq!(
                DtlsFingerprint::parse(text),
                Err(Error::DtlsFingerprint),
                "{text}"
            );
        }
    }

    #[test]
    fn a_description_with_one_certificate_is_clear() {
        let it = DtlsFingerprint::from_bytes([7; 32]);
        for sdp in [
            format!(
                "v=0\r\ns=-\r\n{}\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
                line(7)
            ),
            format!(
                "v=0\n{}\nm=application\n{}\n",
                line(7),
                line(7).replace("sha-256", "SHA-256")
            ),
        ] {
            assert_eq!(DtlsFingerprint::from_sdp(&sdp), Ok(it), "{sdp}");
        }
    }

    #[test]
    fn unclear_descriptions_are_refused() {
        assert_eq!(
            DtlsFingerprint::from_sdp("v=0\r\n"),
            Err(Error::NoDtlsFingerprint)
        );
        for sdp in [
            format!("{}\r\n{}\r\n", line(1), line(2)),
            format!("{}\r\na=fingerprint:sha-1 AA:BB\r\n", line(1)),
            format!("{}\r\n a=Fingerprint:sha-256 AA\r\n", line(1)),
            format!("{}\r{}\r\n", line(1), line(2)),
            format!("{}\r\ns=\0\r\n", line(1)),
        ] {
            assert_eq!(
                DtlsFingerprint::from_sdp(&sdp),
                Err(Error::UnclearDtlsFingerprint),
                "{sdp}"
            );
        }
        for sdp in ["a=fingerprint:sha-256\n", "a=fingerprint:sha-256 AA:BB\n"] {
            assert_eq!(DtlsFingerprint::from_sdp(sdp), Err(Error::DtlsFingerprint));
        }
    }
}
