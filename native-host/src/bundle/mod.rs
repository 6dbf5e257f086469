//! Bundles as files on disk: packed from a folder, unpacked to one, looked into and checked.
//!
//! - [`pack`], [`unpack`], [`check`]: what the commands do.
//! - [`file`] is an archive on disk, `folder` a site in a folder, [`key`] where sites' keys are kept.
//! - `place` puts what was made in its place, whole or not at all.
//!
//! It must not know the format: that is the crate `bundle`'s.

pub mod check;
mod file;
mod folder;
pub mod key;
pub mod pack;
mod place;
pub mod unpack;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, signals};

/// Says whether a person wants the command to end. Looked at between chunks.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Ends what is under way if that was asked for.
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

/// Runs `work`, which reads and writes files as it pleases, and lets a signal to end interrupt it, so that
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
