//! What browsers answer, as what callers want of it: values of scripts, and pictures.
//!
//! It must not know which browser answered.

use std::path::Path;

use data_encoding::BASE64;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::shortened;
use crate::{DriverError, Result};

/// A script's value as a `T`.
pub(crate) fn typed<T: DeserializeOwned>(value: Value, script: &str) -> Result<T> {
    let shown = shortened(&value.to_string());
    serde_json::from_value(value).map_err(|source| DriverError::Value {
        value: shown,
        script: shortened(script),
        source,
    })
}

/// Writes a base64 image to a file.
pub(crate) fn save_png(base64: &str, file: &Path) -> Result<()> {
    let bytes = BASE64
        .decode(base64.as_bytes())
        .map_err(|why| DriverError::Command {
            method: "screenshot".to_owned(),
            message: why.to_string(),
        })?;
    std::fs::write(file, bytes).map_err(DriverError::io(format!("writing {}", file.display())))
}
