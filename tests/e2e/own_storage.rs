//! A site may do what it likes to the storage of its origin. What shows it lies elsewhere: it goes on, also without
//! its host.

use std::time::Duration;

use serde_json::Value;
use stage::{Content, Dist, Host, HostOptions, RendezvousProcess, Site, View, Visitor};

/// The visitor's network document.
const NETWORK: &str = "/network/network.html";

/// Puts pages of its own where ours could be looked for, and then clears all that it can.
const CLEAR: &str = "(async () => {
  const mine = () => new Response('<h1>Mine</h1>', { headers: { 'content-type': 'text/html' } });
  const cache = await caches.open('peerserver');
  for (const name of ['bootstrap.html', 'bridge.html', 'bootstrap.js', 'status.js']) {
    await cache.put('/.well-known/peerserver/' + name, mine());
  }
  POISON
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of (await indexedDB.databases?.()) ?? []) indexedDB.deleteDatabase(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  return (await fetch('/data.txt')).text();
})()";

async fn stage() -> (Dist, RendezvousProcess, Host, Site) {
    let dist = Dist::find().unwrap();
    let rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let options = HostOptions {
        rendezvous: Some(rendezvous.gateway()),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    let content = Content::new(&[
        ("index.html", "<!doctype html><h1>Welcome</h1>"),
        ("about.html", "<!doctype html><h1>About us</h1>"),
        ("data.txt", "some data"),
    ])
    .unwrap();
    let site = host
        .make_site("shop", &content.top().unwrap())
        .await
        .unwrap();
    (dist, rendezvous, host, site)
}

/// Clears all, with what the site put into its caches or without.
async fn clear(view: &View, poisoned: bool) {
    let more = if poisoned {
        ""
    } else {
        "for (const name of await caches.keys()) await caches.delete(name);"
    };
    let data: String = view.eval(&CLEAR.replace("POISON", more)).await.unwrap();
    assert_eq!(data, "some data");
}

async fn lead(view: &View, path: &str) {
    view.eval::<Value>(&format!("void setTimeout(() => location.assign('{path}'))"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_site_that_clears_its_storage_and_ends_its_worker_goes_on_also_when_its_host_was_away() {
    let (dist, rendezvous, mut host, site) = stage().await;
    let visitors = [
        Visitor::chromium().await.unwrap(),
        Visitor::firefox().await.unwrap(),
        Visitor::with_extension(&dist, &rendezvous.gateway())
            .await
            .unwrap(),
    ];
    let mut views = Vec::new();
    for visitor in &visitors {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("Welcome").await.unwrap();
        let caches: u32 = view
            .eval("caches.keys().then(keys => keys.length)")
            .await
            .unwrap();
        assert_eq!(caches, 0, "none that the site did not make");
        for poisoned in [true, false] {
            clear(&view, poisoned).await;
            lead(&view, "/about.html").await;
            view.wait_for_text("About us").await.unwrap();
            view.wait_for_place("/about.html").await.unwrap();
            lead(&view, "/").await;
            view.wait_for_text("Welcome").await.unwrap();
        }
        clear(&view, true).await;
        views.push(view);
    }
    host.kill();
    for view in &views {
        lead(view, "/about.html").await;
        view.wait_for_reason("offline", "not online").await.unwrap();
    }
    host.launch().await.unwrap();
    for view in &views {
        view.wait_for_text("About us").await.unwrap();
    }
}

#[tokio::test]
async fn what_a_site_keeps_under_our_names_is_not_shown_for_ours_without_gateway_and_host() {
    let (dist, mut rendezvous, mut host, site) = stage().await;
    let visitor = Visitor::with_extension(&dist, &rendezvous.gateway())
        .await
        .unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome").await.unwrap();
    let keep = "caches.open('peerserver').then(cache => Promise.all(['bootstrap.html', 'bridge.html'].map(name =>
        cache.put('/.well-known/peerserver/' + name, new Response('<h1>Mine</h1>', { headers: { 'content-type': 'text/html' } })))))";
    view.eval::<Value>(keep).await.unwrap();
    rendezvous.kill().await.unwrap();
    host.kill();
    let browser = visitor.as_chromium().unwrap();
    browser.stop_worker(&site.label).await.unwrap();
    browser.close_offscreen(NETWORK).await.unwrap();
    lead(&view, "/about.html").await;
    view.wait_for_reason("rendezvous", "cannot be reached")
        .await
        .unwrap();
    rendezvous.launch().await.unwrap();
    host.launch().await.unwrap();
    view.wait_for_text("About us").await.unwrap();
}

#[tokio::test]
async fn a_visit_of_the_extension_ends_when_no_page_of_its_site_is_left() {
    let (dist, rendezvous, _host, site) = stage().await;
    let visitor = Visitor::with_extension(&dist, &rendezvous.gateway())
        .await
        .unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome").await.unwrap();
    let browser = visitor.as_chromium().unwrap();
    let bridge = format!("{}.localhost", site.label);
    browser
        .wait_for_target("iframe", &bridge, Duration::from_secs(5))
        .await
        .unwrap();
    let tab = visitor.as_chromium().unwrap().open("about:blank").await;
    view.page.close().await.unwrap();
    // It is looked for every minute, and half a minute must have passed since a page was asked for.
    let end = tokio::time::Instant::now() + Duration::from_secs(150);
    while browser
        .targets()
        .await
        .unwrap()
        .iter()
        .any(|target| target.url.contains(&bridge) && target.kind == "iframe")
    {
        assert!(tokio::time::Instant::now() < end, "the visit goes on");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    drop(tab);
    let again = visitor.open(&site.link).await.unwrap();
    again.wait_for_text("Welcome").await.unwrap();
}
