//! What an owner sees and does: switches, icon, names, ports; and that a publish is whole or not at all.

use driver::{chromium::Page, free_port};
use serde_json::json;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Visitor};
use tokio::net::TcpListener;

const SHOP: &str = "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>";

fn content() -> Content {
    Content::new(&[("index.html", SHOP)]).unwrap()
}

async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

async fn badge_is(page: &Page, text: &str, title: &str) {
    let condition = format!(
        "Promise.all([chrome.action.getBadgeText({{}}), chrome.action.getTitle({{}})])
            .then(([text, title]) => text === '{text}' && title.includes('{title}'))"
    );
    until(page, &condition).await;
}

#[tokio::test]
async fn the_switches_say_what_is_hosted_and_the_icon_shows_it() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    let popup = host.popup().await.unwrap();
    badge_is(&popup, "", "hosting is on").await;
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    badge_is(&popup, "1", "1 visitor").await;
    until(
        &popup,
        "document.querySelector('.site-line').textContent === '1 visitor'",
    )
    .await;

    // One site off: its visitors are told, hosting itself is on.
    popup.click(".site-hosted").await.unwrap();
    badge_is(&popup, "", "hosting is on").await;
    let refused = "fetch('/', { cache: 'no-store' }).then((r) => r.status === 503)";
    view.wait_for(refused).await.unwrap();
    popup.click(".site-hosted").await.unwrap();
    let again = "fetch('/', { cache: 'no-store' }).then((r) => r.status === 200)";
    view.wait_for(again).await.unwrap();
    badge_is(&popup, "1", "1 visitor").await;

    // All off, and on again.
    popup.click("#hosting").await.unwrap();
    badge_is(&popup, "", "hosting is off").await;
    view.wait_for(refused).await.unwrap();
    popup.click("#hosting").await.unwrap();
    host.until_connected(&popup).await.unwrap();
    view.wait_for(again).await.unwrap();
}

/// The worker tells which pictures the browser took. There is no way to ask the browser itself.
const WATCH: &str = "(() => {
    const set = chrome.action.setIcon.bind(chrome.action);
    globalThis.pictures = [];
    chrome.action.setIcon = (details) => set(details).then(() => { pictures.push(details.path); });
    return true;
})()";

/// Wait until the picture is the one of this name; where its two sizes are.
async fn picture_is(host: &Host, name: &str) -> Vec<String> {
    let condition = format!(
        "(path => path?.[16]?.includes('/{name}-') && Object.values(path))(globalThis.pictures.at(-1))"
    );
    let paths = host
        .browser()
        .unwrap()
        .wait_in("service_worker", "/background.js", &condition, PATIENCE)
        .await
        .unwrap();
    serde_json::from_value(paths).unwrap()
}

#[tokio::test]
async fn the_icon_has_another_picture_for_off_on_and_trouble() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let popup = host.popup().await.unwrap();
    let port: u16 = host.gateway.rsplit(':').next().unwrap().parse().unwrap();
    let _: bool = host
        .browser()
        .unwrap()
        .eval_in("service_worker", "/background.js", WATCH)
        .await
        .unwrap();
    host.switch_hosting(&popup).await.unwrap();
    let mut pictures = picture_is(&host, "off").await;
    host.switch_hosting(&popup).await.unwrap();
    pictures.extend(picture_is(&host, "on").await);
    let stranger = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let taken = stranger.local_addr().unwrap().port();
    stage::ask(&popup, json!({ "ask": "setPort", "port": taken }))
        .await
        .unwrap();
    pictures.extend(picture_is(&host, "trouble").await);
    stage::ask(&popup, json!({ "ask": "setPort", "port": port }))
        .await
        .unwrap();
    picture_is(&host, "on").await;

    // They are pictures, and no two of them look the same.
    let look = format!(
        "Promise.all({}.map(async (path) => {{
            const image = await fetch(path).then((r) => r.blob()).then(createImageBitmap);
            const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            return image.width + ':' + canvas.getImageData(0, 0, image.width, image.height).data.join();
        }})).then((all) => all.map((one) => parseInt(one)).join() + ' ' + new Set(all).size)",
        json!(pictures)
    );
    let seen: String = popup.eval(&look).await.unwrap();
    assert_eq!(seen, "16,32,16,32,16,32 6", "{pictures:?}");
}

#[tokio::test]
async fn a_port_that_a_stranger_uses_is_told_and_another_can_be_set() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let popup = host.popup().await.unwrap();
    let stranger = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let taken = stranger.local_addr().unwrap().port();
    stage::ask(&popup, json!({ "ask": "setPort", "port": taken }))
        .await
        .unwrap();
    let told = format!(
        "document.querySelector('#port').checkVisibility() \
         && document.querySelector('#port-taken').textContent === '{taken}'"
    );
    until(&popup, &told).await;
    badge_is(&popup, "!", "Another program uses port").await;

    let free = free_port().unwrap();
    let _: String = popup
        .eval("document.querySelector('#port-number').value = ''")
        .await
        .unwrap();
    popup.click("#port-number").await.unwrap();
    popup.type_text(&free.to_string()).await.unwrap();
    popup.click("#port button").await.unwrap();
    host.until_connected(&popup).await.unwrap();
    badge_is(&popup, "", "hosting is on").await;
}

#[tokio::test]
async fn without_the_companion_the_popup_says_how_to_install_it() {
    let dist = Dist::find().unwrap();
    let browser = Visitor::with_extension(&dist, "http://localhost:8890")
        .await
        .unwrap();
    let browser = browser.as_chromium().unwrap();
    let id = browser.extension_id().unwrap();
    let popup = browser
        .open(&format!("chrome-extension://{id}/pages/popup.html"))
        .await
        .unwrap();
    until(&popup, "!document.querySelector('#hosting').disabled").await;
    popup.click("#hosting").await.unwrap();
    until(
        &popup,
        "document.querySelector('#install').checkVisibility() \
         && document.querySelector('#install').textContent.includes('peerserver install')",
    )
    .await;
    badge_is(&popup, "!", "not installed").await;
}

#[tokio::test]
async fn a_taken_name_gets_another_offered() {
    let dist = Dist::find().unwrap();
    let first = Host::start(&dist, HostOptions::default()).await.unwrap();
    first
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    // The second uses the first's rendezvous: its native host finds the port taken by a friend.
    let port = first.gateway.rsplit(':').next().unwrap().parse().ok();
    let second = Host::start(
        &dist,
        HostOptions {
            port,
            ..HostOptions::default()
        },
    )
    .await
    .unwrap();
    let page = second.sites_page().await.unwrap();
    page.click("#new-name").await.unwrap();
    page.type_text("shop").await.unwrap();
    until(
        &page,
        "document.querySelector('#new-name-message').textContent.includes('is taken')",
    )
    .await;
    until(
        &page,
        "document.querySelector('#new .suggestion').checkVisibility()",
    )
    .await;
    page.click("#new .suggestion").await.unwrap();
    let name: String = page
        .eval("document.querySelector('#new-name').value")
        .await
        .unwrap();
    assert!(name.starts_with("shop") && name != "shop", "{name}");
    until(&page, "!document.querySelector('#new .primary').disabled").await;
    page.click("#new .primary").await.unwrap();
    until(&page, "document.querySelector('#files').checkVisibility()").await;
}

#[tokio::test]
async fn a_publish_that_is_cut_short_leaves_one_version_whole() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = content();
    let files: Vec<String> = (0..150).map(|n| format!("page-{n}.txt")).collect();
    let write = |version: &str| {
        files
            .iter()
            .for_each(|file| content.write(file, version).unwrap());
    };
    write("one");
    let site = host
        .make_site("shop", &content.top().unwrap())
        .await
        .unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    write("two");
    let page = host.sites_page().await.unwrap();
    page.click("#list button, #list a").await.unwrap();
    host.add_files(&page, &content.top().unwrap())
        .await
        .unwrap();

    let publish = "chrome.runtime.sendMessage({toBackground:'ask',ask:{ask:'state'}})
        .then(({ ok }) => { chrome.runtime.sendMessage(
            {toBackground:'ask',ask:{ask:'publish',site:ok.state.sites[0].id}}).catch(() => {}); return true; })";
    let _: bool = page.eval(publish).await.unwrap();
    host.browser()
        .unwrap()
        .stop_worker("/background.js")
        .await
        .unwrap();
    let versions = format!(
        "Promise.all({}.map((file) => fetch(file, {{ cache: 'no-store' }}).then((r) => r.text())))
            .then((texts) => [...new Set(texts)].join())",
        json!(files)
    );
    // The publish may still be carried out by the next worker, while we look: only a torn one stays mixed.
    view.wait_for(&format!(
        "{versions}.then((found) => found === 'one' || found === 'two')"
    ))
    .await
    .unwrap();
    let _: bool = page.eval(publish).await.unwrap();
    view.wait_for(&format!("{versions}.then((found) => found === 'two')"))
        .await
        .unwrap();
}
