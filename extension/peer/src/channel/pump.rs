//! Pumps bytes between an `RTCDataChannel` and `wire`, and keeps for each stream what has arrived until it is taken.
//!
//! Sending is driven by events (`bufferedamountlow`), never by a timer, and what is written in one turn of the
//! event loop leaves together, so that a small answer is one message. It must not know who takes what arrives.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Waker,
};

use futures_channel::mpsc;
use vecmap::VecMap;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelState};
use wire::{Config, Connection, Event, RequestHead, ResetCode, Role, StreamId};

use super::{memory::Memory, state::StreamState};
use crate::{Error, listener::Listener};

/// Bytes: the largest message sent. 64 KiB is safe between all browsers, and larger ones only make
/// small answers wait behind big ones (no message interleaving, RFC 8260, in Chromium).
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Bytes: stop feeding the channel above this; a small request waits behind at most so much.
const BUFFER_HIGH: u32 = 512 * 1024;
/// Bytes: feed it again below this.
const BUFFER_LOW: u32 = 192 * 1024;
/// Bytes: what a visitor's request bodies may make a host hold. 512 KiB: 5 MiB/s at 100 ms round trip, and 200
/// visitors have 100 MiB.
const HOST_CONNECTION_WINDOW: u32 = 512 * 1024;

/// A stream that the peer opened with a request.
pub struct Opened {
    /// The stream.
    pub id: StreamId,
    /// The request's head.
    pub head: RequestHead,
    /// Does a body follow?
    pub has_body: bool,
}

/// One data channel with its `wire`, and what has arrived over it.
pub struct Pump {
    dc: RtcDataChannel,
    /// The protocol.
    pub wire: RefCell<Connection>,
    /// What is known of each stream that is open.
    pub streams: RefCell<VecMap<StreamId, StreamState>>,
    /// Body bytes that arrived and were not taken.
    arrived: Cell<usize>,
    /// What the channel holds.
    pub memory: Memory,
    incoming: RefCell<Option<mpsc::UnboundedSender<Opened>>>,
    /// How many pings were answered.
    pub pongs: Cell<u64>,
    /// When the peer was last heard (milliseconds since 1970).
    pub heard: Cell<f64>,
    /// When it was last asked for a sign of life.
    pub pinged: Cell<f64>,
    /// Milliseconds that the answer took last; 0 before the first.
    pub round_trip: Cell<f64>,
    flushing: Cell<bool>,
    /// Why the channel is closed, if it is.
    pub closed: RefCell<Option<Error>>,
    /// Who waits for that.
    pub on_closed: RefCell<Vec<Waker>>,
    /// Requests that wait for another to end.
    pub on_room: RefCell<Vec<Waker>>,
    /// Who waits for the peer's first frame.
    pub ready: RefCell<Vec<Waker>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Pump {
    /// Take over a data channel. `incoming` takes the requests that the peer opens (host only).
    pub fn start(
        dc: RtcDataChannel,
        role: Role,
        incoming: Option<mpsc::UnboundedSender<Opened>>,
    ) -> Rc<Self> {
        dc.set_binary_type(web_sys::RtcDataChannelType::Arraybuffer);
        dc.set_buffered_amount_low_threshold(BUFFER_LOW);
        let mut config = Config::default();
        if role == Role::Host {
            config.connection_window = HOST_CONNECTION_WINDOW;
        }
        let pump = Rc::new(Self {
            dc: dc.clone(),
            wire: RefCell::new(Connection::new(role, config)),
            streams: RefCell::default(),
            arrived: Cell::new(0),
            memory: Memory::default(),
            incoming: RefCell::new(incoming),
            pongs: Cell::new(0),
            heard: Cell::new(js_sys::Date::now()),
            pinged: Cell::new(0.0),
            round_trip: Cell::new(0.0),
            flushing: Cell::new(false),
            closed: RefCell::new(None),
            on_closed: RefCell::default(),
            on_room: RefCell::default(),
            ready: RefCell::default(),
            listeners: RefCell::default(),
        });
        // The listeners hold the channel weakly: the channel owns them.
        let weak = Rc::downgrade(&pump);
        let with = move |act: fn(&Rc<Self>, web_sys::Event)| {
            let weak = weak.clone();
            move |event: web_sys::Event| {
                if let Some(pump) = weak.upgrade() {
                    act(&pump, event);
                }
            }
        };
        // Set in the same turn as the channel's creation: messages before that are lost (Chromium).
        pump.listeners.replace(vec![
            Listener::new(&dc, "message", with(|pump, event| pump.receive(&event))),
            Listener::new(&dc, "bufferedamountlow", with(|pump, _| pump.flush())),
            Listener::new(&dc, "open", with(|pump, _| pump.flush())),
            Listener::new(&dc, "close", with(|pump, _| pump.close(Error::Lost))),
        ]);
        pump
    }

    fn receive(self: &Rc<Self>, event: &web_sys::Event) {
        let data = event.unchecked_ref::<MessageEvent>().data();
        let Some(buffer) = data.dyn_ref::<js_sys::ArrayBuffer>() else {
            return self.close(Error::Protocol("a text message".to_owned()));
        };
        self.heard.set(js_sys::Date::now());
        let bytes = js_sys::Uint8Array::new(buffer).to_vec();
        let received = self.wire.borrow_mut().receive(&bytes);
        self.dispatch();
        match received {
            Ok(()) if self.wire.borrow().wants_transmit() => self.schedule_flush(),
            Ok(()) => {}
            Err(error) => self.close(error.into()),
        }
    }

    fn dispatch(self: &Rc<Self>) {
        loop {
            // Not in the `while let` head: the borrow must end before the event is handled.
            let Some(event) = self.wire.borrow_mut().poll_event() else {
                break;
            };
            self.handle(event);
        }
        self.count();
        // A stream that ended makes room; who finds none waits again.
        self.on_room.take().into_iter().for_each(Waker::wake);
    }

    /// Note what is held now.
    pub fn count(&self) {
        let queued = self.wire.borrow().queued();
        self.memory.set(queued + self.arrived.get());
    }

    /// So many bytes that arrived are held no longer.
    pub fn release(&self, bytes: usize) {
        self.arrived.set(self.arrived.get().saturating_sub(bytes));
        self.count();
        self.on_room.take().into_iter().for_each(Waker::wake);
    }

    fn handle(self: &Rc<Self>, event: Event) {
        let mut wake = None;
        match event {
            Event::Ready { .. } => self.ready.take().into_iter().for_each(Waker::wake),
            Event::Request { id, head, end } => {
                let state = StreamState {
                    ended: end,
                    ..StreamState::default()
                };
                self.streams.borrow_mut().insert(id, state);
                let opened = Opened {
                    id,
                    head,
                    has_body: !end,
                };
                let incoming = self.incoming.borrow();
                let sent = incoming
                    .as_ref()
                    .is_some_and(|incoming| incoming.unbounded_send(opened).is_ok());
                drop(incoming);
                if !sent {
                    self.abandon(id);
                }
            }
            Event::Response { id, head, end } => self.with(id, |state| {
                state.response = Some(head);
                state.ended |= end;
                wake = state.reader.take();
            }),
            Event::Data { id, bytes, end } => self.with(id, |state| {
                if !bytes.is_empty() {
                    self.arrived.set(self.arrived.get() + bytes.len());
                    state.chunks.push_back(bytes);
                }
                state.ended |= end;
                wake = state.reader.take();
            }),
            Event::Reset { id, code } => {
                let mut wakers = [None, None, None];
                self.with(id, |state| {
                    state.reset = Some(code);
                    wakers = state.wakers();
                });
                wakers.into_iter().flatten().for_each(Waker::wake);
            }
            Event::Writable { id } => self.with(id, |state| wake = state.writer.take()),
            Event::Pong { token } => {
                self.pongs.set(token.wrapping_add(1));
                self.round_trip.set(js_sys::Date::now() - self.pinged.get());
            }
            Event::GoAway { reason } => self.close(Error::Refused(reason)),
        }
        wake.into_iter().for_each(Waker::wake);
    }

    /// Change what is known of a stream, if it is there.
    pub fn with(&self, id: StreamId, act: impl FnOnce(&mut StreamState)) {
        if let Some(state) = self.streams.borrow_mut().get_mut(&id) {
            act(state);
        }
    }

    /// Flush when the current turn's work is done, so that small frames leave as one message.
    pub fn schedule_flush(self: &Rc<Self>) {
        if self.flushing.replace(true) {
            return;
        }
        let pump = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            pump.flushing.set(false);
            pump.flush();
        });
    }

    /// Send what is queued, as far as the data channel's buffer allows.
    pub fn flush(self: &Rc<Self>) {
        if self.dc.ready_state() != RtcDataChannelState::Open {
            return;
        }
        while self.dc.buffered_amount() < BUFFER_HIGH {
            let Some(bytes) = self.wire.borrow_mut().poll_transmit(MAX_MESSAGE) else {
                break;
            };
            if let Err(error) = self.dc.send_with_u8_array(&bytes) {
                return self.close(error.into());
            }
        }
        self.dispatch();
    }

    /// Close for this reason; every stream ends with it.
    pub fn close(self: &Rc<Self>, error: Error) {
        if self.closed.borrow().is_some() {
            return;
        }
        self.closed.replace(Some(error));
        self.incoming.replace(None);
        self.dc.close();
        let mut wakers = self.on_closed.take();
        wakers.append(&mut self.on_room.take());
        wakers.append(&mut self.ready.take());
        for state in self.streams.borrow_mut().values_mut() {
            wakers.extend(state.wakers().into_iter().flatten());
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Give a stream up, with this reason for the peer.
    pub fn reset(self: &Rc<Self>, id: StreamId, code: ResetCode) {
        self.wire.borrow_mut().reset(id, code);
        self.schedule_flush();
        let mut wake = [None, None, None];
        self.with(id, |state| {
            state.reset = Some(code);
            wake = state.wakers();
        });
        wake.into_iter().flatten().for_each(Waker::wake);
    }

    /// Know a stream no longer.
    pub fn forget(&self, id: StreamId) {
        let state = self.streams.borrow_mut().remove(&id);
        self.release(state.map_or(0, |state| state.held()));
    }

    /// Give up a request that nobody takes.
    pub fn abandon(self: &Rc<Self>, id: StreamId) {
        self.reset(id, ResetCode::Cancelled);
        self.forget(id);
    }
}
