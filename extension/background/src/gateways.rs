//! Which addresses are gateways: told to the content script, which runs nowhere else.
//!
//! The native host's own gateway is in the manifest. Another rendezvous' is added when its owner has
//! entered it and the browser lets the extension run there, and goes when it is used no more.
//!
//! It must not know what is hosted there.

use messages::{Failure, Gateway};
use serde_json::json;
use webextension_api::{
    api,
    message::{settled, to_js},
};

use crate::core::Core;

/// The registered content script's id.
const SCRIPT: &str = "gateway";

/// Leave word for the content script: which addresses are gateways, and whether this browser shows peer
/// sites at the top of tabs (Firefox cannot link a site worker to the event page).
pub async fn remember(core: &Core) -> Result<(), Failure> {
    let mut gateways = vec![core.gateway()];
    let own = format!("http://localhost:{}", core.port());
    if !gateways.contains(&own) {
        gateways.push(own);
    }
    let known = gateways.iter().filter_map(|text| Gateway::parse(text).ok());
    core.set_gateways(known.collect()).await?;
    let top_level = webextension_api::has("offscreen");
    let items = to_js(&json!({ "gateways": gateways, "topLevel": top_level }))?;
    settled(api::storage_local_set(&items)).await?;
    follow(core.rendezvous().as_deref().and_then(patterns)).await
}

/// Have the content script run at these addresses, if they may be reached, and at no others.
async fn follow(wanted: Option<[String; 2]>) -> Result<(), Failure> {
    let wanted = match wanted {
        Some(patterns) => {
            let asked = to_js(&json!({ "origins": patterns }))?;
            let granted = settled(api::permissions_contains(&asked)).await?;
            granted.is_truthy().then_some(patterns)
        }
        None => None,
    };
    let ids = to_js(&json!({ "ids": [SCRIPT] }))?;
    let registered = settled(api::scripting_get_registered(&ids)).await?;
    let there = js_sys::Array::from(&registered).get(0);
    if let Some(patterns) = &wanted {
        let matches = js_sys::Reflect::get(&there, &"matches".into()).unwrap_or_default();
        let same = there.is_object()
            && js_sys::Array::from(&matches)
                .iter()
                .all(|one| one.as_string().is_some_and(|one| patterns.contains(&one)));
        if same {
            return Ok(());
        }
    }
    if there.is_object() {
        settled(api::scripting_unregister(&ids)).await?;
    }
    if let Some(patterns) = wanted {
        let script = json!({
            "id": SCRIPT,
            "js": ["content/content.js"],
            "matches": patterns,
            "runAt": "document_start",
        });
        settled(api::scripting_register(&js_sys::Array::of1(&to_js(
            &script,
        )?)))
        .await?;
    }
    Ok(())
}

/// The match patterns of a gateway and of its sites' origins; they cover every port. `None`: the
/// manifest has them already.
fn patterns(gateway: &str) -> Option<[String; 2]> {
    let (scheme, authority) = gateway.split_once("://")?;
    let host = authority.split(':').next()?;
    if host == "localhost" {
        return None;
    }
    Some([
        format!("{scheme}://{host}/*"),
        format!("{scheme}://*.{host}/*"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateways_patterns_cover_it_and_its_sites() {
        assert_eq!(patterns("http://localhost:8890"), None);
        assert_eq!(
            patterns("https://peers.example:8443"),
            Some([
                "https://peers.example/*".to_owned(),
                "https://*.peers.example/*".to_owned()
            ])
        );
    }
}
