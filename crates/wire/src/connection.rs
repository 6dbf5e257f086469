//! The connection: what the application calls. It must not know how frames are decoded or scheduled.

use std::collections::{BTreeMap, VecDeque};

use crate::config::{Config, MIN_SEND_BUFFER, Role};
use crate::core::Core;
use crate::decoder::Decoder;
use crate::error::Error;
use crate::event::{Event, ResetCode};
use crate::frame::{Kind, MAX_REASON};
use crate::head::{RequestHead, ResponseHead};
use crate::hello::{Hello, Limits};
use crate::outbox::{Control, Outbox};
use crate::stream::{Receiving, Sending, Stream};
use crate::stream_id::StreamId;

/// Pings under way at a time: a peer that has not answered this many is not there.
const MAX_PINGS: usize = 16;

/// One side of a connection; see the crate's documentation for how to drive it.
#[derive(Debug)]
pub struct Connection {
    decoder: Decoder,
    core: Core,
    failed: bool,
}

impl Connection {
    /// A connection whose hello waits to be sent. Values of `config` outside what the protocol allows are
    /// moved to the nearest allowed one.
    pub fn new(role: Role, config: Config) -> Self {
        let config = config.bounded();
        let outbox = Outbox::starting_with(Hello::new(&config).write());
        Connection {
            decoder: Decoder::new(config.max_head),
            core: Core {
                role,
                config,
                limits: Limits::INITIAL,
                ready: false,
                streams: BTreeMap::new(),
                last_id: 0,
                events: VecDeque::new(),
                outbox,
                queued: 0,
                sent: 0,
                held: 0,
                pings: VecDeque::new(),
                resets: 0,
                leaving: false,
                left: false,
            },
            failed: false,
        }
    }

    /// Takes the next bytes of the channel, cut anywhere. Poll the events after each call: a peer that
    /// causes more than 65,536 unpolled ones is dropped.
    ///
    /// # Errors
    /// Always of class [`crate::Ends::Peer`]: drop the channel. Events that were complete before the fault
    /// can still be polled; later calls give [`Error::Over`].
    pub fn receive(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        if self.failed {
            return Err(Error::Over);
        }
        let outcome = loop {
            match self.decoder.next(&mut bytes) {
                Ok(Some(item)) => {
                    if let Err(error) = self.core.handle(item) {
                        break Err(error);
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.failed = outcome.is_err();
        outcome
    }

    /// The next event, or `None` when there is none now.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.core.events.pop_front();
        if self.core.events.is_empty() {
            self.core.resets = 0;
        }
        event
    }

    /// The next message for the channel, 1 to `max` bytes, or `None` when there is nothing to send.
    /// Small frames are gathered into one message; no stream's body holds back another's.
    pub fn poll_transmit(&mut self, max: usize) -> Option<Vec<u8>> {
        if self.failed {
            None
        } else {
            self.core.transmit(max)
        }
    }

    /// Would [`Connection::poll_transmit`] give a message?
    pub fn wants_transmit(&self) -> bool {
        !self.failed && self.core.wants_transmit()
    }

    /// Opens a stream with a request; `end` says that no body follows. May be called at once, before the
    /// peer's hello. Visitor only.
    ///
    /// # Errors
    /// [`Error::Head`], [`Error::HeadTooLarge`], [`Error::TooManyStreams`] (try again when a stream has
    /// ended), [`Error::GoingAway`], [`Error::Misuse`] on a host; [`Error::Exhausted`] after 2^32 − 1
    /// streams and [`Error::Over`] end the peer.
    pub fn open(&mut self, head: &RequestHead, end: bool) -> Result<StreamId, Error> {
        let core = &mut self.core;
        if self.failed {
            return Err(Error::Over);
        }
        if core.role != Role::Visitor {
            return Err(Error::Misuse("only a visitor opens streams"));
        }
        if core.leaving || core.left {
            return Err(Error::GoingAway);
        }
        let max = core.limits.streams.min(core.config.max_streams);
        if core.streams.len() >= max {
            return Err(Error::TooManyStreams { max });
        }
        head.check().map_err(Error::Head)?;
        core.check_size(head.size())?;
        let id = StreamId(core.last_id.checked_add(1).ok_or(Error::Exhausted)?);
        core.last_id = id.0;
        let window = core.limits.window;
        let send = Sending {
            credit: window,
            ..Sending::default()
        };
        let recv = Receiving {
            credit: window,
            ..Receiving::default()
        };
        core.streams.insert(id, Stream { send, recv });
        core.queue_head(Kind::Open, id, end, head.size(), |out| head.write(out));
        Ok(id)
    }

    /// Answers a request; `end` says that no body follows. Once per stream. Host only.
    ///
    /// # Errors
    /// [`Error::Head`], [`Error::HeadTooLarge`], [`Error::NoStream`], [`Error::Misuse`] on a visitor or the
    /// second time.
    pub fn respond(&mut self, id: StreamId, head: &ResponseHead, end: bool) -> Result<(), Error> {
        let core = &mut self.core;
        if core.role != Role::Host {
            return Err(Error::Misuse("only a host responds"));
        }
        let stream = core.streams.get(&id).ok_or(Error::NoStream(id))?;
        if stream.send.spoken {
            return Err(Error::Misuse("a second response to one request"));
        }
        head.check().map_err(Error::Head)?;
        core.check_size(head.size())?;
        core.queue_head(Kind::Head, id, end, head.size(), |out| head.write(out));
        Ok(())
    }

    /// Queues body bytes and says how many were accepted: what fits [`Config::send_buffer`]. When that is
    /// less than offered, [`Event::Writable`] follows once half the buffer is free.
    ///
    /// # Errors
    /// [`Error::NoStream`], [`Error::Finished`], [`Error::Misuse`] before the response head.
    pub fn send_data(&mut self, id: StreamId, bytes: &[u8]) -> Result<usize, Error> {
        let limit = self.core.config.send_buffer;
        let accepted = self.core.sending(id)?.push(bytes, limit);
        self.core.queued += accepted;
        self.core.list(id);
        Ok(accepted)
    }

    /// From now on accept so many queued body bytes per stream, at least 1 KiB, in place of
    /// [`Config::send_buffer`]. What is queued stays.
    pub fn set_send_buffer(&mut self, bytes: usize) {
        self.core.config.send_buffer = bytes.max(MIN_SEND_BUFFER);
    }

    /// Body bytes queued, over all streams.
    pub fn queued(&self) -> usize {
        self.core.queued
    }

    /// Ends our body: the end leaves with the last queued byte. The peer may go on.
    ///
    /// # Errors
    /// As [`Connection::send_data`].
    pub fn finish(&mut self, id: StreamId) -> Result<(), Error> {
        self.core.sending(id)?.ending = true;
        self.core.list(id);
        Ok(())
    }

    /// Gives a stream up, both ways: what is queued is dropped, the peer is told, unpolled events of the
    /// stream vanish. Without effect on a stream that is not open.
    pub fn reset(&mut self, id: StreamId, code: ResetCode) {
        let core = &mut self.core;
        let Some(stream) = core.remove(id) else {
            return;
        };
        core.events.retain(|event| event.stream() != Some(id));
        // A request that has not left yet never was.
        if core.role == Role::Host || stream.send.head.is_none() {
            core.outbox.control.push_back(Control::Reset(id, code));
        }
    }

    /// The application wants no more of the peer's body. Once our own body has ended as well the stream is
    /// over, and a peer that still sends is told.
    pub fn discard(&mut self, id: StreamId) {
        if let Some(stream) = self.core.streams.get_mut(&id) {
            stream.recv.unwanted = true;
            self.core.close_if_done(id);
        }
    }

    /// The application has taken `n` body bytes of the stream: the peer may send as many more. Granted in
    /// batches: of half a window, and smaller while the peer has used up much of the connection's.
    pub fn consumed(&mut self, id: StreamId, n: usize) {
        let core = &mut self.core;
        // What idle streams owe stays below half of the connection's window, whatever their number.
        let scarce = core.held >= core.config.connection_window / 4;
        let batch = match scarce {
            false => core.limits.window / 2,
            true => core.config.connection_window / 2 / core.config.max_streams as u32,
        };
        if let Some(stream) = core.streams.get_mut(&id)
            && stream.recv.consume(n, batch)
        {
            core.outbox.control.push_back(Control::Window(id));
        }
    }

    /// Asks the peer for a sign of life: [`Event::Pong`] with the same token. Without effect while 16 pings
    /// are unanswered.
    pub fn ping(&mut self, token: u64) {
        if self.core.pings.len() < MAX_PINGS {
            self.core.pings.push_back(token);
            self.core.outbox.control.push_back(Control::Ping(token));
        }
    }

    /// Tells the peer that no new streams start; open ones go on. The reason is cut to 256 bytes. Only the
    /// first call counts.
    pub fn go_away(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.core.leaving, true) {
            let end = reason.floor_char_boundary(MAX_REASON);
            let reason = reason.get(..end).unwrap_or_default().to_owned();
            self.core.outbox.control.push_back(Control::GoAway(reason));
        }
    }

    /// Streams open now.
    pub fn streams(&self) -> usize {
        self.core.streams.len()
    }

    /// Has the peer's hello arrived?
    pub fn is_ready(&self) -> bool {
        self.core.ready
    }
}
