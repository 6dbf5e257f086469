//! Pumps bytes between an `RTCDataChannel` and `wire`; each stream has its async face in `stream`.
//!
//! One [`Channel`] is one peer. It must not know sites, requests' meaning or signalling. Sending is
//! driven by events (`bufferedamountlow`), never by a timer, and what is written in one turn of the
//! event loop leaves together, so that a small answer is one message.

mod memory;
mod stream;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use futures_channel::mpsc;
use vecmap::VecMap;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelState};
use wire::{Config, Connection, Event, RequestHead, Role, StreamId};

pub use self::stream::Stream;
use self::{memory::Memory, stream::State};
use crate::{Error, listener::Listener};

/// Bytes: the largest message sent. 64 KiB is safe between all browsers, and larger ones only make
/// small answers wait behind big ones (no message interleaving, RFC 8260, in Chromium).
const MAX_MESSAGE: usize = 64 * 1024;
/// Bytes: stop feeding the channel above this; a small request waits behind at most so much.
const BUFFER_HIGH: u32 = 512 * 1024;
/// Bytes: feed it again below this.
const BUFFER_LOW: u32 = 192 * 1024;
/// Bytes: what a visitor's request bodies may make a host hold. 512 KiB: 5 MiB/s at 100 ms round trip, and 200
/// visitors have 100 MiB.
const HOST_CONNECTION_WINDOW: u32 = 512 * 1024;

/// A request that a visitor opened, at the host.
pub struct Incoming {
    /// Its head.
    pub head: RequestHead,
    /// Does a body follow?
    pub has_body: bool,
    /// The stream to answer on.
    pub stream: Stream,
}

struct Inner {
    dc: RtcDataChannel,
    wire: RefCell<Connection>,
    streams: RefCell<VecMap<StreamId, State>>,
    /// Body bytes that arrived and were not taken.
    arrived: Cell<usize>,
    memory: Memory,
    incoming: RefCell<Option<mpsc::UnboundedSender<Incoming>>>,
    pongs: Cell<u64>,
    heard: Cell<f64>,
    pinged: Cell<f64>,
    round_trip: Cell<f64>,
    flushing: Cell<bool>,
    closed: RefCell<Option<Error>>,
    on_closed: RefCell<Vec<Waker>>,
    /// Requests that wait for another to end.
    on_room: RefCell<Vec<Waker>>,
    ready: RefCell<Vec<Waker>>,
    listeners: RefCell<Vec<Listener>>,
}

/// One peer's multiplexed channel. Clones share it.
#[derive(Clone)]
pub struct Channel(Rc<Inner>);

impl Channel {
    /// Take over a data channel. The incoming requests (host only) arrive on the receiver; the number
    /// under way is bounded by `wire`'s stream limit.
    pub fn new(dc: RtcDataChannel, role: Role) -> (Self, mpsc::UnboundedReceiver<Incoming>) {
        dc.set_binary_type(web_sys::RtcDataChannelType::Arraybuffer);
        dc.set_buffered_amount_low_threshold(BUFFER_LOW);
        let (sender, receiver) = mpsc::unbounded();
        let mut config = Config::default();
        if role == Role::Host {
            config.connection_window = HOST_CONNECTION_WINDOW;
        }
        let inner = Rc::new(Inner {
            dc: dc.clone(),
            wire: RefCell::new(Connection::new(role, config)),
            streams: RefCell::default(),
            arrived: Cell::new(0),
            memory: Memory::default(),
            incoming: RefCell::new(Some(sender)),
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
        let weak = Rc::downgrade(&inner);
        let with = move |act: fn(&Rc<Inner>, web_sys::Event)| {
            let weak = weak.clone();
            move |event: web_sys::Event| {
                if let Some(inner) = weak.upgrade() {
                    act(&inner, event);
                }
            }
        };
        // Set in the same turn as the channel's creation: messages before that are lost (Chromium).
        inner.listeners.replace(vec![
            Listener::new(&dc, "message", with(|inner, event| inner.receive(&event))),
            Listener::new(&dc, "bufferedamountlow", with(|inner, _| inner.flush())),
            Listener::new(&dc, "open", with(|inner, _| inner.flush())),
            Listener::new(&dc, "close", with(|inner, _| inner.close(Error::Lost))),
        ]);
        (Self(inner), receiver)
    }

    /// Wait until the peer's first frame has arrived and the versions agree.
    pub async fn ready(&self) -> Result<(), Error> {
        poll_fn(|context| {
            if let Some(error) = self.0.closed.borrow().as_ref() {
                return Poll::Ready(Err(error.clone()));
            }
            if self.0.wire.borrow().is_ready() {
                return Poll::Ready(Ok(()));
            }
            self.0.ready.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Wait until the channel is closed, and learn why.
    pub async fn closed(&self) -> Error {
        poll_fn(|context| match self.0.closed.borrow().as_ref() {
            Some(error) => Poll::Ready(error.clone()),
            None => {
                self.0.on_closed.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Is it closed?
    pub fn is_closed(&self) -> bool {
        self.0.closed.borrow().is_some()
    }

    /// Open a stream with a request (visitor).
    ///
    /// While as many are open as the peers allow, or the page has left too much of its answers untaken, it waits.
    pub async fn request(&self, head: &RequestHead, end: bool) -> Result<Stream, Error> {
        let id = poll_fn(|context| {
            if let Some(error) = self.0.closed.borrow().as_ref() {
                return Poll::Ready(Err(error.clone()));
            }
            if self.0.memory.is_full() {
                self.0.on_room.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            match self.0.wire.borrow_mut().open(head, end) {
                Ok(id) => Poll::Ready(Ok(id)),
                Err(wire::Error::TooManyStreams { .. }) => {
                    self.0.on_room.borrow_mut().push(context.waker().clone());
                    Poll::Pending
                }
                Err(error) => Poll::Ready(Err(error.into())),
            }
        })
        .await?;
        self.0.streams.borrow_mut().insert(id, State::default());
        self.0.schedule_flush();
        Ok(Stream::new(id, self.clone()))
    }

    /// Milliseconds (epoch) when the peer was last heard.
    pub fn last_heard(&self) -> f64 {
        self.0.heard.get()
    }

    /// Ask for a sign of life; any bytes from the peer move [`Channel::last_heard`].
    pub fn ping(&self) {
        self.0.pinged.set(js_sys::Date::now());
        self.0.wire.borrow_mut().ping(self.0.pongs.get());
        self.0.schedule_flush();
    }

    /// Milliseconds that the answer to a ping took last; 0 before the first.
    pub fn round_trip(&self) -> f64 {
        self.0.round_trip.get()
    }

    /// Streams that are open.
    pub fn streams(&self) -> usize {
        self.0.streams.borrow().len()
    }

    /// Tell the peer that we leave, and close.
    pub fn leave(&self, reason: &str) {
        self.0.wire.borrow_mut().go_away(reason);
        self.0.flush();
        self.0.close(Error::Refused(reason.to_owned()));
    }

    /// Close for this reason; every stream ends with it.
    pub fn close(&self, error: Error) {
        self.0.close(error);
    }
}

impl Inner {
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
    fn count(&self) {
        let queued = self.wire.borrow().queued();
        self.memory.set(queued + self.arrived.get());
    }

    /// So many bytes that arrived are held no longer.
    fn release(&self, bytes: usize) {
        self.arrived.set(self.arrived.get().saturating_sub(bytes));
        self.count();
        self.on_room.take().into_iter().for_each(Waker::wake);
    }

    fn handle(self: &Rc<Self>, event: Event) {
        let mut wake = None;
        match event {
            Event::Ready { .. } => self.ready.take().into_iter().for_each(Waker::wake),
            Event::Request { id, head, end } => {
                let state = State {
                    ended: end,
                    ..State::default()
                };
                self.streams.borrow_mut().insert(id, state);
                let stream = Stream::new(id, Channel(self.clone()));
                if let Some(sender) = self.incoming.borrow().as_ref() {
                    // A failed send drops the stream, which resets it.
                    let _ = sender.unbounded_send(Incoming {
                        head,
                        has_body: !end,
                        stream,
                    });
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

    fn with(&self, id: StreamId, act: impl FnOnce(&mut State)) {
        if let Some(state) = self.streams.borrow_mut().get_mut(&id) {
            act(state);
        }
    }

    /// Flush when the current turn's work is done, so that small frames leave as one message.
    fn schedule_flush(self: &Rc<Self>) {
        if self.flushing.replace(true) {
            return;
        }
        let inner = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            inner.flushing.set(false);
            inner.flush();
        });
    }

    fn flush(self: &Rc<Self>) {
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

    fn close(self: &Rc<Self>, error: Error) {
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
}
