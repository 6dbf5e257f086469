//! Stdin and stdout, each on a thread of its own.
//!
//! Not through the runtime: its stdin cannot be cancelled, and the process would then stay until the
//! browser sends one more byte. A plain thread ends with the process. It must not know what messages
//! mean.

use std::io::{Read as _, Write as _};
use std::thread;
use std::time::Duration;

use native_messaging::{
    Decoder, Error as FrameError, MAX_FROM_BROWSER, MAX_TO_BROWSER, ToExtension, encode,
};
use tokio::sync::{mpsc, oneshot, watch};

use crate::Error;

/// Calls that are queued, each of at most 1 MiB; the extension awaits most replies before the next call.
const INCOMING_QUEUE: usize = 16;

/// Messages that are queued for the browser. Ours are small; a browser that does not read them ends the host.
const OUTGOING_QUEUE: usize = 64;

/// Bytes read at once: what a pipe holds in Linux.
const READ_BYTES: usize = 64 * 1024;

/// How long the browser may take to read the last messages.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(200);

/// Input from stdin.
#[derive(Debug)]
pub enum Incoming {
    /// The body of a frame.
    Message(Vec<u8>),
    /// Something else than a frame; nothing more follows.
    Broken(FrameError),
    /// The end of stdin.
    End,
}

/// Both pipes.
pub struct Stdio {
    incoming: mpsc::Receiver<Incoming>,
    ended: watch::Receiver<bool>,
    outgoing: mpsc::Sender<Vec<u8>>,
    flushed: oneshot::Receiver<()>,
}

impl Stdio {
    /// Starts reading and writing. To be called once in a process.
    ///
    /// # Errors
    /// [`Error::System`] if there can be no more threads.
    pub fn open() -> Result<Self, Error> {
        let (incoming_tx, incoming) = mpsc::channel(INCOMING_QUEUE);
        let (ended_tx, ended) = watch::channel(false);
        let (outgoing, outgoing_rx) = mpsc::channel(OUTGOING_QUEUE);
        let (flushed_tx, flushed) = oneshot::channel();
        let no_thread = |source| Error::System {
            action: "start a thread",
            source,
        };
        thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || {
                read(&incoming_tx);
                ended_tx.send_replace(true);
            })
            .map_err(no_thread)?;
        thread::Builder::new()
            .name("stdout".to_owned())
            .spawn(move || {
                write(outgoing_rx);
                let _ = flushed_tx.send(());
            })
            .map_err(no_thread)?;
        Ok(Self {
            incoming,
            ended,
            outgoing,
            flushed,
        })
    }

    /// The next input. Cancel-safe.
    pub async fn receive(&mut self) -> Incoming {
        self.incoming.recv().await.unwrap_or(Incoming::End)
    }

    /// Waits for the end of stdin, even if input is still queued.
    pub async fn ended(&self) {
        // An error says that the thread is gone, which is the end too.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Sends a message to the extension. It is dropped if the browser does not read any more.
    pub async fn send(&self, message: &ToExtension) {
        match encode(message, MAX_TO_BROWSER) {
            Ok(frame) => {
                let _ = self.outgoing.send(frame).await;
            }
            Err(error) => tracing::error!("not sent: {error}"),
        }
    }

    /// Waits a short time until the browser has read all messages.
    pub async fn close(self) {
        drop(self.outgoing);
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, self.flushed).await;
    }
}

fn read(incoming: &mpsc::Sender<Incoming>) {
    let mut stdin = std::io::stdin().lock();
    let mut decoder = Decoder::new(MAX_FROM_BROWSER);
    let mut piece = vec![0; READ_BYTES];
    loop {
        let length = match stdin.read(&mut piece) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::warn!("stdin: {error}");
                0
            }
        };
        if length == 0 {
            if let Err(error) = decoder.finish() {
                tracing::warn!("{error}");
            }
            return;
        }
        decoder.feed(piece.get(..length).unwrap_or_default());
        loop {
            let next = match decoder.next_frame() {
                Ok(Some(body)) => Incoming::Message(body),
                Ok(None) => break,
                Err(error) => {
                    let _ = incoming.blocking_send(Incoming::Broken(error));
                    return;
                }
            };
            if incoming.blocking_send(next).is_err() {
                return;
            }
        }
    }
}

fn write(mut outgoing: mpsc::Receiver<Vec<u8>>) {
    let mut stdout = std::io::stdout().lock();
    while let Some(frame) = outgoing.blocking_recv() {
        if let Err(error) = stdout.write_all(&frame).and_then(|()| stdout.flush()) {
            tracing::warn!("stdout: {error}");
            return;
        }
    }
}
