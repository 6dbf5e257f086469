//! A malicious rendezvous: a proxy between browsers and a true rendezvous that changes selected signalling messages.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use identity::{PublicKey, Signature, SiteName};
use signalling::{PATH, SUBPROTOCOL, ServerMessage};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    accept_hdr_async, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        handshake::server::{Request, Response},
        http::{HeaderMap, HeaderValue, header},
    },
};

/// What it changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tampering {
    /// Nothing.
    None,
    /// The certificate's fingerprint in the answer: its own end in the middle.
    Fingerprint,
    /// The key: its own.
    Key,
    /// The signature.
    Signature,
    /// The whole answer: one that was right for another attempt.
    Replay,
    /// The link to a hosted site and the name that was claimed for it: another's.
    Link,
    /// The gateway's address in the welcome: its own instead of the true one.
    Gateway,
}

#[derive(Debug)]
struct State {
    tampering: Tampering,
    changed_messages: u32,
    earlier: Option<ServerMessage>,
    own: String,
    public: String,
}

/// A running malicious rendezvous.
#[derive(Debug, Clone)]
pub struct MaliciousRendezvous {
    /// Its address, such as `http://localhost:1234`.
    pub gateway: String,
    state: Arc<Mutex<State>>,
}

impl MaliciousRendezvous {
    /// Listen here, in front of the true rendezvous on this port of this machine, whose gateway has this
    /// address.
    pub fn start(listener: TcpListener, truth: u16, public: &str) -> Self {
        let own = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let state = State {
            tampering: Tampering::None,
            changed_messages: 0,
            earlier: None,
            own: own.clone(),
            public: public.to_owned(),
        };
        let malicious = Self {
            gateway: own,
            state: Arc::new(Mutex::new(state)),
        };
        let state = malicious.state.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(pass(socket, truth, state.clone()));
            }
        });
        malicious
    }

    /// Changes messages in this way from now on.
    pub fn set_tampering(&self, tampering: Tampering) {
        self.state.lock().unwrap().tampering = tampering;
    }

    /// How many messages were changed.
    pub fn changed_messages(&self) -> u32 {
        self.state.lock().unwrap().changed_messages
    }
}

async fn pass(mut browser: TcpStream, truth: u16, state: Arc<Mutex<State>>) {
    let mut start = [0; 16];
    let wanted = format!("GET {PATH} ");
    // A request's first line comes in one piece.
    let Ok(read) = browser.peek(&mut start).await else {
        return;
    };
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", truth)).await else {
        return;
    };
    if start[..read].starts_with(wanted.as_bytes()) {
        signalling_between(browser, server, &state).await;
    } else {
        let _ = copy_bidirectional(&mut browser, &mut server).await;
    }
}

async fn signalling_between(browser: TcpStream, server: TcpStream, state: &Mutex<State>) {
    let mut asked = HeaderMap::new();
    #[expect(
        clippy::result_large_err,
        reason = "the callback's type is tungstenite's"
    )]
    let answer = |request: &Request, mut response: Response| {
        asked = request.headers().clone();
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        response
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        Ok(response)
    };
    let Ok(browser) = accept_hdr_async(browser, answer).await else {
        return;
    };
    // What the address names is what the true rendezvous goes by.
    let address = state.lock().unwrap().public.replacen("http", "ws", 1);
    let mut request = format!("{address}{PATH}").into_client_request().unwrap();
    for name in [header::ORIGIN, header::SEC_WEBSOCKET_PROTOCOL] {
        if let Some(value) = asked.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let Ok((server, _)) = client_async(request, server).await else {
        return;
    };
    let (mut to_browser, mut from_browser) = browser.split();
    let (mut to_server, mut from_server) = server.split();
    let up = async {
        while let Some(Ok(message)) = from_browser.next().await {
            if to_server.send(message).await.is_err() {
                break;
            }
        }
    };
    let down = async {
        while let Some(Ok(message)) = from_server.next().await {
            let message = match &message {
                Message::Text(text) => Message::text(state.lock().unwrap().changed(text)),
                _ => message,
            };
            if to_browser.send(message).await.is_err() {
                break;
            }
        }
    };
    tokio::select! { () = up => {}, () = down => {} }
}

impl State {
    fn changed(&mut self, text: &str) -> String {
        let Ok(mut message) = ServerMessage::decode(text) else {
            return text.to_owned();
        };
        let tampering = self.tampering;
        let earlier = self.earlier.clone();
        match &mut message {
            ServerMessage::Welcome { gateway, .. } if tampering == Tampering::Gateway => {
                gateway.clone_from(&self.own)
            }
            ServerMessage::Hosting { name, link, .. } if tampering == Tampering::Link => {
                *link = "https://bank.example/connect/bank-aaaaaaaaaaaaaaaaaaaa/".to_owned();
                *name = Some(SiteName::parse("bank").unwrap());
            }
            ServerMessage::Answer {
                sdp,
                key,
                signature,
                ..
            } => match (tampering, earlier) {
                (Tampering::Fingerprint, _) => *sdp = other_fingerprint(sdp),
                (Tampering::Key, _) => *key = PublicKey::from([7; 32]),
                (Tampering::Signature, _) => *signature = Signature::from([7; 64]),
                (
                    Tampering::Replay,
                    Some(ServerMessage::Answer {
                        sdp: s,
                        key: k,
                        signature: g,
                        ..
                    }),
                ) => {
                    (*sdp, *key, *signature) = (s, k, g);
                }
                _ => {
                    self.earlier = Some(message);
                    return text.to_owned();
                }
            },
            _ => return text.to_owned(),
        }
        self.changed_messages += 1;
        message.encode()
    }
}

/// The same description with another certificate: the last digit of each fingerprint is another.
fn other_fingerprint(sdp: &str) -> String {
    let line = |line: &str| match line.strip_prefix("a=fingerprint:") {
        Some(_) => {
            let (rest, last) = line.split_at(line.len() - 1);
            format!("{rest}{}", if last == "0" { "1" } else { "0" })
        }
        None => line.to_owned(),
    };
    sdp.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
}
