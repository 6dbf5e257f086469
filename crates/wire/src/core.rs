//! The state of a connection, and what both directions need of it. It must not know how bytes are cut into frames, nor
//! what an application is.

use std::collections::{BTreeMap, VecDeque};

use crate::config::{Config, Role};
use crate::error::Error;
use crate::event::{Event, ResetCode};
use crate::frame::{HEADER, Header, Kind};
use crate::hello::Limits;
use crate::outbox::{Control, Outbox};
use crate::stream::{Sending, Stream};
use crate::stream_id::StreamId;

/// All of a connection except the decoder, so that both can be borrowed at once.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) role: Role,
    pub(crate) config: Config,
    pub(crate) limits: Limits,
    /// The peer's hello has arrived.
    pub(crate) ready: bool,
    pub(crate) streams: BTreeMap<StreamId, Stream>,
    /// The highest id opened (visitor) or seen (host); 0 before the first.
    pub(crate) last_id: u32,
    pub(crate) events: VecDeque<Event>,
    pub(crate) outbox: Outbox,
    /// Body bytes queued, over all streams.
    pub(crate) queued: usize,
    /// Body bytes that we sent on open streams and the peer has not given back.
    pub(crate) sent: u32,
    /// Body bytes that the peer sent on open streams and we have not given back.
    pub(crate) held: u32,
    /// Tokens of pings not yet answered.
    pub(crate) pings: VecDeque<u64>,
    /// Resets by the peer since the application last emptied the events.
    pub(crate) resets: usize,
    /// We said that we go.
    pub(crate) leaving: bool,
    /// The peer said that it goes.
    pub(crate) left: bool,
}

impl Core {
    pub(crate) fn check_size(&self, size: usize) -> Result<(), Error> {
        let max = self.limits.head.min(self.config.max_head);
        if size > max {
            Err(Error::HeadTooLarge { size, max })
        } else {
            Ok(())
        }
    }

    pub(crate) fn queue_head(
        &mut self,
        kind: Kind,
        id: StreamId,
        end: bool,
        len: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let mut frame = Vec::with_capacity(HEADER + len);
        Header {
            kind,
            flag: end,
            len,
            id,
        }
        .write(&mut frame);
        write(&mut frame);
        stream.send.head = Some((frame, end));
        stream.send.spoken = true;
        stream.send.ending = end;
        self.outbox.control.push_back(Control::Head(id));
    }

    /// Our direction of a stream on which body may still be sent.
    pub(crate) fn sending(&mut self, id: StreamId) -> Result<&mut Sending, Error> {
        let send = &mut self.streams.get_mut(&id).ok_or(Error::NoStream(id))?.send;
        if !send.spoken {
            return Err(Error::Misuse("a body before its response"));
        }
        if send.ending {
            return Err(Error::Finished(id));
        }
        Ok(send)
    }

    /// Forgets a stream together with all of it that waits to be sent.
    pub(crate) fn remove(&mut self, id: StreamId) -> Option<Stream> {
        let stream = self.streams.remove(&id)?;
        let window = self.limits.window;
        self.queued = self.queued.saturating_sub(stream.send.queue.len());
        self.sent = self
            .sent
            .saturating_sub(window.saturating_sub(stream.send.credit));
        self.held = self
            .held
            .saturating_sub(window.saturating_sub(stream.recv.credit));
        if stream.send.listed {
            self.outbox.unlist(id);
        }
        if stream.send.head.is_some() || stream.recv.granting {
            self.outbox
                .control
                .retain(|c| *c != Control::Head(id) && *c != Control::Window(id));
        }
        Some(stream)
    }

    /// Forgets a stream that both sides have ended, or of which nobody wants the rest.
    pub(crate) fn close_if_done(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get(&id).filter(|stream| stream.send.ended) else {
            return;
        };
        if stream.recv.ended {
            self.remove(id);
        } else if stream.recv.unwanted {
            self.remove(id);
            let reset = Control::Reset(id, ResetCode::Cancelled);
            self.outbox.control.push_back(reset);
        }
    }
}
