//! The address bar's keyword: `peer shop/about` opens that site.

use messages::Failure;
use serde_json::json;
use webextension_api::{
    api,
    message::{settled, to_js},
};

/// The page that reads addresses of peer sites, and says what is wrong with those that are none.
const PAGE: &str = "pages/visit.html?to=";

/// Open what was typed: a name or label with a path, or a `web+peer://` address.
pub async fn open(text: &str) -> Result<(), Failure> {
    let typed = String::from(js_sys::encode_uri_component(text.trim()));
    let url = api::runtime_get_url(&format!("{PAGE}{typed}"));
    settled(api::tabs_update(&to_js(&json!({ "url": url }))?)).await?;
    Ok(())
}
