//! Several visitors, several sites, several hosts at one time; and a site that changes.

use serde_json::Value;
use stage::{Content, Dist, Host, HostOptions, RendezvousProcess, Site, View, Visitor};

fn content(name: &str) -> Content {
    let page = |title: &str, more: &str| {
        format!("<!doctype html><title>{title}</title><h1>{title} of {name}</h1>{more}")
    };
    Content::new(&[
        (
            "index.html",
            page("Home", "<a id=next href=next.html>Next</a>"),
        ),
        ("next.html", page("Next", "<a id=home href=./>Home</a>")),
        ("name.txt", name.to_owned()),
    ])
    .unwrap()
}

async fn site(host: &Host, name: &str) -> Site {
    host.make_site(name, &content(name).top().unwrap())
        .await
        .unwrap()
}

/// The site's home and next page are there, and its files are its own.
async fn walk(view: &View, name: &str) {
    view.wait_for_text(&format!("Home of {name}"))
        .await
        .unwrap();
    view.click("#next").await.unwrap();
    view.wait_for_text(&format!("Next of {name}"))
        .await
        .unwrap();
    let text: String = view
        .eval("fetch('name.txt').then(r => r.text())")
        .await
        .unwrap();
    assert_eq!(text, name);
}

#[tokio::test]
async fn three_visitors_see_a_host_at_once_and_it_counts_them() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = site(&host, "crowd").await;
    let (with, without, firefox) = tokio::join!(
        Visitor::with_extension(&dist, &host.gateway),
        Visitor::chromium(),
        Visitor::firefox(),
    );
    let visitors = [with.unwrap(), without.unwrap(), firefox.unwrap()];
    let [a, b, c] = &visitors;
    let (a, b, c) = tokio::join!(a.open(&site.link), b.open(&site.link), c.open(&site.link));
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    tokio::join!(walk(&a, "crowd"), walk(&b, "crowd"), walk(&c, "crowd"));

    let popup = host.popup().await.unwrap();
    host.until_visitors(&popup, 3).await.unwrap();
    // Another tab of a browser with the extension shares its connection.
    let view = visitors[0].open(&site.link).await.unwrap();
    walk(&view, "crowd").await;
    host.until_visitors(&popup, 3).await.unwrap();
    // A visitor that leaves is counted no more.
    c.page.close().await.unwrap();
    host.until_visitors(&popup, 2).await.unwrap();
}

#[tokio::test]
async fn one_host_shows_two_sites_and_each_has_its_own_origin() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let (tea, cake) = (site(&host, "tea").await, site(&host, "cake").await);
    for visitor in [
        Visitor::chromium().await.unwrap(),
        Visitor::with_extension(&dist, &host.gateway).await.unwrap(),
    ] {
        let (a, b) = (
            visitor.open(&tea.link).await.unwrap(),
            visitor.open(&cake.link).await.unwrap(),
        );
        tokio::join!(walk(&a, "tea"), walk(&b, "cake"));
        a.eval::<Value>("void localStorage.setItem('whose', 'tea')")
            .await
            .unwrap();
        let whose: Value = b.eval("localStorage.getItem('whose')").await.unwrap();
        assert_eq!(whose, Value::Null);
    }
}

#[tokio::test]
async fn two_hosts_at_one_rendezvous_are_visited_side_by_side() {
    let dist = Dist::find().unwrap();
    let rendezvous = RendezvousProcess::start(&dist).await.unwrap();
    let options = HostOptions {
        rendezvous: Some(rendezvous.gateway()),
        ..HostOptions::default()
    };
    let (one, two) = tokio::join!(
        Host::start(&dist, options.clone()),
        Host::start(&dist, options)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let (north, south) = tokio::join!(site(&one, "north"), site(&two, "south"));
    for visitor in [
        Visitor::chromium().await.unwrap(),
        Visitor::with_extension(&dist, &rendezvous.gateway())
            .await
            .unwrap(),
    ] {
        let (a, b) = (
            visitor.open(&north.link).await.unwrap(),
            visitor.open(&south.link).await.unwrap(),
        );
        tokio::join!(walk(&a, "north"), walk(&b, "south"));
    }
}

#[tokio::test]
async fn what_is_published_is_seen_at_the_next_navigation() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let content = content("news");
    let site = host
        .make_site("news", &content.top().unwrap())
        .await
        .unwrap();
    let plain = Visitor::chromium().await.unwrap();
    let extended = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let views = [
        plain.open(&site.link).await.unwrap(),
        extended.open(&site.link).await.unwrap(),
    ];
    for view in &views {
        walk(view, "news").await;
    }

    content
        .write(
            "index.html",
            "<!doctype html><title>Fresh</title><h1>Fresh news</h1>",
        )
        .unwrap();
    let page = host.sites_page().await.unwrap();
    host.add_files(&page, &content.top().unwrap())
        .await
        .unwrap();
    // A draft is the owner's alone.
    let draft: String = views[0]
        .eval("fetch('./').then(r => r.text())")
        .await
        .unwrap();
    assert!(draft.contains("Home of news"), "{draft}");

    host.publish(&page).await.unwrap();
    for view in &views {
        view.click("#home").await.unwrap();
        view.wait_for_text("Fresh news").await.unwrap();
    }
}
