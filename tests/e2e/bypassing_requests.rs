//! Requests that browsers do not show to a site's worker. What outlives its page arrives all the same; what cannot be had
//! stands in the README.

use std::collections::BTreeMap;

use serde_json::Value;
use stage::{Content, Dist, Host, HostOptions, Visitor};

use crate::recording_server::Recorded;
use crate::request_headers::{RECORD, RECORDED};

const PAGE: &str = r#"<!doctype html><title>Past</title><h1>Past</h1><a href="/record/next">Next</a>
<script>
addEventListener('pagehide', () => {
  navigator.sendBeacon('/record/beacon', new Blob(['{}'], { type: 'application/json' }));
  fetch('/record/keepalive', { method: 'POST', body: 'text', keepalive: true });
});
const add = (more) => new Promise((done) => {
  const frame = Object.assign(document.createElement('iframe'), more);
  frame.onload = () => done(frame.contentWindow);
  document.body.append(frame);
});
const status = (get) => get().then((answer) => answer.status, (error) => error.name);
const said = (more) => new Promise((done) => {
  addEventListener('message', ({ data }) => done(data), { once: true });
  setTimeout(() => done('nothing'), 3000);
  add(more);
});
async function run() {
  const found = {};
  const blank = await add({});
  found.blank = await status(() => blank.fetch('/record/blank'));
  const srcdoc = await add({ srcdoc: '<p>' });
  found.srcdoc = await status(() => srcdoc.fetch('/record/srcdoc'));
  found.sandboxed = await said({ sandbox: 'allow-scripts', src: '/sandboxed.html' });
  found.sandboxedOwn = await said({ sandbox: 'allow-scripts allow-same-origin', src: '/sandboxed.html' });
  const request = new XMLHttpRequest();
  request.open('GET', '/record/sync', false);
  try { request.send(); } catch {}
  found.sync = request.status;
  const alive = await fetch('/record/alive', { keepalive: true });
  found.alive = [alive.status, alive instanceof Response, alive.url === location.origin + '/record/alive'].join();
  found.beacon = String(navigator.sendBeacon('/record/early', 'text'));
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
  return found;
}
</script>"#;

const SANDBOXED: &str = "<!doctype html><script>parent.postMessage('shown', '*')</script>";

/// What a server on the network would give.
const RIGHT: [(&str, &str); 7] = [
    ("alive", "200,true,true"),
    ("beacon", "true"),
    ("blank", "200"),
    ("sandboxed", "shown"),
    ("sandboxedOwn", "shown"),
    ("srcdoc", "200"),
    ("sync", "200"),
];

/// What browsers ask the gateway for instead, and what the page gets; the README has the reasons.
const LOST_IN_CHROMIUM: [(&str, &str); 3] =
    [("blank", "503"), ("sandboxed", "nothing"), ("sync", "503")];
const LOST_IN_FIREFOX: [(&str, &str); 3] = [
    ("blank", "503"),
    ("sandboxed", "nothing"),
    ("srcdoc", "503"),
];

#[tokio::test]
async fn what_outlives_its_page_arrives_and_what_does_not_is_known() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let visitors = [
        (
            "extension",
            Visitor::with_extension(&dist, &host.gateway).await.unwrap(),
        ),
        ("chromium", Visitor::chromium().await.unwrap()),
        ("firefox", Visitor::firefox().await.unwrap()),
    ];
    for (kind, visitor) in visitors {
        let content = Content::new(&[
            ("public/index.html", PAGE),
            ("public/sandboxed.html", SANDBOXED),
            ("routes/record.js", RECORD),
            ("routes/recorded.js", RECORDED),
        ])
        .unwrap();
        let name = format!("past-{kind}");
        let site = host
            .make_site(&name, &content.top().unwrap())
            .await
            .unwrap();
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("Past").await.unwrap();
        let found: BTreeMap<String, Value> = view.eval("run()").await.unwrap();
        let lost = match kind {
            "firefox" => LOST_IN_FIREFOX,
            _ => LOST_IN_CHROMIUM,
        };
        for (what, right) in RIGHT {
            let lost = lost.iter().find(|(name, _)| *name == what);
            let right = lost.map_or(right, |(_, instead)| instead);
            let got = found[what].to_string();
            assert_eq!(got.trim_matches('"'), right, "{kind}: {what}");
        }
        let go = "void setTimeout(() => document.querySelector('a').click())";
        view.eval::<Value>(go).await.unwrap();
        view.wait_for("location.pathname === '/record/next'")
            .await
            .unwrap();
        for late in ["early", "beacon", "keepalive"] {
            let arrived = format!(
                "fetch('/recorded').then((answer) => answer.json())
                   .then((all) => all.some(({{ name }}) => name === '{late}'))"
            );
            view.wait_for(&arrived).await.unwrap();
        }
        let all: Vec<Recorded> = view
            .eval("fetch('/recorded').then((answer) => answer.json())")
            .await
            .unwrap();
        let beacon = all.iter().find(|one| one.name == "beacon").unwrap();
        assert_eq!(beacon.headers["content-type"], "application/json", "{kind}");
        assert!(beacon.headers["referer"].ends_with("/"), "{kind}");
    }
}
