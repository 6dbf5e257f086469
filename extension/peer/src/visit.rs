//! A visit: the lasting interest of one browser in one site. It connects, stays connected, and
//! connects again; all tabs share it.
//!
//! It must not know who asks (a site worker's port) nor what is shown. Requests wait in
//! [`Visit::channel`] while the connection is being made.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::Label;
use signalling::{ClientMessage, ServerMessage};

use crate::{
    Error,
    channel::Channel,
    connect::{Connected, Step, connect},
    listener::Listener,
    liveness::{LOOK, Liveness, Seen, Verdict},
    signal::{Signal, SignalEvent},
};

/// Milliseconds: the first pause before trying again; it doubles up to the last. A host that comes
/// back is announced by the rendezvous, which ends the pause at once.
const FIRST_PAUSE: u32 = 500;
/// Milliseconds: the longest pause.
const LAST_PAUSE: u32 = 10_000;
/// Milliseconds that a request waits for a connection before it is answered with an honest error.
const PATIENCE: u32 = 15_000;
/// Milliseconds after the loss of a connection in which a host that is offline is taken to be coming
/// back: its network document or its browser is being started again.
const GRACE: u32 = 5_000;
/// Milliseconds of silence after which a request doubts that the connection still lives.
const DOUBT: f64 = 2_000.0;
/// Milliseconds without any request after which an idle connection is closed. Tabs that are still
/// open cost one reconnection (a tenth of a second) when they ask again.
const IDLE: f64 = 300_000.0;
/// Why a channel is closed that nobody uses, at either side; the visit goes on with the next request.
pub(crate) const UNUSED: &str = "idle";

/// How a visit does.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nobody wants anything.
    Idle,
    /// Being connected.
    Connecting(Step),
    /// Connected.
    Connected,
    /// It failed; it is tried again by itself.
    Waiting(Error),
    /// It failed in a way that trying again does not mend.
    Failed(Error),
}

struct Inner {
    label: Label,
    signal: Signal,
    /// A page that is open for the visit alone (the shell) never lets it go idle.
    lasting: bool,
    phase: RefCell<Phase>,
    connected: RefCell<Option<Connected>>,
    running: Cell<bool>,
    wanted: Cell<f64>,
    /// When a connection was lost last (milliseconds, epoch).
    lost: Cell<f64>,
    watchers: RefCell<Vec<UnboundedSender<Phase>>>,
    hurry: RefCell<Option<UnboundedSender<()>>>,
    listeners: RefCell<Vec<Listener>>,
}

/// One browser's visit to one site. Clones share it.
#[derive(Clone)]
pub struct Visit(Rc<Inner>);

impl Visit {
    /// Visit the site `label` that is known to the rendezvous behind `signal`.
    pub fn new(label: Label, signal: Signal, lasting: bool) -> Self {
        let inner = Rc::new(Inner {
            label,
            signal,
            lasting,
            phase: RefCell::new(Phase::Idle),
            connected: RefCell::default(),
            running: Cell::new(false),
            wanted: Cell::new(0.0),
            lost: Cell::new(0.0),
            watchers: RefCell::default(),
            hurry: RefCell::default(),
            listeners: RefCell::default(),
        });
        // A network that came back, or a page that is looked at again, may have slept.
        if let Some(window) = web_sys::window() {
            let listen = |target: &web_sys::EventTarget, kind| {
                let weak = Rc::downgrade(&inner);
                Listener::new(target, kind, move |_: web_sys::Event| {
                    if let Some(inner) = weak.upgrade() {
                        inner.hurry();
                    }
                })
            };
            let mut listeners = vec![listen(&window, "online")];
            listeners.extend(window.document().map(|it| listen(&it, "visibilitychange")));
            inner.listeners.replace(listeners);
        }
        Self(inner)
    }

    /// The site's label.
    pub fn label(&self) -> &Label {
        &self.0.label
    }

    /// How it does now.
    pub fn phase(&self) -> Phase {
        self.0.phase.borrow().clone()
    }

    /// Every change from now on, the present phase first.
    pub fn watch(&self) -> UnboundedReceiver<Phase> {
        let (sender, receiver) = unbounded();
        let _ = sender.unbounded_send(self.phase());
        self.0.watchers.borrow_mut().push(sender);
        receiver
    }

    /// Somebody wants the site: connect if it is not connected, and without a pause.
    pub fn want(&self) {
        self.0.wanted.set(js_sys::Date::now());
        if !self.0.running.replace(true) {
            // How an earlier try ended is no answer to who wants it now.
            self.0.set(Phase::Connecting(Step::Rendezvous));
            wasm_bindgen_futures::spawn_local(run(Rc::downgrade(&self.0)));
        }
    }

    /// Try again at once (a person asked).
    pub fn retry(&self) {
        self.want();
        self.0.signal.hurry();
        self.0.hurry();
    }

    /// The channel, as soon as there is one; else why there is none.
    pub async fn channel(&self) -> Result<Channel, Error> {
        let since = js_sys::Date::now() - self.0.lost.get();
        let grace = (f64::from(GRACE) - since).clamp(0.0, f64::from(GRACE));
        self.channel_within(grace as u32).await
    }

    /// As [`Visit::channel`], for what was lost in the middle: waits longer for a host that is away.
    pub async fn channel_again(&self) -> Result<Channel, Error> {
        self.channel_within(PATIENCE).await
    }

    /// `grace`: milliseconds to wait for a host that is offline.
    async fn channel_within(&self, grace: u32) -> Result<Channel, Error> {
        self.want();
        if let Some(channel) = self.0.open_channel() {
            if js_sys::Date::now() - channel.last_heard() > DOUBT {
                self.0.hurry();
            }
            return Ok(channel);
        }
        let mut phases = self.watch();
        let mut timeout = TimeoutFuture::new(PATIENCE).fuse();
        let mut over = TimeoutFuture::new(grace).fuse();
        let mut patient = grace > 0;
        let mut last = Error::TimedOut(PATIENCE / 1000);
        loop {
            select_biased! {
                phase = phases.next() => match phase {
                    Some(Phase::Connected) => if let Some(channel) = self.0.open_channel() {
                        return Ok(channel);
                    },
                    Some(Phase::Failed(error)) => return Err(error),
                    // A host that the rendezvous says is offline will not be there in a moment, nor a
                    // rendezvous that was waited for: the page that says so shows the site when it is
                    // back.
                    Some(Phase::Waiting(
                        error @ (Error::HostOffline | Error::RendezvousUnreachable(_)),
                    )) if !patient => return Err(error),
                    Some(Phase::Waiting(error)) => last = error,
                    Some(Phase::Idle) => self.want(),
                    Some(Phase::Connecting(_)) => {}
                    None => return Err(last),
                },
                () = over => {
                    patient = false;
                    if last == Error::HostOffline {
                        return Err(last);
                    }
                }
                () = timeout => return Err(last),
            }
        }
    }
}

impl Inner {
    fn open_channel(&self) -> Option<Channel> {
        let connected = self.connected.borrow();
        let channel = &connected.as_ref()?.channel;
        (!channel.is_closed()).then(|| channel.clone())
    }

    /// Ends a pause, or has the connection looked at.
    fn hurry(&self) {
        if let Some(hurry) = self.hurry.borrow().as_ref() {
            let _ = hurry.unbounded_send(());
        }
    }

    fn set(&self, phase: Phase) {
        self.phase.replace(phase.clone());
        self.watchers
            .borrow_mut()
            .retain(|watcher| watcher.unbounded_send(phase.clone()).is_ok());
    }
}

/// Connect, watch over the connection, connect again; until nobody wants it.
async fn run(weak: Weak<Inner>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Some(inner) = weak.upgrade() else { return };
        let (sender, mut hurry) = unbounded();
        inner.hurry.replace(Some(sender));
        let result = connect(&inner.signal, &inner.label, |step| {
            inner.set(Phase::Connecting(step));
        })
        .await;
        match result {
            Ok(connected) => {
                pause = FIRST_PAUSE;
                let channel = connected.channel.clone();
                inner.connected.replace(Some(connected));
                inner.set(Phase::Connected);
                drop(inner);
                let idle = watch_over(&weak, &channel, &mut hurry).await;
                let Some(inner) = weak.upgrade() else { return };
                inner.connected.replace(None);
                if idle {
                    inner.running.set(false);
                    return inner.set(Phase::Idle);
                }
                inner.lost.set(js_sys::Date::now());
            }
            Err(error) if error.is_passing() => {
                inner.set(Phase::Waiting(error));
                let idle = js_sys::Date::now() - inner.wanted.get() > IDLE;
                if idle && !inner.lasting {
                    inner.running.set(false);
                    return inner.set(Phase::Idle);
                }
                let (signal, label) = (inner.signal.clone(), inner.label.clone());
                drop(inner);
                pause_until_online(&signal, &label, hurry, pause).await;
                pause = (pause * 2).min(LAST_PAUSE);
            }
            Err(error) => {
                inner.running.set(false);
                return inner.set(Phase::Failed(error));
            }
        }
    }
}

/// Wait, but not longer than until the host is announced or somebody is in a hurry.
async fn pause_until_online(
    signal: &Signal,
    label: &Label,
    mut hurry: UnboundedReceiver<()>,
    milliseconds: u32,
) {
    let mut events = signal.subscribe();
    signal.send(&ClientMessage::Watch {
        label: label.clone(),
    });
    let mut wait = TimeoutFuture::new(milliseconds).fuse();
    loop {
        select_biased! {
            event = events.next() => match event {
                Some(SignalEvent::Message(ServerMessage::HostOnline { label: online })) => {
                    if online == *label { return; }
                }
                Some(SignalEvent::Up(_)) | None => return,
                Some(_) => {}
            },
            _ = hurry.next() => return,
            () = wait => return,
        }
    }
}

/// Until the channel closes; closes it itself when the host gives no sign of life, or when nobody has asked for
/// anything for long (then the answer is `true`).
async fn watch_over(
    weak: &Weak<Inner>,
    channel: &Channel,
    doubts: &mut UnboundedReceiver<()>,
) -> bool {
    let closed = channel.closed().fuse();
    pin_mut!(closed);
    let mut liveness = Liveness::default();
    // How long a round trip takes here.
    channel.ping();
    let mut wait = LOOK;
    loop {
        let mut look = TimeoutFuture::new(wait as u32).fuse();
        let doubted = select_biased! {
            error = closed => return error == Error::Refused(UNUSED.to_owned()),
            doubt = doubts.next() => doubt.is_some(),
            () = look => false,
        };
        let Some(inner) = weak.upgrade() else {
            return true;
        };
        let now = js_sys::Date::now();
        let busy = channel.streams() > 0;
        if !busy && !inner.lasting && now - inner.wanted.get() > IDLE {
            channel.leave(UNUSED);
            return true;
        }
        wait = match liveness.look(Seen {
            now,
            heard: channel.last_heard(),
            busy,
            doubted,
            round_trip: channel.round_trip(),
        }) {
            Verdict::Wait(wait) => wait,
            Verdict::Ask(wait) => {
                channel.ping();
                wait
            }
            Verdict::Gone => {
                channel.close(Error::Lost);
                return false;
            }
        };
    }
}
