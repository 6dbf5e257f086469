//! What natives know of the request that they serve. A runtime may be made before its request is there.

use std::cell::{Cell, RefCell};

use database::Session;

use crate::request::RequestHead;

/// Set when a request gets its runtime.
#[derive(Default)]
pub(crate) struct RequestContext {
    /// Only the answer's head is wanted.
    pub head_only: Cell<bool>,
    /// The visitor's connection is encrypted, so cookies are kept to such ones.
    pub secure: Cell<bool>,
    /// The `Cookie` headers, as one.
    pub cookies: RefCell<Option<String>>,
    /// Tells visitors' networks apart.
    pub network: RefCell<String>,
    /// The request's transaction is open.
    pub holds: Cell<bool>,
    /// The visitor's session, once the code has looked at it.
    pub session: RefCell<Option<Session>>,
}

impl RequestContext {
    /// Notes what is known of a request.
    pub fn set(&self, head: &RequestHead) {
        self.head_only.set(head.method == "HEAD");
        self.secure.set(head.origin.starts_with("https:"));
        let cookies: Vec<_> = head
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
            .map(|(_, value)| value.as_str())
            .collect();
        *self.cookies.borrow_mut() = (!cookies.is_empty()).then(|| cookies.join("; "));
        self.network.borrow_mut().clone_from(&head.visitor.network);
    }
}
