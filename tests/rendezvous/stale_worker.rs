//! What another program left in browsers while it had the gateway's port.

use crate::support::{Key, Server};

#[tokio::test]
async fn a_worker_that_was_left_at_the_gateways_origin_is_replaced_by_one_that_removes_itself() {
    let server = Server::start().await;
    let host = format!("localhost:{}", server.port);
    let asks = [
        ("service-worker", "script"),
        ("sec-fetch-dest", "serviceworker"),
    ];
    for path in [
        "/",
        "/worker.js",
        "/_gateway/gateway.js",
        "/connect/shop/",
        "/signal",
    ] {
        let answer = server.get_at(&host, path, &asks).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("clear-site-data"), "\"storage\"", "{path}");
        assert!(answer.header("content-type").starts_with("text/javascript"));
        assert!(
            answer.text().contains("registration.unregister()"),
            "{path}"
        );
        assert_eq!(answer.header("service-worker-allowed"), "");
    }
    let plain = server.get("/").await;
    assert_eq!(plain.header("clear-site-data"), "");
}

#[tokio::test]
async fn one_that_was_left_at_a_sites_origin_is_told_from_one_that_the_site_asks_for() {
    let server = Server::start().await;
    let site = format!("{}.localhost:{}", Key::new(1).label("shop"), server.port);
    let ask = async |path: &str, referrer: &str| {
        let referrer = format!("http://{site}{referrer}");
        let headers = [
            ("service-worker", "script"),
            ("sec-fetch-dest", "serviceworker"),
            ("referer", referrer.as_str()),
        ];
        server.get_at(&site, path, &headers).await
    };
    let left = ask("/sw.js?1", "/sw.js?1").await;
    assert_eq!(left.status, 200);
    assert_eq!(left.header("clear-site-data"), "\"storage\"");
    assert!(left.text().contains("registration.unregister()"));
    for page in ["/", "/sw.js", "/shop/index.html"] {
        let wanted = ask("/sw.js?1", page).await;
        assert_eq!((wanted.status, wanted.header("clear-site-data")), (503, ""));
    }
    let own = "/.well-known/peerserver/worker.js";
    let own = ask(own, own).await;
    assert_eq!(
        (own.text(), own.header("clear-site-data")),
        ("<site/worker.js>", "")
    );
}
