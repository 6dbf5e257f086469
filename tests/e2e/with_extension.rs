//! With the extension every way to a site leads to its own page, and nobody but a gateway can tell that
//! the extension is there.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use driver::chromium::{Chromium, Page};
use serde_json::{Value, json};
use stage::{Content, Dist, Host, HostOptions, PATIENCE, Site, Visitor};

async fn hosted() -> (Dist, Host, Site) {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = Content::new(&[
        (
            "index.html",
            "<!doctype html><title>Pier</title><h1>Welcome to the pier</h1>",
        ),
        (
            "boats.html",
            "<!doctype html><title>Boats</title><h1>Boats at the pier</h1>",
        ),
    ])
    .unwrap();
    let site = host
        .make_site("pier", &content.top().unwrap())
        .await
        .unwrap();
    (dist, host, site)
}

/// A web server of another origin; every path has the same page.
fn elsewhere(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let page = page.clone();
            // Browsers open connections that they may not use.
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{page}",
                    page.len()
                );
            });
        }
    });
    format!("localhost:{port}")
}

/// The page is the site itself, at the top of its tab.
async fn is_site(page: &Page, site: &Site, path: &str, text: &str) {
    let condition = format!(
        "location.hostname === '{}.localhost' && location.pathname === '{path}' && top === window
            && document.body?.innerText.includes('{text}')",
        site.label
    );
    page.wait_for(&condition, PATIENCE).await.unwrap();
}

async fn extension_page(browser: &Chromium, path: &str) -> Page {
    let id = browser.extension_id().unwrap();
    browser
        .open(&format!("chrome-extension://{id}/{path}"))
        .await
        .unwrap()
}

#[tokio::test]
async fn every_way_leads_to_the_sites_own_page() {
    let (dist, host, site) = hosted().await;
    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let browser = visitor.as_chromium().unwrap();

    let page = format!(
        "<!doctype html><title>Elsewhere</title><a id=one href='{0}boats.html'>Boats</a><a id=two target=_blank href='{0}'>Pier</a>",
        site.link
    );
    let elsewhere = elsewhere(page);
    for origin in [
        format!("http://{elsewhere}"),
        format!("http://{}", elsewhere.replace("localhost", "127.0.0.1")),
    ] {
        let page = browser.open(&format!("{origin}/")).await.unwrap();
        page.click("#one").await.unwrap();
        is_site(&page, &site, "/boats.html", "Boats at the pier").await;
        page.back().await.unwrap();
        page.wait_for("document.title === 'Elsewhere'", PATIENCE)
            .await
            .unwrap();
        page.close().await.unwrap();
    }

    for address in [
        format!("web+peer://{}/boats.html", site.label),
        "web+peer://pier/boats.html".to_owned(),
        "pier/boats.html".to_owned(),
    ] {
        let to: String = address.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let page = extension_page(browser, &format!("pages/visit.html?to={to}")).await;
        is_site(&page, &site, "/boats.html", "Boats at the pier").await;
        page.close().await.unwrap();
    }

    // The address bar's keyword, as the browser tells the worker of it.
    let page = extension_page(browser, "pages/popup.html").await;
    page.to_front().await.unwrap();
    browser
        .eval_in::<Value>(
            "service_worker",
            "background.js",
            "void chrome.omnibox.onInputEntered.dispatch('pier/boats.html', 'currentTab')",
        )
        .await
        .unwrap();
    is_site(&page, &site, "/boats.html", "Boats at the pier").await;

    let popup = host.popup().await.unwrap();
    host.until_visitors(&popup, 1).await.unwrap();
}

#[tokio::test]
async fn tabs_that_the_browser_opens_again_show_the_site() {
    let (dist, host, site) = hosted().await;
    let with = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let without = Visitor::chromium().await.unwrap();
    for visitor in [with, without] {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("Welcome to the pier").await.unwrap();
        let boats = visitor
            .open(&format!("{}boats.html", site.link))
            .await
            .unwrap();
        boats.wait_for_text("Boats at the pier").await.unwrap();
        // The site's own address with the extension, the shell's without.
        let address: String = boats.page.url().await.unwrap();

        let visitor = visitor.restart(&dist).await.unwrap();
        let boats = visitor.restored(&address).await.unwrap();
        boats.wait_for_text("Boats at the pier").await.unwrap();
        let first = address.strip_suffix("boats.html").unwrap();
        let view = visitor
            .restored(&format!("{first} not boats"))
            .await
            .unwrap();
        view.wait_for_text("Welcome to the pier").await.unwrap();
        view.page.reload().await.unwrap();
        view.wait_for_text("Welcome to the pier").await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_is_no_gateway_cannot_tell_that_the_extension_is_there() {
    let dist = Dist::find().unwrap();
    let page = "<!doctype html><title>Curious</title><script>
        window.heard = [];
        window.addEventListener('message', (event) => heard.push(String(event.data)));
        new MutationObserver((records) => heard.push(...records.map((r) => r.attributeName ?? r.target.nodeName)))
            .observe(document.documentElement, { attributes: true });
        </script><p>What is there?</p>";
    let elsewhere = elsewhere(page.to_owned());
    let with = Visitor::with_extension(&dist, "http://localhost:8890")
        .await
        .unwrap();
    let without = Visitor::chromium().await.unwrap();
    let id = with.as_chromium().unwrap().extension_id().unwrap();
    let label = "pier-aaaaaaaaaaaaaaaaaaaa";
    let look = format!(
        "(async () => {{
            const reached = [];
            for (const path of ['manifest.json', 'pages/visit.html', 'pages/base.css', 'icons/on-16.png', 'content/content.js', 'network/network.html']) {{
                const url = 'chrome-extension://{id}/' + path;
                await fetch(url).then(() => reached.push(path), () => {{}});
                await new Promise((done) => {{
                    const image = new Image();
                    image.onload = () => {{ reached.push(path); done(); }};
                    image.onerror = done;
                    image.src = url;
                }});
            }}
            return {{
                reached,
                heard,
                attributes: [...document.documentElement.attributes].map((a) => a.name),
                elements: document.documentElement.querySelectorAll('*').length,
                runtime: typeof chrome?.runtime?.sendMessage,
                globals: Object.keys(window).filter((key) => /peer(server)?$/i.test(key)),
            }};
        }})()"
    );
    for host in [elsewhere.clone(), format!("{label}.{elsewhere}")] {
        let address = format!("http://{host}/connect/{label}/");
        let mut seen = Vec::new();
        for visitor in [&with, &without] {
            let page = visitor.browser().open(&address).await.unwrap();
            page.wait_for("document.title === 'Curious'", PATIENCE)
                .await
                .unwrap();
            seen.push(page.eval::<Value>(&look).await.unwrap());
            assert_eq!(page.url().await.unwrap(), address);
            page.close().await.unwrap();
        }
        assert_eq!(seen[0], seen[1], "at {host}");
        assert_eq!(seen[0]["reached"], json!([]));
        assert_eq!(seen[0]["heard"], json!([]));
    }
}
