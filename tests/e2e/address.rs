//! `web+peer:` addresses where the browser itself knows what to do with them: in Firefox, by the manifest's
//! `protocol_handlers`. (Chromium 156 has that key behind a switch.)
//!
//! Not shown: a click on such a link. Both browsers first ask their person in a window that no protocol reaches.

use std::{fs, path::Path, time::Duration};

use driver::{Options, TempProfile, firefox::Firefox};
use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, PATIENCE};
use tokio::time::{Instant, sleep};

/// Where Firefox goes with a `web+peer:` address, as the extension's manifest has told it: its profile keeps that.
async fn handler_in(profile: &Path) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(profile.join("handlers.json")).unwrap_or_default();
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        let handlers = kept["schemes"]["web+peer"]["handlers"].as_array();
        let template =
            handlers.and_then(|all| all.iter().find_map(|it| it["uriTemplate"].as_str()));
        if let Some(template) = template {
            return template.to_owned();
        }
        assert!(Instant::now() < end, "no handler is kept in {text}");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn firefox_knows_that_peer_addresses_are_ours_and_they_lead_to_the_site() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = Content::new(&[
        ("index.html", "<!doctype html><h1>Welcome to the pier</h1>"),
        ("boats.html", "<!doctype html><h1>Boats at the pier</h1>"),
    ])
    .unwrap();
    let site = host
        .make_site("pier", &content.top().unwrap())
        .await
        .unwrap();

    let profile = TempProfile::new().unwrap();
    let options = Options::new(&profile).with_extension(dist.extension());
    let firefox = Firefox::launch(options).await.unwrap();
    let template = handler_in(profile.path()).await;
    let (pages, _) = template.split_once("visit.html?to=%s").expect(&template);
    let popup = firefox.open(&format!("{pages}popup.html")).await.unwrap();
    let port: u16 = host.gateway.rsplit(':').next().unwrap().parse().unwrap();
    let ask = json!({ "toBackground": "ask", "ask": { "ask": "setPort", "port": port } });
    let set: Value = popup
        .eval(&format!("chrome.runtime.sendMessage({ask})"))
        .await
        .unwrap();
    assert!(set.get("ok").is_some(), "{set}");

    let address = format!("web%2Bpeer%3A%2F%2F{}%2Fboats.html", site.label);
    let tab = firefox.new_page().await.unwrap();
    tab.navigate(&template.replace("%s", &address))
        .await
        .unwrap();
    tab.wait_for_anywhere(
        "top !== window && document.body?.innerText.includes('Boats at the pier')",
        PATIENCE,
    )
    .await
    .unwrap();
    assert_eq!(
        tab.url().await.unwrap(),
        format!("{}/connect/{}/boats.html", host.gateway, site.label)
    );
}
