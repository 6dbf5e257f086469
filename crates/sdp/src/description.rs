//! The session description of a peer that wants a data channel and nothing else. It must not know candidates'
//! form, nor who may connect.

use std::fmt;

use identity::DtlsFingerprint;

use crate::{Refused, is_ice_text};

/// Candidates taken out of a description; browsers send theirs apart, about two for each network interface.
const MAX_CANDIDATES: usize = 32;
/// Characters of an identification tag (RFC 5888); browsers use a digit.
const MAX_MID: usize = 16;
/// The one media section that a description may have (RFC 8841).
const SECTION: &str = "application";
const PROTOCOL: &str = "UDP/DTLS/SCTP";
const FORMAT: &str = "webrtc-datachannel";

/// Who begins DTLS (RFC 4145).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setup {
    Either,
    Active,
    Passive,
}

/// What a data channel needs of a session description. Written with `to_string` it has these and no other lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    ufrag: String,
    password: String,
    fingerprint: DtlsFingerprint,
    setup: Setup,
    mid: String,
    sctp_port: u16,
    max_message: Option<u64>,
    candidates: Vec<String>,
}

/// The attributes that count, each at most once.
#[derive(Default)]
struct Attributes<'a> {
    ufrag: Option<&'a str>,
    password: Option<&'a str>,
    setup: Option<&'a str>,
    mid: Option<&'a str>,
    sctp_port: Option<&'a str>,
    max_message: Option<&'a str>,
}

impl<'a> Attributes<'a> {
    fn place(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        Some(match name {
            "ice-ufrag" => &mut self.ufrag,
            "ice-pwd" => &mut self.password,
            "setup" => &mut self.setup,
            "mid" => &mut self.mid,
            "sctp-port" => &mut self.sctp_port,
            "max-message-size" => &mut self.max_message,
            _ => return None,
        })
    }
}

impl Description {
    /// Reads a description. Attributes that a data channel does not need are passed over.
    ///
    /// # Errors
    /// [`Refused`] if it has any other media section than one for data channels, another one of a kind that may
    /// be there once, or lacks what is needed.
    pub fn read(sdp: &str) -> Result<Self, Refused> {
        let mut sections = 0;
        let mut found = Attributes::default();
        let mut candidates = Vec::new();
        for (at, line) in sdp.trim_end_matches(['\r', '\n']).split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let (kind, value) = line.split_once('=').ok_or(Refused("a line without ="))?;
            if !line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                return Err(Refused("a character that no description has"));
            }
            match kind {
                "v" if at == 0 && value == "0" => {}
                "o" | "s" | "t" | "c" | "b" if at > 0 => {}
                "m" if is_data_section(value) => sections += 1,
                "m" => return Err(Refused("only data channels are accepted")),
                "a" if at > 0 => {
                    let (name, value) = value.split_once(':').unwrap_or((value, ""));
                    if name == "candidate" && candidates.len() < MAX_CANDIDATES {
                        candidates.push(format!("{name}:{value}"));
                    }
                    if let Some(place) = found.place(name)
                        && place.replace(value).is_some_and(|before| before != value)
                    {
                        return Err(Refused("two values where one is meant"));
                    }
                }
                _ => return Err(Refused("a line that no data channel needs")),
            }
        }
        if sections != 1 {
            return Err(Refused("there must be one section for data channels"));
        }
        let fingerprint = DtlsFingerprint::from_sdp(sdp)
            .map_err(|_| Refused("the certificate is not named clearly"))?;
        found.complete(fingerprint, candidates)
    }

    /// The certificate of the peer's end.
    pub fn fingerprint(&self) -> &DtlsFingerprint {
        &self.fingerprint
    }

    /// The candidate lines that it had, unread.
    pub fn candidates(&self) -> &[String] {
        &self.candidates
    }
}

fn is_data_section(value: &str) -> bool {
    let mut words = value.split(' ');
    let first = (
        words.next(),
        words.next().map(|port| port.parse::<u16>().is_ok()),
    );
    first == (Some(SECTION), Some(true)) && words.eq([PROTOCOL, FORMAT])
}

impl Attributes<'_> {
    fn complete(
        self,
        fingerprint: DtlsFingerprint,
        candidates: Vec<String>,
    ) -> Result<Description, Refused> {
        let ufrag = self.ufrag.filter(|text| is_ice_text(text, 4, 256));
        let password = self.password.filter(|text| is_ice_text(text, 22, 256));
        let mid = self.mid.filter(|text| {
            (1..=MAX_MID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let (Some(ufrag), Some(password), Some(mid)) = (ufrag, password, mid) else {
            return Err(Refused("its ICE words or its tag are missing or malformed"));
        };
        let setup = match self.setup {
            Some("actpass") => Setup::Either,
            Some("active") => Setup::Active,
            Some("passive") => Setup::Passive,
            _ => return Err(Refused("it does not say who begins DTLS")),
        };
        let number = Refused("a number is malformed");
        let sctp_port = self
            .sctp_port
            .unwrap_or("5000")
            .parse()
            .map_err(|_| number)?;
        let max_message = self.max_message.map(str::parse).transpose();
        Ok(Description {
            ufrag: ufrag.to_owned(),
            password: password.to_owned(),
            fingerprint,
            setup,
            mid: mid.to_owned(),
            sctp_port,
            max_message: max_message.map_err(|_| number)?,
            candidates,
        })
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ufrag,
            password,
            fingerprint,
            mid,
            sctp_port,
            ..
        } = self;
        let setup = match self.setup {
            Setup::Either => "actpass",
            Setup::Active => "active",
            Setup::Passive => "passive",
        };
        write!(
            f,
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\n\
             m={SECTION} 9 {PROTOCOL} {FORMAT}\r\nc=IN IP4 0.0.0.0\r\n\
             a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\na=ice-options:trickle\r\n\
             a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\na=mid:{mid}\r\n\
             a=sctp-port:{sctp_port}\r\n"
        )?;
        match self.max_message {
            Some(bytes) => write!(f, "a=max-message-size:{bytes}\r\n"),
            None => Ok(()),
        }
    }
}
