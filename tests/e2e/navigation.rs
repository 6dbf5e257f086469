//! A visitor goes about a site as on any other: links, history, reload, fragments, and all that a page
//! can load. The tab shows where it is, and the site's code cannot reach what shows it.

use std::path::Path;

use driver::Browser;
use serde_json::{Value, json};
use stage::{Dist, Host, HostOptions, PATIENCE, Site, View, Visitor, top};

async fn shop() -> (Host, Site) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shop");
    let site = host
        .make_site("shop", &top(&folder).unwrap())
        .await
        .unwrap();
    (host, site)
}

#[tokio::test]
async fn chromium_goes_about_a_site() {
    let (_host, site) = shop().await;
    let visitor = Visitor::chromium().await.unwrap();
    go_about(&visitor, &site).await;
    is_out_of_reach(&visitor, &site).await;
}

#[tokio::test]
async fn chromium_with_the_extension_goes_about_a_site() {
    let (host, site) = shop().await;
    let dist = Dist::find().unwrap();
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    go_about(&visitor, &site).await;
}

#[tokio::test]
async fn firefox_goes_about_a_site() {
    let (_host, site) = shop().await;
    let visitor = Visitor::firefox().await.unwrap();
    go_about(&visitor, &site).await;
    is_out_of_reach(&visitor, &site).await;
}

/// The whole tour of the shop, in one tab and then by deep links in others.
async fn go_about(visitor: &Visitor, site: &Site) {
    let view = visitor.open(&site.link).await.unwrap();
    is_at(&view, "/", "Shop", "Welcome to the shop").await;
    links_lead(&view).await;
    history_and_reload_lead(&view).await;
    if !matches!(visitor.browser(), Browser::Firefox(_)) {
        history_leads_after_a_reload(&view).await;
    }
    fragments_scroll(&view).await;
    scripts_move_the_address(&view).await;
    view.page.close().await.unwrap();

    let deep = format!("{}docs/guide.html?x=1#part-3", site.link);
    let view = visitor.open(&deep).await.unwrap();
    is_at(
        &view,
        "/docs/guide.html?x=1#part-3",
        "Guide",
        "Guide to the shop",
    )
    .await;
    is_scrolled_to(&view, "part-3").await;
    view.page.close().await.unwrap();

    let everything = format!("{}everything.html", site.link);
    let view = visitor.open(&everything).await.unwrap();
    is_at(&view, "/everything.html", "Everything", "can load").await;
    everything_loads(&view).await;
    view.page.close().await.unwrap();
}

/// The tab's address and title and the page's text are these.
async fn is_at(view: &View, place: &str, title: &str, text: &str) {
    view.wait_for_text(text).await.unwrap();
    view.wait_for_place(place).await.unwrap();
    view.wait_for_title(title).await.unwrap();
    let own: String = view
        .eval("location.pathname + location.search + location.hash")
        .await
        .unwrap();
    assert_eq!(own, place);
}

/// The page has a tab to itself and is never gone back to: Chromium 156 dies of a page that has a worker, is
/// controlled by a service worker, and is left while the worker starts (no part of ours is needed for it).
async fn everything_loads(view: &View) {
    let results = view.wait_for("window.results").await.unwrap();
    let expected = json!({
        "classic": "loaded",
        "module": "module loaded",
        "later": "dynamic import loaded",
        "fetch": "200 application/json 3",
        "missing": 404,
        "head": "200 15",
        "xhr": "200 3",
        "worker": "classic worker: 3",
        "moduleWorker": "module loaded: 3",
        "picture": true,
        "frame": "A part of the page",
        "imported": "rgb(1, 2, 3)",
        "background": "image/svg+xml",
        "font": "loaded",
    });
    assert_eq!(results, expected);
    let icon: Value = view
        .page
        .wait_for(
            "(i => /^data:image\\/svg|\\/icon\\.svg$/.test(i) && i)(document.querySelector('link[rel=icon]').href)",
            PATIENCE,
        )
        .await
        .unwrap();
    assert!(icon.is_string());
}

async fn links_lead(view: &View) {
    view.click("#about").await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.click("#home").await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.click("#slashless").await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.click("#home").await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.click("#search button").await.unwrap();
    is_at(view, "/search.html?q=tea+%26+cake", "Search", "tea & cake").await;
    view.page.back().await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.click("#nowhere").await.unwrap();
    is_at(view, "/nowhere/at/all.html", "Lost", "no such shelf").await;
    let status: u16 = view
        .eval("fetch(location.href).then(r => r.status)")
        .await
        .unwrap();
    assert_eq!(status, 404);
    view.page.back().await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
}

async fn history_and_reload_lead(view: &View) {
    view.click("#about").await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.click("#guide").await.unwrap();
    is_at(view, "/docs/guide.html", "Guide", "Guide to the shop").await;
    view.page.back().await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.page.back().await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.page.forward().await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.page.forward().await.unwrap();
    is_at(view, "/docs/guide.html", "Guide", "Guide to the shop").await;

    view.page.reload().await.unwrap();
    is_at(view, "/docs/guide.html", "Guide", "Guide to the shop").await;
}

async fn history_leads_after_a_reload(view: &View) {
    view.page.back().await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.page.back().await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.page.forward().await.unwrap();
    is_at(view, "/about/", "About", "About the shop").await;
    view.page.forward().await.unwrap();
    is_at(view, "/docs/guide.html", "Guide", "Guide to the shop").await;
}

async fn fragments_scroll(view: &View) {
    view.click("#home").await.unwrap();
    is_at(view, "/", "Shop", "Welcome to the shop").await;
    view.click("#guide").await.unwrap();
    is_at(
        view,
        "/docs/guide.html?from=home#part-3",
        "Guide",
        "Guide to the shop",
    )
    .await;
    is_scrolled_to(view, "part-3").await;
    view.eval::<Value>("window.kept = true").await.unwrap();
    view.click("#last").await.unwrap();
    is_at(
        view,
        "/docs/guide.html?from=home#part-4",
        "Guide",
        "Guide to the shop",
    )
    .await;
    is_scrolled_to(view, "part-4").await;
    view.page.back().await.unwrap();
    is_at(
        view,
        "/docs/guide.html?from=home#part-3",
        "Guide",
        "Guide to the shop",
    )
    .await;
    view.wait_for("window.kept").await.unwrap();
}

async fn is_scrolled_to(view: &View, id: &str) {
    let condition =
        format!("Math.abs(document.getElementById('{id}').getBoundingClientRect().top) < 400");
    view.wait_for(&condition).await.unwrap();
}

async fn scripts_move_the_address(view: &View) {
    view.eval::<Value>("void history.pushState(null, '', '/pushed?x=1')")
        .await
        .unwrap();
    view.wait_for_place("/pushed?x=1").await.unwrap();
    view.eval::<Value>("void history.replaceState(null, '', 'replaced#y')")
        .await
        .unwrap();
    view.wait_for_place("/replaced#y").await.unwrap();
    view.eval::<Value>("void (document.title = 'Another title')")
        .await
        .unwrap();
    view.wait_for_title("Another title").await.unwrap();
    view.page.back().await.unwrap();
    view.wait_for_place("/docs/guide.html?from=home#part-3")
        .await
        .unwrap();
    view.wait_for("window.kept").await.unwrap();
}

/// The shell shows nothing but the site, and the site's code can do nothing to it.
async fn is_out_of_reach(visitor: &Visitor, site: &Site) {
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    let shown = "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.id || e.tagName).join()";
    view.page
        .wait_for(&format!("{shown} === 'site'"), PATIENCE)
        .await
        .unwrap();
    for script in [
        "top.document.title",
        "top.location.href",
        "parent.frames.length && top.history.state",
        "parent.document.querySelector('iframe')",
        "frameElement.id",
    ] {
        let outcome: String = view
            .eval(&format!("(() => {{ try {{ {script}; return 'reached'; }} catch (e) {{ return e.name; }} }})()"))
            .await
            .unwrap();
        assert!(
            ["SecurityError", "TypeError"].contains(&outcome.as_str()),
            "{script}: {outcome}"
        );
    }
    let gateway = site.link.split("/connect/").next().unwrap();
    let framed = format!(
        "new Promise(resolve => {{
            const frame = document.createElement('iframe');
            frame.src = '{}';
            frame.onload = frame.onerror = () => resolve(null);
            document.body.append(frame);
        }})",
        site.link
    );
    view.eval::<Value>(&framed).await.unwrap();
    let frames: u32 = view.eval("frames[frames.length - 1].length").await.unwrap();
    assert_eq!(frames, 0, "no shell runs in a frame");
    let fetched: String = view
        .eval(&format!(
            "fetch('{gateway}/connect/').then(() => 'read', e => e.name)"
        ))
        .await
        .unwrap();
    assert_eq!(fetched, "TypeError");
    view.page.close().await.unwrap();
}
