//! Whose transaction is open. There is one at a time; the others wait in the order in which they came.

use std::collections::VecDeque;
use std::rc::Rc;

use database::{Database, Error};
use serde_json::Value;

use crate::host_calls::session::Wish;
use crate::natives::request_context::RequestContext;
use crate::platform::Platform;
use crate::request::RequestId;

/// The database of a site, and who has it.
pub(crate) struct Transactions {
    database: Option<Rc<Database>>,
    holder: Option<RequestId>,
    queue: VecDeque<(RequestId, u32)>,
}

impl Transactions {
    pub fn new(database: Option<Rc<Database>>) -> Self {
        Self {
            database,
            holder: None,
            queue: VecDeque::new(),
        }
    }

    pub fn database(&self) -> Option<Rc<Database>> {
        self.database.clone()
    }

    /// A request wants the transaction; its question is answered when it is its turn.
    pub fn wait(&mut self, request: RequestId, ticket: u32) {
        self.queue.push_back((request, ticket));
    }

    /// Begins the transaction of who is next, if nobody has one.
    pub fn next(&mut self) -> Option<(RequestId, u32, Result<(), Error>)> {
        if self.holder.is_some() {
            return None;
        }
        let (request, ticket) = self.queue.pop_front()?;
        let begun = self
            .database
            .as_ref()
            .map_or(Ok(()), |database| database.begin());
        if begun.is_ok() {
            self.holder = Some(request);
        }
        Some((request, ticket, begun))
    }

    /// Keeps what a request did, its session with it: the session's cookie, if the answer must have one.
    pub fn commit(
        &mut self,
        request: RequestId,
        facts: &RequestContext,
        session: Option<Value>,
        wish: Wish,
        platform: &dyn Platform,
    ) -> Result<Option<String>, Error> {
        let Some(database) = self
            .database
            .clone()
            .filter(|_| self.holder == Some(request))
        else {
            return Ok(None);
        };
        let kept = keep_session(&database, facts, session, wish, platform)
            .and_then(|cookie| database.commit().map(|()| cookie));
        if kept.is_err() {
            self.roll_back(request);
        }
        self.holder = None;
        kept
    }

    /// Undoes what a request did, if it did anything, and lets it wait no more.
    pub fn roll_back(&mut self, request: RequestId) {
        self.queue.retain(|(other, _)| *other != request);
        if self.holder == Some(request) {
            self.holder = None;
            if let Some(database) = &self.database {
                // What cannot be rolled back was never written; the next transaction finds out if the
                // database is broken.
                let _ = database.rollback();
            }
        }
    }
}

fn keep_session(
    database: &Database,
    facts: &RequestContext,
    data: Option<Value>,
    wish: Wish,
    platform: &dyn Platform,
) -> Result<Option<String>, Error> {
    let (Some(Value::Object(data)), Some(mut session)) = (data, facts.session.take()) else {
        return Ok(None);
    };
    session.data = data;
    match wish {
        Wish::Keep => {}
        Wish::Renew => session.renew(),
        Wish::Destroy => session.destroy(),
    }
    database.sessions().save(
        &session,
        platform.unix_time().as_secs(),
        &mut |bytes: &mut [u8]| platform.random(bytes),
        facts.secure.get(),
    )
}
