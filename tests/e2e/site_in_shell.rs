//! What a site's code may do to the tab that shows it, and to other sites in the same browser. Without the extension
//! all sites are frames below the gateway's page: they share a partition of the browser, and each has its bridge frame
//! beside it.

use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, View, Visitor};

/// A tab's address that a site must not get.
const BANK: &str = "/connect/bank-aaaaaaaaaaaaaaaaaaaa/";

/// Posts to the shell from the bridge's place, and counts how often.
const SPOOF: &str = "
let n = 0;
setInterval(() => {
  const above = ['/../..', '/%2e%2e/%2E%2E', '/\\\\..\\\\..'][n % 3];
  parent.postMessage({ peerserver: 'location', path: above + '/connect/bank-aaaaaaaaaaaaaaaaaaaa/', title: 'Bank' }, '*');
  localStorage.spoofs = ++n;
}, 20);
";

/// Each gets the tab to be named by messages: by a script in the bridge, by a page in its place, from the content frame.
const ATTACKS: [&str; 3] = [
    "const script = frame.document.createElement('script');
     script.src = '/spoof.js';
     frame.document.documentElement.append(script);",
    "const script = frame.document.createElement('script');
     script.src = '/lead.js';
     frame.document.documentElement.append(script);",
    "let n = 0;
     setInterval(() => {
       const path = '/../../connect/bank-aaaaaaaaaaaaaaaaaaaa/';
       parent.postMessage({ peerserver: 'bootstrap', reason: 'lost', path }, '*');
       localStorage.spoofs = ++n;
     }, 20);",
];

async fn host() -> (Dist, Host) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    (dist, host)
}

async fn make(host: &Host, name: &str, files: &[(&str, &str)]) -> Site {
    let content = Content::new(files).unwrap();
    host.make_site(name, &content.top().unwrap()).await.unwrap()
}

async fn visitors_in_shells() -> [Visitor; 2] {
    [
        Visitor::chromium().await.unwrap(),
        Visitor::firefox().await.unwrap(),
    ]
}

#[tokio::test]
async fn no_site_makes_its_tab_name_another_site() {
    let (_dist, host) = host().await;
    let page = format!("<!doctype html><script>{SPOOF}</script>");
    let files = [
        (
            "index.html",
            "<!doctype html><title>Evil</title><h1>Evil</h1>",
        ),
        ("spoof.js", SPOOF),
        ("lead.js", "location.replace('/spoof.html');"),
        ("spoof.html", &page),
    ];
    let site = make(&host, "evil", &files).await;
    for visitor in visitors_in_shells().await {
        for attack in ATTACKS {
            let view = visitor.open(&site.link).await.unwrap();
            view.wait_for_title("Evil").await.unwrap();
            view.page
                .eval::<Value>(
                    "void (window.seen = new Set(), setInterval(() => seen.add(location.pathname + ' ' + document.title), 5))",
                )
                .await
                .unwrap();
            let attack = format!(
                "localStorage.spoofs = 0;
                 localStorage.began = Date.now();
                 for (let i = 0; i < parent.length; i++) {{
                   const frame = parent[i];
                   try {{ if (frame === window || frame.location.origin !== origin) continue; }} catch {{ continue; }}
                   {attack}
                 }}"
            );
            view.eval::<Value>(&format!("void (() => {{ {attack} }})()"))
                .await
                .unwrap();
            // Chromium runs the timers of a hidden frame once a second.
            view.wait_for(
                "Number(localStorage.spoofs) > 4 && Date.now() - localStorage.began > 4000",
            )
            .await
            .unwrap();
            let seen: Vec<String> = view.page.eval("[...seen]").await.unwrap();
            let own = format!("/connect/{}/", site.label);
            assert!(
                !seen.is_empty()
                    && seen
                        .iter()
                        .all(|seen| seen.starts_with(&own) && !seen.contains("Bank")),
                "{attack}: {seen:?}"
            );
            assert!(!view.page.url().await.unwrap().contains(BANK));
            view.page.close().await.unwrap();
        }
    }
}

const SET: &str = r#"
export const pattern = "GET /set";
export default () => {
  const headers = new Headers({ "content-type": "text/html" });
  headers.append("set-cookie", "lax=1; HttpOnly; SameSite=Lax; Path=/");
  headers.append("set-cookie", "strict=1; HttpOnly; SameSite=Strict; Path=/");
  return new Response("<!doctype html><title>Set</title><h1>Set</h1>", { headers });
};
"#;

/// A page that notes with which cookies it was asked for.
const FRAMED: &str = r#"
export const pattern = "GET /framed";
export default async (request, { db }) => {
  await db.collection("asked").insert({ cookie: request.headers.get("cookie") ?? "" });
  return new Response("<!doctype html><h1>Delete all</h1>", { headers: { "content-type": "text/html" } });
};
"#;

const ASKED: &str = r#"
export const pattern = "GET /asked";
export default async (request, { db }) => Response.json((await db.collection("asked").find({})).map((one) => one.cookie));
"#;

/// Adds a frame and waits until something of it is there, or a while if the browser tells nothing of what it refused.
fn frame(address: &str, policy: &str) -> String {
    format!(
        "new Promise((resolve) => {{
           const frame = document.createElement('iframe');
           frame.referrerPolicy = '{policy}';
           frame.src = '{address}';
           frame.onload = frame.onerror = () => setTimeout(resolve, 500, null);
           setTimeout(resolve, 4000, null);
           document.body.append(frame);
         }})"
    )
}

#[tokio::test]
async fn no_site_in_a_shell_shows_another_one_in_a_frame_or_has_its_host_asked_with_cookies() {
    let (_dist, host) = host().await;
    let bakery = make(
        &host,
        "bakery",
        &[
            ("public/index.html", "<!doctype html><h1>Bakery</h1>"),
            ("routes/set.js", SET),
            ("routes/framed.js", FRAMED),
            ("routes/asked.js", ASKED),
        ],
    )
    .await;
    let evil = make(
        &host,
        "evil",
        &[("index.html", "<!doctype html><h1>Evil</h1>")],
    )
    .await;
    for (n, visitor) in visitors_in_shells().await.iter().enumerate() {
        let own = visitor.open(&format!("{}set", bakery.link)).await.unwrap();
        own.wait_for_text("Set").await.unwrap();
        let origin: String = own.eval("location.origin").await.unwrap();
        let before = asked(&own).await.len();

        let view = visitor.open(&evil.link).await.unwrap();
        view.wait_for_text("Evil").await.unwrap();
        for policy in ["unsafe-url", "no-referrer"] {
            let frame = frame(&format!("{origin}/framed"), policy);
            view.eval::<Value>(&frame).await.unwrap();
        }
        let shown = view
            .page
            .wait_for_anywhere(
                "document.body?.innerText.includes('Delete all')",
                std::time::Duration::from_millis(200),
            )
            .await;
        assert!(shown.is_err(), "another site is shown in a frame");
        // Nor in place of the site itself, under its address.
        view.eval::<Value>(&format!(
            "void setTimeout(() => location.assign('{origin}/framed'))"
        ))
        .await
        .unwrap();
        let left = view
            .page
            .wait_for_anywhere(
                "document.body?.innerText.includes('Delete all')",
                std::time::Duration::from_secs(2),
            )
            .await;
        assert!(
            left.is_err(),
            "another site is shown under this site's address"
        );
        assert_eq!(asked(&own).await.len(), before, "the host was not asked");

        // What the site itself frames is its own, whatever its pages say of themselves.
        for (policy, cookies) in [("", "lax=1; strict=1"), ("no-referrer", "lax=1")] {
            own.eval::<Value>(&frame("/framed", policy)).await.unwrap();
            own.wait_for(&format!(
                "fetch('/asked').then(r => r.json()).then(all => all.length > {} && all.at(-1) === '{cookies}')",
                before
            ))
            .await
            .unwrap_or_else(|error| panic!("visitor {n}, {policy}: {error}"));
        }
    }
}

async fn asked(view: &View) -> Vec<String> {
    view.eval("fetch('/asked').then(r => r.json())")
        .await
        .unwrap()
}

#[tokio::test]
async fn a_link_from_elsewhere_comes_to_the_shell_with_lax_cookies_also_after_a_reload() {
    let (_dist, host) = host().await;
    let bakery = make(
        &host,
        "bakery",
        &[
            ("routes/set.js", SET),
            ("routes/framed.js", FRAMED),
            ("routes/asked.js", ASKED),
        ],
    )
    .await;
    for visitor in visitors_in_shells().await {
        let own = visitor.open(&format!("{}set", bakery.link)).await.unwrap();
        own.wait_for_text("Set").await.unwrap();
        let view = visitor
            .open(&format!("{}framed", bakery.link))
            .await
            .unwrap();
        view.wait_for_text("Delete all").await.unwrap();
        assert_eq!(asked(&own).await.last().unwrap(), "lax=1");
        let before = asked(&own).await.len();
        view.page.reload().await.unwrap();
        view.wait_for_text("Delete all").await.unwrap();
        let all = asked(&own).await;
        assert!(
            all.len() > before && all.last().unwrap() == "lax=1",
            "{all:?}"
        );
    }
}

#[tokio::test]
async fn a_page_in_the_shell_may_what_its_frame_allows() {
    let (_dist, host) = host().await;
    let site = make(
        &host,
        "shop",
        &[("index.html", "<!doctype html><h1>Shop</h1>")],
    )
    .await;
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Shop").await.unwrap();
    let allowed: Value = view
        .eval(
            "[document.fullscreenEnabled].concat(['fullscreen', 'autoplay', 'clipboard-write', 'gamepad', 'camera', 'geolocation']
                .map(name => document.featurePolicy.allowsFeature(name)))",
        )
        .await
        .unwrap();
    assert_eq!(allowed, json!([true, true, true, true, true, false, false]));
    view.page
        .wait_for(
            "document.querySelector('iframe[name=peerserver-bridge]').sandbox.length === 2",
            PATIENCE,
        )
        .await
        .unwrap();
}
