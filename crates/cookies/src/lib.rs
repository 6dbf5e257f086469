//! The cookies of a site, at its visitor: parses `Set-Cookie` and composes `Cookie` (RFC 6265bis,
//! draft 22), for a site that is one host and that is reached securely.
//!
//! A [`Jar`] keeps what pages must not read (`HttpOnly`). What they may read belongs to the browser's own store,
//! where `document.cookie` finds it: the jar returns what to set there, and combines what is read from there.
//! It must not know where its text is kept, how the browser's store is reached, nor what time it is. Visitors wait for its
//! wasm, so it is small.

mod date;
mod jar;
mod set_cookie;

pub use date::parse as parse_date;
pub use jar::{Initiator, Jar};
pub use set_cookie::{Cookie, SameSite};
