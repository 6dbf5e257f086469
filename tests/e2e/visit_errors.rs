//! When a visit cannot go on, a page says why, and shows the site by itself as soon as it can.

use stage::{Content, Dist, Host, HostOptions, RendezvousProcess, Site, View, Visitor};

fn content() -> Content {
    Content::new(&[
        ("index.html", "<!doctype html><title>Inn</title><h1>Welcome to the inn</h1><a id=menu href=menu.html>Menu</a>"),
        ("menu.html", "<!doctype html><title>Menu</title><h1>Soup of the day</h1><a id=home href=./>Home</a>"),
    ])
    .unwrap()
}

async fn at(rendezvous: &RendezvousProcess, dist: &Dist) -> (Host, Site) {
    let options = HostOptions {
        rendezvous: Some(rendezvous.gateway()),
        ..HostOptions::default()
    };
    let host = Host::start(dist, options).await.unwrap();
    let site = host
        .make_site("inn", &content().top().unwrap())
        .await
        .unwrap();
    (host, site)
}

/// Chromium without the extension and with it, and Firefox without it.
async fn everybody(dist: &Dist, gateway: &str) -> [Visitor; 3] {
    let (plain, extended, firefox) = tokio::join!(
        Visitor::chromium(),
        Visitor::with_extension(dist, gateway),
        Visitor::firefox(),
    );
    [plain.unwrap(), extended.unwrap(), firefox.unwrap()]
}

async fn open(visitors: &[Visitor], link: &str) -> Vec<View> {
    let mut views = Vec::new();
    for visitor in visitors {
        views.push(visitor.open(link).await.unwrap());
    }
    views
}

async fn click(views: &[View], selector: &str) {
    for view in views {
        view.click(selector).await.unwrap();
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told_from_a_host_that_is_away() {
    let dist = Dist::find().unwrap();
    let rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let gateway = rendezvous.gateway();
    let visitors = everybody(&dist, &gateway).await;
    for view in open(&visitors, &format!("{gateway}/connect/nobody/")).await {
        view.wait_for_reason("unknownName", "There is no “nobody” here")
            .await
            .unwrap();
        // The way on is the gateway's front page.
        view.page.click("#retry").await.unwrap();
        view.wait_for_place("/").await.unwrap();
    }
    let away = format!("{gateway}/connect/nobody-aaaaaaaaaaaaaaaaaaaa/");
    for view in open(&visitors, &away).await {
        view.wait_for_reason("offline", "“nobody” is not online")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_host_that_went_away_is_waited_for_and_its_site_shown_when_it_is_back() {
    let dist = Dist::find().unwrap();
    let rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let (mut host, site) = at(&rendezvous, &dist).await;
    let visitors = everybody(&dist, &host.gateway).await;
    let here = open(&visitors, &site.link).await;
    for view in &here {
        view.wait_for_text("Welcome to the inn").await.unwrap();
    }

    host.close().await.unwrap();
    click(&here, "#menu").await;
    for view in &here {
        view.wait_for_reason("offline", "“inn” is not online")
            .await
            .unwrap();
    }
    let late = open(&visitors, &format!("{}menu.html", site.link)).await;
    for view in &late {
        view.wait_for_reason("offline", "“inn” is not online")
            .await
            .unwrap();
    }

    host.launch().await.unwrap();
    for view in here.iter().chain(&late) {
        view.wait_for_text("Soup of the day").await.unwrap();
        view.wait_for_place("/menu.html").await.unwrap();
    }
}

#[tokio::test]
async fn hosting_is_switched_off_and_on_under_a_visitor() {
    let dist = Dist::find().unwrap();
    // The embedded rendezvous goes and comes with hosting.
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("inn", &content().top().unwrap())
        .await
        .unwrap();
    let visitors = everybody(&dist, &host.gateway).await;
    let views = open(&visitors, &site.link).await;
    for view in &views {
        view.wait_for_text("Welcome to the inn").await.unwrap();
    }
    let popup = host.popup().await.unwrap();
    host.switch_hosting(&popup).await.unwrap();
    host.until_visitors(&popup, 0).await.unwrap();
    click(&views, "#menu").await;
    for view in &views {
        view.wait_for_reason("rendezvous", "The rendezvous cannot be reached")
            .await
            .unwrap();
    }
    host.switch_hosting(&popup).await.unwrap();
    for view in &views {
        view.wait_for_text("Soup of the day").await.unwrap();
        view.click("#home").await.unwrap();
        view.wait_for_text("Welcome to the inn").await.unwrap();
    }
}

#[tokio::test]
async fn a_browser_that_lacks_something_is_told_what() {
    let dist = Dist::find().unwrap();
    let rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let link = format!("{}/connect/inn-aaaaaaaaaaaaaaaaaaaa/", rendezvous.gateway());
    for (off, reason, words) in [
        ("media.peerconnection.enabled", "unsupported", "WebRTC"),
        ("dom.serviceWorkers.enabled", "noWorker", "service workers"),
        ("javascript.options.wasm", "unsupported", "WebAssembly"),
    ] {
        let visitor = Visitor::firefox_with(&[off]).await.unwrap();
        let view = visitor.open(&link).await.unwrap();
        view.wait_for_reason(reason, words).await.unwrap();
    }
}
