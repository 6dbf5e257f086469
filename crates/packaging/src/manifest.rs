//! The manifest of a built extension: the one in the tree, with version and key.

use serde_json::{Map, Value};

use crate::{PackagingError, extension_id};

/// The manifest as it ships: `manifest` (JSON text) with `version` and, so that every build has the same id in
/// Chromium, `key` (base64 of the public key's DER).
///
/// # Errors
/// When `manifest` is no JSON object or sets one of the two itself, or when `key` is no key.
pub fn stamp_manifest(manifest: &str, version: &str, key: &str) -> Result<String, PackagingError> {
    extension_id(key)?;
    let mut manifest = object(manifest)?;
    for (field, value) in [("version", version), ("key", key.trim())] {
        if manifest.insert(field.to_owned(), value.into()).is_some() {
            return Err(PackagingError::Stamped(field));
        }
    }
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// The extension's id in Firefox, which a manifest names itself.
///
/// # Errors
/// When `manifest` is no JSON object or has no `browser_specific_settings.gecko.id`.
pub fn gecko_id(manifest: &str) -> Result<String, PackagingError> {
    let manifest = Value::Object(object(manifest)?);
    manifest
        .pointer("/browser_specific_settings/gecko/id")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or(PackagingError::NoGeckoId)
}

fn object(manifest: &str) -> Result<Map<String, Value>, PackagingError> {
    match serde_json::from_str(manifest)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(PackagingError::NoObject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MAA=";

    #[test]
    fn version_and_key_are_added_and_the_rest_is_kept() {
        let stamped =
            stamp_manifest(r#"{"name":"x","icons":{"16":"a.png"}}"#, "1.2.3", "MAA=\n").unwrap();
        let fields: Value = serde_json::from_str(&stamped).unwrap();
        assert_eq!(
            fields,
            serde_json::json!({"name": "x", "icons": {"16": "a.png"}, "version": "1.2.3", "key": "MAA="})
        );
    }

    #[test]
    fn a_manifest_that_is_stamped_already_is_refused() {
        let result = stamp_manifest(r#"{"version":"9"}"#, "1.2.3", KEY);
        assert!(matches!(result, Err(PackagingError::Stamped("version"))));
    }

    #[test]
    fn only_objects_are_manifests() {
        assert!(matches!(
            stamp_manifest("[]", "1", KEY),
            Err(PackagingError::NoObject)
        ));
        assert!(matches!(
            stamp_manifest("{", "1", KEY),
            Err(PackagingError::Json(_))
        ));
    }

    #[test]
    fn the_id_for_firefox_is_the_manifests() {
        let manifest = r#"{"browser_specific_settings":{"gecko":{"id":"a@b.example"}}}"#;
        assert_eq!(gecko_id(manifest).unwrap(), "a@b.example");
        assert!(matches!(gecko_id("{}"), Err(PackagingError::NoGeckoId)));
    }
}
