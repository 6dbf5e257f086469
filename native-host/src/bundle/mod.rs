//! Bundles as files on disk: packs, unpacks, inspects and verifies them.
//!
//! - [`pack`], [`unpack`], [`check`]: what the commands do.
//! - [`file`] is an archive on disk, `folder` a site in a folder, [`key`] where sites' keys are kept.
//! - `output` writes a file or folder as a whole or not at all.
//!
//! It must not know the format: that is the crate `bundle`'s.

pub mod check;
mod file;
mod folder;
pub mod key;
mod output;
pub mod pack;
pub mod unpack;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, signals};

/// Set when a person interrupts the command. Checked between chunks.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Fails if the command was interrupted.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// Runs `work`, which may block, and interrupts it on a signal to end, so that
/// it can clean up.
///
/// # Errors
/// What `work` gives, and [`Error::System`] without a runtime.
pub fn interruptibly<T>(
    work: impl AsyncFnOnce(&Interrupt) -> Result<T, Error>,
) -> Result<T, Error> {
    // Two threads: the work never waits, and the signal has to be heard meanwhile.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|source| Error::System {
            action: "start the runtime",
            source,
        })?;
    let interrupt = Interrupt::default();
    let heard = interrupt.clone();
    let done = runtime.block_on(async {
        let mut end = Box::pin(signals::end());
        // Listening before anything is there that would have to be cleaned up.
        let _ = futures_util::poll!(end.as_mut());
        runtime.spawn(async move {
            end.await;
            heard.0.store(true, Ordering::Relaxed);
        });
        work(&interrupt).await
    });
    runtime.shutdown_background();
    done
}
