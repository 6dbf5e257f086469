//! Somebody means ill: a rendezvous that lies, a page that wants what is the network document's, a
//! visitor that breaks the protocol.

use driver::chromium::Page;
use serde_json::json;
use stage::{Content, Dist, Host, HostOptions, PATIENCE, RendezvousProcess, Site, Visitor};
use tokio::net::TcpListener;

use crate::malicious_rendezvous::{MaliciousRendezvous, Tampering};

const REFUSED: &str = "This is not “shop”";

fn content() -> Content {
    Content::new(&[(
        "index.html",
        "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>",
    )])
    .unwrap()
}

/// A rendezvous that can only be reached through a malicious one, and that one.
async fn malicious_rendezvous(dist: &Dist) -> (RendezvousProcess, MaliciousRendezvous) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let public = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let rendezvous = RendezvousProcess::start_as(dist, Some(&public))
        .await
        .unwrap();
    let malicious = MaliciousRendezvous::start(listener, rendezvous.port(), &public);
    (rendezvous, malicious)
}

#[tokio::test]
async fn visitors_refuse_whoever_cannot_prove_to_be_the_host() {
    let dist = Dist::find().unwrap();
    let (_rendezvous, malicious) = malicious_rendezvous(&dist).await;
    let options = HostOptions {
        rendezvous: Some(malicious.gateway.clone()),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    // An attempt to be replayed.
    let friend = Visitor::chromium().await.unwrap();
    let view = friend.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    friend.close().await.unwrap();
    let popup = host.popup().await.unwrap();
    visitors_are(&popup, 0).await;

    let plain = Visitor::chromium().await.unwrap();
    let extension = Visitor::with_extension(&dist, &malicious.gateway)
        .await
        .unwrap();
    for visitor in [&plain, &extension] {
        for tampering in [
            Tampering::Fingerprint,
            Tampering::Key,
            Tampering::Signature,
            Tampering::Replay,
        ] {
            let before = malicious.changed_messages();
            malicious.set_tampering(tampering);
            let page = visitor.browser().new_page().await.unwrap();
            page.navigate(&site.link).await.unwrap();
            let shown = format!(
                "document.querySelector('#status')?.dataset.reason === 'unverified' \
                 && document.querySelector('#heading').textContent === '{REFUSED}'"
            );
            page.wait_for(&shown, PATIENCE).await.unwrap();
            assert!(malicious.changed_messages() > before, "{tampering:?}");
            let text: String = page
                .eval("document.documentElement.textContent")
                .await
                .unwrap();
            assert!(
                !text.contains("Welcome to the shop"),
                "{tampering:?}: {text}"
            );
            page.close().await.unwrap();
        }
    }
    // Nobody had a channel, so nobody asked for anything.
    visitors_are(&popup, 0).await;
    // With the truth the site is there again, by itself where the extension asks.
    malicious.set_tampering(Tampering::None);
    for visitor in [&plain, &extension] {
        let view = visitor.open(&site.link).await.unwrap();
        view.wait_for_text("Welcome to the shop").await.unwrap();
    }
}

async fn visitors_are(popup: &Page, count: u32) {
    let condition = format!("{STATE}.then(state => state.visitors === {count})");
    popup.wait_for(&condition, PATIENCE).await.unwrap();
}

const STATE: &str =
    "chrome.runtime.sendMessage({toBackground:'ask',ask:{ask:'state'}}).then(r => r.ok.state)";

#[tokio::test]
async fn hosts_do_not_sign_for_a_rendezvous_that_passes_anothers_challenge_on() {
    let dist = Dist::find().unwrap();
    let truth = RendezvousProcess::start(&dist).await.unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let malicious = MaliciousRendezvous::start(listener, truth.port(), &truth.gateway());
    let options = HostOptions {
        rendezvous: Some(truth.gateway()),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    host.make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    let popup = host.popup().await.unwrap();
    stage::ask(
        &popup,
        json!({ "ask": "setRendezvous", "url": malicious.gateway }),
    )
    .await
    .unwrap();
    let plain = format!(
        "document.querySelector('#problems').textContent.includes('says that its address is {}')",
        truth.gateway()
    );
    popup.wait_for(&plain, PATIENCE).await.unwrap();
    // Lying about the address too brings a signature, but one that the true rendezvous does not take.
    malicious.set_tampering(Tampering::Gateway);
    stage::ask(
        &popup,
        json!({ "ask": "setRendezvous", "url": truth.gateway() }),
    )
    .await
    .unwrap();
    host.until_connected(&popup).await.unwrap();
    stage::ask(
        &popup,
        json!({ "ask": "setRendezvous", "url": malicious.gateway }),
    )
    .await
    .unwrap();
    let refused = format!("{STATE}.then(state => state.sites[0].nameRefused)");
    popup.wait_for(&refused, PATIENCE).await.unwrap();
    let link: Option<String> = popup
        .eval(&format!("{STATE}.then(state => state.sites[0].link)"))
        .await
        .unwrap();
    assert_eq!(link, None);
}

#[tokio::test]
async fn the_link_that_the_owner_gives_away_is_made_here_whatever_the_rendezvous_writes() {
    let dist = Dist::find().unwrap();
    let (_rendezvous, malicious) = malicious_rendezvous(&dist).await;
    malicious.set_tampering(Tampering::Link);
    let options = HostOptions {
        rendezvous: Some(malicious.gateway.clone()),
        ..HostOptions::default()
    };
    let host = Host::start(&dist, options).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    assert!(malicious.changed_messages() > 0);
    let by_label = format!("{}/connect/{}/", malicious.gateway, site.label);
    assert_eq!(site.link, by_label, "the claimed name is not the site's");
    let popup = host.popup().await.unwrap();
    let shown = format!("document.querySelector('.link')?.title === '{by_label}'");
    popup.wait_for(&shown, PATIENCE).await.unwrap();
    // With the truth the link is by name, and the popup has the one by label beside it.
    malicious.set_tampering(Tampering::None);
    for on in [false, true] {
        stage::ask(&popup, json!({ "ask": "setHosting", "on": on }))
            .await
            .unwrap();
    }
    let both = format!(
        "document.querySelector('.link')?.title === '{}/connect/shop/'
            && document.querySelector('.link-with-label').dataset.text === '{by_label}'
            && !document.querySelector('.link-with-label').hidden",
        malicious.gateway
    );
    popup.wait_for(&both, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn hosted_bytes_go_to_the_network_document_alone() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    let browser = host.browser().unwrap();
    let extension = format!("chrome-extension://{}", browser.extension_id().unwrap());
    let page = host.sites_page().await.unwrap();
    let id: String = page
        .eval(&format!("{STATE}.then(state => state.sites[0].id)"))
        .await
        .unwrap();

    // The same request: answered to the network document, to no other page of the extension.
    let ask = format!(
        "(async () => {{
            const {{ port1, port2 }} = new MessageChannel();
            const answer = new Promise((resolve) => port1.onmessage = ({{ data }}) => resolve(data.reply.status));
            const worker = (await navigator.serviceWorker.ready).active;
            worker.postMessage({{ peerserver: 'serve' }}, [port2]);
            port1.postMessage({{ id: 1, request: {{ kind: 'respond', site: '{id}', method: 'GET', path: '/', headers: [] }} }});
            window.answered = answer.then((status) => window.status2 = status);
            return WAIT ? await answer : 0;
        }})()"
    );
    let nothing: u16 = page.eval(&ask.replace("WAIT", "false")).await.unwrap();
    let status: u16 = browser
        .eval_in(
            "background_page",
            "/network/network.html",
            &ask.replace("WAIT", "true"),
        )
        .await
        .unwrap();
    assert_eq!((nothing, status), (0, 200));
    let got: Option<u16> = page.eval("window.status2 ?? null").await.unwrap();
    assert_eq!(got, None);

    // No address of the extension gives a site's page: not to the extension's own pages...
    let paths = [
        String::new(),
        "index.html".to_owned(),
        format!("{id}/"),
        format!("{id}/index.html"),
        format!("{}/index.html", site.label),
        format!("?site={id}&path=/index.html"),
        format!("network/network.html?site={id}&path=/index.html"),
    ];
    let list = json!(
        paths
            .iter()
            .map(|path| format!("{extension}/{path}"))
            .collect::<Vec<_>>()
    );
    let own = format!(
        "Promise.all({list}.map((url) => fetch(url).then((r) => r.text(), (error) => String(error))))"
    );
    let texts: Vec<String> = page.eval(&own).await.unwrap();
    assert!(
        texts.iter().all(|text| !text.contains("Welcome")),
        "{texts:?}"
    );
    // ...nor to a tab...
    for path in &paths {
        let tab = browser.new_page().await.unwrap();
        let _ = tab.goto(&format!("{extension}/{path}")).await;
        let text: String = tab
            .eval("document.documentElement?.textContent ?? ''")
            .await
            .unwrap();
        assert!(!text.contains("Welcome"), "{path}: {text}");
        tab.close().await.unwrap();
    }
    // ...nor to a page of the web, as a frame, a script or data.
    let web = browser
        .open(&format!("{}/healthz", host.gateway))
        .await
        .unwrap();
    let tries = format!(
        "Promise.all({list}.map(async (url) => {{
            const element = (name) => new Promise((resolve) => {{
                const made = document.createElement(name);
                made.onload = () => {{ let text = ''; try {{ text = made.contentDocument?.body.textContent ?? ''; }}
                    catch {{ }} resolve(name === 'script' ? 'script ran' : text); }};
                made.onerror = () => resolve('');
                made.src = url;
                document.documentElement.append(made);
            }});
            const data = await fetch(url).then((r) => r.text(), () => '');
            return [data, await element('script'), await element('iframe')].join();
        }}))"
    );
    let texts: Vec<String> = web.eval(&tries).await.unwrap();
    assert!(
        texts
            .iter()
            .all(|text| !text.contains("Welcome") && !text.contains("script ran")),
        "{texts:?}"
    );
}

#[tokio::test]
async fn a_visitor_that_speaks_garbage_ends_its_own_channel_only() {
    let dist = Dist::find().unwrap();
    let host = Host::start(&dist, HostOptions::default()).await.unwrap();
    let site: Site = host
        .make_site("shop", &content().top().unwrap())
        .await
        .unwrap();
    let good = Visitor::chromium().await.unwrap();
    let view = good.open(&site.link).await.unwrap();
    view.wait_for_text("Welcome to the shop").await.unwrap();
    let popup = host.popup().await.unwrap();

    let evil = good.browser().new_page().await.unwrap();
    evil.goto(&host.gateway).await.unwrap();
    for garbage in [
        "'text where bytes belong'",
        "new Uint8Array(64 * 1024).fill(255)",
        // The right beginning, then frames of nonsense.
        "new Uint8Array([...MAGIC, ...new Array(4096).fill(255)])",
    ] {
        let garbage = garbage.replace(
            "MAGIC",
            "new TextEncoder().encode('PeerWire'), 0, 1, 0, 1, 0, 0",
        );
        let script = EVIL
            .replace("LABEL", &site.label)
            .replace("GARBAGE", &garbage);
        let ended: String = evil.eval(&script).await.unwrap();
        assert_eq!(ended, "closed", "{garbage}");
        visitors_are(&popup, 1).await;
        let fine: u16 = view
            .eval("fetch('/', { cache: 'no-store' }).then((r) => r.status)")
            .await
            .unwrap();
        assert_eq!(fine, 200);
    }
}

const EVIL: &str = "new Promise(async (resolve) => {
    const attempt = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/signal', 'peerserver.v1');
    const say = (message) => socket.send(JSON.stringify(message));
    const pc = new RTCPeerConnection();
    const channel = pc.createDataChannel('x', { negotiated: true, id: 0 });
    channel.onopen = () => channel.send(GARBAGE);
    channel.onclose = () => { socket.close(); pc.close(); resolve('closed'); };
    pc.onicecandidate = ({ candidate }) => candidate && say({ candidate: { attempt, candidate } });
    socket.onerror = () => resolve('no socket');
    socket.onopen = () => say({ hello: { version: 1 } });
    const early = [];
    socket.onmessage = async ({ data }) => {
        const message = JSON.parse(data);
        if (message.welcome) {
            await pc.setLocalDescription();
            say({ connect: { attempt, label: 'LABEL', sdp: pc.localDescription.sdp } });
        }
        if (message.answer) {
            await pc.setRemoteDescription({ type: 'answer', sdp: message.answer.sdp });
            for (const candidate of early.splice(0)) pc.addIceCandidate(candidate);
        }
        if (message.candidate) {
            const { candidate } = message.candidate;
            pc.remoteDescription ? pc.addIceCandidate(candidate) : early.push(candidate);
        }
        if (message.failed || message.error) resolve(data);
    };
})";
