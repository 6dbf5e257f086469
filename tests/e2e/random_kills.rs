//! Whatever dies under writes, in whatever order: hosting is back by itself, and no acknowledged write is lost.

use std::time::{Duration, SystemTime};

use serde_json::json;
use stage::{Dist, Host, HostOptions, Site, Visitor, ask};
use tokio::time::{Instant, sleep};

use crate::writes;

const HOST_WORKER: &str = "/background.js";
const NETWORK: &str = "/network/network.html";

/// How long things are killed.
const DURATION: Duration = Duration::from_secs(40);
/// The longest pause between two kills.
const PAUSE: u64 = 2_500;

#[derive(Debug, Clone, Copy)]
enum Victim {
    HostWorker,
    NetworkDocument,
    Box,
    NativeHost,
    SiteWorker,
}

const VICTIMS: [Victim; 5] = [
    Victim::HostWorker,
    Victim::NetworkDocument,
    Victim::Box,
    Victim::NativeHost,
    Victim::SiteWorker,
];

/// Numbers that a seed determines.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        // Source: xorshift64, G. Marsaglia, "Xorshift RNGs", 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Kills it; false if there is none just now, as one that was killed is coming again.
async fn kill(victim: Victim, host: &Host, site: &Site, visitor: &Visitor) -> bool {
    let browser = host.browser().unwrap();
    match victim {
        Victim::HostWorker => browser.stop_worker(HOST_WORKER).await.is_ok(),
        Victim::NetworkDocument => browser.close_offscreen(NETWORK).await.is_ok(),
        Victim::NativeHost => host.kill_native_host().await.is_ok(),
        Victim::SiteWorker => {
            let browser = visitor.as_chromium().unwrap();
            browser.stop_worker(&site.label).await.is_ok()
        }
        Victim::Box => {
            let popup = host.popup().await.unwrap();
            let state = host.state(&popup).await;
            let id = state.map(|state| state["sites"][0]["id"].clone());
            let restart =
                |id| json!({ "ask": "box", "site": id, "question": { "box": "restart" } });
            let killed = match id {
                Ok(id) => ask(&popup, restart(id)).await.is_ok(),
                Err(_) => false,
            };
            popup.close().await.unwrap();
            killed
        }
    }
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_whatever_is_killed_while_writing() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = writes::content();
    let files = content.top().unwrap();
    let site = host.make_site("ledger", &files).await.unwrap();
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("The ledger").await.unwrap();
    writes::begin(&view).await;

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seed = now.unwrap().as_micros() as u64 | 1;
    let mut random = Random(seed);
    let mut killed = [0_u32; VICTIMS.len()];
    let end = Instant::now() + DURATION;
    let mut round: Vec<usize> = Vec::new();
    while Instant::now() < end {
        // Each of them once a round, in any order.
        if round.is_empty() {
            round.extend(0..VICTIMS.len());
        }
        let choice = round.swap_remove(random.below(round.len() as u64) as usize);
        if kill(VICTIMS[choice], &host, &site, &visitor).await {
            killed[choice] += 1;
        }
        // Now and then the next dies before the first is back.
        sleep(Duration::from_millis(random.below(PAUSE))).await;
    }

    let written = writes::end(&view).await;
    let lost = writes::lost(&view, &written.acknowledged).await;
    let count = written.acknowledged.len();
    let story = format!(
        "seed {seed}: killed {killed:?} of {VICTIMS:?}; {count} acknowledged, {} refused",
        written.refused
    );
    eprintln!("{story}");
    assert!(lost.is_empty(), "{story}; lost: {lost:?}");
    assert!(killed.iter().all(|times| *times > 0), "{story}");
    assert!(count > 50, "{story}");
}
