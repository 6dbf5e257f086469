//! Every starter becomes a site as its owner makes one, and is used by two visitors at once: one with the extension,
//! and one without it, in Chromium or in Firefox.

#[path = "starters/members.rs"]
mod members;
#[path = "starters/news.rs"]
mod news;
#[path = "starters/sale.rs"]
mod sale;
#[path = "starters/shared.rs"]
mod shared;

use stage::{Dist, Host, HostOptions, PATIENCE, Site, View, Visitor};

/// The visitor without the extension.
#[derive(Clone, Copy)]
enum Second {
    Chromium,
    Firefox,
}

/// A host with the site of a starter, and two visitors.
struct Scene {
    host: Host,
    site: Site,
    /// With the extension.
    one: Visitor,
    /// Without it.
    two: Visitor,
}

impl Scene {
    async fn new(starter: &str, second: Second) -> Self {
        let dist = Dist::find().unwrap();
        let (host, two) = tokio::join!(Host::start(&dist, HostOptions::default()), async {
            match second {
                Second::Chromium => Visitor::chromium().await,
                Second::Firefox => Visitor::firefox().await,
            }
        });
        let host = host.unwrap();
        let site = make(&host, starter).await;
        let one = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
        let two = two.unwrap();
        Self {
            host,
            site,
            one,
            two,
        }
    }

    /// A page of the site at each visitor.
    async fn open(&self, path: &str) -> (View, View) {
        let link = format!("{}{path}", self.site.link);
        let (one, two) = tokio::join!(self.one.open(&link), self.two.open(&link));
        (one.unwrap(), two.unwrap())
    }
}

/// Makes a site in the sites page, of the starter that is chosen there.
async fn make(host: &Host, starter: &str) -> Site {
    let page = host.sites_page().await.unwrap();
    let choice = format!("#starter-list input[value='{starter}']");
    page.wait_for(&format!("document.querySelector(\"{choice}\")"), PATIENCE)
        .await
        .unwrap();
    page.click("#starters summary").await.unwrap();
    page.click(&choice).await.unwrap();
    // The gateway keeps some of their names for itself.
    let name = format!("our-{starter}");
    page.click("#new-name").await.unwrap();
    page.type_text(&name).await.unwrap();
    page.wait_for(
        "!document.querySelector('#new .primary').disabled",
        PATIENCE,
    )
    .await
    .unwrap();
    page.click("#new .primary").await.unwrap();
    page.wait_for(
        &format!(
            "document.querySelector('#site-name').textContent.trim() === '{name}'
                && document.querySelector('[data-id=\"site.json\"]')"
        ),
        PATIENCE,
    )
    .await
    .unwrap();
    host.publish(&page).await.unwrap();
    let site = host.site(&page, &name).await.unwrap();
    page.close().await.unwrap();
    site
}

/// Remembers that this page is here, so that [`is_still_here`] can tell it from one that was loaded anew.
async fn stay(view: &View) {
    view.wait_for("document.querySelector('[data-live]') && (window.stayed = true)")
        .await
        .unwrap();
}

async fn is_still_here(view: &View) -> bool {
    view.eval("window.stayed === true").await.unwrap()
}

async fn until(view: &View, condition: &str) {
    view.wait_for(condition).await.unwrap();
}
