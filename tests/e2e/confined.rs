//! What the box of a site's code and the content script at a site's page can do in the extension, should somebody take
//! over the box's wasm or the page's process: no more than their own work needs.

use std::time::Duration;

use driver::chromium::Page;
use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, Visitor};

/// Routes of a site that keeps something and writes files.
const WRITE: &str = r#"
export const pattern = "POST /write/:name/:kib";
export default async function (request, { params, files }) {
  try {
    await files.write(`public/${params.name}`, new Uint8Array(params.kib * 1024).fill(params.name.charCodeAt(0)));
    return "written";
  } catch (error) {
    return new Response(error.message, { status: 507 });
  }
}
"#;

const COUNT: &str = r#"
export const pattern = "GET /count";
export default async (request, { db }) => {
  await db.collection("visits").insert({});
  return new Response(String(await db.collection("visits").count({})));
};
"#;

/// Holds more and more memory until somebody stops it.
const HOLD: &str = r#"
export const pattern = "GET /hold/:mib";
export default async (request, { params }) => {
  const held = [];
  for (let i = 0; i < params.mib; i++) held.push(new Uint8Array(1024 * 1024).fill(i));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return new Response(String(held.length));
};
"#;

fn content() -> Content {
    Content::new(&[
        ("public/index.html", "<!doctype html><title>Shop</title><h1>The shop</h1>"),
        ("routes/write.js", WRITE),
        ("routes/count.js", COUNT),
        ("routes/hold.js", HOLD),
        (
            "site.json",
            r#"{"limits": {"memoryMiB": 128, "concurrency": 16, "cpuMs": 10000, "deadlineSeconds": 60}}"#,
        ),
    ])
    .unwrap()
}

async fn host() -> (Dist, Host) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    (dist, host)
}

async fn shop(host: &Host, name: &str) -> Site {
    host.make_site(name, &content().top().unwrap())
        .await
        .unwrap()
}

/// What a Worker of an extension has and the box must not.
const POWERS: &str = r#"(async () => {
    const found = [];
    const names = ['indexedDB', 'IDBFactory', 'fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport',
        'EventSource', 'caches', 'CacheStorage', 'BroadcastChannel', 'MessageChannel', 'Worker', 'SharedWorker',
        'importScripts', 'chrome', 'browser', 'Notification', 'StorageManager', 'LockManager', 'Request', 'Response',
        'ReadableStream', 'Blob', 'File', 'FileReader', 'FileReaderSync', 'URL', 'Navigator', 'WorkerNavigator',
        'RTCPeerConnection', 'webkitRequestFileSystem', 'webkitRequestFileSystemSync',
        'webkitResolveLocalFileSystemURL', 'webkitResolveLocalFileSystemSyncURL', 'FileSystemObserver',
        'showOpenFilePicker', 'cookieStore', 'scheduler', 'eval', 'location', 'registration', 'close', 'onmessage',
        'EventTarget', 'WorkerGlobalScope', 'console', 'setInterval', 'createImageBitmap', 'structuredClone'];
    for (const name of names) {
        for (let object = globalThis; object; object = Object.getPrototypeOf(object)) {
            if (Reflect.getOwnPropertyDescriptor(object, name)) found.push(name);
        }
        if (globalThis[name] !== undefined) found.push(`globalThis.${name}`);
    }
    if (String(Object.keys(navigator)) !== 'storage') found.push(`navigator: ${Object.keys(navigator)}`);
    if (String(Object.keys(navigator.storage)) !== 'getDirectory') found.push('navigator.storage');
    for (const kept of [navigator, navigator.storage, performance, crypto]) {
        if (Object.getPrototypeOf(kept) !== Object.prototype || !Object.isFrozen(kept)) found.push('a kept object');
    }
    for (const name of ['navigator', 'performance', 'crypto']) {
        if (Reflect.deleteProperty(globalThis, name) || Reflect.set(globalThis, name, 1)) found.push(`${name} changes`);
    }
    for (const name of ['DedicatedWorkerGlobalScope', 'FileSystemDirectoryHandle', 'FileSystemFileHandle']) {
        try { new globalThis[name](); found.push(`new ${name}`); } catch {}
    }

    // The debugger's own script may do what policy forbids; what it leaves behind may not.
    const refused = (what, act) => new Promise((resolve) => setTimeout(() => {
        try { act(); found.push(what); } catch {} finally { resolve(); }
    }));
    await refused('Function', () => (() => {}).constructor('return 1')());
    await refused('new Function', () => new Function('return 1')());
    await refused('AsyncFunction', () => (async () => {}).constructor('return 1')());
    await refused('GeneratorFunction', () => (function* () {}).constructor('yield 1')());
    await refused('AsyncGeneratorFunction', () => (async function* () {}).constructor('yield 1')());
    await new Promise((resolve) => setTimeout(() => {
        try { setTimeout('globalThis.marked = true'); } catch {} finally { resolve(); }
    }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (globalThis.marked) found.push('a timer of text ran');

    // `import()` is syntax: it stays, in a realm that has nothing, and loads what is the extension's own alone.
    const imports = async (what) => import(what).then(() => found.push(`import ${what}`), () => {});
    await import('/box/least_privilege.js').catch(() => found.push('the extension refuses its own files'));
    await imports('data:text/javascript,export const a = 1');
    await imports('GATEWAY/status.js');
    await imports('/background.js');
    await imports('/network/network.js');
    if (globalThis.indexedDB || globalThis.fetch) found.push('something came back');

    // The private files are those of this site, under whatever name.
    const root = await navigator.storage.getDirectory();
    for (const name of ['sites', 'OTHER', '..']) {
        const names = [];
        for await (const entry of (await root.getDirectoryHandle(name)).keys()) names.push(entry);
        if (names.some((entry) => entry !== '.lock' && entry !== '.opaque')) found.push(`files: ${names}`);
    }
    const folder = await root.getDirectoryHandle('site');
    for (const name of ['..', '../..', '.', '/', 'a/../..']) {
        await folder.getDirectoryHandle(name).then(() => found.push(`folder ${name}`), () => {});
    }
    return found;
})()"#;

#[tokio::test]
async fn a_box_has_nothing_of_the_extension_but_its_own_sites_folder() {
    let (_dist, host) = host().await;
    shop(&host, "other").await;
    let site = shop(&host, "shop").await;
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for("fetch('/count').then((r) => r.text()).then((text) => text === '1')")
        .await
        .unwrap();
    let popup = host.popup().await.unwrap();
    let state = host.state(&popup).await.unwrap();
    let other = state["sites"][0]["id"].as_str().unwrap();
    let script = POWERS
        .replace("OTHER", other)
        .replace("GATEWAY", &host.gateway);
    let browser = host.browser().unwrap();
    let network = ("background_page", "/network/network.html");
    let found: Vec<String> = browser
        .eval_in_worker_of(network.0, network.1, &script)
        .await
        .unwrap();
    assert_eq!(found, [] as [String; 0]);
    // And it works as before.
    view.wait_for("fetch('/count').then((r) => r.text()).then((text) => text === '2')")
        .await
        .unwrap();
}

/// Evaluates in the content script's own world, as whoever has the page's process can.
async fn in_content_script(page: &Page, script: &str) -> Value {
    const MOST_CONTEXTS: u32 = 64;
    let evaluate = async |context: u32, expression: &str| {
        let params = json!({
            "expression": expression, "contextId": context, "awaitPromise": true, "returnByValue": true,
        });
        page.command("Runtime.evaluate", params).await
    };
    page.command("Runtime.enable", json!({})).await.unwrap();
    for context in 1..MOST_CONTEXTS {
        let found = evaluate(
            context,
            "typeof gatewayPage === 'function' && !!chrome.runtime.id",
        )
        .await;
        if found.is_ok_and(|found| found["result"]["value"] == true) {
            let answer = evaluate(context, script).await.unwrap();
            assert!(answer.get("exceptionDetails").is_none(), "{answer}");
            return answer["result"]["value"].clone();
        }
    }
    panic!("the content script has no world in this page");
}

/// A message of the content script, and its answer: `null` when nobody gave one.
async fn send(page: &Page, message: &Value) -> Value {
    let script = format!(
        "Promise.race([
            chrome.runtime.sendMessage({message}).then((answer) => answer ?? null, () => null),
            new Promise((resolve) => setTimeout(resolve, 10000, 'late')),
        ])"
    );
    in_content_script(page, &script).await
}

#[tokio::test]
async fn a_content_script_has_its_own_site_visited_and_nothing_else_answered() {
    let (_dist, host) = host().await;
    let site = shop(&host, "shop").await;
    let popup = host.popup().await.unwrap();
    let state = host.state(&popup).await.unwrap();
    let id = state["sites"][0]["id"].as_str().unwrap();
    let label = state["sites"][0]["label"].as_str().unwrap();
    let gateway = &host.gateway;
    let page = host.browser().unwrap().open(&site.link).await.unwrap();
    page.wait_for("document.title === 'Shop'", PATIENCE)
        .await
        .unwrap();

    let own = json!({ "toBackground": "visit", "label": label, "gateway": gateway });
    assert_eq!(
        send(&page, &own).await,
        json!({ "reason": null, "message": null }),
        "its own site is visited"
    );

    for message in [
        json!({ "toNetwork": "box", "site": id, "ask": { "box": "exportData" } }),
        json!({ "toNetwork": "box", "site": id, "ask": { "box": "console", "statement": "select 1", "write": true } }),
        json!({ "toNetwork": "plan", "plan": { "sites": [] } }),
        json!({ "toNetwork": "visit", "label": label, "gateway": gateway }),
        json!({ "toNetwork": "visit", "label": label, "gateway": "http://a@evil.example" }),
    ] {
        assert_eq!(send(&page, &message).await, Value::Null, "{message}");
    }
    let foreign = format!("bank-{}", "a".repeat(20));
    for message in [
        json!({ "toBackground": "ask", "ask": { "ask": "state" } }),
        json!({ "toBackground": "ask", "ask": { "ask": "setHosting", "on": false } }),
        json!({ "toBackground": "networkStarted" }),
        json!({ "toBackground": "networkReport", "report": {} }),
        json!({ "toBackground": "log", "site": id, "entries": [] }),
        json!({ "toBackground": "sign", "site": id, "statement":
            { "sign": "bundle", "name": "shop", "published": null, "files": vec![0; 32] } }),
        json!({ "toBackground": "visit", "label": foreign, "gateway": gateway }),
        json!({ "toBackground": "visit", "label": label, "gateway": "http://localhost:1" }),
        json!({ "toBackground": "visit", "label": label, "gateway": "http://a@evil.example" }),
        json!({ "toBackground": "visit", "label": label, "gateway": format!("{gateway}/..") }),
        json!({ "toBackground": "visit", "label": "../x", "gateway": gateway }),
        json!({ "toBackground": "visit" }),
    ] {
        let answer = send(&page, &message).await;
        let err = answer["err"]["message"].as_str();
        assert!(err.is_some(), "{message}: {answer}");
        assert_eq!(answer.as_object().unwrap().len(), 1, "{message}: {answer}");
    }
    // Hosting goes on.
    let state = host.state(&popup).await.unwrap();
    assert_eq!(state["hosting"], true, "{state}");
    page.wait_for("fetch('/count').then((r) => r.ok)", PATIENCE)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_sites_code_writes_no_more_than_its_owner_lets_it_and_she_is_told() {
    let (_dist, host) = host().await;
    let site = shop(&host, "shop").await;
    let page = host.sites_page().await.unwrap();
    page.wait_for("document.querySelector('#file-rows tr')", PATIENCE)
        .await
        .unwrap();
    page.wait_for(
        "document.querySelector('#own-files-limit').value === '1024'",
        PATIENCE,
    )
    .await
    .unwrap();
    page.eval::<Value>(
        "(() => {
            const limit = document.querySelector('#own-files-limit');
            limit.value = '1';
            limit.dispatchEvent(new Event('change', { bubbles: true }));
            return null;
        })()",
    )
    .await
    .unwrap();
    page.wait_for(
        "document.querySelector('#toast-text').textContent.includes('Saved')",
        PATIENCE,
    )
    .await
    .unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("The shop").await.unwrap();
    let found: Value = view
        .eval(
            "(async () => {
                const write = async (name, kib) => {
                    const answer = await fetch(`/write/${name}/${kib}`, { method: 'POST' });
                    return [answer.status, await answer.text()];
                };
                return [await write('a', 600), await write('b', 600), await write('c', 400)];
            })()",
        )
        .await
        .unwrap();
    assert_eq!(found[0], json!([200, "written"]));
    assert_eq!(found[1][0], 507, "{found}");
    let told = found[1][1].as_str().unwrap();
    assert!(told.contains("may take 1 MiB together"), "{told}");
    assert_eq!(found[2], json!([200, "written"]));
    page.wait_for(
        "document.querySelector('#log-list')?.textContent.includes('may take 1 MiB together')",
        PATIENCE,
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_sites_code_that_takes_more_memory_than_a_box_may_have_fails_alone() {
    let (_dist, host) = host().await;
    let greedy = shop(&host, "greedy").await;
    let modest = shop(&host, "modest").await;
    let visitor = Visitor::chromium().await.unwrap();
    let hers = visitor.open(&modest.link).await.unwrap();
    hers.wait_for("fetch('/count').then((r) => r.text()).then((text) => text === '1')")
        .await
        .unwrap();
    let view = visitor.open(&greedy.link).await.unwrap();
    view.wait_for_text("The shop").await.unwrap();
    let answers = "Promise.all(Array.from({ length: 12 }, () => fetch('/hold/100').then((r) => r.status, () => 0)))";
    let holding = view.eval::<Vec<u16>>(answers);
    let counting = hers.eval::<Vec<u16>>(
        "(async () => {
            const answers = [];
            for (let i = 0; i < 10; i++) {
                answers.push((await fetch('/count')).status);
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
            return answers;
        })()",
    );
    let (held, counted) = tokio::join!(holding, counting);
    let held = held.unwrap();
    assert!(held.iter().any(|status| *status >= 500), "{held:?}");
    assert_eq!(counted.unwrap(), [200; 10]);
    // Its next requests are answered as well.
    view.wait_for_within("fetch('/count').then((r) => r.ok)", Duration::from_secs(30))
        .await
        .unwrap();
}
