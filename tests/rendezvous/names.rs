//! Bare names: first come, kept by the key, over restarts.

use identity::SiteName;
use signalling::ServerMessage;

use crate::support::{Key, Peer, Server};

/// Claims a name: the link, and the suggestion if it was refused.
async fn claim(
    server: &Server,
    key: &Key,
    name: &str,
) -> (Option<SiteName>, String, Option<String>) {
    let mut peer = Peer::join(server).await;
    let message = key.host(name, &server.url, &peer.challenge, true);
    peer.send(&message).await;
    let ServerMessage::Hosting {
        label,
        name: held,
        link,
    } = peer.next().await
    else {
        panic!("not hosted")
    };
    assert_eq!(label, key.label(name));
    let suggestion = match held {
        Some(_) => None,
        None => match peer.next().await {
            ServerMessage::NameRefused {
                suggestion, reason, ..
            } => {
                assert!(reason.ends_with('.'));
                Some(suggestion.to_string())
            }
            other => panic!("neither held nor refused: {other:?}"),
        },
    };
    peer.fence().await;
    (held, link, suggestion)
}

#[tokio::test]
async fn the_first_claim_holds_and_the_next_gets_a_suggestion() {
    let server = Server::start().await;
    let (ann, bob) = (Key::new(1), Key::new(2));
    let (held, link, _) = claim(&server, &ann, "shop").await;
    assert_eq!(held, Some(SiteName::parse("shop").unwrap()));
    assert_eq!(link, format!("{}/connect/shop/", server.url));

    let (held, link, suggestion) = claim(&server, &bob, "shop").await;
    assert_eq!(held, None);
    assert_eq!(
        link,
        format!("{}/connect/{}/", server.url, bob.label("shop")),
        "hosted under its label"
    );
    assert_eq!(suggestion.as_deref(), Some("shop-2"));
    let (held, ..) = claim(&server, &bob, "shop-2").await;
    assert!(held.is_some(), "what was suggested is free");
    let (.., suggestion) = claim(&server, &bob, "shop").await;
    assert_eq!(
        suggestion.as_deref(),
        Some("shop-3"),
        "what is taken is not suggested"
    );
}

#[tokio::test]
async fn claims_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/claims.json");
    let (ann, bob) = (Key::new(1), Key::new(2));

    let server = Server::with(|settings| settings.state_file = Some(file.clone())).await;
    claim(&server, &ann, "shop").await;
    assert!(file.exists(), "on disk before the host hears of it");
    server.stop().await;

    let server = Server::with(|settings| settings.state_file = Some(file.clone())).await;
    let (held, ..) = claim(&server, &bob, "shop").await;
    assert_eq!(held, None);
    let answer = server.get("/connect/shop/").await;
    assert_eq!(
        answer.header("location"),
        format!("/connect/{}/", ann.label("shop"))
    );
    let (held, ..) = claim(&server, &ann, "shop").await;
    assert!(held.is_some(), "still its own");
    server.stop().await;
}

#[tokio::test]
async fn a_broken_file_of_claims_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claims.json");
    std::fs::write(&file, "{\"version\":1,\"names\":{\"shop\":").unwrap();
    let server = Server::with(|settings| settings.state_file = Some(file.clone())).await;
    let (held, ..) = claim(&server, &Key::new(1), "shop").await;
    assert!(held.is_some());
    let aside = std::fs::read_to_string(folder.path().join("claims.json.broken-1")).unwrap();
    assert!(aside.ends_with("\"shop\":"));
    server.stop().await;
}

#[tokio::test]
async fn the_api_tells_of_names() {
    let server = Server::start().await;
    let key = Key::new(1);
    let free = server.get("/api/names/shop").await;
    assert_eq!(
        free.json(),
        serde_json::json!({"name": "shop", "legal": true, "free": true})
    );
    claim(&server, &key, "shop").await;
    let taken = server.get("/api/names/shop").await.json();
    assert_eq!(
        (taken["free"].as_bool(), taken["suggestion"].as_str()),
        (Some(false), Some("shop-2"))
    );
    assert_eq!(
        taken["label"].as_str(),
        Some(key.label("shop").to_string().as_str())
    );
    let illegal = server.get("/api/names/My%20Caf%C3%A9!").await.json();
    assert_eq!(
        (illegal["legal"].as_bool(), illegal["suggestion"].as_str()),
        (Some(false), Some("my-cafe"))
    );
    assert_eq!(server.get("/api/names/").await.json()["legal"], false);
}

#[tokio::test]
async fn extensions_may_read_the_api_and_pages_elsewhere_may_not() {
    let server = Server::start().await;
    let host = format!("localhost:{}", server.port);
    let extension = format!("chrome-extension://{}", env!("PEERSERVER_EXTENSION_ID"));
    for path in ["/api/names/shop", "/healthz"] {
        for origin in [
            extension.as_str(),
            "moz-extension://0b8d4a5e-8c2e-4c9c-9a0f-1f6d3c1f2a3b",
        ] {
            let answer = server.get_at(&host, path, &[("origin", origin)]).await;
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("vary"), "origin");
        }
        for origin in [
            "https://evil.example",
            "null",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        ] {
            let answer = server.get_at(&host, path, &[("origin", origin)]).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        }
    }
}
