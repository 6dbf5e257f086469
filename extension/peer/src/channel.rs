//! The channel to one peer: requests and their answers over an `RTCDataChannel`.
//!
//! `pump` moves the bytes, [`Stream`] is one request and its answer as something to await. It must not know sites,
//! requests' meaning or signalling.

mod memory;
mod pump;
mod state;
mod stream;

use std::{
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use futures_channel::mpsc;
use web_sys::RtcDataChannel;
use wire::{RequestHead, Role};

pub use self::stream::Stream;
use self::{
    pump::{Opened, Pump},
    state::StreamState,
};
use crate::Error;

/// A request that a visitor opened, at the host.
pub struct Incoming {
    /// Its head.
    pub head: RequestHead,
    /// Does a body follow?
    pub has_body: bool,
    /// The stream to answer on.
    pub stream: Stream,
}

/// The requests that a visitor opens. Those that were not taken when it is dropped are reset.
pub struct Requests {
    opened: mpsc::UnboundedReceiver<Opened>,
    pump: Rc<Pump>,
}

impl futures_util::Stream for Requests {
    type Item = Incoming;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        let opened = ready!(Pin::new(&mut self.opened).poll_next(context));
        Poll::Ready(opened.map(|Opened { id, head, has_body }| Incoming {
            head,
            has_body,
            stream: Stream::new(id, self.pump.clone()),
        }))
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.opened.close();
        while let Ok(opened) = self.opened.try_recv() {
            self.pump.abandon(opened.id);
        }
    }
}

/// One peer's multiplexed channel. Clones share it.
#[derive(Clone)]
pub struct Channel(Rc<Pump>);

impl Channel {
    /// Take over the visitor's end of a data channel.
    pub fn visitor(dc: RtcDataChannel) -> Self {
        Self(Pump::start(dc, Role::Visitor, None))
    }

    /// Take over the host's end of a data channel: it, and the requests that come in. The number under way is bounded
    /// by `wire`'s stream limit.
    pub fn host(dc: RtcDataChannel) -> (Self, Requests) {
        let (incoming, opened) = mpsc::unbounded();
        let pump = Pump::start(dc, Role::Host, Some(incoming));
        let requests = Requests {
            opened,
            pump: pump.clone(),
        };
        (Self(pump), requests)
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
        self.0
            .streams
            .borrow_mut()
            .insert(id, StreamState::default());
        self.0.schedule_flush();
        Ok(Stream::new(id, self.0.clone()))
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
