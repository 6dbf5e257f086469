//! Chromium takes an extension for crashed when the process of its offscreen document dies, and starts nothing of it
//! until a person reloads it. The owner is told, and told nothing when the extension ends in any other way.

use std::time::{Duration, Instant};

use stage::{Dist, Host, HostOptions, View, Visitor};

use crate::notifications::Desktop;
use crate::writes;

const PROGRAM: &str = "PeerServer";
const HOST_WORKER: &str = "/background.js";
const NETWORK: &str = "/network/network.html";

/// The native host gives the browser 80 seconds to start the extension again.
const TOLD: Duration = Duration::from_secs(120);

/// How soon the extension is back by itself where that is possible.
const BACK: Duration = Duration::from_secs(10);

struct Scene {
    desktop: Desktop,
    host: Host,
    view: View,
    _visitor: Visitor,
}

impl Scene {
    async fn new() -> Self {
        let dist = Dist::find().unwrap();
        let desktop = Desktop::start().await;
        let options = HostOptions {
            env: vec![(
                "DBUS_SESSION_BUS_ADDRESS".to_owned(),
                desktop.address.clone(),
            )],
            ..HostOptions::default()
        };
        let host = Host::start(&dist, options).await.unwrap();
        let content = writes::content();
        let files = content.top().unwrap();
        let site = host.make_site("ledger", &files).await.unwrap();
        let visitor = Visitor::chromium().await.unwrap();
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("The ledger").await.unwrap();
        Self {
            desktop,
            host,
            view,
            _visitor: visitor,
        }
    }

    async fn until_hosted(&self) {
        // After a reload the worker and its pages take a moment.
        let again = "fetch('/writes', { cache: 'no-store' }).then((answer) => answer.ok).catch(() => false)";
        let began = Instant::now();
        self.view
            .wait_for_within(again, Duration::from_secs(90))
            .await
            .unwrap();
        eprintln!("a visitor was answered after {:?}", began.elapsed());
    }

    /// Waits until no native host watches any more whether the extension comes back.
    async fn until_settled(&self) {
        let mut looks = 0;
        while self.host.crash_watches().unwrap() > 0 {
            looks += 1;
            assert!(looks < 1000, "a watch goes on");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn nothing_was_told(&self, after: &str) {
        self.until_settled().await;
        assert_eq!(self.desktop.shown_by(PROGRAM), [], "{after}");
    }
}

#[tokio::test]
async fn the_owner_is_notified_when_the_extensions_process_crashed_and_a_reload_brings_everything_back()
 {
    let scene = Scene::new().await;
    writes::begin(&scene.view).await;
    scene.host.kill_extension().await.unwrap();
    let told = scene.desktop.wait_for(PROGRAM, TOLD).await;
    assert_eq!(told.title, "PeerServer was stopped by the browser");
    for words in ["chrome://extensions", "Reload", "restart the browser"] {
        assert!(told.text.contains(words), "{told:?}");
    }
    // Visitors get an honest error.
    let status: u16 = scene
        .view
        .eval("fetch('/writes').then((answer) => answer.status)")
        .await
        .unwrap();
    assert_eq!(status, 503);
    let written = writes::end(&scene.view).await;
    scene.host.reload_extension().await.unwrap();
    let lost = writes::lost(&scene.view, &written.acknowledged).await;
    assert!(
        lost.is_empty(),
        "{lost:?} of {}",
        written.acknowledged.len()
    );
    scene.until_settled().await;
    assert_eq!(scene.desktop.shown_by(PROGRAM).len(), 1);
}

#[tokio::test]
async fn the_owner_is_not_notified_of_any_other_end() {
    let mut scene = Scene::new().await;
    let browser = scene.host.browser().unwrap();
    browser.stop_worker(HOST_WORKER).await.unwrap();
    scene.until_hosted().await;
    scene.nothing_was_told("the worker ended").await;
    browser.close_offscreen(NETWORK).await.unwrap();
    scene.until_hosted().await;
    scene.nothing_was_told("the network document closed").await;
    // The document may not have started another worker yet: then the next alarm does.
    let (worker, document) = tokio::join!(
        browser.stop_worker(HOST_WORKER),
        browser.close_offscreen(NETWORK)
    );
    worker.unwrap();
    document.unwrap();
    scene.until_hosted().await;
    scene.nothing_was_told("both ended").await;
    scene.host.kill_native_host().await.unwrap();
    scene.until_hosted().await;
    scene.nothing_was_told("the native host was killed").await;
    scene.host.reload_extension().await.unwrap();
    scene.until_hosted().await;
    scene.nothing_was_told("the extension was reloaded").await;

    // The switch for all hosting.
    for on in [false, true] {
        let popup = scene.host.popup().await.unwrap();
        scene.host.switch_hosting(&popup).await.unwrap();
        popup
            .wait_for(
                "!document.querySelector('#hosting').disabled",
                stage::PATIENCE,
            )
            .await
            .unwrap();
        popup.close().await.unwrap();
        let hosting = format!("hosting was switched: {on}");
        scene.nothing_was_told(&hosting).await;
    }
    scene.until_hosted().await;

    for on in [false, true] {
        scene
            .host
            .on_extensions_page(&format!(
                "chrome.management.setEnabled('ID', {on}).then(() => true)"
            ))
            .await
            .unwrap();
        let enabled = format!("the extension was enabled: {on}");
        scene.nothing_was_told(&enabled).await;
    }
    scene.until_hosted().await;
    scene.host.close().await.unwrap();
    scene.nothing_was_told("the browser ended").await;
}

#[tokio::test]
async fn a_network_document_is_replaced_before_its_memory_runs_out() {
    let scene = Scene::new().await;
    let browser = scene.host.browser().unwrap();
    let kind = "background_page";
    let before = browser
        .wait_for_target(kind, NETWORK, stage::PATIENCE)
        .await
        .unwrap();
    // 640 MB of numbers, above what an idle document may take.
    let grow = "(() => { globalThis.hoard = Array.from({ length: 80 }, (_, i) => new Array(1e6).fill(i + 0.5)); return true; })()";
    let _: bool = browser.eval_in(kind, NETWORK, grow).await.unwrap();
    browser.wait_gone(&before).await.unwrap();
    scene.until_hosted().await;
    scene.until_settled().await;
    assert_eq!(scene.desktop.shown_by(PROGRAM), []);
}

#[tokio::test]
async fn hosting_is_back_by_itself_after_a_crash_while_the_gateways_front_page_is_open() {
    let scene = Scene::new().await;
    let browser = scene.host.browser().unwrap();
    let front = browser.open(&scene.host.gateway).await.unwrap();
    // A process that the browser has started again is not named an extension's any more, so it is crashed from inside.
    for kill in [true, false] {
        browser
            .wait_for_target("iframe", "/content/crash_recovery.html", stage::PATIENCE)
            .await
            .unwrap();
        let _: bool = front.eval("window.before = true").await.unwrap();
        writes::begin(&scene.view).await;
        let document = browser
            .wait_for_target("background_page", NETWORK, stage::PATIENCE)
            .await
            .unwrap();
        let killed = Instant::now();
        if kill {
            scene.host.kill_extension().await.unwrap();
        } else {
            browser.crash("background_page", NETWORK).await.unwrap();
        }
        browser.wait_gone(&document).await.unwrap();
        browser
            .wait_for_target("background_page", NETWORK, BACK)
            .await
            .unwrap();
        eprintln!("the extension was back after {:?}", killed.elapsed());
        scene.until_hosted().await;
        eprintln!("a visitor was answered after {:?}", killed.elapsed());
        let written = writes::end(&scene.view).await;
        let lost = writes::lost(&scene.view, &written.acknowledged).await;
        assert!(lost.is_empty(), "{lost:?}");
        // The front page loads itself again, for the next time.
        front
            .wait_for("!window.before", stage::PATIENCE)
            .await
            .unwrap();
    }
    scene.until_settled().await;
    assert_eq!(scene.desktop.shown_by(PROGRAM), []);
}
