//! What one rendering may use: steps, bytes, nesting, time.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use handlebars::{Output, RenderError, RenderErrorReason};

use crate::limits;

/// What one rendering is allowed.
#[derive(Clone, Copy)]
pub struct Allowance<'a> {
    /// Bytes of the text that it makes.
    pub output_bytes: usize,
    /// Steps: values, helpers, items of `each`, partials, and one for every 64 bytes copied.
    pub steps: u64,
    /// Asked at every step whether time is up. It must be cheap.
    pub time_is_up: &'a (dyn Fn() -> bool + Sync),
}

impl Default for Allowance<'_> {
    fn default() -> Self {
        Self {
            output_bytes: limits::OUTPUT_BYTES,
            steps: limits::STEPS,
            time_is_up: &|| false,
        }
    }
}

/// What was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Spent {
    #[error("rendering took more than {0} steps")]
    Steps(u64),
    #[error("the text is larger than {0} bytes")]
    Output(usize),
    #[error("blocks and partials are inside each other more than {0} deep")]
    Depth(usize),
    #[error("rendering took too long")]
    Time,
}

impl Spent {
    /// What an author can do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Steps(_) | Self::Time => {
                "Show fewer rows at a time, or do not loop inside a loop"
            }
            Self::Output(_) => "Show fewer rows at a time, or send large things as files",
            Self::Depth(_) => "Look for a partial that includes itself without an end",
        }
    }
}

impl From<Spent> for RenderError {
    fn from(spent: Spent) -> Self {
        RenderErrorReason::NestedError(Box::new(spent)).into()
    }
}

/// What is left of an [`Allowance`]. The renderer wants its helpers to be `Sync`, hence the atomics; one thread
/// uses them.
pub(crate) struct Budget<'a> {
    allowance: Allowance<'a>,
    steps: AtomicU64,
    depth: AtomicUsize,
}

impl<'a> Budget<'a> {
    pub fn new(allowance: Allowance<'a>) -> Self {
        Self {
            allowance,
            steps: AtomicU64::new(0),
            depth: AtomicUsize::new(0),
        }
    }

    /// Takes `count` steps.
    pub fn take(&self, count: u64) -> Result<(), Spent> {
        let used = self
            .steps
            .fetch_add(count, Ordering::Relaxed)
            .saturating_add(count);
        if used > self.allowance.steps {
            return Err(Spent::Steps(self.allowance.steps));
        }
        if (self.allowance.time_is_up)() {
            return Err(Spent::Time);
        }
        Ok(())
    }

    /// Takes the steps that copying `bytes` is worth.
    pub fn take_bytes(&self, bytes: usize) -> Result<(), Spent> {
        self.take(steps_of_bytes(bytes))
    }

    /// Goes into a body.
    pub fn enter(&self) -> Result<(), Spent> {
        let depth = self.depth.fetch_add(1, Ordering::Relaxed);
        if depth >= limits::DEPTH {
            return Err(Spent::Depth(limits::DEPTH));
        }
        Ok(())
    }

    /// Comes out of a body.
    pub fn leave(&self) {
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many steps copying `bytes` is worth.
pub(crate) fn steps_of_bytes(bytes: usize) -> u64 {
    const BYTES_A_STEP: usize = 64;
    (bytes / BYTES_A_STEP) as u64
}

/// The text that is made, up to a size.
pub(crate) struct Text {
    text: String,
    limit: usize,
}

impl Text {
    pub fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
        }
    }

    pub fn into_string(self) -> String {
        self.text
    }
}

impl Output for Text {
    fn write(&mut self, segment: &str) -> Result<(), io::Error> {
        if segment.len() > self.limit.saturating_sub(self.text.len()) {
            return Err(io::Error::other(Spent::Output(self.limit)));
        }
        self.text.push_str(segment);
        Ok(())
    }
}
