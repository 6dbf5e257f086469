//! QuickJS within limits: from text to bytecode, how long code may run and on how much memory, what the interpreter takes
//! for the time, and what its errors say.
//!
//! It must not know what the code is for.

pub(crate) mod backtrace;
pub(crate) mod budget;
pub mod clock;
pub(crate) mod compiler;
pub(crate) mod memory;
