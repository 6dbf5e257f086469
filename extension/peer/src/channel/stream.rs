//! One request and its answer, as something to await.
//!
//! It must not know how bytes travel: it asks `wire` and is woken by the pump.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use wire::{ResetCode, ResponseHead, StreamId};

use super::{
    pump::{MAX_MESSAGE, Pump},
    state::StreamState,
};
use crate::Error;

/// One request and its answer. Dropped before both sides have ended, it is reset (cancelled).
pub struct Stream {
    id: StreamId,
    pump: Rc<Pump>,
    done: Cell<bool>,
}

impl Stream {
    pub(super) fn new(id: StreamId, pump: Rc<Pump>) -> Self {
        let done = Cell::new(false);
        Self { id, pump, done }
    }

    fn failure(&self, state: &StreamState) -> Option<Error> {
        if let Some(code) = state.reset {
            return Some(Error::Reset(format!("{code:?}")));
        }
        self.pump.closed.borrow().clone()
    }

    /// The answer's head (visitor), and whether the answer ends with it.
    pub async fn response(&self) -> Result<(ResponseHead, bool), Error> {
        poll_fn(|context| {
            self.poll(context, |state| {
                let head = state.response.take()?;
                Some((head, state.ended && state.chunks.is_empty()))
            })
        })
        .await
    }

    /// The next bytes of the peer's body; `None` at its end. Call [`Stream::consumed`] once they are
    /// taken: until then the peer's credit shrinks.
    pub async fn chunk(&self) -> Result<Option<Vec<u8>>, Error> {
        let chunk = poll_fn(|context| {
            self.poll(context, |state| match state.chunks.pop_front() {
                Some(bytes) => Some(Some(bytes)),
                None => state.ended.then_some(None),
            })
        })
        .await?;
        self.pump.release(chunk.as_ref().map_or(0, Vec::len));
        Ok(chunk)
    }

    /// Wait until the peer has given the stream up or the channel is gone.
    pub async fn lost(&self) -> Error {
        let lost = poll_fn(|context| {
            let mut streams = self.pump.streams.borrow_mut();
            let Some(state) = streams.get_mut(&self.id) else {
                return Poll::Ready(Error::Lost);
            };
            if let Some(error) = self.failure(state) {
                return Poll::Ready(error);
            }
            state.watcher = Some(context.waker().clone());
            Poll::Pending
        });
        lost.await
    }

    /// All that has arrived, if the body is complete already: spares a stream for small answers.
    pub fn whole_body(&self) -> Option<Vec<u8>> {
        let mut streams = self.pump.streams.borrow_mut();
        let state = streams.get_mut(&self.id).filter(|state| state.ended)?;
        let body: Vec<u8> = std::mem::take(&mut state.chunks)
            .into_iter()
            .flatten()
            .collect();
        drop(streams);
        self.pump.release(body.len());
        Some(body)
    }

    fn poll<T>(
        &self,
        context: &mut Context<'_>,
        take: impl FnOnce(&mut StreamState) -> Option<T>,
    ) -> Poll<Result<T, Error>> {
        let mut streams = self.pump.streams.borrow_mut();
        let Some(state) = streams.get_mut(&self.id) else {
            return Poll::Ready(Err(Error::Lost));
        };
        // What has arrived whole is delivered even if the channel is gone since.
        if let Some(value) = take(state) {
            return Poll::Ready(Ok(value));
        }
        if let Some(error) = self.failure(state) {
            return Poll::Ready(Err(error));
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }

    /// Give back credit for `n` bytes of the peer's body.
    pub fn consumed(&self, n: usize) {
        self.pump.wire.borrow_mut().consumed(self.id, n);
        self.pump.schedule_flush();
    }

    /// Send the answer's head (host).
    pub fn respond(&self, head: &ResponseHead, end: bool) -> Result<(), Error> {
        self.pump.wire.borrow_mut().respond(self.id, head, end)?;
        self.pump.schedule_flush();
        Ok(())
    }

    /// Send body bytes; waits while the peer's credit or the send buffer is used up.
    pub async fn write(&self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let accepted = self.queue(bytes)?;
            bytes = bytes.get(accepted..).unwrap_or_default();
            if accepted == 0 {
                self.writable().await?;
            }
        }
        Ok(())
    }

    /// As [`Stream::write`], for bytes that are elsewhere: `read` is asked for at most so many, from this place on,
    /// when there is room for them. What waits takes no memory here.
    pub async fn write_from(
        &self,
        length: usize,
        read: impl Fn(usize, usize) -> Vec<u8>,
    ) -> Result<(), Error> {
        let mut place = 0;
        while place < length {
            let some = self.pump.memory.stream_limit();
            let some = some.min(MAX_MESSAGE).min(length - place);
            let accepted = self.queue(&read(place, some))?;
            place += accepted;
            if accepted < some {
                self.writable().await?;
            }
        }
        Ok(())
    }

    /// Queues what the memory of all channels and of this one allow.
    fn queue(&self, bytes: &[u8]) -> Result<usize, Error> {
        let pump = &self.pump;
        let accepted = {
            let mut wire = pump.wire.borrow_mut();
            wire.set_send_buffer(pump.memory.stream_limit());
            wire.send_data(self.id, bytes)?
        };
        pump.count();
        pump.schedule_flush();
        Ok(accepted)
    }

    async fn writable(&self) -> Result<(), Error> {
        let mut waited = false;
        poll_fn(|context| {
            let mut streams = self.pump.streams.borrow_mut();
            let Some(state) = streams.get_mut(&self.id) else {
                return Poll::Ready(Err(Error::Lost));
            };
            if let Some(error) = self.failure(state) {
                return Poll::Ready(Err(error));
            }
            if std::mem::replace(&mut waited, true) && state.writer.is_none() {
                return Poll::Ready(Ok(()));
            }
            state.writer = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// End our body.
    pub fn finish(&self) -> Result<(), Error> {
        self.pump.wire.borrow_mut().finish(self.id)?;
        self.pump.schedule_flush();
        Ok(())
    }

    /// Both sides have ended well: dropping is no cancellation.
    pub fn done(&self) {
        self.done.set(true);
    }

    /// Give the request up.
    pub fn reset(&self, code: ResetCode) {
        self.done.set(true);
        self.pump.reset(self.id, code);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        match self.done.get() {
            false => self.reset(ResetCode::Cancelled),
            // What the peer still sends of its body is not wanted.
            true => self.pump.wire.borrow_mut().discard(self.id),
        }
        self.pump.forget(self.id);
    }
}
