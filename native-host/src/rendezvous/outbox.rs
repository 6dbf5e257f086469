//! What waits to be sent to one socket: bounded, so that a slow peer costs itself and nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signalling::ServerMessage;
use tokio::sync::{Notify, mpsc};

/// The end that messages are put into. Never waits.
#[derive(Debug, Clone)]
pub struct Outbox {
    queue: mpsc::Sender<String>,
    shared: Arc<Shared>,
}

/// The end that the socket's task takes messages from.
#[derive(Debug)]
pub struct Outgoing {
    queue: mpsc::Receiver<String>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Bytes in the queue.
    bytes: AtomicUsize,
    most_bytes: usize,
    overflow: Notify,
}

/// A queue of so many messages and so many bytes.
pub fn outbox(most_messages: usize, most_bytes: usize) -> (Outbox, Outgoing) {
    let (sender, receiver) = mpsc::channel(most_messages.max(1));
    let shared = Arc::new(Shared {
        bytes: AtomicUsize::new(0),
        most_bytes,
        overflow: Notify::new(),
    });
    (
        Outbox {
            queue: sender,
            shared: Arc::clone(&shared),
        },
        Outgoing {
            queue: receiver,
            shared,
        },
    )
}

impl Outbox {
    /// Queues a message. If there is no room the socket is told to end; the message is lost with it.
    pub fn send(&self, message: &ServerMessage) {
        let text = message.encode();
        let size = text.len();
        let before = self.shared.bytes.fetch_add(size, Ordering::Relaxed);
        if before.saturating_add(size) > self.shared.most_bytes
            || self.queue.try_send(text).is_err()
        {
            self.shared.bytes.fetch_sub(size, Ordering::Relaxed);
            self.shared.overflow.notify_one();
        }
    }
}

impl Outgoing {
    /// The next message, when there is one. Safe to drop while waiting.
    pub async fn next(&mut self) -> Option<String> {
        let text = self.queue.recv().await?;
        self.shared.bytes.fetch_sub(text.len(), Ordering::Relaxed);
        Some(text)
    }

    /// The next message, if there is one.
    pub fn try_next(&mut self) -> Option<String> {
        self.queue.try_recv().ok()
    }

    /// Waits until a message found no room.
    pub fn overflow(&self) -> impl Future<Output = ()> + Send + 'static {
        let shared = Arc::clone(&self.shared);
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

    #[test]
    fn messages_come_out_in_order() {
        let (outbox, mut outgoing) = outbox(8, 1000);
        outbox.send(&message("a"));
        outbox.send(&message("b"));
        assert_eq!(outgoing.try_next(), Some(message("a").encode()));
        assert_eq!(outgoing.try_next(), Some(message("b").encode()));
        assert!(!overflowed(&outgoing));
    }

    #[test]
    fn too_many_messages_or_bytes_end_the_socket() {
        let (few, outgoing) = outbox(1, 1000);
        few.send(&message("a"));
        assert!(!overflowed(&outgoing));
        few.send(&message("b"));
        assert!(overflowed(&outgoing));

        let (small, mut outgoing) = outbox(8, 100);
        small.send(&message(&"x".repeat(100)));
        assert!(overflowed(&outgoing));
        assert_eq!(outgoing.try_next(), None);
        small.send(&message("fits"));
        assert!(
            outgoing.try_next().is_some(),
            "what did not fit holds no room"
        );
    }
}
