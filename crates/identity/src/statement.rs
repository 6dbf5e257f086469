//! The exact bytes that a site's key signs.
//!
//! Each statement begins with a word of its own and carries every field behind its length, so that no
//! two statements of different meaning are the same bytes.

use crate::{AttemptId, DtlsFingerprint, PublicKey, SiteName};

const HOST: &[u8] = b"peerserver/1 host\0";
const CHANNEL: &[u8] = b"peerserver/1 channel\0";
const BUNDLE: &[u8] = b"peerserver/1 bundle\0";

/// "I host the site of this key, named so, at this rendezvous": what a host signs to be let in.
///
/// `gateway` is the address that the host itself chose to connect to, as an origin without a slash at
/// the end (`http://localhost:8890`), and never one that it was only told: so a rendezvous cannot have
/// another's challenge signed and use it there. `challenge` is the bytes of the welcome.
pub fn host_statement(gateway: &str, challenge: &[u8], name: &SiteName) -> Vec<u8> {
    statement(
        HOST,
        &[gateway.as_bytes(), challenge, name.as_str().as_bytes()],
    )
}

/// "This DTLS channel ends at me": what a host signs for the visitor of one attempt, over the
/// certificates of both ends.
pub fn channel_statement(
    attempt: &AttemptId,
    host: &DtlsFingerprint,
    visitor: &DtlsFingerprint,
) -> Vec<u8> {
    statement(
        CHANNEL,
        &[attempt.as_bytes(), host.as_bytes(), visitor.as_bytes()],
    )
}

/// "This bundle is my site": what a site's key signs over an exported bundle.
///
/// `published` is when the live version was published, in milliseconds since 1970, UTC; a site never
/// published has an empty field. `files` is the SHA-256 of the list of files (`docs/bundle-format.md`).
pub fn bundle_statement(
    key: &PublicKey,
    name: &SiteName,
    published: Option<u64>,
    files: &[u8; 32],
) -> Vec<u8> {
    let published = published.map(u64::to_be_bytes);
    let published = published.as_ref().map_or(&[][..], |bytes| bytes);
    statement(
        BUNDLE,
        &[key.as_bytes(), name.as_str().as_bytes(), published, files],
    )
}

/// A word, then each field as its length (8 octets, big-endian) and its bytes.
fn statement(word: &[u8], fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = word.to_vec();
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_the_documented_ones() {
        let name = SiteName::parse("ab").unwrap();
        assert_eq!(
            host_statement("g", &[9, 8], &name),
            b"peerserver/1 host\0\0\0\0\0\0\0\0\x01g\0\0\0\0\0\0\0\x02\x09\x08\0\0\0\0\0\0\0\x02ab"
        );
        let bytes = channel_statement(
            &AttemptId::from_bytes([1; 16]),
            &DtlsFingerprint::from_bytes([2; 32]),
            &DtlsFingerprint::from_bytes([3; 32]),
        );
        assert!(bytes.starts_with(b"peerserver/1 channel\0\0\0\0\0\0\0\0\x10\x01"));
        assert_eq!(bytes.len(), CHANNEL.len() + 3 * 8 + 16 + 32 + 32);
        let bytes = bundle_statement(&PublicKey::from([4; 32]), &name, Some(258), &[5; 32]);
        assert_eq!(
            bytes,
            [
                b"peerserver/1 bundle\0",
                &b"\0\0\0\0\0\0\0\x20"[..],
                &[4; 32],
                b"\0\0\0\0\0\0\0\x02ab",
                b"\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\x01\x02",
                b"\0\0\0\0\0\0\0\x20",
                &[5; 32],
            ]
            .concat()
        );
    }

    #[test]
    fn a_site_never_published_is_not_one_published_at_zero() {
        let (key, name) = (PublicKey::from([4; 32]), SiteName::parse("ab").unwrap());
        assert_ne!(
            bundle_statement(&key, &name, None, &[5; 32]),
            bundle_statement(&key, &name, Some(0), &[5; 32])
        );
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        let (a, b) = (
            SiteName::parse("a").unwrap(),
            SiteName::parse("ba").unwrap(),
        );
        assert_ne!(
            host_statement("g", b"xb", &a),
            host_statement("g", b"x", &b)
        );
        assert_ne!(host_statement("gx", b"", &a), host_statement("g", b"x", &a));
    }

    #[test]
    fn the_ends_of_a_channel_are_not_interchangeable() {
        let attempt = AttemptId::from_bytes([1; 16]);
        let (x, y) = (
            DtlsFingerprint::from_bytes([2; 32]),
            DtlsFingerprint::from_bytes([3; 32]),
        );
        assert_ne!(
            channel_statement(&attempt, &x, &y),
            channel_statement(&attempt, &y, &x)
        );
    }
}
