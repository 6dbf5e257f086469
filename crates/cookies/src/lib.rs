//! The cookies of a site as its visitor keeps them: what `Set-Cookie` means and what `Cookie` says (RFC 6265bis,
//! draft 22), for a site that is one host and that is reached securely.
//!
//! A [`Jar`] keeps what pages must not read (`HttpOnly`). What they may read belongs to the browser's own store,
//! where `document.cookie` finds it: the jar says what to put there, and takes what was found there as it comes.
//! It must not know where its text is kept, how the browser's store is reached, nor what time it is. It is part of
//! what a visitor waits for, so it is written to be small.

mod date;
mod jar;
mod set_cookie;

pub use date::read as date;
pub use jar::{Asker, Jar};
pub use set_cookie::{Cookie, SameSite};
