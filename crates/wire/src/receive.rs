//! What each frame from the peer does. It must not know how frames are cut out of chunks, nor how anything
//! is sent. Everything the peer can make us queue is counted here.

use crate::config::Role;
use crate::core::Core;
use crate::decoder::Item;
use crate::error::Error;
use crate::event::{Event, ResetCode};
use crate::frame::{Header, Kind};
use crate::head::{RequestHead, ResponseHead};
use crate::hello::Hello;
use crate::outbox::Control;
use crate::stream::{Receiving, Sending, Stream};
use crate::stream_id::StreamId;

/// Answers to pings that may wait to be sent: an honest peer has at most 16 pings under way.
const MAX_PONGS: usize = 64;
/// Frames other than body that may wait to be sent, per allowed stream: a head, a grant, a reset, and one
/// refusal.
const MAX_CONTROL_PER_STREAM: usize = 4;
/// Frames other than body that may wait to be sent whatever the number of streams: pings and their answers,
/// and requests that crossed a farewell.
const MAX_CONTROL: usize = 1024;
/// Events that may wait: more than a message of 256 KiB can cause.
const MAX_EVENTS: usize = 64 * 1024;
/// Resets by the peer, per allowed stream, until the application has emptied the event queue.
const MAX_RESETS_PER_STREAM: usize = 4;

impl Core {
    pub(crate) fn handle(&mut self, item: Item<'_>) -> Result<(), Error> {
        match item {
            Item::Hello(hello) => self.on_hello(hello)?,
            Item::DataBegin(header) => self.on_data(header)?,
            Item::DataPart { id, bytes, end } => self.on_bytes(id, bytes, end),
            Item::TooLong(header) => self.on_too_long(header)?,
            Item::Frame(header, payload) => match header.kind {
                Kind::Open => self.on_open(header, payload)?,
                Kind::Head => self.on_head(header, payload)?,
                Kind::Reset => self.on_reset(header.id, payload)?,
                Kind::Window => self.on_window(header.id, payload)?,
                Kind::Ping => self.on_ping(header.flag, payload)?,
                Kind::GoAway => self.on_go_away(payload),
                Kind::Data => return Err(Error::Protocol("a body out of place")),
            },
        }
        let streams = self.config.max_streams;
        if self.outbox.control.len() > MAX_CONTROL + streams.saturating_mul(MAX_CONTROL_PER_STREAM)
        {
            return Err(Error::Flood("frames to be answered"));
        }
        if self.events.len() > MAX_EVENTS {
            return Err(Error::Flood("events"));
        }
        Ok(())
    }

    fn on_hello(&mut self, hello: Hello) -> Result<(), Error> {
        let version = hello.version()?;
        let before = std::mem::replace(&mut self.limits, hello.limits(&self.config));
        let more = self.limits.window.saturating_sub(before.window);
        self.ready = true;
        self.events.push_back(Event::Ready { version });
        let ids: Vec<StreamId> = self.streams.keys().copied().collect();
        for id in ids {
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.send.credit += more;
                stream.recv.credit = self.limits.window;
            }
            self.list(id);
        }
        Ok(())
    }

    /// A new id, which must be higher than all before.
    fn on_new(&mut self, id: StreamId) -> Result<(), Error> {
        if self.role != Role::Host {
            return Err(Error::Protocol("a request to a visitor"));
        }
        if id.0 <= self.last_id {
            return Err(Error::Protocol("a stream id that does not grow"));
        }
        self.last_id = id.0;
        Ok(())
    }

    fn on_open(&mut self, header: Header, payload: &[u8]) -> Result<(), Error> {
        let Header { id, flag: end, .. } = header;
        self.on_new(id)?;
        if self.leaving || self.streams.len() >= self.config.max_streams {
            // Both can happen to an honest visitor that has not heard from us yet.
            self.outbox
                .control
                .push_back(Control::Reset(id, ResetCode::Refused));
            return Ok(());
        }
        let head = RequestHead::read(payload).map_err(Error::PeerHead)?;
        let window = self.limits.window;
        let send = Sending {
            credit: window,
            ..Sending::default()
        };
        let recv = Receiving {
            heard: true,
            ended: end,
            credit: window,
            ..Receiving::default()
        };
        self.streams.insert(id, Stream { send, recv });
        self.events.push_back(Event::Request { id, head, end });
        Ok(())
    }

    fn on_head(&mut self, header: Header, payload: &[u8]) -> Result<(), Error> {
        let Header { id, flag: end, .. } = header;
        self.check_answer(id)?;
        let Some(stream) = self.streams.get_mut(&id) else {
            return Ok(());
        };
        if std::mem::replace(&mut stream.recv.heard, true) {
            return Err(Error::Protocol("two responses to one request"));
        }
        let head = ResponseHead::read(payload).map_err(Error::PeerHead)?;
        stream.recv.ended = end;
        self.events.push_back(Event::Response { id, head, end });
        self.close_if_done(id);
        Ok(())
    }

    fn check_answer(&self, id: StreamId) -> Result<(), Error> {
        if self.role != Role::Visitor {
            return Err(Error::Protocol("a response to a host"));
        }
        self.check_opened(id)
    }

    /// Streams that have ended are fine (what was under way arrives late); streams never opened are not.
    fn check_opened(&self, id: StreamId) -> Result<(), Error> {
        if id.0 > self.last_id {
            return Err(Error::Protocol("a frame on a stream that was never opened"));
        }
        Ok(())
    }

    fn on_too_long(&mut self, header: Header) -> Result<(), Error> {
        if header.kind == Kind::Open {
            self.on_new(header.id)?;
            self.outbox
                .control
                .push_back(Control::Reset(header.id, ResetCode::TooLarge));
        } else {
            self.check_answer(header.id)?;
            self.fault(header.id, ResetCode::TooLarge);
        }
        Ok(())
    }

    fn on_data(&mut self, header: Header) -> Result<(), Error> {
        let Header { id, len, .. } = header;
        self.check_opened(id)?;
        let Some(stream) = self.streams.get_mut(&id) else {
            return Ok(());
        };
        if !stream.recv.heard {
            return Err(Error::Protocol("a body before its head"));
        }
        if stream.recv.ended {
            // The stream goes, and with it the bytes that follow.
            self.fault(id, ResetCode::Protocol);
            return Ok(());
        }
        let cost = u32::try_from(len).map_err(|_| Error::Credit(id))?;
        stream.recv.credit = stream
            .recv
            .credit
            .checked_sub(cost)
            .ok_or(Error::Credit(id))?;
        self.held += cost;
        if self.held > self.config.connection_window {
            return Err(Error::Credit(id));
        }
        Ok(())
    }

    fn on_bytes(&mut self, id: StreamId, bytes: &[u8], end: bool) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        // Credit was taken for these, so the sum stays within one window.
        stream.recv.held = stream.recv.held.saturating_add(bytes.len() as u32);
        stream.recv.ended |= end;
        if !stream.recv.unwanted {
            self.events.push_back(Event::Data {
                id,
                bytes: bytes.to_vec(),
                end,
            });
        }
        if end {
            self.close_if_done(id);
        }
    }

    fn on_reset(&mut self, id: StreamId, payload: &[u8]) -> Result<(), Error> {
        self.check_opened(id)?;
        let [a, b] = fixed(payload)?;
        if self.remove(id).is_some() {
            self.resets += 1;
            if self.resets
                > self
                    .config
                    .max_streams
                    .saturating_mul(MAX_RESETS_PER_STREAM)
            {
                return Err(Error::Flood("resets"));
            }
            let code = ResetCode::from_wire(u16::from_be_bytes([a, b]));
            self.events.push_back(Event::Reset { id, code });
        }
        Ok(())
    }

    fn on_window(&mut self, id: StreamId, payload: &[u8]) -> Result<(), Error> {
        self.check_opened(id)?;
        let more = u32::from_be_bytes(fixed(payload)?);
        let Some(stream) = self.streams.get_mut(&id) else {
            return Ok(());
        };
        let credit = stream.send.credit.saturating_add(more);
        if more == 0 || credit > self.limits.window {
            return Err(Error::Protocol("credit that was never owed"));
        }
        stream.send.credit = credit;
        self.sent = self.sent.saturating_sub(more);
        self.list(id);
        Ok(())
    }

    fn on_ping(&mut self, answer: bool, payload: &[u8]) -> Result<(), Error> {
        let token = u64::from_be_bytes(fixed(payload)?);
        if answer {
            if let Some(at) = self.pings.iter().position(|t| *t == token) {
                self.pings.remove(at);
                self.events.push_back(Event::Pong { token });
            }
            return Ok(());
        }
        self.outbox.pongs += 1;
        if self.outbox.pongs > MAX_PONGS {
            return Err(Error::Flood("pings"));
        }
        self.outbox.control.push_back(Control::Pong(token));
        Ok(())
    }

    fn on_go_away(&mut self, payload: &[u8]) {
        if !std::mem::replace(&mut self.left, true) {
            let reason = String::from_utf8_lossy(payload).into_owned();
            self.events.push_back(Event::GoAway { reason });
        }
    }

    /// The peer broke one stream: both sides are told, the connection goes on.
    fn fault(&mut self, id: StreamId, code: ResetCode) {
        if self.remove(id).is_some() {
            self.outbox.control.push_back(Control::Reset(id, code));
            self.events.push_back(Event::Reset { id, code });
        }
    }
}

/// The payload of a frame whose length is fixed (and was checked with its header).
fn fixed<const N: usize>(payload: &[u8]) -> Result<[u8; N], Error> {
    payload
        .try_into()
        .map_err(|_| Error::Protocol("a frame of wrong length"))
}
