//! What a person has allowed an extension, written into a profile: the browser's own question is a window that no
//! protocol reaches.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::{DriverError, Result};

/// Where the browser keeps permissions: those in force, those ever granted, and those granted while it ran.
const KINDS: [&str; 3] = [
    "active_permissions",
    "granted_permissions",
    "runtime_granted_permissions",
];

/// Lets an extension reach these origins (match patterns that its manifest has as optional), as if its question had
/// been answered with yes. The browser must have run with the extension before, and not run now.
///
/// # Errors
/// When the profile's preferences cannot be read, written, or do not know the extension.
pub fn grant_origins(profile: &Path, extension: &str, origins: &[&str]) -> Result<()> {
    let file = profile.join("Default").join("Preferences");
    let failed = |reason: String| DriverError::Extension {
        path: file.clone(),
        reason,
    };
    let text = fs::read(&file).map_err(|why| failed(why.to_string()))?;
    let mut preferences: Value =
        serde_json::from_slice(&text).map_err(|why| failed(why.to_string()))?;
    let settings = preferences
        .pointer_mut(&format!("/extensions/settings/{extension}"))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| failed(format!("the extension {extension} is not in it")))?;
    for kind in KINDS {
        let permissions = settings.entry(kind).or_insert_with(
            || json!({ "api": [], "explicit_host": [], "manifest_permissions": [], "scriptable_host": [] }),
        );
        if let Some(hosts) = permissions
            .get_mut("explicit_host")
            .and_then(Value::as_array_mut)
        {
            hosts.extend(origins.iter().map(|origin| Value::from(*origin)));
        }
    }
    fs::write(&file, preferences.to_string()).map_err(|why| failed(why.to_string()))
}
