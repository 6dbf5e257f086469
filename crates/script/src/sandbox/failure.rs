//! How a request goes wrong: what the visitor sees, and what the log says.

use crate::effect::Position;
use crate::interpreter::backtrace;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The code threw and nobody caught it.
    Threw {
        status: u16,
        name: String,
        message: String,
        stack: String,
    },
    /// `limits.cpuMs` is over.
    OutOfTime,
    /// `limits.memoryMiB` is used up.
    OutOfMemory,
    /// `limits.deadlineSeconds` is over.
    Deadline,
    /// The code waits for something that can never come.
    Stuck,
    /// The engine could not go on.
    Engine(String),
    /// Too many requests wait already.
    Busy,
    /// Too many answers are being streamed.
    TooManyStreams,
    /// The request's body is larger than `limits.bodyMiB`.
    BodyTooLarge,
    /// The request's body was silent while others waited.
    BodySilent,
}

/// What an error page says, and whether the visitor may try again.
pub(crate) struct Shown {
    pub status: u16,
    pub title: &'static str,
    pub sentence: &'static str,
}

impl Failure {
    /// What was thrown, or what stands behind it: when memory is over, the engine throws that.
    pub fn thrown(status: u16, name: String, message: String, stack: String) -> Self {
        match name == "InternalError" && message == "out of memory" {
            true => Self::OutOfMemory,
            false => Self::Threw {
                status: if status == 0 { 500 } else { status },
                name,
                message,
                stack,
            },
        }
    }

    /// What the visitor sees.
    pub fn shown(&self) -> Shown {
        match self {
            Self::Threw { status: 413, .. } | Self::BodyTooLarge => Shown {
                status: 413,
                title: "Too large",
                sentence: "What was sent is larger than this site takes.",
            },
            Self::BodySilent => Shown {
                status: 408,
                title: "Too slow",
                sentence: "What was sent did not arrive in time. Try again.",
            },
            Self::Threw { status: 429, .. } => Shown {
                status: 429,
                title: "Too many attempts",
                sentence: "Wait a while, and try again.",
            },
            Self::Threw { status, .. } if *status < 500 => Shown {
                status: *status,
                title: "Not understood",
                sentence: "This site cannot read what was sent.",
            },
            Self::Threw { .. } | Self::Stuck => Shown {
                status: 500,
                title: "Something went wrong",
                sentence: "This site's code failed. Its owner can find out why.",
            },
            Self::OutOfTime | Self::OutOfMemory | Self::Deadline | Self::Engine(_) => Shown {
                status: 503,
                title: "This took too much",
                sentence: "This site's code was stopped, because it took too much time or memory. Its owner can find out why.",
            },
            Self::Busy | Self::TooManyStreams => Shown {
                status: 503,
                title: "Too busy",
                sentence: "Too many visitors ask for this at once. Try again in a moment.",
            },
        }
    }

    /// What the log says.
    pub fn message(&self) -> String {
        match self {
            Self::Threw { message, .. } if message.is_empty() => {
                "null was thrown; throw an Error instead, which knows where it was".to_owned()
            }
            Self::Threw { name, message, .. } => format!("{name}: {message}"),
            Self::OutOfTime => {
                "stopped: the code ran for longer than limits.cpuMs in site.json allows".to_owned()
            }
            Self::OutOfMemory => {
                "stopped: the code needed more memory than limits.memoryMiB in site.json allows"
                    .to_owned()
            }
            Self::Deadline => {
                "stopped: there was no answer within limits.deadlineSeconds of site.json".to_owned()
            }
            Self::Stuck => {
                "stopped: the handler waits for a promise that can never be settled".to_owned()
            }
            Self::Engine(error) => format!("stopped: the engine could not go on ({error})"),
            Self::Busy => {
                "refused: too many requests wait (limits.concurrency and limits.queue in site.json)"
                    .to_owned()
            }
            Self::TooManyStreams => {
                "refused: too many answers are being streamed (limits.streams in site.json)"
                    .to_owned()
            }
            Self::BodySilent => {
                "stopped: the request's body did not come, and others waited for its place"
                    .to_owned()
            }
            Self::BodyTooLarge => {
                "refused: the request's body is larger than limits.bodyMiB in site.json allows"
                    .to_owned()
            }
        }
    }

    /// Where it was, and the calls that led there.
    pub fn place(&self) -> (Option<Position>, String) {
        match self {
            Self::Threw { stack, .. } => backtrace::read(stack),
            _ => (None, String::new()),
        }
    }

    /// Is it the visitor's doing, and no error of the site?
    pub fn is_visitors(&self) -> bool {
        self.shown().status < 500
    }
}
