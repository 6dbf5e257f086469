//! What can be wrong with the files that are stamped. Every one of these ends a build.

/// Why a manifest or key was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackagingError {
    /// The manifest is not JSON.
    #[error("the manifest is not JSON")]
    Json(#[from] serde_json::Error),
    /// The manifest is JSON but no object.
    #[error("the manifest is not a JSON object")]
    NoObject,
    /// The manifest has a field that the build stamps, so there would be two truths.
    #[error("the manifest has a `{0}` of its own; the build sets it")]
    Stamped(&'static str),
    /// The manifest names no id for Firefox.
    #[error("the manifest has no browser_specific_settings.gecko.id")]
    NoGeckoId,
    /// The key is not base64.
    #[error("the key is not base64")]
    Base64(#[from] data_encoding::DecodeError),
    /// The key decodes to something other than a DER sequence, the outermost form of a public key.
    #[error("the key is not a public key in DER")]
    NotDer,
}
