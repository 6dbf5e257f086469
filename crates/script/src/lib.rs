//! A site's routes: modules that somebody else wrote, run in QuickJS within limits, sans-IO.
//!
//! A [`Program`] is one version of a site's code. A [`Sandbox`] answers requests with it: requests and what
//! happened outside come in ([`Sandbox::start`], [`Sandbox::input`], [`Sandbox::wake`]), and what is wanted
//! outside comes out ([`Sandbox::poll`]): heads and bodies of answers, more of a request's body, files, log
//! entries. It must not know where it runs, how requests travel, or how files are stored; time and random
//! bytes are its [`Platform`]'s.
//!
//! # One request, one runtime
//!
//! Every request gets a QuickJS runtime of its own, which is thrown away after the answer. A runtime costs well
//! under a millisecond, and the web platform's classes in it are bytecode that is compiled once; so there is
//! nothing to gain by using one twice, and much to lose: no request can leave anything behind for another
//! one, whatever it did to `Object.prototype`, and whatever was left in a queue ends with it. What lasts is
//! what a handler stores: database, session, files, and events on their way.
//!
//! # What bounds a request
//!
//! Time on the processor ([`layout::Limits::cpu_ms`], looked at by the interpreter itself and where it gets memory), time on the wall
//! from the request to the head, memory, stack, sizes of bodies both ways, and numbers of log entries, timers,
//! events and files under way ([`limits`]). Who crosses one gets 500 or 503 with an incident's id, and the
//! log says where.
//!
//! What the interpreter cannot look into is a single operation of its own: joining, sorting, slicing or reversing
//! something whose `length` says billions, looking for a long string in a long string, arithmetic on integers
//! of a million digits. So the host watches over the whole from outside, by a Worker or process that it ends
//! when it is silent for too long.
//!
//! # In wasm
//!
//! The program that links this crate defines `__rquickjs_host_now_us` (what [`clock::for_interpreter`] gives), and, since
//! SQLite's library comes along, `putchar_`. Both libraries bring parts of a C library whose inner functions have
//! the same names and other shapes; SQLite's are compiled under other names by
//! `CFLAGS_wasm32_unknown_unknown="-D__floatscan=sqlite_floatscan -D__shgetc=sqlite_shgetc -D__shlim=sqlite_shlim
//! -D__toread=sqlite_toread -D__uflow=sqlite_uflow"`. Without that the module links and is not valid.
//!
//! # Layout
//! - [`platform`], [`request`], [`effect`]: the types of its interface.
//! - [`program`]: a site's code, checked and compiled (`compiler`); `modules` finds what is imported; `backtrace` reads
//!   errors.
//! - [`sandbox`]: all requests of a site; `exchange` is one of them, `failure` how one goes wrong, `bus` the
//!   events between them.
//!   `shares` is how much one visitor may have of what all share, `hashing` how much time passwords may take.
//! - `realm`: a runtime with its limits; `budget` counts its time, `memory` gives it room, [`clock`] what the
//!   interpreter takes for the time; `prelude` (and the JavaScript in
//!   `src/prelude/`) is the web platform in it; `natives` is what that asks of Rust; `host_calls` what it asks of the
//!   sandbox.
//! - `transaction`: whose turn it is with the database; `data`, `session`: what is done with it.
//! - `request_body`, [`form`]: the request's body.

mod backtrace;
mod budget;
mod bus;
pub mod clock;
mod compiler;
mod data;
pub mod effect;
mod engine;
mod error;
mod exchange;
mod failure;
pub mod form;
mod hashing;
mod host_calls;
mod isomorphic;
pub mod limits;
mod memory;
mod modules;
mod natives;
pub mod platform;
mod prelude;
pub mod program;
mod realm;
mod reply;
pub mod request;
mod request_body;
mod request_context;
pub mod sandbox;
mod session;
mod shares;
mod transaction;

pub use effect::{Effect, FileError, FileOp, FileReply, Input, Level, LogEntry};
pub use engine::Engine;
pub use error::Error;
pub use platform::Platform;
pub use program::{Problem, Program};
pub use request::{RequestHead, RequestId, Visitor};
pub use sandbox::Sandbox;
