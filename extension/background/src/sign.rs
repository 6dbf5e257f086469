//! Signs with a site's key: only statements that this file builds itself.

use identity::{AttemptId, Challenge, DtlsFingerprint, Fingerprint, SiteName};
use messages::{Failure, Statement};

use crate::core::Core;

/// The signature of `statement` by the key of `site`, 64 bytes.
pub async fn sign(core: &Core, id: &Fingerprint, statement: Statement) -> Result<Vec<u8>, Failure> {
    let bytes = match statement {
        Statement::Host {
            gateway,
            challenge,
            name,
        } => {
            let challenge = Challenge::from_base64(&challenge)?;
            let name = SiteName::parse(&name)?;
            identity::host_statement(&gateway, challenge.as_bytes(), &name)
        }
        Statement::Channel {
            attempt,
            host_fingerprint,
            visitor_fingerprint,
        } => identity::channel_statement(
            &AttemptId::parse(&attempt)?,
            &DtlsFingerprint::parse(&host_fingerprint)?,
            &DtlsFingerprint::parse(&visitor_fingerprint)?,
        ),
        Statement::Bundle {
            name,
            published,
            files,
        } => {
            let name = SiteName::parse(&name)?;
            let key = core.store.site(id).await?.public_key;
            identity::bundle_statement(&key, &name, published, &files)
        }
    };
    Ok(core.store.sign(id, &bytes).await?)
}
