//! Another program had the gateway's port, and left service workers in the browser that answer in place of the
//! gateway and of a site: when the port is the gateway's again they go by themselves.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use driver::Page;
use peerserver::rendezvous::{self, Settings};
use stage::{PATIENCE, Visitor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

/// Answers every page.
const WORKER: &str = "
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(
    new Response('<title>Left</title>', { headers: { 'content-type': 'text/html' } })));
";

/// Longer than a browser waits until it looks after a worker that is in use.
const LOOKED_AFTER: Duration = Duration::from_secs(120);

const SITE: &str = "shop-mzuhvlpymk6xo3epygfy.localhost";

/// The other program: a worker at `/worker.js`, and a page everywhere else.
async fn other(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await?);
            }
            let (kind, body) = match head.starts_with(b"GET /worker.js ") {
                true => ("text/javascript", WORKER),
                false => ("text/html", "<title>Other</title>"),
            };
            let answer = format!("HTTP/1.0 200 OK\r\ncontent-type: {kind}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await
        });
    }
}

/// The page at this address comes from the worker that was left.
async fn leave_worker(page: &Page, address: &str) {
    page.goto(address).await.unwrap();
    let register = "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => 1)";
    let _: i32 = page.eval(register).await.unwrap();
    page.goto(address).await.unwrap();
    page.wait_for("document.title === 'Left'", PATIENCE)
        .await
        .unwrap();
}

/// Within some time nothing is left of the worker.
async fn worker_goes(page: &Page, address: &str) {
    let end = Instant::now() + LOOKED_AFTER;
    loop {
        // The page may be loaded anew in the middle.
        let there = "document.title === 'Left' || navigator.serviceWorker.getRegistrations().then((all) => all
            .some((one) => one.active?.scriptURL.endsWith('/worker.js') && !one.active.scriptURL.includes('peerserver')))";
        if !page.eval(there).await.unwrap_or(true) {
            return;
        }
        assert!(Instant::now() < end, "the worker stays at {address}");
        sleep(Duration::from_secs(5)).await;
        let _ = page.goto(address).await;
    }
}

#[tokio::test]
async fn workers_that_another_program_left_go_when_the_port_is_the_gateways_again() {
    let chromium = Visitor::chromium().await.unwrap();
    let firefox = Visitor::firefox().await.unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = tokio::spawn(other(listener));
    let gateway = format!("http://localhost:{port}/");
    // Firefox does not say whose worker is asked for, so at a site's origin there it stays.
    let places = [
        (&chromium, gateway.clone()),
        (&chromium, format!("http://{SITE}:{port}/")),
        (&firefox, gateway),
    ];
    let mut left = Vec::new();
    for (visitor, address) in places {
        let page = visitor.browser().new_page().await.unwrap();
        leave_worker(&page, &address).await;
        left.push((page, address));
    }
    other.abort();
    let _ = other.await;

    let settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let rendezvous = rendezvous::bind(settings).await.unwrap();
    let running = tokio::spawn(rendezvous.run(std::future::pending()));
    for (page, address) in &left {
        let _ = page.goto(address).await;
    }
    for (page, address) in &left {
        worker_goes(page, address).await;
    }
    running.abort();
    chromium.close().await.unwrap();
    firefox.close().await.unwrap();
}
