//! The gateway's pages and files: which address gives what, and with which headers.

use signalling::ServerMessage;

use crate::support::{Answer, Key, Peer, Server, request};

const LABEL: &str = "shop-mzuhvlpymk6xo3epygfy";

fn local(server: &Server) -> String {
    format!("localhost:{}", server.port)
}

fn site(server: &Server) -> String {
    format!("{LABEL}.localhost:{}", server.port)
}

fn directives(answer: &Answer) -> Vec<&str> {
    answer
        .header("content-security-policy")
        .split("; ")
        .collect()
}

async fn claim(server: &Server, key: &Key, name: &str) {
    let mut peer = Peer::join(server).await;
    let message = key.host(name, &server.url, &peer.challenge, true);
    peer.send(&message).await;
    assert!(matches!(
        peer.next().await,
        ServerMessage::Hosting { name: Some(_), .. }
    ));
}

#[tokio::test]
async fn names_lead_to_labels_and_labels_to_the_shell() {
    let server = Server::start().await;
    let key = Key::new(1);
    claim(&server, &key, "shop").await;
    let label = key.label("shop");
    for (path, to) in [
        ("/connect/shop", format!("/connect/{label}/")),
        ("/connect/shop/", format!("/connect/{label}/")),
        (
            "/connect/SHOP/a%20b/c?q=1&r",
            format!("/connect/{label}/a%20b/c?q=1&r"),
        ),
        (
            "/connect/?to=web%2Bpeer%3A%2F%2Fshop%2Fx",
            "/connect/shop/x".to_owned(),
        ),
        ("/connect?to=shop", "/connect/shop/".to_owned()),
        ("/connect/", "/".to_owned()),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, to.as_str()),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for path in [
        format!("/connect/{label}/deep/link?q"),
        format!("/connect/{LABEL}"),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().starts_with("shell "));
    }
    let unknown = server.get("/connect/nobody/").await;
    assert_eq!(
        (unknown.status, unknown.text().starts_with("shell ")),
        (404, true)
    );
    for path in [
        "/connect/www/",
        "/connect/a.b/",
        "/connect/..%2f/",
        "/connect/?to=//evil.example/",
        "/nothing",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("<h1>"));
    }
}

#[tokio::test]
async fn the_gateways_pages_are_locked_down() {
    let server = Server::start().await;
    let own = local(&server);
    let shell = server.get(&format!("/connect/{LABEL}/")).await;
    let policy = directives(&shell);
    for directive in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        &format!("connect-src 'self' ws://{own}"),
        &format!("frame-src http://{LABEL}.{own}"),
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(policy.contains(&directive), "{directive} in {policy:?}");
    }
    for path in [
        "/",
        &format!("/connect/{LABEL}/"),
        "/nothing",
        "/connect/www/",
    ] {
        let answer = server.get(path).await;
        assert!(
            directives(&answer).contains(&"frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        let referrer = if path.contains(LABEL) {
            "strict-origin"
        } else {
            "no-referrer"
        };
        assert_eq!(answer.header("referrer-policy"), referrer, "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"));
    }
    let file = server.get("/_gateway/gateway.js").await;
    assert_eq!((file.status, file.text()), (200, "<gateway.js>"));
    assert_eq!(
        file.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(file.header("cross-origin-resource-policy"), "same-origin");
    let wasm = server.get("/_gateway/network_bg.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    for path in [
        "/_gateway/shell.html",
        "/_gateway/site/worker.js",
        "/_gateway/",
        "/_gateway/../shell.html",
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_sites_origin_gives_the_bootstrap_and_its_own_folder() {
    let server = Server::start().await;
    let extension = env!("PEERSERVER_EXTENSION_ID");
    for path in [
        "/",
        "/any/path?q",
        "/connect/shop/",
        "/signal",
        "/healthz",
        "/_gateway/gateway.js",
        "/api/names/x",
    ] {
        let answer = server
            .get_at(&site(&server), path, &[("sec-fetch-dest", "iframe")])
            .await;
        assert_eq!(
            (answer.status, answer.text()),
            (200, "<site/bootstrap.html>"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        let framers = format!(
            "frame-ancestors 'self' {} chrome-extension://{extension} moz-extension:",
            server.url
        );
        assert!(
            directives(&answer).contains(&framers.as_str()),
            "{:?}",
            directives(&answer)
        );
    }
    let own = "/.well-known/peerserver/";
    let worker = server
        .get_at(&site(&server), &format!("{own}worker.js"), &[])
        .await;
    assert_eq!((worker.status, worker.text()), (200, "<site/worker.js>"));
    assert_eq!(worker.header("service-worker-allowed"), "/");
    assert_eq!(worker.header("cache-control"), "no-cache");
    let bridge = server
        .get_at(&site(&server), &format!("{own}bridge.html"), &[])
        .await;
    assert_eq!(bridge.header("service-worker-allowed"), "");
    let framers = format!(
        "frame-ancestors {} chrome-extension://{extension} moz-extension:",
        server.url
    );
    assert!(directives(&bridge).contains(&framers.as_str()));
    for path in ["nothing.js", "../index.html", "site/worker.js", ""] {
        assert_eq!(
            server
                .get_at(&site(&server), &format!("{own}{path}"), &[])
                .await
                .status,
            404,
            "{path}"
        );
    }
    let image = server
        .get_at(&site(&server), "/logo.png", &[("sec-fetch-dest", "image")])
        .await;
    assert_eq!(image.status, 503, "a part of a page is never a page");
    let event_stream = ("accept", "text/event-stream");
    let events = server
        .get_at(&site(&server), "/live", &[event_stream])
        .await;
    assert_eq!((events.status, events.text()), (200, ""));
    assert_eq!(events.header("content-type"), "text/event-stream");
    let illegal = server
        .get_at(&format!("www.localhost:{}", server.port), "/", &[])
        .await;
    assert_eq!(illegal.status, 404);
}

#[tokio::test]
async fn only_our_own_hosts_are_answered() {
    let server =
        Server::with(|settings| settings.public_url = Some("https://peers.example".into())).await;
    let port = server.port;
    for host in [
        "peers.example",
        &local(&server),
        &format!("{LABEL}.peers.example"),
        &site(&server),
    ] {
        assert_eq!(server.get_at(host, "/", &[]).await.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost",
        "",
        "peers.example.evil.example",
        &format!("evil.example:{port}"),
    ] {
        for path in ["/", "/healthz", "/signal", "/api/names/x"] {
            assert_eq!(
                server.get_at(host, path, &[]).await.status,
                421,
                "{host}{path}"
            );
        }
    }
    let by_target = server
        .get_at(&local(&server), "http://evil.example/healthz", &[])
        .await;
    assert_eq!(by_target.status, 421, "the target counts before the header");

    let numbered = format!("127.0.0.1:{port}");
    assert_eq!(server.get_at(&numbered, "/healthz", &[]).await.status, 200);
    let moved = server.get_at(&numbered, "/connect/shop/?q", &[]).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (
            302,
            format!("http://localhost:{port}/connect/shop/?q").as_str()
        )
    );

    let shell = server
        .get_at("peers.example", &format!("/connect/{LABEL}/"), &[])
        .await;
    let framed = format!("frame-src https://{LABEL}.peers.example");
    assert!(directives(&shell).contains(&framed.as_str()));
    assert!(directives(&shell).contains(&"connect-src 'self' wss://peers.example"));
}

#[tokio::test]
async fn methods_other_than_reading_are_refused() {
    let server = Server::start().await;
    for host in [local(&server), site(&server)] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = request(server.port, method, &host, "/", &[("content-length", "0")]).await;
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, "GET, HEAD"),
                "{method} {host}"
            );
        }
    }
    for path in [
        "/".to_owned(),
        format!("/connect/{LABEL}/"),
        "/healthz".to_owned(),
        "/nothing".to_owned(),
    ] {
        let (get, head) = (
            server.get(&path).await,
            request(server.port, "HEAD", &local(&server), &path, &[]).await,
        );
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert_eq!(
            head.header("content-security-policy"),
            get.header("content-security-policy")
        );
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let server = Server::start().await;
    let (host, path) = (local(&server), format!("/connect/{LABEL}/"));
    let plain = server.get_at(&host, &path, &[]).await;
    assert_eq!(
        (
            plain.header("content-encoding"),
            plain.header("cache-control")
        ),
        ("", "no-cache")
    );
    let gzip = server
        .get_at(&host, &path, &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(
        (gzip.header("content-encoding"), gzip.header("vary")),
        ("gzip", "accept-encoding")
    );
    assert!(gzip.body.len() < plain.body.len());
    let brotli = server
        .get_at(&host, &path, &[("accept-encoding", "gzip, deflate, br")])
        .await;
    assert_eq!(
        (brotli.header("content-encoding"), brotli.header("vary")),
        ("br", "accept-encoding")
    );
    assert_eq!(brotli.body, b"as brotli");
    assert_eq!(brotli.header("content-type"), plain.header("content-type"));
    let tags = [&plain, &gzip, &brotli].map(|answer| answer.header("etag"));
    assert!(
        tags[0] != tags[1] && tags[0] != tags[2] && tags[1] != tags[2],
        "three forms, three tags: {tags:?}"
    );
    for answer in [&plain, &gzip, &brotli] {
        let headers = [
            ("if-none-match", answer.header("etag")),
            ("accept-encoding", "gzip, br"),
        ];
        let again = server.get_at(&host, &path, &headers).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("content-encoding"), "");
        assert!(!again.header("etag").is_empty());
    }
    let changed = server
        .get_at(&host, &path, &[("if-none-match", "\"other\"")])
        .await;
    assert_eq!(changed.status, 200);
    let unknown = server
        .get_at(
            &host,
            "/connect/nobody/",
            &[("if-none-match", plain.header("etag"))],
        )
        .await;
    assert_eq!(unknown.status, 404, "an error is said each time");
}

#[tokio::test]
async fn health_tells_a_rendezvous_from_a_stranger() {
    let (one, two) = (Server::start().await, Server::start().await);
    let health = one.get("/healthz").await.json();
    assert_eq!(health["server"], "peerserver");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["gateway"], one.url);
    assert_eq!(health["hosts"], 0);
    assert_ne!(
        health["instance"],
        two.get("/healthz").await.json()["instance"]
    );
    assert_eq!(
        one.get("/healthz").await.json()["instance"],
        health["instance"]
    );
}

#[tokio::test]
async fn a_binary_without_the_gateways_files_says_so() {
    let server = Server::with(|settings| {
        settings.assets = peerserver::rendezvous::Assets::from_files([]);
    })
    .await;
    for (host, path) in [
        (local(&server), "/"),
        (local(&server), "/connect/shop/"),
        (site(&server), "/"),
    ] {
        let answer = server.get_at(&host, path, &[]).await;
        assert_eq!(answer.status, 503);
        assert!(answer.text().contains("cargo xtask build"));
    }
    assert_eq!(server.get("/healthz").await.status, 200);
}
