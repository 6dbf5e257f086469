//! A person makes a site, switches hosting on, and gives the link away.

use stage::{Content, Dist, Host, HostOptions, Visitor};

fn content() -> Content {
    Content::new(&[
        ("index.html", "<!doctype html><title>Shop</title><link rel=icon href=icon.svg><h1>Welcome to the shop</h1><a href=about/>About</a><script type=module src=app.js></script>"),
        ("about/index.html", "<!doctype html><title>About</title><h1 id=us>About the shop</h1><a href=../>Back</a>"),
        ("app.js", "import { word } from './word.js'; document.body.append(' ' + word); document.body.dataset.ready = 'yes';"),
        ("word.js", "export const word = 'module loaded';"),
        ("icon.svg", "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><rect width='1' height='1' fill='teal'/></svg>"),
    ])
    .unwrap()
}

#[tokio::test]
async fn a_site_is_hosted_and_visited_without_the_extension() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    assert!(site.link.starts_with(&host.gateway), "{site:?}");

    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    view.wait_for_text("module loaded").await.unwrap();
}

#[tokio::test]
async fn a_site_is_hosted_and_visited_with_the_extension() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();

    let visitor = Visitor::with_extension(&dist, &host.gateway).await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    let url: String = view.eval("location.href").await.unwrap();
    assert_eq!(
        url,
        format!(
            "http://{}.{}/",
            site.label,
            host.gateway.trim_start_matches("http://")
        )
    );
}
