//! The native messaging manifest: which program a browser starts, and for which extensions.
//!
//! Sources: <https://developer.chrome.com/docs/extensions/develop/concepts/native-messaging>,
//! <https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/Native_manifests>.

use std::collections::BTreeSet;
use std::path::Path;

use native_messaging::NAME;
use serde::{Deserialize, Serialize};

use super::browser::Family;
use crate::extension::ExtensionId;
use crate::write;

/// The manifest's file name: the host's name is required in it.
pub fn file_name() -> String {
    format!("{NAME}.json")
}

#[derive(Serialize)]
struct Manifest<'a> {
    name: &'a str,
    description: &'a str,
    path: &'a Path,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_origins: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_extensions: Vec<String>,
}

/// The manifest's bytes for a family of browsers, which gets those of `ids` that are of its own.
pub fn content(family: Family, program: &Path, ids: &BTreeSet<ExtensionId>) -> Vec<u8> {
    let mut origins = Vec::new();
    let mut addons = Vec::new();
    for id in ids {
        match (family, id) {
            (Family::Chromium, ExtensionId::Chromium(id)) => {
                origins.push(format!("chrome-extension://{id}/"))
            }
            (Family::Firefox, ExtensionId::Firefox(id)) => addons.push(id.clone()),
            _ => {}
        }
    }
    write::json(&Manifest {
        name: NAME,
        description: "PeerServer's native host: rendezvous and gateway on this machine",
        path: program,
        kind: "stdio",
        allowed_origins: origins,
        allowed_extensions: addons,
    })
}

/// Is this the manifest of our host, and not of another program that took the same file?
pub fn is_ours(content: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    serde_json::from_slice::<Named>(content).is_ok_and(|manifest| manifest.name == NAME)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ids() -> BTreeSet<ExtensionId> {
        ["abcdefghijklmnopabcdefghijklmnop", "a@b"]
            .map(|id| ExtensionId::parse(id).unwrap())
            .into()
    }

    fn manifest(family: Family) -> Value {
        serde_json::from_slice(&content(family, Path::new("/bin/peerserver"), &ids())).unwrap()
    }

    #[test]
    fn each_family_gets_its_own_list_only() {
        let chromium = manifest(Family::Chromium);
        assert_eq!(chromium["name"], "com.peerserver.host");
        assert_eq!(chromium["path"], "/bin/peerserver");
        assert_eq!(chromium["type"], "stdio");
        assert_eq!(
            chromium["allowed_origins"],
            json!(["chrome-extension://abcdefghijklmnopabcdefghijklmnop/"])
        );
        assert_eq!(chromium.get("allowed_extensions"), None);
        let firefox = manifest(Family::Firefox);
        assert_eq!(firefox["allowed_extensions"], json!(["a@b"]));
        assert_eq!(firefox.get("allowed_origins"), None);
    }

    #[test]
    fn ours_is_told_by_its_name() {
        assert!(is_ours(&content(Family::Firefox, Path::new("/x"), &ids())));
        assert!(!is_ours(br#"{"name":"com.other.host"}"#));
        assert!(!is_ours(b"not JSON"));
    }
}
