//! What a runtime asks of the sandbox: noted while its code runs, taken up when it has given the thread back.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::effect::{FileOp, Level};
use crate::host_calls::request_body::Want;
use crate::host_calls::session::Wish;

/// A body that is there as a whole.
#[derive(Debug)]
pub(crate) enum Whole {
    None,
    Bytes(Vec<u8>),
}

/// One thing asked.
#[derive(Debug)]
pub(crate) enum HostCall {
    /// Something of the request's body.
    Body(u32, Want),
    /// Room for a piece of the answer.
    Room(u32),
    /// The whole answer.
    Respond(u16, Vec<(String, String)>, Whole),
    /// The head of an answer that is streamed.
    Stream(u16, Vec<(String, String)>),
    /// A piece of it.
    Write(Vec<u8>),
    /// Its end.
    End,
    /// It went wrong: the visitor's status (0: 500), the error's name, message and stack.
    Fail(u16, String, String, String),
    /// For the log.
    Log(Level, String),
    /// Call `fire` with this id after that time.
    Timer(u32, Duration),
    /// Do not.
    ClearTimer(u32),
    /// Something with the site's files.
    File(u32, FileOp),
    /// The request's transaction, and whether the handler may read the body while it has it.
    Lock(u32, bool),
    /// Its end: whether it is kept, and the session's data with it.
    Finish(u32, bool, Option<serde_json::Value>, Wish),
    /// Tell those who are subscribed: topic, JSON.
    Publish(Rc<str>, Rc<str>),
    /// From now on keep what is published to these topics.
    Subscribe(u32, Vec<String>),
    /// The next event of a subscription.
    NextMessage(u32, u32),
    /// No more.
    Unsubscribe(u32),
    /// The patterns that a module exports.
    Inspected(Vec<String>),
}

/// The asks of one runtime, and counts of what is bounded.
#[derive(Default)]
pub(crate) struct HostCalls {
    list: RefCell<VecDeque<HostCall>>,
    /// Questions without an answer yet.
    pub open: Cell<u32>,
    /// Timers that run.
    pub timers: Cell<usize>,
    /// Log entries so far.
    pub logged: Cell<u32>,
    /// Events published so far.
    pub published: Cell<usize>,
    /// Subscriptions so far.
    pub subscriptions: Cell<u32>,
    /// Subscriptions now.
    pub subscribed: Cell<usize>,
    /// Files written or deleted so far, and bytes written into them.
    pub file_changes: Cell<u32>,
    pub file_bytes: Cell<u64>,
    /// Bytes of body written so far.
    pub written: Cell<u64>,
    /// Has the answer been given, or the request failed?
    pub answered: Cell<bool>,
}

impl HostCalls {
    pub fn push(&self, ask: HostCall) {
        self.list.borrow_mut().push_back(ask);
    }

    pub fn take(&self) -> VecDeque<HostCall> {
        std::mem::take(&mut self.list.borrow_mut())
    }
}
