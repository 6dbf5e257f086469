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
//!
//! Each floor uses only those below it:
//!
//! 1. [`sandbox`]: all requests of a site. `exchange` is one of them, `failure` how one goes wrong, `bus` the events
//!    between them, `transaction` whose turn it is with the database, `shares` how much one visitor may have of what all
//!    share.
//! 2. `runtime`: what runs. [`program`] is a site's code, checked and compiled; `modules` finds what is imported; `realm`
//!    is a runtime with its limits, `engine` what all runtimes share.
//! 3. `natives`: what the prelude asks of Rust. `operations` is what it does with the database, `hashing` how much time
//!    passwords may take, `request_context` what is known of the request.
//! 4. `host_calls`: what natives ask of the sandbox and how it is answered; `request_body` is most of that.
//! 5. [`form`]: forms in request bodies. `prelude`: the web platform, in JavaScript (`src/prelude/*.js`).
//! 6. `interpreter`: QuickJS. `compiler` makes bytecode, `budget` counts the time of a runtime, `memory` gives it room,
//!    [`clock`] is what it takes for the time, `backtrace` reads its errors.
//! 7. [`platform`], [`request`], [`effect`], [`limits`]: the types of the crate's interface, and its numbers.

pub mod effect;
mod error;
pub mod form;
mod host_calls;
mod interpreter;
mod isomorphic;
pub mod limits;
mod natives;
pub mod platform;
mod prelude;
pub mod request;
mod runtime;
pub mod sandbox;

pub use effect::{Effect, FileError, FileOp, FileReply, Input, Level, LogEntry};
pub use error::Error;
pub use interpreter::clock;
pub use platform::Platform;
pub use request::{RequestHead, RequestId, Visitor};
pub use runtime::engine::Engine;
pub use runtime::program::{self, Problem, Program};
pub use sandbox::Sandbox;
