//! What an owner does with sites once they are there: delete and take back, rename, add by every way in; and what
//! becomes of hosting when the extension is loaded anew.

use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, View, Visitor};

const SHOP: &str = "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>";

async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

/// A host of one site, the shop, and a visitor who sees it.
async fn shop() -> (Host, Site, Visitor, View) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = Content::new(&[("index.html", SHOP)]).unwrap();
    let site = host
        .make_site("shop", &content.top().unwrap())
        .await
        .unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    (host, site, visitor, view)
}

const LISTED: &str = "document.querySelector('#list').textContent.includes('shop')";

#[tokio::test]
async fn a_deleted_site_is_gone_for_visitors_and_undo_brings_it_back_the_same() {
    let (host, site, visitor, view) = shop().await;
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#site').checkVisibility()").await;
    let more = Content::new(&[("more.txt", "more")]).unwrap();
    host.add_files(&page, &more.top().unwrap()).await.unwrap();
    host.publish(&page).await.unwrap();
    page.click("[data-click='delete-site']").await.unwrap();
    until(&page, &format!("!{LISTED}")).await;
    until(
        &page,
        "document.querySelector('#no-site').checkVisibility()",
    )
    .await;
    view.wait_for("fetch('/', { cache: 'no-store' }).then((r) => r.status === 503)")
        .await
        .unwrap();
    let other = visitor.open(&site.link).await.unwrap();
    other
        .wait_for_reason("offline", "not online")
        .await
        .unwrap();

    page.click("#toast-undo").await.unwrap();
    until(&page, LISTED).await;
    let again = host.site(&page, "shop").await.unwrap();
    assert_eq!((again.label, again.link), (site.label, site.link));
    for view in [view, other] {
        view.wait_for_text("Welcome to the shop").await.unwrap();
        view.wait_for("fetch('/', { cache: 'no-store' }).then((r) => r.status === 200)")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn hosting_goes_on_when_the_extension_was_loaded_anew() {
    let (host, site, visitor, view) = shop().await;
    let browser = host.browser().unwrap();
    let old = browser
        .wait_for_target("service_worker", "/background.js", PATIENCE)
        .await
        .unwrap();
    let popup = host.popup().await.unwrap();
    // As after an update. The page goes with it, so there is no answer to wait for.
    let _: bool = popup
        .eval("setTimeout(() => chrome.runtime.reload(), 0) > 0")
        .await
        .unwrap();
    browser.wait_gone(&old).await.unwrap();
    view.wait_for("fetch('/', { cache: 'no-store' }).then((r) => r.status === 200)")
        .await
        .unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    let popup = host.popup().await.unwrap();
    host.until_connected(&popup).await.unwrap();
    host.until_visitors(&popup, 2).await.unwrap();
}

/// The paths in the table of files.
async fn listed(page: &Page) -> String {
    page.eval(
        "[...document.querySelectorAll('#file-rows .path')].map((path) => path.textContent).join(' ')",
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn visitors_get_what_a_sites_tree_has_in_public_and_nothing_else() {
    let (host, _, visitor, _) = shop().await;
    let tree = Content::new(&[
        ("site.json", "{}"),
        ("routes/guests.js", "export default () => 'secret'"),
        (
            "public/index.html",
            "<!doctype html><h1>Welcome to the tree</h1>",
        ),
        ("public/css/a.css", "h1 { color: green }"),
    ])
    .unwrap();
    let site = host.make_site("tree", &tree.top().unwrap()).await.unwrap();
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelectorAll('#list a').length === 2").await;
    let _: String = page
        .eval("document.querySelectorAll('#list a')[1].click(), ''")
        .await
        .unwrap();
    until(&page, "document.querySelector('#site-name').textContent === 'tree' && document.querySelector('#file-rows tr')").await;
    assert_eq!(
        listed(&page).await,
        "public/css/a.css public/index.html routes/guests.js site.json"
    );
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the tree").await.unwrap();
    let answers: String = view
        .eval(
            "Promise.all(['css/a.css', 'site.json', 'routes/guests.js', 'public/index.html']
                .map((path) => fetch('/' + path).then((r) => r.status))).then((all) => all.join())",
        )
        .await
        .unwrap();
    assert_eq!(answers, "200,404,404,404");
}

/// Empty a field and type in it.
async fn retype(page: &Page, field: &str, text: &str) {
    let _: bool = page
        .eval(&format!(
            "document.querySelector('{field}').value = '', true"
        ))
        .await
        .unwrap();
    page.click(field).await.unwrap();
    page.type_text(text).await.unwrap();
}

#[tokio::test]
async fn files_and_folders_can_be_picked_and_renamed() {
    let (host, _site, _visitor, view) = shop().await;
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#file-rows tr')").await;
    let single = Content::new(&[("note.txt", "note")]).unwrap();
    page.choose_files("#file-picker", &single.top().unwrap())
        .await
        .unwrap();
    until(
        &page,
        "document.querySelectorAll('#file-rows tr').length === 2",
    )
    .await;
    // One folder with folders in it, whose own name stays as it holds no whole site.
    let album = Content::new(&[("album/a.txt", "a"), ("album/2026/b.txt", "b")]).unwrap();
    page.choose_files("#folder-picker", &album.top().unwrap())
        .await
        .unwrap();
    until(
        &page,
        "document.querySelectorAll('#file-rows tr').length === 4",
    )
    .await;
    assert_eq!(
        listed(&page).await,
        "public/album/2026/b.txt public/album/a.txt public/index.html public/note.txt"
    );

    page.click("[data-id='public/note.txt'] .file-rename")
        .await
        .unwrap();
    retype(&page, "#rename-file-path", "public/album/a.txt").await;
    page.press_key("Enter").await.unwrap();
    until(
        &page,
        "document.querySelector('#rename-file-error').textContent.includes('already')",
    )
    .await;
    retype(&page, "#rename-file-path", "public/notes/1.txt").await;
    page.press_key("Enter").await.unwrap();
    until(&page, "!document.querySelector('#rename-file').open").await;
    page.click("[data-id='public/album/a.txt'] .file-delete")
        .await
        .unwrap();
    until(
        &page,
        "document.querySelectorAll('#file-rows tr').length === 3",
    )
    .await;
    host.publish(&page).await.unwrap();
    let answers: String = view
        .eval(
            "Promise.all(['notes/1.txt', 'album/2026/b.txt', 'note.txt', 'album/a.txt']
                .map((path) => fetch('/' + path).then((r) => r.status))).then((all) => all.join())",
        )
        .await
        .unwrap();
    assert_eq!(answers, "200,200,404,404");
}

#[tokio::test]
async fn a_renamed_site_has_another_link_and_undo_gives_the_old_one_back() {
    let (host, site, visitor, view) = shop().await;
    let page = host.sites_page().await.unwrap();
    until(&page, "document.querySelector('#site').checkVisibility()").await;
    page.click("button[data-click='rename-site']")
        .await
        .unwrap();
    retype(&page, "#rename-site-name", "market").await;
    let usable = "document.querySelector('#rename-site-message').dataset.tone === 'good'";
    until(&page, usable).await;
    page.click("#rename-site .name-submit").await.unwrap();
    let renamed = host.site(&page, "market").await.unwrap();
    assert!(renamed.label.starts_with("market-"), "{renamed:?}");
    let other = visitor.open(&renamed.link).await.unwrap();
    other.wait_for_text("Welcome to the shop").await.unwrap();
    // Who opens the old label is told, and waits.
    let old = format!("{}/connect/{}/", host.gateway, site.label);
    let waiting = visitor.open(&old).await.unwrap();
    waiting
        .wait_for_reason("offline", "not online")
        .await
        .unwrap();

    page.click("#toast-undo").await.unwrap();
    let again = host.site(&page, "shop").await.unwrap();
    assert_eq!((again.label, again.link), (site.label, site.link));
    for view in [view, waiting] {
        view.wait_for_text("Welcome to the shop").await.unwrap();
        view.wait_for("fetch('/', { cache: 'no-store' }).then((r) => r.status === 200)")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_illegal_name_gets_a_legal_one_offered() {
    let (host, _, _, _) = shop().await;
    let page = host.sites_page().await.unwrap();
    retype(&page, "#new-name", "My Shop!").await;
    let offered = "document.querySelector('#new .suggestion').checkVisibility()";
    until(
        &page,
        &format!("{offered} && document.querySelector('#new-name-message').dataset.tone === 'bad'"),
    )
    .await;
    page.click("#new .suggestion").await.unwrap();
    until(
        &page,
        "document.querySelector('#new-name-message').dataset.tone === 'good' && document.querySelector('#new-name').value === 'my-shop'",
    )
    .await;
    // One of one's own is taken as well.
    retype(&page, "#new-name", "shop").await;
    until(
        &page,
        &format!(
            "{offered} && document.querySelector('#new-name-message').textContent.includes('is taken')"
        ),
    )
    .await;
}
