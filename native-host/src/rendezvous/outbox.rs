//! The queue of messages for one socket: bounded, so that a slow peer harms nobody else.
//!
//! Messages relayed from others take half of the queue at max, and those from one network an eighth: beyond that they are
//! refused, at the expense of their senders. Only the rendezvous's own messages to the peer can find the queue full:
//! then the peer reads too slowly, and its socket ends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signalling::ServerMessage;
use tokio::sync::Notify;

use super::address::Address;
use super::shares::Shares;

/// Bytes that a queued message counts in addition to its text, so that small ones are bounded in number too.
const MESSAGE_OVERHEAD: usize = 128;

/// Relayed messages may fill this part of a queue: 1/`RELAYED_PART`.
const RELAYED_PART: usize = 2;

/// Messages from one network may fill 1/`NETWORK_PART`.
const NETWORK_PART: usize = 8;

/// The same for this machine, where every tab, test and proxied client is one address.
const LOOPBACK: usize = 4;

/// The sending end. Never waits.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Shared>);

/// The receiving end, for the socket's task.
#[derive(Debug)]
pub struct Outgoing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    queue: Mutex<Queue>,
    filled: Notify,
    overflow: Notify,
}

#[derive(Debug)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Bytes that all of it takes.
    size: usize,
    /// Bytes that others caused.
    others: Shares,
}

#[derive(Debug)]
struct Waiting {
    text: String,
    /// Who caused it, if it counts as another's.
    from: Option<Address>,
}

impl Waiting {
    fn size(&self) -> usize {
        self.text.len() + MESSAGE_OVERHEAD
    }
}

/// A queue of at most `max` bytes.
pub fn outbox(max: usize) -> (Outbox, Outgoing) {
    let queue = Queue {
        waiting: VecDeque::new(),
        size: 0,
        others: Shares::new(max / NETWORK_PART, max / LOOPBACK, max / RELAYED_PART),
    };
    let shared = Arc::new(Shared {
        max,
        queue: Mutex::new(queue),
        filled: Notify::new(),
        overflow: Notify::new(),
    });
    (Outbox(Arc::clone(&shared)), Outgoing(shared))
}

impl Outbox {
    /// Queues a message of the rendezvous itself. If the queue is full, the socket ends and the message is lost.
    pub fn send(&self, message: &ServerMessage) {
        if !self.0.push(message, None, self.0.max) {
            self.0.overflow.notify_one();
        }
    }

    /// Queues a message that another peer causes; `false` if the queue has no room for it.
    #[must_use]
    pub fn relay(&self, message: &ServerMessage, from: Address) -> bool {
        self.0.push(message, Some(from), self.0.max)
    }

    /// Queues the end of something that another peer caused. These are few and small, and come when what they end
    /// may wait here still: they may use half of what others leave. Without room one is dropped; every attempt has
    /// an end of its own.
    pub fn relay_end(&self, message: &ServerMessage) {
        let _ = self.0.push(message, None, self.0.max / 4 * 3);
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: &ServerMessage, from: Option<Address>, max: usize) -> bool {
        let text = message.encode();
        let waiting = Waiting { text, from };
        let size = waiting.size();
        let mut queue = self.queue();
        let fits = queue.size.saturating_add(size) <= max;
        if !fits || !from.is_none_or(|from| queue.others.take(from, size)) {
            return false;
        }
        queue.size += size;
        queue.waiting.push_back(waiting);
        drop(queue);
        self.filled.notify_one();
        true
    }
}

impl Outgoing {
    /// The next message, when there is one. Safe to drop while waiting.
    pub async fn next(&mut self) -> String {
        loop {
            if let Some(text) = self.try_next() {
                return text;
            }
            self.0.filled.notified().await;
        }
    }

    /// The next message, if there is one.
    pub fn try_next(&mut self) -> Option<String> {
        let mut queue = self.0.queue();
        let next = queue.waiting.pop_front()?;
        queue.size = queue.size.saturating_sub(next.size());
        if let Some(from) = next.from {
            queue.others.release(from, next.size());
        }
        Some(next.text)
    }

    /// Waits until a message found no room.
    pub fn overflow(&self) -> impl Future<Output = ()> + Send + 'static {
        let shared = Arc::clone(&self.0);
        async move { shared.overflow.notified().await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn overflowed(outgoing: &Outgoing) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        matches!(
            pin!(outgoing.overflow()).poll(&mut context),
            Poll::Ready(())
        )
    }

    fn message(text: &str) -> ServerMessage {
        ServerMessage::Error {
            message: text.to_owned(),
            fatal: false,
        }
    }

    /// A message that takes so many bytes of a queue.
    fn sized(bytes: usize) -> ServerMessage {
        let empty = message("").encode().len() + MESSAGE_OVERHEAD;
        message(&"x".repeat(bytes - empty))
    }

    fn stranger(n: u8) -> Address {
        Address::V4([192, 0, 2, n])
    }

    #[test]
    fn messages_come_out_in_order() {
        let (outbox, mut outgoing) = outbox(8000);
        outbox.send(&message("a"));
        assert!(outbox.relay(&message("b"), stranger(1)));
        outbox.relay_end(&message("c"));
        for text in ["a", "b", "c"] {
            assert_eq!(outgoing.try_next(), Some(message(text).encode()));
        }
        assert_eq!(outgoing.try_next(), None);
        assert!(!overflowed(&outgoing));
    }

    #[test]
    fn too_much_of_its_own_ends_the_socket() {
        let (outbox, mut outgoing) = outbox(800);
        outbox.send(&sized(400));
        outbox.send(&sized(400));
        assert!(!overflowed(&outgoing));
        outbox.send(&sized(200));
        assert!(overflowed(&outgoing));
        outgoing.try_next();
        outbox.send(&sized(400));
        assert!(!overflowed(&outgoing), "what did not fit holds no room");
    }

    #[test]
    fn strangers_fill_half_of_it_at_most_and_one_network_an_eighth() {
        let (outbox, mut outgoing) = outbox(8000);
        let mut relayed = 0;
        for network in 1..=9 {
            while outbox.relay(&sized(200), stranger(network)) {
                relayed += 1;
            }
            assert_eq!(relayed, (5 * usize::from(network)).min(20));
        }
        assert!(!overflowed(&outgoing), "that is no fault of the socket's");
        for _ in 0..99 {
            outbox.relay_end(&sized(200));
        }
        assert_eq!(outbox.0.queue().size, 6000, "ends leave a quarter free");
        outbox.send(&sized(2000));
        assert!(!overflowed(&outgoing));
        outbox.send(&sized(200));
        assert!(overflowed(&outgoing));

        while outgoing.try_next().is_some() {}
        assert!(outbox.relay(&sized(200), stranger(1)));
        assert_eq!(outbox.0.queue().size, 200);
    }
}
