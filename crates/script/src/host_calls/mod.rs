//! What a runtime's code asks of the sandbox, and what it is answered.
//!
//! It must not know who asks: neither the functions of the prelude nor requests.

pub(crate) mod call;
pub(crate) mod reply;
pub(crate) mod request_body;
pub(crate) mod session;
