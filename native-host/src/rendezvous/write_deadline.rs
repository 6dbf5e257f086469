//! A connection whose answers must be written within a time, however the other side reads.
//!
//! The time runs from the first write that finds no room until all is written: reading a byte now and then does not
//! put it off. Whoever waits for an answer to be written holds a [`Pending`] for its request until then.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::permits::Permit;

/// The permit of the request whose answer is being written.
#[derive(Debug, Clone, Default)]
pub struct Pending(Arc<Mutex<Option<Permit>>>);

impl Pending {
    /// Keeps a permit until the next answer is written.
    pub fn hold(&self, permit: Permit) {
        self.replace(Some(permit));
    }

    fn replace(&self, permit: Option<Permit>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

/// A stream with a deadline for writing.
#[derive(Debug)]
pub struct WriteDeadline<S> {
    stream: S,
    within: Duration,
    /// Runs while something waits to be written.
    deadline: Option<Pin<Box<Sleep>>>,
    pending: Pending,
}

impl<S> WriteDeadline<S> {
    /// A stream whose answers must each be written within a time; then the permit of their request is given back.
    pub fn new(stream: S, within: Duration, pending: Pending) -> Self {
        Self {
            stream,
            within,
            deadline: None,
            pending,
        }
    }

    /// What a write came to; if it must wait, until the deadline at most.
    fn checked<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let within = self.within;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + within)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteDeadline<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteDeadline<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.checked(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.checked(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when nothing is left to be written.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.deadline = None;
            self.pending.replace(None);
        }
        self.checked(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.checked(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const WITHIN: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn reading_a_byte_now_and_then_does_not_put_the_deadline_off() {
        let (mut client, server) = tokio::io::duplex(16);
        let mut server = WriteDeadline::new(server, WITHIN, Pending::default());
        let start = Instant::now();
        let drip = tokio::spawn(async move {
            while client.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        });
        let written = server.write_all(&[0; 1000]).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), WITHIN);
        drop(server);
        drip.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn each_answer_has_a_deadline_of_its_own() {
        let (mut client, server) = tokio::io::duplex(16);
        let mut server = WriteDeadline::new(server, WITHIN, Pending::default());
        for _ in 0..3 {
            let read = async {
                tokio::time::sleep(WITHIN / 2).await;
                client.read_exact(&mut [0; 32]).await
            };
            let write = async {
                server.write_all(&[0; 32]).await?;
                server.flush().await
            };
            let (read, written) = tokio::join!(read, write);
            assert!(read.is_ok() && written.is_ok());
        }
    }
}
