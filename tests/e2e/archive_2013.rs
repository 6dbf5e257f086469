//! Sites of the PeerServer of 2013: their archives are imported as a person imports them, and run as they are, for
//! visitors with the extension and without it.
//!
//! `tests/fixtures/archive-2013` has sites like those that came with it. A `.route` file there is a route: its first
//! line is the path, the rest its code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, Site, View, Visitor, top};
use tempfile::TempDir;

use crate::bundle::{found, import, offer};
use crate::real_site::packages;

/// A picture among the files of a site.
const PICTURE: &[u8] = include_bytes!("../../extension/icons/on-48.png");
const SIDE: u32 = 48;

/// The zip that “Download as zip” made of a site, in this folder; `edited` are files whose edited version is another.
fn archive(name: &str, folder: &Path, edited: &[(&str, &str)]) -> PathBuf {
    let site = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/archive-2013")
        .join(name);
    let libraries = packages("archive-2013");
    let content = Content::new::<&str>(&[]).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let edited = edited.iter().find(|(of, _)| *of == name);
        let edited = edited.map_or(bytes, |(_, text)| text.as_bytes());
        content
            .write(&format!("live_version/{name}"), bytes)
            .unwrap();
        content
            .write(&format!("edited_version/{name}"), edited)
            .unwrap();
    };
    for file in top(&site).unwrap() {
        let bytes = fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        if name == "database.json" {
            content.write("database.db", bytes).unwrap();
        } else if let Some(name) = name.strip_suffix(".route") {
            let text = String::from_utf8(bytes).unwrap();
            let (path, code) = text.split_once('\n').unwrap();
            let route = json!({ "routePath": path, "routeCode": code.trim_end() });
            write(&format!("{name}.route.js"), route.to_string().as_bytes());
        } else {
            write(name, &bytes);
        }
    }
    for (name, library) in [
        ("jquery.js", "jquery/jquery.js"),
        ("bootstrap.css", "bootstrap/dist/css/bootstrap.css"),
    ] {
        write(name, &fs::read(libraries.join(library)).unwrap());
    }
    write("peer.png", PICTURE);
    let zip = folder.join(format!("{name}.zip"));
    let inside = content.top().unwrap()[0].parent().unwrap().to_owned();
    let zipped = Command::new("zip")
        .arg("-qr")
        .arg(&zip)
        .args(["live_version", "edited_version", "database.db"])
        .current_dir(inside)
        .status()
        .unwrap();
    assert!(zipped.success());
    zip
}

/// A host with an archive's site, and two visitors.
struct Scene {
    host: Host,
    site: Site,
    with: Visitor,
    without: Visitor,
}

impl Scene {
    async fn new(name: &str, edited: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let zip = archive(name, folder.path(), edited);
        let dist = Dist::find().unwrap();
        let host = Host::start(&dist, HostOptions::default()).await.unwrap();
        let page = offer(&host, &zip).await;
        let text = found(&page).await;
        assert!(
            text.contains("A site from the PeerServer of 2013"),
            "{text}"
        );
        assert!(!text.contains("Not usable"), "{text}");
        // Not every name of 2013 can be one of today: there is a suggestion.
        let name: String = page
            .eval("document.querySelector('#import-name').value")
            .await
            .unwrap();
        import(&page).await;
        let site = host.site(&page, &name).await.unwrap();
        page.close().await.unwrap();
        let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
        let without = Visitor::chromium().await.unwrap();
        Self {
            host,
            site,
            with,
            without,
        }
    }

    async fn open(&self, path: &str) -> (View, View) {
        let link = format!("{}{path}", self.site.link);
        let (with, without) = tokio::join!(self.with.open(&link), self.without.open(&link));
        (with.unwrap(), without.unwrap())
    }

    /// The host's browser dies and is started again.
    async fn restart(&mut self) {
        self.host.kill();
        self.host.launch().await.unwrap();
        let popup = self.host.popup().await.unwrap();
        self.host.until_connected(&popup).await.unwrap();
    }
}

async fn until(view: &View, condition: &str) {
    view.wait_for(condition).await.unwrap();
}

/// The site's page has this text in an element.
async fn says(view: &View, selector: &str, text: &str) {
    let (selector, text) = (json!(selector), json!(text));
    until(
        view,
        &format!("document.querySelector({selector})?.textContent.trim() === {text}"),
    )
    .await;
}

/// Who supports a food, as the grocery list says it.
async fn supports(view: &View, food: &str, supporters: &[&str]) {
    let (food, supporters) = (json!(food), json!(supporters));
    until(
        view,
        &format!(
            "(request => request && JSON.stringify([...request.querySelectorAll('.supporter')].map((line) => line.textContent))
                    === JSON.stringify({supporters}))(
                [...document.querySelectorAll('.request')].find((request) => request.querySelector('h4').textContent === {food}))"
        ),
    )
    .await;
}

#[tokio::test]
async fn the_grocery_list_is_entered_and_filled_by_two_and_is_there_after_the_host_was_away() {
    let mut scene = Scene::new("grocery", &[]).await;
    let (with, without) = scene.open("").await;
    for (view, name) in [(&with, "zoe"), (&without, "<ben>")] {
        // The root is what answers `/index`.
        says(view, "h1", "Grocery List").await;
        view.fill(&[("[name=name]", name)]).await.unwrap();
        view.click("button").await.unwrap();
        view.wait_for_place("/enter").await.unwrap();
        says(view, ".username", name).await;
        supports(view, "cheese", &["daniel: yes!", "juliana: the soft one"]).await;
        supports(view, "crème brûlée", &["amy: yes!"]).await;
        until(
            view,
            "getComputedStyle(document.querySelector('.container')).paddingLeft === '15px'",
        )
        .await;
    }

    // One asks for something, and the other supports it.
    with.fill(&[
        (".meals .food", "dumplings"),
        (".meals .details", "the <big> ones"),
    ])
    .await
    .unwrap();
    with.click(".meals .add").await.unwrap();
    says(&with, ".alert-success", "dumplings successfully supported.").await;
    for view in [&with, &without] {
        supports(view, "dumplings", &["zoe: the <big> ones"]).await;
        until(view, "!document.querySelector('big')").await;
    }
    // By its name: the list is drawn anew all the time.
    until(
        &without,
        "(button => { button?.click(); return button; })(
            [...document.querySelectorAll('.request')].find((request) => request.textContent.includes('dumplings'))?.querySelector('.support'))?.textContent",
    )
    .await;
    for view in [&with, &without] {
        supports(view, "dumplings", &["zoe: the <big> ones", "<ben>: yes!"]).await;
    }
    with.fill(&[(".meals .food", "dumplings"), (".meals .details", "")])
        .await
        .unwrap();
    with.click(".meals .add").await.unwrap();
    says(
        &with,
        ".alert-success",
        "Replaced previous request with new request.",
    )
    .await;
    for view in [&with, &without] {
        supports(view, "dumplings", &["<ben>: yes!", "zoe: yes!"]).await;
    }

    // The host knows its rows and its visitors after its browser was gone, without asking who they are.
    scene.restart().await;
    let (with, without) = scene.open("enter").await;
    for (view, name) in [(&with, "zoe"), (&without, "<ben>")] {
        says(view, ".username", name).await;
        supports(view, "dumplings", &["<ben>: yes!", "zoe: yes!"]).await;
        supports(view, "quinoa", &["sarah: yes!"]).await;
    }
    // Who has not said a name is led to where names are said.
    let stranger = Visitor::firefox().await.unwrap();
    let view = stranger
        .open(&format!("{}enter", scene.site.link))
        .await
        .unwrap();
    view.wait_for_place("/index").await.unwrap();
    says(&view, "h1", "Grocery List").await;
}

#[tokio::test]
async fn an_account_is_made_and_logged_in_to_and_is_its_owners_alone() {
    let scene = Scene::new("accounts", &[]).await;
    let (with, without) = scene.open("").await;
    // No route answers `/index`: the root is index.html.
    says(&with, "h1", "Login!").await;
    with.fill(&[("[name=username]", "ann"), ("[name=password]", "secret")])
        .await
        .unwrap();
    with.click("[type=submit]").await.unwrap();
    says(&with, "body", "Not in database.").await;

    let (make, _) = scene.open("makeaccount.html").await;
    make.fill(&[(".username", "ann"), (".password", "sécret")])
        .await
        .unwrap();
    make.click(".create").await.unwrap();
    says(
        &make,
        ".message",
        "Account created for ann with password salted and hashed.",
    )
    .await;
    without.click("a").await.unwrap();
    says(&without, "h1", "Make an account!").await;
    without
        .fill(&[(".username", "ann"), (".password", "mine")])
        .await
        .unwrap();
    without.click(".create").await.unwrap();
    says(
        &without,
        ".message",
        "Sorry, username ann is already taken.",
    )
    .await;

    make.click("a").await.unwrap();
    says(&make, "h1", "Login!").await;
    make.fill(&[("[name=username]", "ann"), ("[name=password]", "sécret")])
        .await
        .unwrap();
    make.click("[type=submit]").await.unwrap();
    says(&make, "h1", "Welcome ann!").await;
    make.click("a").await.unwrap();
    says(&make, "body", "You are ann.").await;

    without.click("a").await.unwrap();
    says(&without, "h1", "Login!").await;
    without
        .fill(&[("[name=username]", "ann"), ("[name=password]", "mine")])
        .await
        .unwrap();
    without.click("[type=submit]").await.unwrap();
    says(&without, "body", "It broke.").await;
    let (_, who) = scene.open("who").await;
    says(&who, "body", "Nobody is logged in.").await;
}

#[tokio::test]
async fn paths_queries_forms_and_ajax_reach_routes_and_what_is_published_keeps_the_rows() {
    let about = "<html><head><meta charset=\"utf-8\"></head><body><h1>About the new ends</h1></body></html>";
    let mut scene = Scene::new("odds", &[("about.html", about)]).await;
    let (with, without) = scene.open("").await;
    for (view, who) in [(&with, "Ann"), (&without, "Bob")] {
        says(view, "h1", "Odds × ends — für alle").await;
        until(
            view,
            &format!("document.images[0].complete && document.images[0].naturalWidth === {SIDE}"),
        )
        .await;
        view.click(&format!(".vote[data-name={who}]"))
            .await
            .unwrap();
        says(
            view,
            ".line",
            &format!("Vote counted! Successfully cast vote for {who}"),
        )
        .await;
        view.fill(&[("#todo input", "Wärme & wood?")])
            .await
            .unwrap();
        view.click(".ask").await.unwrap();
        until(
            view,
            "document.querySelector('.ball').textContent.startsWith('Wärme & wood? ')",
        )
        .await;
    }
    // One vote was there before.
    with.click("#results").await.unwrap();
    says(&with, "h1", "Ann is winning by 1").await;
    without.click("#cow").await.unwrap();
    without
        .wait_for_place("/cow/goes/m%20o%20o?name=Berta")
        .await
        .unwrap();
    says(&without, "h1", "The cow Berta goes m%20o%20o (m o o)").await;
    let (with, without) = scene.open("").await;
    with.click("#when").await.unwrap();
    says(&with, "body", "Thu, 01 Jan 1970 00:00:00 GMT").await;
    without.click("#about").await.unwrap();
    says(&without, "h1", "About Zoë’s ends").await;

    // A form without a method asks with its fields in the address.
    let (with, without) = scene.open("").await;
    with.fill(&[("[name=text]", "Buy <milk>")]).await.unwrap();
    with.click("[name=urgent]").await.unwrap();
    with.click("#todo button").await.unwrap();
    says(&with, "li", "Buy <milk>! for ann,bob,").await;
    without
        .fill(&[("[name=text]", "Answer Zoë")])
        .await
        .unwrap();
    without.click("#todo button").await.unwrap();
    says(
        &without,
        "ul",
        "Answer Zoë for ann,bob,Buy <milk>! for ann,bob,",
    )
    .await;

    odd_requests(&with).await;

    // What its owner had begun to edit is her draft, until she publishes it; the rows stay.
    let page = scene.host.sites_page().await.unwrap();
    page.wait_for("document.querySelector('#file-rows tr')", stage::PATIENCE)
        .await
        .unwrap();
    scene.host.publish(&page).await.unwrap();
    page.close().await.unwrap();
    scene.restart().await;
    let (with, without) = scene.open("static/html/about").await;
    for view in [&with, &without] {
        says(view, "h1", "About the new ends").await;
    }
    let (with, without) = scene.open("viewvotes").await;
    for view in [&with, &without] {
        says(view, "h1", "Ann is winning by 1").await;
    }
}

/// What no page of the site asks for.
async fn odd_requests(view: &View) {
    let answers: Value = view
        .eval(
            "(async () => {
                const ask = async (path, init) => {
                    const answer = await fetch(path, init);
                    const text = await answer.text();
                    return [answer.status, text.trim().replace(/\\s+/g, ' ').slice(0, 200)];
                };
                const drop = await ask('/todo/drop/ANSWER');
                return {
                    drop: drop[1],
                    again: (await ask('/todo/drop/answer'))[1],
                    eve: await ask('/votefor', { method: 'POST', body: new URLSearchParams({ name: 'Eve' }) }),
                    attack: (await ask('/whenis/' + encodeURIComponent('\"+(globalThis.x=1)+\"')))[1],
                    broken: (await ask('/broken'))[0],
                    never: (await ask('/todo/drop/never'))[1],
                    lost: (await ask('/no/such/page')),
                    forever: (await ask('/forever'))[0] >= 500,
                    after: (await ask('/whenis/1000'))[1],
                };
            })()",
        )
        .await
        .unwrap();
    let lost = answers["lost"][1].as_str().unwrap_or_default();
    assert!(lost.contains("but this is mine"), "{answers}");
    let mut answers = answers;
    answers["lost"] = answers["lost"][0].clone();
    assert_eq!(
        answers,
        json!({
            "drop": "1", "again": "0",
            "eve": [200, "vote rejected: nobody is called Eve"],
            "attack": "Invalid Date",
            "broken": 500, "never": "0", "lost": 404, "forever": true,
            "after": "Thu, 01 Jan 1970 00:00:01 GMT",
        })
    );
}
