//! A rendezvous of somebody else, on the internet: https, a domain of its own, added by its address.

use driver::chromium::Page;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, RendezvousProcess, Site, Visitor};
use tokio::net::TcpListener;

use crate::tls;

const DOMAIN: &str = "peers.test";

/// A rendezvous behind https, its gateway, and what a browser has to be told to find and trust it.
async fn rendezvous(dist: &Dist) -> (RendezvousProcess, String, Vec<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let gateway = format!("https://{DOMAIN}:{port}");
    let rendezvous = RendezvousProcess::start_as(dist, Some(&gateway))
        .await
        .unwrap();
    tls::end(listener, DOMAIN, rendezvous.port());
    let args = vec![
        format!("--host-resolver-rules=MAP {DOMAIN} 127.0.0.1, MAP *.{DOMAIN} 127.0.0.1"),
        "--ignore-certificate-errors".to_owned(),
    ];
    (rendezvous, gateway, args)
}

async fn until(page: &Page, condition: &str) {
    page.wait_for(condition, PATIENCE).await.unwrap();
}

/// Wait until the content script is registered for these and no other addresses.
async fn script_runs_at(popup: &Page, patterns: &str) {
    let condition = format!(
        "chrome.scripting.getRegisteredContentScripts()
            .then((scripts) => scripts.flatMap((script) => script.matches).sort().join(' ') === '{patterns}')"
    );
    until(popup, &condition).await;
}

/// The link leads to the site's own page, at the top of the tab.
async fn leads_to_the_sites_own_page(visitor: &Visitor, site: &Site, path: &str, text: &str) {
    let page = visitor.as_chromium().unwrap().new_page().await.unwrap();
    page.navigate(&format!("{}{path}", site.link))
        .await
        .unwrap();
    let condition = format!(
        "location.hostname === '{}.{DOMAIN}' && location.pathname === '/{path}' && top === window
            && document.body?.innerText.includes('{text}')",
        site.label
    );
    until(&page, &condition).await;
}

#[tokio::test]
async fn another_rendezvous_is_added_by_its_address_and_given_up_again() {
    let dist = Dist::find().unwrap();
    let (_rendezvous, gateway, args) = rendezvous(&dist).await;
    let options = HostOptions {
        rendezvous: Some(gateway.clone()),
        args: args.clone(),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    let content = Content::new(&[
        ("index.html", "<!doctype html><h1>Welcome to the pier</h1>"),
        ("boats.html", "<!doctype html><h1>Boats at the pier</h1>"),
    ])
    .unwrap();
    let site = host
        .make_site("pier", &content.top().unwrap())
        .await
        .unwrap();
    assert_eq!(site.link, format!("{gateway}/connect/pier/"));

    let visitor = Visitor::extended(&dist, args).await.unwrap();
    let sites = format!("https://*.{DOMAIN}/*");
    let pages = format!("https://{DOMAIN}/*");
    let visitor = visitor.allow(&dist, &[&sites, &pages]).await.unwrap();
    let popup = visitor.popup().await.unwrap();
    script_runs_at(&popup, "").await;
    popup.click("#rendezvous summary").await.unwrap();
    popup.click("#rendezvous-address").await.unwrap();
    popup.type_text(&gateway).await.unwrap();
    popup.press_key("Enter").await.unwrap();
    until(
        &popup,
        "document.querySelector('#rendezvous-reset').checkVisibility()",
    )
    .await;
    script_runs_at(&popup, &format!("{sites} {pages}")).await;
    leads_to_the_sites_own_page(&visitor, &site, "", "Welcome to the pier").await;
    leads_to_the_sites_own_page(&visitor, &site, "boats.html", "Boats at the pier").await;

    // In the next session, too, also when the extension was loaded anew, as after an update.
    let visitor = visitor.restart(&dist).await.unwrap();
    let popup = visitor.popup().await.unwrap();
    script_runs_at(&popup, &format!("{sites} {pages}")).await;
    leads_to_the_sites_own_page(&visitor, &site, "boats.html", "Boats at the pier").await;

    popup.click("#rendezvous summary").await.unwrap();
    popup.click("#rendezvous-reset").await.unwrap();
    script_runs_at(&popup, "").await;
    // The shell shows it now, as to anybody without the extension.
    let page = visitor.as_chromium().unwrap().new_page().await.unwrap();
    page.navigate(&site.link).await.unwrap();
    page.wait_for_anywhere(
        "top !== window && document.body?.innerText.includes('Welcome to the pier')",
        PATIENCE,
    )
    .await
    .unwrap();
    let place: String = page.eval("location.origin").await.unwrap();
    assert_eq!(place, gateway);
}
