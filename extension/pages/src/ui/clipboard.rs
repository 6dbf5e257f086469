//! Copying text.

use wasm_bindgen_futures::JsFuture;

use super::dom;
use crate::error::PageError;

/// Put `text` on the clipboard.
///
/// # Errors
/// [`PageError::Browser`] if the page is not in front, for instance.
pub async fn copy(text: &str) -> Result<(), PageError> {
    JsFuture::from(dom::window()?.navigator().clipboard().write_text(text)).await?;
    Ok(())
}
