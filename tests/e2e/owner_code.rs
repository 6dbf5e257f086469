//! An owner's site with code of its own: what it can start with, what is told of its code, its log and its data, and
//! the files that the code makes.

use std::path::Path;
use std::process::Command;

use driver::chromium::Page;
use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Visitor};
use tempfile::TempDir;

async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

async fn text(page: &Page, selector: &str) -> String {
    page.eval(&format!("document.querySelector('{selector}').textContent"))
        .await
        .unwrap()
}

async fn host() -> Host {
    let dist = Dist::find().unwrap();
    Host::start(&dist, HostOptions::default()).await.unwrap()
}

fn guests() -> Content {
    Content::new(&[
        ("guests/site.json", "{}"),
        (
            "guests/routes/book.js",
            "export const pattern = 'GET /book'",
        ),
        ("guests/lib/words.js", "export default 'words'"),
        ("guests/public/index.html", "<h1>Welcome, guests</h1>"),
        ("guests/public/note.txt", "from the owner"),
    ])
    .unwrap()
}

/// The sites page with the site that has code, live.
async fn with_code(host: &Host) -> Page {
    host.make_site("guests", &guests().top().unwrap())
        .await
        .unwrap();
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#file-rows tr')").await;
    page
}

/// The id of the only site.
async fn id(host: &Host, page: &Page) -> String {
    let state = host.state(page).await.unwrap();
    state["sites"][0]["id"].as_str().unwrap().to_owned()
}

/// Has this page find these answers of the site's box.
async fn answer(page: &Page, answers: Value) {
    let _: bool = page
        .eval(&format!(
            "(() => {{
                const answers = {answers};
                const send = chrome.runtime.sendMessage.bind(chrome.runtime);
                window.asked = [];
                chrome.runtime.sendMessage = (message) => {{
                    if (message.ask?.ask !== 'box') return send(message);
                    const {{ question }} = message.ask;
                    window.asked.push(question);
                    const value = answers[question.box];
                    return Promise.resolve(
                        value === undefined
                            ? {{ err: {{ message: 'The box does not answer.' }} }}
                            : {{ ok: {{ answer: 'box', value }} }});
                }};
                return true;
            }})()"
        ))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_site_starts_with_the_starter_that_is_chosen_and_the_next_one_empty() {
    let host = host().await;
    let page = host.sites_page().await.unwrap();
    page.click("#starters summary").await.unwrap();
    page.click("#starter-list input[value='hello']")
        .await
        .unwrap();
    until(
        &page,
        "document.querySelector('#starter-name').textContent === 'Hello'",
    )
    .await;
    page.click("#new-name").await.unwrap();
    page.type_text("first").await.unwrap();
    page.click("#new .primary").await.unwrap();
    until(
        &page,
        "document.querySelector('[data-id=\"site.json\"]') && document.querySelector('[data-id^=\"routes/\"]')",
    )
    .await;
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('“Hello”')",
    )
    .await;
    host.publish(&page).await.unwrap();

    page.click("#new-name").await.unwrap();
    page.type_text("second").await.unwrap();
    page.click("#new .primary").await.unwrap();
    until(
        &page,
        "document.querySelector('#site-name').textContent === 'second'
            && document.querySelector('#no-files').checkVisibility()",
    )
    .await;
}

#[tokio::test]
async fn a_folder_that_is_a_sites_own_tree_is_told_from_one_for_visitors() {
    let host = host().await;
    let page = with_code(&host).await;
    let paths: String = page
        .eval("[...document.querySelectorAll('#file-rows .path')].map((path) => path.textContent).join(' ')")
        .await
        .unwrap();
    assert_eq!(
        paths,
        "lib/words.js public/index.html public/note.txt routes/book.js site.json"
    );
    let more = Content::new(&[("guests/routes/more.js", "")]).unwrap();
    host.add_files(&page, &more.top().unwrap()).await.unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('from “guests”, which is a site’s own tree')",
    )
    .await;
    until(
        &page,
        "document.querySelector('[data-id=\"routes/more.js\"]')",
    )
    .await;
    let picture = Content::new(&[("a.txt", "a")]).unwrap();
    host.add_files(&page, &picture.top().unwrap())
        .await
        .unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('Added 1 file to public/.')",
    )
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_the_code_is_told_when_it_goes_live() {
    let host = host().await;
    let page = with_code(&host).await;
    let change = Content::new(&[("change.txt", "change")]).unwrap();
    host.add_files(&page, &change.top().unwrap()).await.unwrap();
    host.publish(&page).await.unwrap();
    // Its route has a pattern and no handler.
    let told = "document.querySelector('#problem-list').textContent.includes('routes/book.js')";
    until(&page, told).await;
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('its code has 1 problem')",
    )
    .await;

    let problem = json!({ "file": "routes/book.js", "line": 3, "message": "there is no handler" });
    for (box_says, told) in [
        (
            json!({ "problems": [problem] }),
            "routes/book.js:3 there is no handler",
        ),
        (json!({ "problems": [] }), ""),
        (
            json!({}),
            "It could not be looked through. The box does not answer.",
        ),
    ] {
        answer(&page, box_says).await;
        let change = Content::new(&[("change.txt", told)]).unwrap();
        host.add_files(&page, &change.top().unwrap()).await.unwrap();
        host.publish(&page).await.unwrap();
        until(&page, "window.asked.length === 1").await;
        let condition = match told {
            "" => "!document.querySelector('#problems').checkVisibility()".to_owned(),
            told => {
                format!("document.querySelector('#problem-list').textContent.includes('{told}')")
            }
        };
        until(&page, &condition).await;
    }
}

/// Writes entries to a site's log as the network document does.
async fn log(page: &Page, site: &str, entries: Value) {
    let message = json!({ "toBackground": "log", "site": site, "entries": entries });
    let answer: Value = page
        .eval(&format!("chrome.runtime.sendMessage({message})"))
        .await
        .unwrap();
    assert_eq!(answer, Value::Bool(true));
}

#[tokio::test]
async fn the_log_comes_in_while_it_is_looked_at_and_an_incident_is_found_in_it() {
    let host = host().await;
    let page = with_code(&host).await;
    let id = id(&host, &page).await;
    until(&page, "document.querySelector('#log').checkVisibility()").await;
    let popup = host.popup().await.unwrap();
    let first = json!([
        { "time": 1_000, "level": "info", "route": "routes/book.js", "message": "signed <b>by</b> Ada", "stack": "" },
        { "time": 2_000, "level": "error", "route": "routes/book.js", "message": "TypeError: no",
          "incident": "k7mq-2xpd", "at": "routes/book.js:3:5", "stack": "at add (lib/words.js:1:2)" },
    ]);
    log(&popup, &id, first.clone()).await;
    // Sent twice, as when the worker died before its answer.
    log(&popup, &id, first).await;
    until(
        &page,
        "document.querySelectorAll('#log-list > li').length === 2",
    )
    .await;
    let top: String = text(&page, "#log-list > li .entry-top").await;
    assert!(
        top.contains("error") && top.contains("routes/book.js:3:5"),
        "{top}"
    );
    assert!(top.contains("Incident k7mq-2xpd"), "{top}");
    assert_eq!(
        text(&page, "#log-list > li:nth-child(2) .message").await,
        "signed <b>by</b> Ada"
    );
    // An open entry stays open when others come.
    page.click("#log-list > li summary").await.unwrap();
    let one_more =
        json!([{ "time": 3_000, "level": "warn", "route": "", "message": "slow", "stack": "" }]);
    log(&popup, &id, one_more).await;
    until(
        &page,
        "document.querySelectorAll('#log-list > li').length === 3",
    )
    .await;
    until(
        &page,
        "document.querySelector('#log-list > li:nth-child(2) pre').checkVisibility()",
    )
    .await;

    page.click("#log-filter").await.unwrap();
    page.type_text("K7MQ").await.unwrap();
    until(
        &page,
        "document.querySelectorAll('#log-list > li').length === 1",
    )
    .await;
    assert_eq!(text(&page, "#log-sum").await, "1 of 3 entries");
    page.click("#log-clear").await.unwrap();
    until(&page, "!document.querySelector('#log-list > li')").await;
    page.click("#toast-undo").await.unwrap();
    until(
        &page,
        "document.querySelectorAll('#log-list > li').length === 1",
    )
    .await;
    page.close().await.unwrap();
    let page = host.sites_page().await.unwrap();
    until(
        &page,
        "document.querySelectorAll('#log-list > li').length === 3",
    )
    .await;
}

#[tokio::test]
async fn data_go_out_as_one_file_and_come_in_again() {
    let host = host().await;
    let page = with_code(&host).await;
    let folder = TempDir::new().unwrap();
    host.browser()
        .unwrap()
        .download_to(folder.path())
        .await
        .unwrap();
    let guests = "[\n{\"id\":\"1\",\"name\":\"Ada\"},\n{\"id\":\"2\"}\n]\n";
    answer(
        &page,
        json!({ "exportData": [["guests", guests], ["photos", "[]"]], "importData": 1 }),
    )
    .await;
    page.click("#data summary").await.unwrap();
    until(
        &page,
        "document.querySelectorAll('#data-list li').length === 2",
    )
    .await;
    assert_eq!(
        text(&page, "#data-list").await,
        "guests 2 documentsphotos no documents"
    );
    // The dialog of the file system cannot be driven.
    let _: bool = page.eval("delete window.showSaveFilePicker").await.unwrap();
    page.click("[data-click='export-data']").await.unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('Exported the data')",
    )
    .await;
    let file = folder.path().join("guests-data.json");
    let exported = arrived(&file).await;
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["guests"][0]["name"], "Ada");

    let new = Content::new(&[("photos.json", r#"[{"id":"p"}]"#)]).unwrap();
    page.choose_files("#data-picker", &new.top().unwrap())
        .await
        .unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('Imported 1 collection.')",
    )
    .await;
    page.click("#toast-undo").await.unwrap();
    let imports = "window.asked.filter((question) => question.box === 'importData')";
    until(&page, &format!("{imports}.length === 2")).await;
    let imported: Value = page
        .eval(&format!(
            "{imports}.map((question) => question.collections)"
        ))
        .await
        .unwrap();
    assert_eq!(
        imported,
        json!([[["photos", r#"[{"id":"p"}]"#]], [["photos", "[]"]]])
    );
}

#[tokio::test]
async fn an_export_with_data_has_the_collections_as_they_are_and_not_what_the_site_began_with() {
    let host = host().await;
    let page = with_code(&host).await;
    let folder = TempDir::new().unwrap();
    let browser = host.browser().unwrap();
    browser.download_to(folder.path()).await.unwrap();
    let seeds = Content::new(&[
        ("guests/data/old.json", "[]"),
        ("guests/data/guests.json", "[]"),
    ]);
    host.add_files(&page, &seeds.unwrap().top().unwrap())
        .await
        .unwrap();
    answer(&page, json!({ "problems": [] })).await;
    host.publish(&page).await.unwrap();
    until(&page, "window.asked.length === 1").await;
    let _: bool = page.eval("delete window.showSaveFilePicker").await.unwrap();
    page.click("[data-click='open-export']").await.unwrap();
    page.click("#export-data").await.unwrap();
    page.click("#export-start").await.unwrap();
    until(
        &page,
        "document.querySelector('#export-error').textContent.includes('The data could not be read.')",
    )
    .await;
    page.press_key("Escape").await.unwrap();
    until(&page, "!document.querySelector('#export').open").await;

    let guests = "[\n{\"id\":\"1\",\"name\":\"Ada\"}\n]\n";
    page.reload().await.unwrap();
    until(&page, "document.querySelector('#file-rows tr')").await;
    let _: bool = page.eval("delete window.showSaveFilePicker").await.unwrap();
    answer(&page, json!({ "exportData": [["guests", guests]] })).await;
    page.click("[data-click='open-export']").await.unwrap();
    page.click("#export-data").await.unwrap();
    page.click("#export-start").await.unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('Exported')",
    )
    .await;
    let file = folder.path().join("guests.peersite");
    let end = tokio::time::Instant::now() + PATIENCE;
    while !file.exists() {
        assert!(tokio::time::Instant::now() < end, "nothing was downloaded");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let unpacked = folder.path().join("unpacked");
    let output = Command::new(Dist::find().unwrap().peerserver())
        .args(["bundle", "unpack"])
        .arg(&file)
        .arg("-o")
        .arg(&unpacked)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let data = unpacked.join("data");
    let written = std::fs::read_to_string(data.join("guests.json")).unwrap();
    assert_eq!(written, guests);
    assert!(!data.join("old.json").exists());
}

/// The text of a download, once it is there.
async fn arrived(file: &Path) -> String {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match std::fs::read_to_string(file) {
            Ok(text) if !text.is_empty() => return text,
            _ => assert!(tokio::time::Instant::now() < end, "nothing was downloaded"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Asks the background as a box does: through the network document.
async fn ask(host: &Host, request: Value) -> Value {
    let script = format!(
        "(async () => {{
            const {{ active }} = await navigator.serviceWorker.ready;
            const {{ port1, port2 }} = new MessageChannel();
            const answered = new Promise((tell) => {{ port1.onmessage = ({{ data }}) => tell(data.reply); }});
            active.postMessage({{ peerserver: 'serve' }}, [port2]);
            const request = {request};
            const {{ text }} = request.operation ?? {{}};
            if (text !== undefined) request.operation.bytes = new TextEncoder().encode(text);
            port1.postMessage({{ id: 1, request }});
            const reply = await answered;
            port1.close();
            const {{ body }} = reply.result ?? {{}};
            if (body) reply.result.body = await body.blob.text();
            reply.files = reply.files?.map(({{ path, bytes }}) => [path, new TextDecoder().decode(bytes)]);
            return reply.result ?? reply;
        }})()"
    );
    host.browser()
        .unwrap()
        .eval_in("background_page", "network/network.html", &script)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_a_sites_code_does_with_its_files_is_seen_at_once_and_kept_by_a_publish() {
    let host = host().await;
    let page = with_code(&host).await;
    let id = id(&host, &page).await;
    let site = host.site(&page, "guests").await.unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome, guests").await.unwrap();
    let note = "fetch('/note.txt', { cache: 'no-store' }).then((r) => r.ok ? r.text() : r.status)";
    // Twice, so that it is in memory.
    for _ in 0..2 {
        assert_eq!(view.eval::<Value>(note).await.unwrap(), "from the owner");
    }
    let file = |operation: Value| json!({ "kind": "file", "site": id, "operation": operation });
    let on_note = |kind: &str| file(json!({ "kind": kind, "path": "public/note.txt" }));
    for word in ["one", "two"] {
        let mut write = on_note("write");
        write["operation"]["text"] = word.into();
        write["operation"]["maxTotal"] = 1_000.into();
        assert_eq!(ask(&host, write).await, json!({ "kind": "written" }));
        assert_eq!(view.eval::<Value>(note).await.unwrap(), word);
    }
    assert_eq!(
        ask(&host, on_note("read")).await,
        json!({ "kind": "contents", "body": "two", "mediaType": "" })
    );

    // The owner's page has it, and nothing to publish.
    let tone = "document.querySelector('#site-status').dataset.tone === 'live'";
    until(&page, tone).await;
    let change = Content::new(&[("change.txt", "change")]).unwrap();
    host.add_files(&page, &change.top().unwrap()).await.unwrap();
    host.publish(&page).await.unwrap();
    assert_eq!(view.eval::<Value>(note).await.unwrap(), "two");
    for existed in [true, false] {
        assert_eq!(
            ask(&host, on_note("delete")).await,
            json!({ "kind": "deleted", "existed": existed })
        );
    }
    assert_eq!(view.eval::<Value>(note).await.unwrap(), 404);

    assert_eq!(
        ask(&host, file(json!({ "kind": "list", "prefix": "public/" }))).await,
        json!({ "kind": "list", "files": [
            { "path": "public/change.txt", "size": 6 },
            { "path": "public/index.html", "size": 24 },
        ] })
    );
    for path in ["routes/book.js", "public/../site.json", "public/a//b"] {
        let write = json!({ "kind": "write", "path": path, "text": "", "maxTotal": 1_000 });
        let refused = ask(&host, file(write)).await;
        assert_eq!(refused["kind"], "refused");
        let why = refused["message"].as_str().unwrap();
        assert!(why.contains(path), "{why}");
    }
    let code = ask(&host, json!({ "kind": "code", "site": id })).await;
    let files = code["files"].as_array().unwrap();
    let paths: Vec<&Value> = files.iter().map(|file| &file[0]).collect();
    assert_eq!(paths, ["site.json", "routes/book.js", "lib/words.js"]);
    assert_eq!(files[2][1], "export default 'words'");
}

#[tokio::test]
async fn an_archive_of_2013_is_imported_with_its_routes_templates_and_rows_as_todays() {
    let host = host().await;
    let folder = TempDir::new().unwrap();
    let index = r#"{"routePath": "/guests/<name>", "routeCode": "var count = database().count(); database.insert({name: name}); return render_template('list.handlebars', {name: name, count: count});"}"#;
    let archive = Content::new(&[
        ("live_version/about.html", "<h1>About us</h1>"),
        ("live_version/guests.route.js", index),
        (
            "live_version/list.handlebars",
            "<h1>{{name}}, the guest after {{count}} others</h1>",
        ),
        ("live_version/broken.route.js", "not JSON"),
        ("edited_version/about.html", "<h1>About us</h1>"),
        ("edited_version/guests.route.js", index),
        (
            "edited_version/list.handlebars",
            "<h1>{{name}}, the guest after {{count}} others</h1>",
        ),
        ("edited_version/broken.route.js", "not JSON"),
        ("database.db", r#"[{"name": "Ada"}, {"name": "Bob"}]"#),
    ])
    .unwrap();
    let zip = folder.path().join("guests.zip");
    let top = archive.top().unwrap();
    let inside = top[0].parent().unwrap();
    let zipped = Command::new("zip")
        .arg("-qr")
        .arg(&zip)
        .arg(".")
        .current_dir(inside)
        .status()
        .unwrap();
    assert!(zipped.success());

    let page = host.sites_page().await.unwrap();
    page.choose_files("#archive-picker", &[zip]).await.unwrap();
    until(
        &page,
        "document.querySelector('#import-start').checkVisibility()",
    )
    .await;
    let found = text(&page, "#import-summary").await;
    assert!(
        found.contains("A site from the PeerServer of 2013"),
        "{found}"
    );
    assert!(
        found.contains("archive-2013/routes/broken.route.js: it is not JSON"),
        "{found}"
    );
    assert_eq!(found.matches("broken").count(), 1, "{found}");
    page.click("#import-hosted").await.unwrap();
    page.click("#import-start").await.unwrap();
    until(&page, "!document.querySelector('#import').open").await;
    // Both versions were the same, and so they are.
    until(
        &page,
        "document.querySelector('#site-status').dataset.tone === 'live'",
    )
    .await;
    for path in [
        "routes/archive-2013.js",
        "lib/archive-2013/runtime.js",
        "templates/archive-2013/list.handlebars.hbs",
        "data/archive-2013.json",
        "archive-2013/routes/broken.route.js",
        "public/about.html",
    ] {
        until(
            &page,
            &format!("document.querySelector('[data-id=\"{path}\"]')"),
        )
        .await;
    }
    let id = id(&host, &page).await;
    let code = ask(&host, json!({ "kind": "code", "site": id })).await;
    let files = code["files"].as_array().unwrap();
    let at = |path: &str| {
        let file = files.iter().find(|file| file[0] == path).unwrap();
        file[1].as_str().unwrap()
    };
    assert!(at("routes/archive-2013.js").contains("\"path\": \"/guests/<name>\""));
    let rows: Value = serde_json::from_str(at("data/archive-2013.json")).unwrap();
    assert_eq!(
        rows,
        json!([{ "row": { "name": "Ada" } }, { "row": { "name": "Bob" } }])
    );

    let site = host.site(&page, "guests").await.unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor
        .open(&format!("{}guests/Cleo", site.link))
        .await
        .unwrap();
    view.wait_for_text("Cleo, the guest after 2 others")
        .await
        .unwrap();
    // Its rows are data of today.
    page.click("#data summary").await.unwrap();
    until(
        &page,
        "document.querySelector('#data-list').textContent === 'archive-2013 3 documents'",
    )
    .await;
}
