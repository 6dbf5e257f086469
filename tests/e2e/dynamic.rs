//! Sites with code, in real browsers: routes, templates, data, sessions, uploads, live pages; and code that does harm.

use std::time::Duration;

use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, Site, View, Visitor, ask};

const GUESTS: &str = r#"
export const pattern = ["GET /guests", "POST /guests"];
export default async function (request, { db, session, render, events }) {
  const guests = db.collection("guests");
  if (request.method === "POST") {
    const form = await request.formData();
    await guests.insert({ name: form.get("name") });
    session.name = form.get("name");
    events.publish("guests", { name: form.get("name") });
    return Response.redirect(new URL("/guests", request.url), 303);
  }
  return render("guests", { guests: await guests.find({}), me: session.name });
}
"#;

const TEMPLATE: &str = r#"<!doctype html><title>Guests</title><h1>Guests</h1>
<ul>{{#each guests}}<li>{{name}}</li>{{/each}}</ul><p id="me">{{default me "nobody"}}</p><p id="live"></p>
<form method="post" action="/guests"><input name="name"><button>Sign</button></form>
<script type="module" src="/live.js"></script>"#;

const LIVE_SCRIPT: &str = r#"
new EventSource("/live").onmessage = ({ data }) => { document.getElementById('live').textContent += JSON.parse(data).name; };
"#;

const LIVE: &str = r#"
export const pattern = "GET /live";
export default async function (request, { events, db }) {
  return events.stream((async function* () {
    yield { name: "(here)" };
    try { for await (const { data } of events.subscribe("guests")) yield data; }
    finally { await db.collection("left").insert({ who: "somebody" }); }
  })());
}
"#;

const UPLOAD: &str = r#"
export const pattern = "POST /photos";
export default async function (request, { files }) {
  const photo = (await request.formData()).get("photo");
  await files.write("public/photos/one.bin", photo);
  return { size: photo.size, there: await files.list("public/photos/") };
}
"#;

const STREAM: &str = r#"
export const pattern = "GET /stream/:pieces";
export default function* (request, { params }) {
  for (let i = 0; i < Number(params.pieces); i++) yield new Uint8Array(65536).fill(i);
}
"#;

const ECHO: &str = r#"
export const pattern = "POST /echo";
export default async (request) => new Response(await request.bytes(), { status: 201, headers: { "x-kind": "echo" } });
"#;

/// Routes that do harm: their name and handler.
const HARM: [(&str, &str); 7] = [
    ("loop", "() => { for (;;); }"),
    ("caught", "() => { for (;;) try { for (;;); } catch {} }"),
    ("recurse", "function deep() { return deep() + 1; }"),
    (
        "allocate",
        "() => { const all = []; for (;;) all.push(new Array(1000).fill(7)); }",
    ),
    (
        "regex",
        "() => /^(a+)+$/.test('a'.repeat(40) + '!') ? 'yes' : 'no'",
    ),
    ("throw", "() => { throw new TypeError('deliberate'); }"),
    ("never", "() => new Promise(() => {})"),
];

/// An operation of the interpreter's own that it does not look into.
const HANG: &str = r#"
export const pattern = "GET /harm/hang";
export default () => { const huge = { length: 2 ** 40 }; return Array.prototype.indexOf.call(huge, 1) + ""; };
"#;

fn content() -> Content {
    let mut files = vec![
        (
            "public/index.html".to_owned(),
            "<!doctype html><title>Hall</title><h1>The hall</h1><a href='/guests'>Guests</a>"
                .to_owned(),
        ),
        ("public/live.js".to_owned(), LIVE_SCRIPT.to_owned()),
        ("routes/guests.js".to_owned(), GUESTS.to_owned()),
        ("routes/live.js".to_owned(), LIVE.to_owned()),
        ("routes/upload.js".to_owned(), UPLOAD.to_owned()),
        ("routes/stream.js".to_owned(), STREAM.to_owned()),
        ("routes/echo.js".to_owned(), ECHO.to_owned()),
        ("routes/hang.js".to_owned(), HANG.to_owned()),
        ("templates/guests.hbs".to_owned(), TEMPLATE.to_owned()),
        (
            "data/guests.json".to_owned(),
            r#"[{"name": "First"}]"#.to_owned(),
        ),
        (
            "site.json".to_owned(),
            r#"{"title": "Hall", "limits": {"deadlineSeconds": 5}, "settings": {"singlePageFallback": "index.html"}}"#.to_owned(),
        ),
    ];
    for (name, handler) in HARM {
        files.push((
            format!("routes/harm-{name}.js"),
            format!("export const pattern = 'GET /harm/{name}';\nexport default {handler};\n"),
        ));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text))
        .collect();
    Content::new(&files).unwrap()
}

async fn hall() -> (Dist, Host, Site) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("hall", &content().top().unwrap())
        .await
        .unwrap();
    (dist, host, site)
}

/// Sends a form as a person does.
async fn sign(view: &View, name: &str) {
    view.wait_for("document.querySelector('form')")
        .await
        .unwrap();
    view.eval::<Value>(&format!(
        "void setTimeout(() => {{ document.querySelector('input').value = '{name}'; document.querySelector('button').click(); }})"
    ))
    .await
    .unwrap();
    view.wait_for(&format!(
        "location.pathname === '/guests' && document.querySelector('#me')?.textContent === '{name}'
            && [...document.querySelectorAll('li')].some(li => li.textContent === '{name}')"
    ))
    .await
    .unwrap();
}

#[tokio::test]
async fn routes_templates_data_and_sessions_work_for_every_visitor() {
    let (dist, host, site) = hall().await;
    let visitors = [
        (
            "Ann",
            Visitor::with_extension(&dist, &host.gateway).await.unwrap(),
        ),
        ("Bea", Visitor::chromium().await.unwrap()),
        ("Cid", Visitor::firefox().await.unwrap()),
    ];
    for (name, visitor) in &visitors {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("The hall").await.unwrap();
        view.click("a").await.unwrap();
        view.wait_for_place("/guests").await.unwrap();
        view.wait_for("document.querySelector('#me').textContent === 'nobody'")
            .await
            .unwrap();
        sign(&view, name).await;
        // Another tab of the same visitor is the same session.
        let other = visitor.open(&format!("{}guests", site.link)).await.unwrap();
        other
            .wait_for(&format!(
                "document.querySelector('#me')?.textContent === '{name}'"
            ))
            .await
            .unwrap();
    }
    // All are there, the seed first, and what somebody writes is text.
    let (_, last) = &visitors[1];
    let view = last.open(&format!("{}guests", site.link)).await.unwrap();
    view.wait_for("document.querySelectorAll('li').length === 4")
        .await
        .unwrap();
    let names: Vec<String> = view
        .eval("[...document.querySelectorAll('li')].map(li => li.textContent)")
        .await
        .unwrap();
    assert_eq!(names, ["First", "Ann", "Bea", "Cid"]);
}

#[tokio::test]
async fn bodies_go_both_ways_and_methods_are_answered_properly() {
    let (dist, host, site) = hall().await;
    let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let without = Visitor::chromium().await.unwrap();
    let firefox = Visitor::firefox().await.unwrap();
    for visitor in [&with, &without, &firefox] {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("The hall").await.unwrap();
        let found: Value = view
            .eval(
                "(async () => {
                    const body = new Uint8Array(3_000_000).map((_, i) => i % 251);
                    const echo = await fetch('/echo', { method: 'POST', body });
                    const back = new Uint8Array(await echo.arrayBuffer());
                    const form = new FormData();
                    form.set('photo', new File([body.slice(0, 100_000)], 'a.bin'));
                    const upload = await (await fetch('/photos', { method: 'POST', body: form })).json();
                    const photo = await (await fetch('/photos/one.bin')).arrayBuffer();
                    const streamed = await (await fetch('/stream/64')).arrayBuffer();
                    const status = async (path, method) => {
                        const answer = await fetch(path, { method });
                        return [answer.status, answer.headers.get('allow')];
                    };
                    return {
                        echo: [echo.status, echo.headers.get('x-kind'), back.length, back.every((b, i) => b === body[i])],
                        upload: upload.size, photo: photo.byteLength, streamed: streamed.byteLength,
                        marker: echo.headers.get('peerserver-code'),
                        get: await status('/echo', 'GET'), put: await status('/guests', 'PUT'),
                        options: await status('/guests', 'OPTIONS'), head: await status('/guests', 'HEAD'),
                        missing: (await status('/nothing', 'GET'))[0],
                        fallback: await (await fetch('/nothing', { headers: { accept: 'text/html' } })).text()
                            .then(text => text.includes('The hall')),
                    };
                })()",
            )
            .await
            .unwrap();
        assert_eq!(
            found,
            json!({
                "echo": [201, "echo", 3_000_000, true],
                "upload": 100_000, "photo": 100_000, "streamed": 64 * 65_536,
                "marker": null,
                "get": [405, "POST, OPTIONS"], "put": [405, "GET, HEAD, POST, OPTIONS"],
                "options": [204, "GET, HEAD, POST, OPTIONS"], "head": [200, null],
                "missing": 404, "fallback": true,
            })
        );
    }
}

#[tokio::test]
async fn a_live_page_hears_of_another_visitor_and_its_stream_ends_when_it_leaves() {
    let (dist, host, site) = hall().await;
    let ann = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let bea = Visitor::chromium().await.unwrap();
    let hers = ann.open(&format!("{}guests", site.link)).await.unwrap();
    hers.wait_for("document.querySelector('#live')?.textContent === '(here)'")
        .await
        .unwrap();
    let other = bea.open(&format!("{}guests", site.link)).await.unwrap();
    sign(&other, "Bea").await;
    hers.wait_for("document.querySelector('#live').textContent === '(here)Bea'")
        .await
        .unwrap();
    ann.close().await.unwrap();
    let popup = host.popup().await.unwrap();
    let id = host.state(&popup).await.unwrap()["sites"][0]["id"].clone();
    let left = format!(
        "chrome.runtime.sendMessage({{toBackground: 'ask', ask: {{ask: 'box', site: {id}, question: {{box: 'console',
            statement: 'select count(*) from left', write: false}}}}}}).then(r => r.ok?.value?.rows?.[0]?.[0] >= 1)"
    );
    popup.wait_for(&left, stage::PATIENCE).await.unwrap();
}

#[tokio::test]
async fn harmful_code_ends_its_own_request_and_nothing_else() {
    let (dist, host, site) = hall().await;
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let view = visitor.open(&format!("{}guests", site.link)).await.unwrap();
    sign(&view, "Ann").await;
    let mut incidents = Vec::new();
    for name in HARM.map(|(name, _)| name).into_iter().chain(["hang"]) {
        let answer: Value = view
            .eval(&format!(
                "(async () => {{
                    const harm = fetch('/harm/{name}');
                    // Others are answered meanwhile, or after.
                    const others = await Promise.all([1, 2, 3].map(() => fetch('/guests').then(r => r.status)));
                    const answer = await harm;
                    return {{ status: answer.status, text: await answer.text(), others }};
                }})()"
            ))
            .await
            .unwrap();
        let status = answer["status"].as_u64().unwrap();
        assert!([500, 503].contains(&status), "{name}: {answer}");
        assert_eq!(answer["others"], json!([200, 200, 200]), "{name}");
        let text = answer["text"].as_str().unwrap();
        let incident = text
            .split("Incident ")
            .nth(1)
            .expect("an incident")
            .get(..8)
            .unwrap();
        incidents.push((name, incident.to_owned()));
    }
    // The session and the data are as they were.
    view.page.reload().await.unwrap();
    view.wait_for("document.querySelector('#me')?.textContent === 'Ann'")
        .await
        .unwrap();
    // Each incident is in the site's log.
    let popup = host.popup().await.unwrap();
    for (name, incident) in incidents {
        let logged = format!(
            "new Promise((resolve, reject) => {{
                const open = indexedDB.open('peerserver');
                open.onerror = () => reject(open.error);
                open.onsuccess = () => {{
                    const all = open.result.transaction('log').objectStore('log').getAll();
                    all.onsuccess = () => {{ open.result.close(); resolve(JSON.stringify(all.result).includes('{incident}')); }};
                }};
            }})"
        );
        popup
            .wait_for(&logged, stage::PATIENCE)
            .await
            .unwrap_or_else(|error| panic!("{name} ({incident}) is not in the log: {error}"));
    }
}

#[tokio::test]
async fn what_was_answered_is_kept_though_the_box_and_the_browser_are_killed() {
    let (dist, mut host, site) = hall().await;
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let view = visitor.open(&format!("{}guests", site.link)).await.unwrap();
    sign(&view, "Ann").await;
    let popup = host.popup().await.unwrap();
    let id = host.state(&popup).await.unwrap()["sites"][0]["id"].clone();
    view.eval::<Value>(
        "(() => { window.kept = []; window.writing = (async () => {
            for (let i = 0; i < 60; i++) {
                const body = new URLSearchParams({ name: 'guest ' + i });
                const answer = await fetch('/guests', { method: 'POST', body }).catch(() => null);
                if (answer?.ok) window.kept.push('guest ' + i);
            }
        })(); return null; })()",
    )
    .await
    .unwrap();
    for step in [10, 20, 30] {
        view.wait_for(&format!("window.kept.length >= {step}"))
            .await
            .unwrap();
        ask(
            &popup,
            json!({ "ask": "box", "site": id, "question": { "box": "restart" } }),
        )
        .await
        .unwrap();
    }
    view.wait_for_within("window.writing.then(() => true)", Duration::from_secs(60))
        .await
        .unwrap();
    let kept: Vec<String> = view.eval("window.kept").await.unwrap();
    assert!(kept.len() > 30, "{}", kept.len());
    host.kill();
    host.launch().await.unwrap();
    view.wait_for(
        "fetch('/guests').then(r => r.ok && r.text()).then(text => text && text.includes('guest 59') && (window.page = text) && true)",
    )
    .await
    .unwrap();
    let page: String = view.eval("window.page").await.unwrap();
    for name in kept {
        assert!(
            page.contains(&format!("<li>{name}</li>")),
            "{name} was lost"
        );
    }
    assert!(
        page.contains("<p id=\"me\">guest 59</p>"),
        "the session is as it was"
    );
}

#[tokio::test]
async fn a_database_goes_with_its_site_and_no_other() {
    let (_dist, host, _site) = hall().await;
    let popup = host.popup().await.unwrap();
    let id = host.state(&popup).await.unwrap()["sites"][0]["id"].clone();
    ask(
        &popup,
        json!({ "ask": "box", "site": id, "question": { "box": "exportData" } }),
    )
    .await
    .unwrap();
    let names = "(async () => {
        const root = await navigator.storage.getDirectory();
        const sites = await root.getDirectoryHandle('sites');
        const names = [];
        for await (const name of sites.keys()) names.push(name);
        return names;
    })()";
    popup
        .eval::<Value>(
            "(async () => {
                const root = await navigator.storage.getDirectory();
                const sites = await root.getDirectoryHandle('sites');
                await sites.getDirectoryHandle('of-no-site', { create: true });
                return null;
            })()",
        )
        .await
        .unwrap();
    let before: Vec<String> = popup.eval(names).await.unwrap();
    assert_eq!(before.len(), 2);
    ask(&popup, json!({ "ask": "sitesChanged" })).await.unwrap();
    let after: Value = popup.eval(names).await.unwrap();
    assert_eq!(after, json!([id]));
}
