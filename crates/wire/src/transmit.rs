//! What goes out next. It must not know what the frames mean to the peer, nor when the channel has room.
//!
//! Order within a message: what was cut off the message before, then control frames and heads in the order
//! in which they were caused, then bodies. Of the bodies, streams that have sent less than 16 KiB go first,
//! for up to three quarters of a message, then the others in rotation. So a small answer leaves with the
//! next message however many downloads run, and endless small answers do not stop a download.

use crate::core::Core;
use crate::event::Event;
use crate::frame::{self, HEADER, Header, Kind};
use crate::outbox::Control;
use crate::stream_id::StreamId;

/// Fewest payload bytes worth a frame of their own at the end of a message.
const MIN_PAYLOAD: usize = 64;
/// Bytes that a control frame takes, a GOAWAY aside; only for choosing a capacity.
const TYPICAL_CONTROL: usize = HEADER + 8;

impl Core {
    pub(crate) fn wants_transmit(&self) -> bool {
        let outbox = &self.outbox;
        let mut bodies = outbox.fresh.iter().chain(&outbox.rotation);
        !outbox.carry.is_empty()
            || !outbox.control.is_empty()
            || bodies.any(|id| self.room() > 0 || self.is_drained(*id))
    }

    /// Body bytes that the connection's window leaves to all streams.
    fn room(&self) -> usize {
        self.limits.connection.saturating_sub(self.sent) as usize
    }

    /// Has the stream nothing but its end to send?
    fn is_drained(&self, id: StreamId) -> bool {
        self.streams
            .get(&id)
            .is_none_or(|s| s.send.queue.is_empty())
    }

    /// Puts the stream into the list of those that have body to send, if it has and is not there.
    pub(crate) fn list(&mut self, id: StreamId) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.send.ready() && !std::mem::replace(&mut stream.send.listed, true) {
            let fresh = stream.send.fresh() > 0;
            if fresh {
                &mut self.outbox.fresh
            } else {
                &mut self.outbox.rotation
            }
            .push_back(id);
        }
    }

    /// The next message, of 1 to `max` bytes.
    pub(crate) fn transmit(&mut self, max: usize) -> Option<Vec<u8>> {
        if max == 0 || !self.wants_transmit() {
            return None;
        }
        let mut out = Vec::with_capacity(self.foresee(max));
        self.write_carry(&mut out, max);
        while out.len() < max
            && let Some(control) = self.outbox.control.pop_front()
        {
            self.write_control(control, &mut out);
        }
        let kept = if self.outbox.rotation.is_empty() {
            0
        } else {
            max / 4
        };
        self.write_bodies(true, &mut out, max.saturating_sub(kept));
        self.write_bodies(false, &mut out, max);
        self.write_bodies(true, &mut out, max);
        if out.len() > max {
            self.outbox.carry = out.split_off(max);
        }
        (!out.is_empty()).then_some(out)
    }

    /// About how long the next message gets.
    fn foresee(&self, max: usize) -> usize {
        let mut sum = self.outbox.carry.len();
        for control in &self.outbox.control {
            sum += match control {
                Control::Head(id) => self
                    .streams
                    .get(id)
                    .and_then(|s| s.send.head.as_ref())
                    .map_or(0, |(h, _)| h.len()),
                _ => TYPICAL_CONTROL,
            };
            if let Control::Head(id) = control
                && let Some(stream) = self.streams.get(id)
            {
                // Its body follows in the same message.
                sum += HEADER + stream.send.available();
            }
            if sum >= max {
                return max;
            }
        }
        for id in self.outbox.fresh.iter().chain(&self.outbox.rotation) {
            sum += self
                .streams
                .get(id)
                .map_or(0, |s| HEADER + s.send.available());
            if sum >= max {
                return max;
            }
        }
        sum
    }

    fn write_carry(&mut self, out: &mut Vec<u8>, max: usize) {
        let outbox = &mut self.outbox;
        let rest = outbox.carry.get(outbox.carried..).unwrap_or_default();
        let part = rest.get(..max).unwrap_or(rest);
        out.extend_from_slice(part);
        outbox.carried += part.len();
        if outbox.carried >= outbox.carry.len() {
            outbox.carried = 0;
            outbox.carry = Vec::new();
        }
    }

    fn write_control(&mut self, control: Control, out: &mut Vec<u8>) {
        const CONNECTION: StreamId = StreamId(0);
        match control {
            Control::Head(id) => {
                let Some(stream) = self.streams.get_mut(&id) else {
                    return;
                };
                let Some((frame, end)) = stream.send.head.take() else {
                    return;
                };
                out.extend_from_slice(&frame);
                stream.send.ended = end;
                self.close_if_done(id);
                self.list(id);
            }
            Control::Window(id) => {
                let Some(stream) = self.streams.get_mut(&id) else {
                    return;
                };
                let grant = stream.recv.grant();
                self.held = self.held.saturating_sub(grant);
                frame::write(Kind::Window, false, id, &grant.to_be_bytes(), out);
            }
            Control::Reset(id, code) => {
                frame::write(Kind::Reset, false, id, &code.to_wire().to_be_bytes(), out)
            }
            Control::Ping(token) => {
                frame::write(Kind::Ping, false, CONNECTION, &token.to_be_bytes(), out)
            }
            Control::Pong(token) => {
                self.outbox.pongs = self.outbox.pongs.saturating_sub(1);
                frame::write(Kind::Ping, true, CONNECTION, &token.to_be_bytes(), out);
            }
            Control::GoAway(reason) => {
                frame::write(Kind::GoAway, false, CONNECTION, reason.as_bytes(), out)
            }
        }
    }

    /// Writes bodies of one of the two lists until `out` has `max` bytes.
    fn write_bodies(&mut self, fresh: bool, out: &mut Vec<u8>, max: usize) {
        loop {
            let mut room = max.saturating_sub(out.len()).saturating_sub(HEADER);
            if room < MIN_PAYLOAD {
                if !out.is_empty() {
                    return;
                }
                // Messages this small hold no frame: it is cut.
                room = MIN_PAYLOAD;
            }
            let left = self.room();
            let list = if fresh {
                &self.outbox.fresh
            } else {
                &self.outbox.rotation
            };
            let next = list.iter().position(|id| left > 0 || self.is_drained(*id));
            let list = if fresh {
                &mut self.outbox.fresh
            } else {
                &mut self.outbox.rotation
            };
            let Some(id) = next.and_then(|next| list.remove(next)) else {
                return;
            };
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            let send = &mut stream.send;
            send.listed = false;
            let share = if fresh { send.fresh() } else { usize::MAX };
            let n = send
                .available()
                .min(self.config.frame_payload)
                .min(room)
                .min(left)
                .min(share);
            let end = send.ending && n == send.queue.len();
            if n > 0 || end {
                Header {
                    kind: Kind::Data,
                    flag: end,
                    len: n,
                    id,
                }
                .write(out);
                send.pop(n, out);
                self.queued = self.queued.saturating_sub(n);
                self.sent = self.sent.saturating_add(n as u32);
                send.ended = end;
                if send.blocked && send.queue.len() <= self.config.send_buffer / 2 {
                    send.blocked = false;
                    self.events.push_back(Event::Writable { id });
                }
            }
            self.close_if_done(id);
            self.list(id);
        }
    }
}
