//! Windows' registry, through its own `reg` command. Called on Windows only; built everywhere, so that it
//! cannot rot unseen.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;
use crate::write::Change;

/// Makes `manifest` the default value of `key`.
///
/// # Errors
/// [`Error::Registry`].
pub fn set(key: &str, manifest: &Path) -> Result<Change, Error> {
    let value = manifest.as_os_str();
    reg("write", key, &add_arguments(key, value))?;
    Ok(Change::Written)
}

/// Removes `key` with all in it.
///
/// # Errors
/// [`Error::Registry`].
pub fn remove(key: &str) -> Result<Change, Error> {
    // A key that is not there is no failure.
    if reg("read", key, &["query".as_ref(), key.as_ref()]).is_err() {
        return Ok(Change::Absent);
    }
    reg(
        "remove",
        key,
        &["delete".as_ref(), key.as_ref(), "/f".as_ref()],
    )?;
    Ok(Change::Removed)
}

fn add_arguments<'a>(key: &'a str, value: &'a OsStr) -> [&'a OsStr; 8] {
    let plain = |text: &'a str| OsStr::new(text);
    [
        plain("add"),
        plain(key),
        plain("/ve"),
        plain("/t"),
        plain("REG_SZ"),
        plain("/d"),
        value,
        plain("/f"),
    ]
}

fn reg(action: &'static str, key: &str, arguments: &[&OsStr]) -> Result<(), Error> {
    let failed = |problem: String| Error::Registry {
        action,
        key: key.to_owned(),
        problem,
    };
    let output = Command::new("reg")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_value_is_set_without_a_question() {
        let arguments = add_arguments(r"HKCU\Software\X", OsStr::new(r"C:\a b\c.json"));
        assert_eq!(
            arguments.join(OsStr::new("|")),
            r"add|HKCU\Software\X|/ve|/t|REG_SZ|/d|C:\a b\c.json|/f"
        );
    }
}
