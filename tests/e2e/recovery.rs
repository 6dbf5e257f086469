//! What is killed comes back by itself, between requests and in the middle of them: every request is
//! answered or gets an honest error, and nothing is lost.
//!
//! A crash of the extension's whole process is in `crash`.

use stage::{Dist, Host, HostOptions, RendezvousProcess, Site, View, Visitor};

use crate::load::{self, Outcome};

const HOST_WORKER: &str = "/background.js";
const NETWORK: &str = "/network/network.html";

/// A host and two visitors, one without the extension and one with it.
struct Scene {
    host: Host,
    site: Site,
    shell: (Visitor, View),
    extension: (Visitor, View),
}

impl Scene {
    async fn new(options: HostOptions) -> Self {
        let dist = Dist::find().unwrap();
        let host = Host::start(&dist, options).await.unwrap();
        let site = host
            .make_site("shop", &load::content().top().unwrap())
            .await
            .unwrap();
        let shell = Visitor::chromium().await.unwrap();
        let extension = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
        let shell_view = shell.open(&site.link).await.unwrap();
        let extension_view = extension.open(&site.link).await.unwrap();
        for view in [&shell_view, &extension_view] {
            view.wait_for_text("Welcome to the shop").await.unwrap();
        }
        Self {
            host,
            site,
            shell: (shell, shell_view),
            extension: (extension, extension_view),
        }
    }

    async fn begin(&self) {
        load::begin(&self.shell.1).await;
        load::begin(&self.extension.1).await;
    }

    /// How it went: without the extension, with it.
    async fn end(&self) -> [Outcome; 2] {
        let shell = load::end(&self.shell.1).await;
        [shell, load::end(&self.extension.1).await]
    }
}

fn nothing_noticed(outcomes: &[Outcome]) {
    for outcome in outcomes {
        assert!(outcome.whole() && outcome.refused == 0, "{outcomes:?}");
    }
}

fn whole(outcomes: &[Outcome]) {
    assert!(outcomes.iter().all(Outcome::whole), "{outcomes:?}");
}

#[tokio::test]
async fn visitors_do_not_notice_that_the_hosts_worker_was_killed() {
    let scene = Scene::new(HostOptions::default()).await;
    let browser = scene.host.browser().unwrap();
    browser.stop_worker(HOST_WORKER).await.unwrap();
    scene.begin().await;
    for _ in 0..3 {
        browser.stop_worker(HOST_WORKER).await.unwrap();
        browser
            .wait_for_target("service_worker", HOST_WORKER, stage::PATIENCE)
            .await
            .unwrap();
    }
    nothing_noticed(&scene.end().await);
    let popup = scene.host.popup().await.unwrap();
    scene.host.until_connected(&popup).await.unwrap();
}

#[tokio::test]
async fn downloads_are_resumed_when_the_hosts_network_document_was_killed() {
    let scene = Scene::new(HostOptions::default()).await;
    let browser = scene.host.browser().unwrap();
    browser.close_offscreen(NETWORK).await.unwrap();
    scene.begin().await;
    browser.close_offscreen(NETWORK).await.unwrap();
    whole(&scene.end().await);
}

#[tokio::test]
async fn visitors_do_not_notice_that_the_rendezvous_was_restarted() {
    let dist = Dist::find().unwrap();
    let mut rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let options = HostOptions {
        rendezvous: Some(rendezvous.gateway()),
        ..HostOptions::default()
    };
    let scene = Scene::new(options).await;
    scene.begin().await;
    rendezvous.kill().await.unwrap();
    rendezvous.launch().await.unwrap();
    nothing_noticed(&scene.end().await);
    let popup = scene.host.popup().await.unwrap();
    scene.host.until_connected(&popup).await.unwrap();
    // A new visitor finds the host again.
    let view = scene.shell.0.open(&scene.site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
}

#[tokio::test]
async fn a_native_host_that_was_killed_is_started_again() {
    let scene = Scene::new(HostOptions::default()).await;
    scene.begin().await;
    scene.host.kill_native_host().await.unwrap();
    nothing_noticed(&scene.end().await);
    let popup = scene.host.popup().await.unwrap();
    scene.host.until_connected(&popup).await.unwrap();
    let view = scene.shell.0.open(&scene.site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
}

#[tokio::test]
async fn hosting_resumes_when_the_hosts_browser_was_restarted() {
    let mut scene = Scene::new(HostOptions::default()).await;
    scene.begin().await;
    scene.host.close().await.unwrap();
    scene.host.launch().await.unwrap();
    scene.end().await;
    scene.begin().await;
    scene.host.kill();
    scene.host.launch().await.unwrap();
    scene.end().await;
    // Between requests, and whole.
    scene.host.kill();
    scene.host.launch().await.unwrap();
    scene.begin().await;
    whole(&scene.end().await);
}

#[tokio::test]
async fn visitors_recover_when_their_own_rooms_were_killed() {
    let scene = Scene::new(HostOptions::default()).await;
    let shell = scene.shell.0.as_chromium().unwrap();
    let extension = scene.extension.0.as_chromium().unwrap();
    for browser in [shell, extension] {
        browser.stop_worker(&scene.site.label).await.unwrap();
    }
    scene.begin().await;
    for browser in [shell, extension] {
        browser.stop_worker(&scene.site.label).await.unwrap();
    }
    scene.end().await;
    load::begin(&scene.extension.1).await;
    extension.stop_worker(HOST_WORKER).await.unwrap();
    nothing_noticed(&[load::end(&scene.extension.1).await]);
    load::begin(&scene.extension.1).await;
    extension.close_offscreen(NETWORK).await.unwrap();
    load::end(&scene.extension.1).await;
    // Between requests.
    extension.close_offscreen(NETWORK).await.unwrap();
    load::begin(&scene.extension.1).await;
    whole(&[load::end(&scene.extension.1).await]);
}
