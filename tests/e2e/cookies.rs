//! Cookies that a site's routes set: who sees them, who keeps them, and with which requests they go.

use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, Site, View, Visitor};

/// The visitor's network document.
const NETWORK: &str = "/network/network.html";

/// Notes in its title what the page's scripts see at their start.
const SET: &str = r#"
export const pattern = "GET /set";
export default () => {
  const headers = new Headers({ "content-type": "text/html" });
  for (const line of [
    "sid=secret; HttpOnly; Max-Age=3600; Path=/",
    "strict=1; HttpOnly; SameSite=Strict; Max-Age=3600; Path=/",
    "none=1; HttpOnly; SameSite=None; Secure; Max-Age=3600; Path=/",
    "deep=1; HttpOnly; Max-Age=3600; Path=/deep",
    "colour=red; Max-Age=3600; Path=/",
    "plain=1; Path=/",
    "foreign=1; Domain=example.com",
    "gone=1; Max-Age=0",
    "ended=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ]) headers.append("set-cookie", line);
  return new Response("<!doctype html><title></title><script>document.title = 'seen ' + document.cookie</script>", { headers });
};
"#;

const CLEAR: &str = r#"
export const pattern = "GET /clear";
export default () => {
  const headers = new Headers();
  for (const name of ["sid", "colour"]) headers.append("set-cookie", `${name}=; Path=/; Max-Age=0`);
  return new Response("cleared", { headers });
};
"#;

/// Says which cookies came.
const ECHO: &str = r#"
export const pattern = ["GET /echo", "POST /echo", "GET /deep/echo"];
export default async (request) => {
  const cookies = (request.headers.get("cookie") ?? "").split("; ").sort().join("; ");
  const form = request.method === "POST" ? (await request.formData()).get("word") : "";
  return new Response(`<!doctype html><title>Echo</title><pre>${request.method} ${form} [${cookies}]</pre>`,
    { headers: { "content-type": "text/html" } });
};
"#;

async fn bakery() -> (Dist, Host, Site) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = Content::new(&[
        (
            "public/index.html",
            "<!doctype html><title>Bakery</title><h1>The bakery</h1>",
        ),
        ("routes/set.js", SET),
        ("routes/clear.js", CLEAR),
        ("routes/echo.js", ECHO),
    ])
    .unwrap();
    let site = host
        .make_site("bakery", &content.top().unwrap())
        .await
        .unwrap();
    (dist, host, site)
}

/// Visits `/set`, and gives what the page's scripts saw there.
async fn set(visitor: &Visitor, site: &Site) -> (View, String) {
    let view = visitor.open(&format!("{}set", site.link)).await.unwrap();
    view.wait_for("document.title.startsWith('seen')")
        .await
        .unwrap();
    let seen: String = view
        .eval("document.title.slice(5).split('; ').sort().join('; ')")
        .await
        .unwrap();
    (view, seen)
}

/// The cookies that the host gets with a request by `fetch`.
async fn sent(view: &View, path: &str, init: &str) -> String {
    let script = format!(
        "fetch('{path}', {init}).then(r => r.text()).then(text => /\\[(.*)\\]/.exec(text)[1])"
    );
    view.eval(&script).await.unwrap()
}

/// Waits for a page that says which cookies came, and gives its line.
async fn said(view: &View, method: &str) -> String {
    view.wait_for(&format!(
        "document.querySelector('pre')?.textContent.startsWith('{method} ')"
    ))
    .await
    .unwrap();
    view.eval("document.querySelector('pre').textContent")
        .await
        .unwrap()
}

const HIDDEN: &str = "none=1; sid=secret; strict=1";

#[tokio::test]
async fn pages_see_their_cookies_and_the_host_gets_all() {
    let (dist, host, site) = bakery().await;
    let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let without = Visitor::chromium().await.unwrap();
    let firefox = Visitor::firefox().await.unwrap();
    for (visitor, called) in [
        (&with, "with"),
        (&without, "without"),
        (&firefox, "firefox"),
    ] {
        let (view, seen) = set(visitor, &site).await;
        assert_eq!(
            seen, "colour=red; plain=1",
            "{called}: at the start of the page's scripts"
        );
        let all = format!(
            "colour=red; {}",
            HIDDEN.replace("none=1; ", "none=1; plain=1; ")
        );
        assert_eq!(sent(&view, "/echo", "{}").await, all);
        let deep = all.replace("none=1", "deep=1; none=1");
        assert_eq!(sent(&view, "/deep/echo", "{}").await, deep);
        assert_eq!(sent(&view, "/echo", "{ credentials: 'omit' }").await, "");
        // What a page writes is sent, but passes for nothing of the host's.
        view.eval::<Value>(
            "void ['theme=dark', 'sid=evil', '=sid=evil', 'peerserver-session=evil']
                .forEach(pair => { document.cookie = pair + '; Path=/; Secure; SameSite=None; Partitioned'; })",
        )
        .await
        .unwrap();
        assert_eq!(
            sent(&view, "/echo", "{}").await,
            format!("{all}; theme=dark")
        );
        let header: Value = view
            .eval("fetch('/set').then(r => r.headers.get('set-cookie'))")
            .await
            .unwrap();
        assert_eq!(header, Value::Null);
        assert_eq!(
            sent(&view, "/echo", "{ headers: { cookie: 'sid=evil' } }").await,
            format!("{all}; theme=dark")
        );
        view.eval::<Value>("fetch('/clear').then(r => r.text())")
            .await
            .unwrap();
        let seen: String = view.eval("document.cookie").await.unwrap();
        assert!(!seen.contains("colour"), "{called}: {seen}");
        let left = sent(&view, "/echo", "{}").await;
        assert!(
            !left.contains("secret") && !left.contains("colour"),
            "{left}"
        );
        assert!(left.contains("strict=1"), "{left}");
    }
}

#[tokio::test]
async fn hidden_cookies_outlive_the_visitors_worker_rooms_and_browser_and_are_in_all_tabs() {
    let (dist, mut host, site) = bakery().await;
    let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let without = Visitor::chromium().await.unwrap();
    for (visitor, extension) in [(with, true), (without, false)] {
        let (view, _) = set(&visitor, &site).await;
        let address = format!("{}echo", site.link);
        let other = visitor.open(&address).await.unwrap();
        // Led by the shell or typed, it may have been anybody's link: no strict one.
        assert!(
            said(&other, "GET")
                .await
                .contains("none=1; plain=1; sid=secret]")
        );
        let browser = visitor.as_chromium().unwrap();
        browser.stop_worker(&site.label).await.unwrap();
        let all = format!(
            "colour=red; {}",
            HIDDEN.replace("none=1; ", "none=1; plain=1; ")
        );
        assert_eq!(sent(&view, "/echo", "{}").await, all, "another worker");
        if extension {
            browser.close_offscreen(NETWORK).await.unwrap();
            assert_eq!(
                sent(&view, "/echo", "{}").await,
                all,
                "another network document"
            );
        }
        view.page.reload().await.unwrap();
        view.wait_for("document.title.startsWith('seen') && document.readyState === 'complete'")
            .await
            .unwrap();
        host.kill();
        host.launch().await.unwrap();
        view.wait_for("fetch('/echo').then(r => r.ok)")
            .await
            .unwrap();
        assert_eq!(sent(&view, "/echo", "{}").await, all, "another connection");
        let visitor = visitor.restart(&dist).await.unwrap();
        let again = visitor.open(&address).await.unwrap();
        let line = said(&again, "GET").await;
        assert!(
            line.contains("colour=red") && line.contains("sid=secret"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_form_or_link_of_another_site_does_not_come_with_the_visitors_cookies() {
    let (dist, host, site) = bakery().await;
    let content = Content::new(&[(
        "index.html",
        "<!doctype html><title>Evil</title><h1>Evil</h1>",
    )])
    .unwrap();
    let evil = host
        .make_site("evil", &content.top().unwrap())
        .await
        .unwrap();
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let (view, _) = set(&visitor, &site).await;
    let origin: String = view.eval("location.origin").await.unwrap();
    let form = |policy: &str, origin: &str| {
        format!(
            "void setTimeout(() => {{
                document.head.insertAdjacentHTML('beforeend', '<meta name=referrer content={policy}>');
                document.body.innerHTML = '<form method=post action={origin}/echo><input name=word value=hello></form>';
                document.querySelector('form').submit();
            }})"
        )
    };
    view.eval::<Value>(&form("strict-origin", ""))
        .await
        .unwrap();
    assert_eq!(
        said(&view, "POST").await,
        "POST hello [colour=red; none=1; plain=1; sid=secret; strict=1]"
    );
    for policy in ["unsafe-url", "no-referrer"] {
        let page = visitor.open(&evil.link).await.unwrap();
        page.wait_for_text("Evil").await.unwrap();
        page.eval::<Value>(&form(policy, &origin)).await.unwrap();
        assert_eq!(said(&page, "POST").await, "POST hello [none=1]", "{policy}");
        let page = visitor.open(&evil.link).await.unwrap();
        page.wait_for_text("Evil").await.unwrap();
        page.eval::<Value>(&form(policy, &origin).replace("method=post", "method=get"))
            .await
            .unwrap();
        assert_eq!(
            said(&page, "GET").await,
            "GET  [colour=red; none=1; plain=1; sid=secret]",
            "{policy}"
        );
    }
}

#[tokio::test]
async fn a_form_of_a_frame_without_an_origin_does_not_come_with_the_cookies_of_the_page_around_it()
{
    let (dist, host, site) = bakery().await;
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let (view, _) = set(&visitor, &site).await;
    let origin: String = view.eval("location.origin").await.unwrap();
    let send = format!(
        "void (() => {{
            const frame = document.createElement('iframe');
            frame.sandbox = 'allow-scripts allow-forms allow-top-navigation';
            frame.srcdoc = '<form method=post target=_top action={origin}/echo><input name=word value=hello></form><script>document.querySelector(\"form\").submit()</script>';
            document.body.append(frame);
        }})()"
    );
    view.eval::<Value>(&send).await.unwrap();
    assert_eq!(said(&view, "POST").await, "POST hello [none=1]");
}

#[tokio::test]
async fn a_form_waits_for_its_worker_to_be_linked_and_is_not_said_to_have_arrived_when_it_has_not()
{
    let (dist, mut host, site) = bakery().await;
    let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let without = Visitor::chromium().await.unwrap();
    let send = "void setTimeout(() => {
        document.body.innerHTML = '<form method=post action=/echo><input name=word value=hello></form>';
        document.querySelector('form').submit();
    })";
    let mut views = Vec::new();
    for visitor in [&with, &without] {
        let (view, _) = set(visitor, &site).await;
        let browser = visitor.as_chromium().unwrap();
        browser.stop_worker(&site.label).await.unwrap();
        view.eval::<Value>(send).await.unwrap();
        let line = said(&view, "POST").await;
        assert!(
            line.starts_with("POST hello [") && line.contains("sid=secret"),
            "{line}"
        );
        views.push(view);
    }
    host.kill();
    for view in &views {
        view.eval::<Value>(send).await.unwrap();
        view.wait_for(
            "document.querySelector('#heading')?.textContent.startsWith('What you sent')
                && document.querySelector('#retry').textContent === 'Go back'",
        )
        .await
        .unwrap();
    }
}

/// In a page in the shell: gets hold of the bridge frame beside it, has it ask for a port, takes that when it is on its
/// way to the worker, and asks by it.
const TAKE_THE_PORT: &str = r#"
new Promise((resolve) => {
  const bridge = [...Array(parent.length).keys()].map(n => parent[n]).find((frame) => {
    try { return frame !== window && frame.location.pathname.endsWith('/bridge.html'); } catch { return false; }
  });
  if (!bridge) return resolve('there is no bridge');
  const heard = [];
  bridge.ServiceWorker.prototype.postMessage = (_, [port]) => {
    port.onmessage = ({ data }) => {
      heard.push(JSON.stringify(data));
      if (heard.filter((line) => line.includes('"response"')).length === 2) resolve(heard.join('\n'));
    };
    for (const [id, path] of ['/set', '/echo'].entries()) {
      port.postMessage({ kind: 'request', id: 900 + id, method: 'GET', path, headers: [], body: false, initiator: 'site', cookies: [] });
    }
  };
  bridge.navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { peerserver: 'needPort' } }));
})
"#;

#[tokio::test]
async fn a_page_that_takes_its_workers_port_finds_no_hidden_cookie_in_it() {
    let (_dist, _host, site) = bakery().await;
    for visitor in [
        Visitor::chromium().await.unwrap(),
        Visitor::firefox().await.unwrap(),
    ] {
        let (view, _) = set(&visitor, &site).await;
        let heard: String = view.eval(TAKE_THE_PORT).await.unwrap();
        assert!(
            heard.contains(r#""kind":"response""#) && heard.contains(r#""status":200"#),
            "{heard}"
        );
        assert!(!heard.contains("secret"), "{heard}");
        let stored: String = view
            .eval("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
            .await
            .unwrap();
        assert!(!stored.contains("secret"), "{stored}");
    }
}

#[tokio::test]
async fn who_clears_a_sites_data_is_unknown_to_it() {
    let (dist, host, site) = bakery().await;
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let (view, _) = set(&visitor, &site).await;
    let origin: String = view.eval("location.origin").await.unwrap();
    let page = visitor
        .as_chromium()
        .unwrap()
        .open("about:blank")
        .await
        .unwrap();
    page.command(
        "Storage.clearDataForOrigin",
        json!({ "origin": origin, "storageTypes": "all" }),
    )
    .await
    .unwrap();
    let again = visitor.open(&format!("{}echo", site.link)).await.unwrap();
    assert_eq!(said(&again, "GET").await, "GET  []");
}
