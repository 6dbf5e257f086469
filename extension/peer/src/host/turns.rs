//! Which offers are answered now, and which wait.
//!
//! It must not know whose they are.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// Offers that are being answered at one time. Each takes some 10 ms of processor time; those that wait are dropped
/// for nothing when their visitor gives up.
const ANSWERING: usize = 8;

/// Who answers next.
#[derive(Default)]
pub struct Turns {
    taken: Cell<usize>,
    waiting: RefCell<Vec<Waker>>,
}

/// One of the [`ANSWERING`].
pub struct Turn<'a>(&'a Turns);

impl Turns {
    /// Waits for a turn, which ends when it is dropped.
    pub async fn next(&self) -> Turn<'_> {
        poll_fn(|context| {
            if self.taken.get() >= ANSWERING {
                self.waiting.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            self.taken.set(self.taken.get() + 1);
            Poll::Ready(Turn(self))
        })
        .await
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.taken.set(self.0.taken.get().saturating_sub(1));
        // All, since some may have ended meanwhile; those that find no turn wait again.
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}
