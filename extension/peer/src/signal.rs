//! The WebSocket to a rendezvous: says hello, keeps trying, hands messages on.
//!
//! It must not know what the messages are for. A [`Signal`] lives as long as somebody holds it; each
//! subscriber sees every event from the moment it subscribed.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Challenge;
use js_sys::Math;
use signalling::{ClientMessage, IceServer, PATH, SUBPROTOCOL, ServerMessage, VERSION};
use web_sys::{MessageEvent, WebSocket};

use crate::{Error, listener::Listener};

/// Milliseconds: the first pause before connecting again; it doubles up to the last.
const FIRST_PAUSE: u32 = 250;
/// Milliseconds: the longest pause. A host that comes back is noticed within so much.
const LAST_PAUSE: u32 = 8_000;
/// Milliseconds until a socket that has not been welcomed is given up.
const WELCOME_TIMEOUT: u32 = 8_000;

/// What the rendezvous said at the start of a socket.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The gateway's public address.
    pub gateway: String,
    /// To be signed by hosts; new with each socket.
    pub challenge: Challenge,
    /// For `RTCPeerConnection`.
    pub ice_servers: Vec<IceServer>,
}

/// What happens at a rendezvous.
#[derive(Debug, Clone)]
pub enum SignalEvent {
    /// Connected (again).
    Up(Welcome),
    /// Not connected; tried again by itself.
    Down(String),
    /// It said something.
    Message(ServerMessage),
}

/// What a subscriber gets of a message from the rendezvous of this gateway, if anything.
pub type Filter = fn(&str, ServerMessage) -> Option<ServerMessage>;

struct Inner {
    gateway: String,
    filter: Filter,
    socket: RefCell<Option<WebSocket>>,
    welcome: RefCell<Option<Welcome>>,
    subscribers: RefCell<Vec<UnboundedSender<SignalEvent>>>,
    /// Ends the pause before the next try.
    hurry: RefCell<Option<UnboundedSender<()>>>,
    closed: Cell<bool>,
}

/// A lasting connection to one rendezvous.
#[derive(Clone)]
pub struct Signal(Rc<Inner>);

impl Signal {
    /// Connect to the rendezvous of this gateway, such as `http://localhost:8890`, and stay connected.
    pub fn open(gateway: &str) -> Self {
        Self::filtered(gateway, |_, message| Some(message))
    }

    /// As [`Signal::open`]; every message goes through `filter` first.
    pub fn filtered(gateway: &str, filter: Filter) -> Self {
        let inner = Rc::new(Inner {
            filter,
            gateway: gateway.trim_end_matches('/').to_owned(),
            socket: RefCell::default(),
            welcome: RefCell::default(),
            subscribers: RefCell::default(),
            hurry: RefCell::default(),
            closed: Cell::new(false),
        });
        wasm_bindgen_futures::spawn_local(run(Rc::downgrade(&inner)));
        Self(inner)
    }

    /// The gateway's address as it was asked for, without a slash at its end.
    pub fn gateway(&self) -> &str {
        &self.0.gateway
    }

    /// Every event from now on.
    pub fn subscribe(&self) -> UnboundedReceiver<SignalEvent> {
        let (sender, receiver) = unbounded();
        self.0.subscribers.borrow_mut().push(sender);
        receiver
    }

    /// Say something. `false`: not connected, nothing was sent.
    pub fn send(&self, message: &ClientMessage) -> bool {
        self.0.welcome.borrow().is_some()
            && self
                .0
                .socket
                .borrow()
                .as_ref()
                .is_some_and(|socket| socket.send_with_str(&message.encode()).is_ok())
    }

    /// The welcome of the present socket, if there is one.
    pub fn current(&self) -> Option<Welcome> {
        self.0.welcome.borrow().clone()
    }

    /// Wait for the welcome of the present or next socket, at most `milliseconds`.
    pub async fn welcome(&self, milliseconds: u32) -> Result<Welcome, Error> {
        let mut events = self.subscribe();
        if let Some(welcome) = self.current() {
            return Ok(welcome);
        }
        self.hurry();
        let mut timeout = TimeoutFuture::new(milliseconds).fuse();
        loop {
            select_biased! {
                event = events.next() => match event {
                    Some(SignalEvent::Up(welcome)) => return Ok(welcome),
                    Some(_) => {}
                    None => break,
                },
                () = timeout => break,
            }
        }
        Err(Error::RendezvousUnreachable(self.0.gateway.clone()))
    }

    /// Try at once, if it is pausing.
    pub fn hurry(&self) {
        if let Some(hurry) = self.0.hurry.borrow().as_ref() {
            let _ = hurry.unbounded_send(());
        }
    }

    /// Disconnect for good.
    pub fn close(&self) {
        self.0.shut();
    }
}

impl Inner {
    fn notify(&self, event: &SignalEvent) {
        self.subscribers
            .borrow_mut()
            .retain(|subscriber| subscriber.unbounded_send(event.clone()).is_ok());
    }

    fn shut(&self) {
        self.closed.set(true);
        self.welcome.replace(None);
        if let Some(socket) = self.socket.take() {
            let _ = socket.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut();
    }
}

/// Connect again and again while somebody holds the signal.
async fn run(weak: Weak<Inner>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Some(inner) = weak.upgrade().filter(|inner| !inner.closed.get()) else {
            return;
        };
        let (sender, mut hurry) = unbounded();
        inner.hurry.replace(Some(sender));
        let gateway = inner.gateway.clone();
        drop(inner);
        let reason = one_socket(&weak, &gateway, &mut pause).await;
        let Some(inner) = weak.upgrade().filter(|inner| !inner.closed.get()) else {
            return;
        };
        inner.welcome.replace(None);
        inner.socket.replace(None);
        inner.notify(&SignalEvent::Down(reason));
        drop(inner);
        // Spread, so that a restarted rendezvous does not meet all its hosts in one moment.
        let spread = 0.75 + Math::random() / 2.0;
        let mut wait = TimeoutFuture::new((f64::from(pause) * spread) as u32).fuse();
        select_biased! { _ = hurry.next() => {}, () = wait => {} }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

enum SocketEvent {
    Open,
    Text(String),
    Closed,
}

/// One socket's life; gives the reason of its end.
async fn one_socket(weak: &Weak<Inner>, gateway: &str, pause: &mut u32) -> String {
    // `http` becomes `ws`, `https` becomes `wss`.
    let url = format!("{}{PATH}", gateway.replacen("http", "ws", 1));
    let socket = match WebSocket::new_with_str(&url, SUBPROTOCOL) {
        Ok(socket) => socket,
        Err(error) => return webextension_api::text_of(&error),
    };
    let (sender, mut events) = unbounded();
    let (open, text, close) = (sender.clone(), sender.clone(), sender);
    let _listeners = [
        Listener::new(&socket, "open", move |_: web_sys::Event| {
            let _ = open.unbounded_send(SocketEvent::Open);
        }),
        Listener::new(&socket, "message", move |event: MessageEvent| {
            if let Some(data) = event.data().as_string() {
                let _ = text.unbounded_send(SocketEvent::Text(data));
            }
        }),
        Listener::new(&socket, "close", move |_: web_sys::Event| {
            let _ = close.unbounded_send(SocketEvent::Closed);
        }),
    ];
    match weak.upgrade() {
        Some(inner) => inner.socket.replace(Some(socket.clone())),
        None => return String::new(),
    };
    let mut timeout = TimeoutFuture::new(WELCOME_TIMEOUT).fuse();
    let mut reason = format!("The rendezvous at {gateway} cannot be reached.");
    let mut welcomed = false;
    loop {
        let event = select_biased! {
            event = events.next() => event,
            () = timeout => if welcomed { continue } else { None },
        };
        let text = match event {
            Some(SocketEvent::Open) => {
                let _ = socket.send_with_str(&ClientMessage::Hello { version: VERSION }.encode());
                continue;
            }
            Some(SocketEvent::Text(text)) => text,
            Some(SocketEvent::Closed) | None => break,
        };
        let Some(inner) = weak.upgrade() else { break };
        let message = ServerMessage::decode(&text).ok();
        match message.and_then(|message| (inner.filter)(gateway, message)) {
            Some(ServerMessage::Welcome {
                gateway,
                challenge,
                ice_servers,
                ..
            }) => {
                welcomed = true;
                *pause = FIRST_PAUSE;
                let gateway = gateway.trim_end_matches('/').to_owned();
                let welcome = Welcome {
                    gateway,
                    challenge,
                    ice_servers,
                };
                inner.welcome.replace(Some(welcome.clone()));
                inner.notify(&SignalEvent::Up(welcome));
            }
            Some(ServerMessage::Error {
                message,
                fatal: true,
            }) => reason = message,
            Some(message) => inner.notify(&SignalEvent::Message(message)),
            // What is not understood ends the message alone: a newer rendezvous may say more.
            None => {}
        }
    }
    let _ = socket.close();
    reason
}
