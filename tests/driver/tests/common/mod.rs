//! A web server for these tests: fixed pages on a free port of 127.0.0.1.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "every test file uses its own part")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long anything may take here.
pub const SOON: Duration = Duration::from_secs(20);

/// Serves until the test's process ends; gives the port.
pub fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, port));
        }
    });
    port
}

/// Something comes to where a button was as soon as a mouse comes near, and another button is folded away.
const MOVING: &str = "<!doctype html><title>moving</title>
    <style>button:not([hidden]) { display: block; width: 200px; height: 60px; }</style>
    <button id=wrong hidden>wrong</button><button id=right>right</button>
    <details><summary>more</summary><button id=folded>folded</button></details>
    <script>
        right.addEventListener('mousemove', () => { wrong.hidden = false; }, { once: true });
        globalThis.clicks = [];
        addEventListener('click', ({ target }) => clicks.push(target.id));
    </script>";

fn answer(stream: TcpStream, port: u16) {
    let mut lines = BufReader::new(&stream).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    while lines
        .next()
        .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
    {}
    let path = request.split(' ').nth(1).unwrap_or("/");
    let (kind, body) = match path {
        "/one" => ("text/html", "<title>one</title><a id=next href=/two>two</a><input id=name><button id=go onclick=\"document.title='clicked'\">go</button>".to_owned()),
        "/two" => ("text/html", "<title>two</title><input type=file id=file multiple><input type=file id=folder webkitdirectory>".to_owned()),
        "/moving" => ("text/html", MOVING.to_owned()),
        "/frames" => ("text/html", format!("<title>frames</title><iframe src=/inner></iframe><iframe src=http://other.localhost:{port}/outer></iframe>")),
        "/inner" => ("text/html", "<title>inner</title>".to_owned()),
        "/outer" => ("text/html", "<title>outer</title><script>console.log('outer speaks')</script>".to_owned()),
        "/worker" => ("text/html", "<title>worker</title><script>navigator.serviceWorker.register('/worker.js')</script>".to_owned()),
        "/worker.js" => ("text/javascript", "let seen = 0; onfetch = event => { if (event.request.url.endsWith('/count')) event.respondWith(new Response(String(++seen))); }; oninstall = () => skipWaiting(); onactivate = event => event.waitUntil(clients.claim());".to_owned()),
        _ => ("text/plain", "?".to_owned()),
    };
    let _ = write!(
        &stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// The test extension: a service worker and an offscreen document.
pub fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/extension")
}
