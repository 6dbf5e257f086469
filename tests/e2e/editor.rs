//! Owners change their sites' files on the sites page, and nothing that they typed is lost.

use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, Visitor};

const PAGE: &str = "<!doctype html>\n<title>Shop</title>\n<h1>Welcome</h1>\n";

/// The editor's text, out of the shadow root that its styles are in.
const TEXT: &str =
    "[...document.querySelector('#editor-text').shadowRoot.querySelectorAll('.cm-line')]
    .map((line) => line.textContent).join('\\n')";

struct Workshop {
    host: Host,
    site: Site,
    page: Page,
}

impl Workshop {
    async fn new() -> Self {
        let dist = Dist::find().unwrap();
        let host = Host::start(&dist, HostOptions::default()).await.unwrap();
        let content = Content::new(&[("index.html", PAGE), ("logo.bin", "\0")]).unwrap();
        let site = host
            .make_site("shop", &content.top().unwrap())
            .await
            .unwrap();
        let page = host.sites_page().await.unwrap();
        Self { host, site, page }
    }
}

async fn until(page: &Page, condition: &str) {
    page.wait_for(&format!("!!({condition})"), PATIENCE)
        .await
        .unwrap();
}

async fn open(page: &Page, path: &str) {
    let row = format!("[data-id=\"{path}\"] .file-edit");
    until(page, &format!("document.querySelector('{row}')")).await;
    page.click(&row).await.unwrap();
    until(
        page,
        "document.querySelector('#editor-text').shadowRoot?.activeElement?.className.includes('cm-content')",
    )
    .await;
}

async fn shows(page: &Page, text: &str) {
    until(page, &format!("{TEXT}.includes('{text}')")).await;
}

async fn saved(page: &Page) {
    until(
        page,
        "document.querySelector('#editor-status').textContent === 'Saved'",
    )
    .await;
}

#[tokio::test]
async fn a_line_is_changed_saved_by_itself_and_published_with_the_keyboard() {
    let Workshop { host, site, page } = Workshop::new().await;
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome").await.unwrap();

    open(&page, "public/index.html").await;
    page.type_text("<p>Fresh bread</p>").await.unwrap();
    saved(&page).await;
    let badge = "document.querySelector('#site-status').textContent === 'Draft changed'";
    until(&page, badge).await;

    // A reload has the text, its place and what can be undone.
    page.reload().await.unwrap();
    shows(&page, "Fresh bread").await;
    let address: String = page.eval("location.hash").await.unwrap();
    assert!(address.ends_with("/edit/public/index.html"), "{address}");
    until(
        &page,
        "document.querySelector('#editor-text').shadowRoot?.activeElement",
    )
    .await;
    page.press_with_control('z').await.unwrap();
    until(&page, &format!("!{TEXT}.includes('Fresh')")).await;
    page.type_text("<p>Warm bread</p>").await.unwrap();

    // What was typed is saved before it is published.
    page.press_with_control('s').await.unwrap();
    until(
        &page,
        "document.querySelector('#site-status').textContent === 'Live, up to date'",
    )
    .await;
    view.eval::<Option<u8>>("void setTimeout(() => location.reload())")
        .await
        .unwrap();
    view.wait_for_text("Warm bread").await.unwrap();

    // A new file, and Back to the one before.
    page.click("[data-click=open-new-file]").await.unwrap();
    page.type_text("about.html").await.unwrap();
    page.click("#new-file .primary").await.unwrap();
    until(
        &page,
        "document.querySelector('#editor-path').textContent === 'public/about.html'",
    )
    .await;
    page.back().await.unwrap();
    shows(&page, "Warm bread").await;
    drop(host);
}

#[tokio::test]
async fn a_text_that_is_changed_in_two_tabs_is_kept_twice() {
    let Workshop { host, page, .. } = Workshop::new().await;
    open(&page, "public/index.html").await;
    let other = host.sites_page().await.unwrap();
    open(&other, "public/index.html").await;

    // What is saved in one tab is shown in the other.
    page.to_front().await.unwrap();
    page.type_text("first").await.unwrap();
    saved(&page).await;
    shows(&other, "first").await;

    // Both at once: neither is lost. The other tab saves only after this one.
    other
        .eval::<()>(
            "(() => {
                const [set, clear, held] = [setTimeout, clearTimeout, new Map()];
                globalThis.setTimeout = (call, ms, ...rest) => {
                    if (ms < 100) return set(call, ms, ...rest);
                    const id = set(() => {}, 0);
                    held.set(id, call);
                    return id;
                };
                globalThis.clearTimeout = (id) => void (held.delete(id), clear(id));
                globalThis.release = () => held.forEach((call) => call());
            })()",
        )
        .await
        .unwrap();
    other.type_text("there").await.unwrap();
    page.type_text("here").await.unwrap();
    saved(&page).await;
    other.eval::<()>("void release()").await.unwrap();
    until(
        &other,
        "document.querySelector('#editor-path').textContent === 'conflicts/public/index.html'",
    )
    .await;
    shows(&other, "there").await;
    let told = "document.querySelector('#toast-text').textContent.includes('Your text is kept in')";
    until(&other, told).await;
    shows(&page, "here").await;
    open(&other, "public/index.html").await;
    shows(&other, "here").await;
}

#[tokio::test]
async fn what_is_no_text_is_not_opened_and_stays_as_it_is() {
    let Workshop {
        page, host: _host, ..
    } = Workshop::new().await;
    until(
        &page,
        "document.querySelector('[data-id=\"public/logo.bin\"] .file-edit')",
    )
    .await;
    page.click("[data-id=\"public/logo.bin\"] .file-edit")
        .await
        .unwrap();
    until(
        &page,
        "document.querySelector('#toast-text').textContent.includes('is no text')",
    )
    .await;
    until(
        &page,
        "document.querySelector('#editor').hidden && !location.hash.includes('/edit/')",
    )
    .await;
}
