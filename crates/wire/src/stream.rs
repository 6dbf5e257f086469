//! The state of one stream: what is queued, what credit is left, who has ended. It must not know frames'
//! encoding or other streams.

use std::collections::VecDeque;

/// Body bytes of a stream that go out before those of streams that have had their share: 16 KiB, the head
/// start that lets small answers overtake downloads.
const FRESH: usize = 16 * 1024;

/// Our direction.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    /// The encoded head frame that waits for its turn, and whether it ends the body.
    pub(crate) head: Option<(Vec<u8>, bool)>,
    /// The head has been given (queued or sent).
    pub(crate) spoken: bool,
    /// Body bytes that wait.
    pub(crate) queue: VecDeque<u8>,
    /// Body bytes that the peer still takes.
    pub(crate) credit: u32,
    /// The application has finished; the end goes out with the last byte.
    pub(crate) ending: bool,
    /// The end has gone out.
    pub(crate) ended: bool,
    /// The application was told to wait for room.
    pub(crate) blocked: bool,
    /// The stream stands in one of the send queues.
    pub(crate) listed: bool,
    /// Body bytes gone out, as far as they matter for [`Sending::fresh`].
    pub(crate) served: usize,
}

impl Sending {
    /// Is there something that may go out now, the head aside?
    pub(crate) fn ready(&self) -> bool {
        let body = !self.queue.is_empty() && self.credit > 0;
        self.spoken
            && self.head.is_none()
            && !self.ended
            && (body || (self.queue.is_empty() && self.ending))
    }

    /// Body bytes left that go out before other streams' bulk.
    pub(crate) fn fresh(&self) -> usize {
        FRESH.saturating_sub(self.served)
    }

    /// Body bytes that may go out now.
    pub(crate) fn available(&self) -> usize {
        self.queue.len().min(self.credit as usize)
    }

    /// Queues body bytes up to `limit` bytes in the queue; says how many were taken.
    pub(crate) fn push(&mut self, bytes: &[u8], limit: usize) -> usize {
        let room = limit.saturating_sub(self.queue.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.queue.extend(taken);
        self.blocked |= taken.len() < bytes.len();
        taken.len()
    }

    /// Moves `n` queued bytes to `out` and pays for them. `n` is at most [`Sending::available`].
    pub(crate) fn pop(&mut self, n: usize, out: &mut Vec<u8>) {
        let n = n.min(self.available());
        let (first, second) = self.queue.as_slices();
        match first.get(..n) {
            Some(part) => out.extend_from_slice(part),
            None => {
                out.extend_from_slice(first);
                out.extend_from_slice(
                    second
                        .get(..n.saturating_sub(first.len()))
                        .unwrap_or(second),
                );
            }
        }
        self.queue.drain(..n);
        self.credit = self.credit.saturating_sub(n as u32);
        self.served = self.served.saturating_add(n);
    }
}

/// The peer's direction.
#[derive(Debug, Default)]
pub(crate) struct Receiving {
    /// The peer's head has arrived.
    pub(crate) heard: bool,
    /// The peer has ended its body.
    pub(crate) ended: bool,
    /// Body bytes the peer may still send.
    pub(crate) credit: u32,
    /// Body bytes handed to the application and not yet taken by it.
    pub(crate) held: u32,
    /// Body bytes taken and not yet granted back.
    pub(crate) owed: u32,
    /// A WINDOW frame waits for its turn.
    pub(crate) granting: bool,
    /// The application wants no more of it.
    pub(crate) unwanted: bool,
}

impl Receiving {
    /// The application has taken `n` bytes. Says whether a WINDOW frame is due: when a batch is owed, so that
    /// there are few such frames and the sender never runs dry; or when the body has ended and all was taken.
    pub(crate) fn consume(&mut self, n: usize, batch: u32) -> bool {
        let n = u32::try_from(n).unwrap_or(u32::MAX).min(self.held);
        self.held -= n;
        self.owed += n;
        let last = self.ended && self.held == 0 && self.owed > 0;
        let due = !self.granting && (last || self.owed >= batch.max(1));
        self.granting |= due;
        due
    }

    /// What the WINDOW frame grants.
    pub(crate) fn grant(&mut self) -> u32 {
        let owed = std::mem::take(&mut self.owed);
        self.granting = false;
        self.credit += owed;
        owed
    }
}

/// One stream.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) send: Sending,
    pub(crate) recv: Receiving,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_takes_up_to_its_limit_and_gives_in_order() {
        let mut send = Sending {
            credit: 100,
            spoken: true,
            ..Sending::default()
        };
        let mut out = Vec::new();
        let mut sent = Vec::new();
        let mut n = 0u8;
        // Odd sizes make the ring wrap at every offset.
        for _ in 0..200 {
            let bytes: Vec<u8> = (0..7).map(|i| n.wrapping_add(i)).collect();
            let taken = send.push(&bytes, 10);
            sent.extend_from_slice(&bytes[..taken]);
            n = n.wrapping_add(taken as u8);
            assert_eq!(std::mem::take(&mut send.blocked), taken < 7);
            send.pop(5, &mut out);
            send.credit = 100;
        }
        assert_eq!(out, sent[..out.len()]);
        assert!(out.len() > 900);
    }

    #[test]
    fn credit_bounds_what_goes_out() {
        let mut send = Sending {
            credit: 3,
            spoken: true,
            ..Sending::default()
        };
        assert_eq!(send.push(b"hello", 100), 5);
        let mut out = Vec::new();
        send.pop(5, &mut out);
        assert_eq!(
            (out.as_slice(), send.credit, send.ready()),
            (b"hel".as_slice(), 0, false)
        );
    }

    #[test]
    fn a_grant_is_due_when_a_batch_is_owed_and_never_exceeds_what_was_held() {
        let mut recv = Receiving {
            held: 60,
            ..Receiving::default()
        };
        assert!(!recv.consume(49, 50));
        assert!(recv.consume(1, 50));
        assert!(!recv.consume(1000, 50), "one is already queued");
        assert_eq!((recv.grant(), recv.held), (60, 0));
        assert!(!recv.consume(1000, 50));
        assert_eq!(recv.owed, 0);
    }
}
