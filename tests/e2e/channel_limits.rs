//! Somebody takes all that a host gives, and others still get theirs.

use std::time::Duration;

use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, View, Visitor, hostile};

/// How long a page may take beside attempts that were given up.
const SOON: Duration = Duration::from_secs(5);
/// Bytes of the big file.
const BIG: usize = 1024 * 1024;
/// What `extension/peer/src/host/seats.rs` gives one network.
const MAX_CHANNELS_PER_NETWORK: usize = 150;
/// What `extension/peer/src/host/requests.rs` gives the heads of one channel's requests, in bytes.
const MAX_HEADS: usize = 512 * 1024;

const SHOWN: &str = "document.querySelector('h1')?.textContent === 'Welcome to the shop'";

/// A host with a site, a page that means ill in a browser of its own, and a browser that does not.
struct Stage {
    host: Host,
    site: Site,
    evil: Page,
    _villain: Visitor,
    honest: Visitor,
}

impl Stage {
    async fn set() -> Self {
        let dist = Dist::find().unwrap();
        let host = Host::start(&dist, HostOptions::default()).await.unwrap();
        let content = Content::new(&[(
            "index.html",
            "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>",
        )])
        .unwrap();
        content.write("big.bin", vec![7; BIG]).unwrap();
        let site = host
            .make_site("shop", &content.top().unwrap())
            .await
            .unwrap();
        let villain = Visitor::chromium().await.unwrap();
        let evil = hostile(villain.as_chromium().unwrap(), &host.gateway)
            .await
            .unwrap();
        Self {
            host,
            site,
            evil,
            _villain: villain,
            honest: Visitor::chromium().await.unwrap(),
        }
    }

    async fn visit(&self) -> View {
        self.honest.open(&self.site.link).await.unwrap()
    }

    async fn evil<T: serde::de::DeserializeOwned>(&self, act: &str) -> T {
        let script = act.replace("LABEL", &format!("'{}'", self.site.label));
        self.evil
            .eval_within(&script, Duration::from_secs(120))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn attempts_that_are_given_up_keep_nobody_out() {
    let stage = Stage::set().await;
    let _: u32 = stage.evil("hostile.flood(LABEL, 200)").await;
    let view = stage.visit().await;
    view.wait_for_within(SHOWN, SOON).await.unwrap();
}

#[tokio::test]
async fn offers_of_more_than_a_data_channel_are_refused() {
    let stage = Stage::set().await;
    for kind in ["video", "audio"] {
        let how: String = stage
            .evil(&format!(
                "hostile.connect(LABEL, (pc) => pc.addTransceiver('{kind}')).then(({{ how }}) => how)"
            ))
            .await;
        assert_eq!(how, "refused", "{kind}");
    }
    let how: String = stage
        .evil("hostile.connect(LABEL).then(({ how }) => how)")
        .await;
    assert_eq!(how, "open");
}

#[tokio::test]
async fn a_second_data_channel_ends_the_connection() {
    let stage = Stage::set().await;
    let after: String = stage
        .evil("hostile.after(LABEL, (pc) => pc.createDataChannel('second'))")
        .await;
    assert_eq!(after, "closed");
    stage.visit().await.wait_for(SHOWN).await.unwrap();
}

#[tokio::test]
async fn silent_channels_of_one_network_never_fill_all_seats() {
    let stage = Stage::set().await;
    let popup = stage.host.popup().await.unwrap();
    let went: Vec<String> = stage
        .evil(&format!(
            "hostile.silent(LABEL, {})",
            MAX_CHANNELS_PER_NETWORK + 10
        ))
        .await;
    assert!(went.iter().filter(|how| *how == "open").count() >= MAX_CHANNELS_PER_NETWORK);
    let visitors: usize = popup
        .eval("chrome.runtime.sendMessage({toBackground:'ask',ask:{ask:'state'}}).then(r => r.ok.state.visitors)")
        .await
        .unwrap();
    assert!(visitors <= MAX_CHANNELS_PER_NETWORK, "{visitors}");
    // The visitor comes from the same network: the channel that is idle the longest makes room.
    let view = stage.visit().await;
    view.wait_for_within(SHOWN, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_page_appears_beside_a_peer_that_asks_for_all_and_reads_nothing() {
    let stage = Stage::set().await;
    let opened: u32 = stage
        .evil("hostile.greedy(LABEL, 16, 128, '/big.bin')")
        .await;
    assert_eq!(opened, 16);
    let _: u32 = stage.evil("hostile.flood(LABEL, 200)").await;
    let view = stage.visit().await;
    view.wait_for(SHOWN).await.unwrap();
    let length: usize = view
        .eval("fetch('/big.bin', { cache: 'no-store' }).then((r) => r.arrayBuffer()).then((b) => b.byteLength)")
        .await
        .unwrap();
    assert_eq!(length, BIG);
}

#[tokio::test]
async fn a_channel_whose_heads_fill_its_share_has_more_requests_refused_and_nobody_else_has() {
    let stage = Stage::set().await;
    let length = MAX_HEADS / 64;
    let refused: usize = stage
        .evil(&format!("hostile.refused(LABEL, 128, {length})"))
        .await;
    // The rest of each head takes room as well.
    assert!((64..=66).contains(&refused), "{refused}");
    stage.visit().await.wait_for(SHOWN).await.unwrap();
}
