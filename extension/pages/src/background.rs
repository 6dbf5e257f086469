//! Asking the background, and hearing its broadcasts.

use std::cell::Cell;

use identity::{Fingerprint, Signature};
use messages::{Answer, Ask, BoxAsk, Failure, NameVerdict, Notice, State, Statement, ToBackground};
use serde::{Deserialize, de::DeserializeOwned};

use crate::error::PageError;

/// The background's reply to an ask: `{ok: Answer}` or `{err: Failure}`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Ok(Answer),
    Err(Failure),
}

/// Ask the background, and wait for its answer.
///
/// # Errors
/// [`PageError::Background`] with the background's own words, [`PageError::Silent`] if none came.
async fn ask(ask: Ask) -> Result<Answer, PageError> {
    let reply = webextension_api::message::send(&ToBackground::Ask { ask })
        .await
        .map_err(|error| PageError::Silent(error.0))?;
    let reply =
        webextension_api::message::from_js(reply).map_err(|error| PageError::Silent(error.0))?;
    match reply {
        Reply::Ok(answer) => Ok(answer),
        Reply::Err(failure) => Err(failure.into()),
    }
}

/// Ask for something whose answer is the state after it.
///
/// # Errors
/// As for every ask: the background's own words, or that it is silent.
pub async fn act(what: Ask) -> Result<State, PageError> {
    match ask(what).await? {
        Answer::State { state } => Ok(state),
        _ => Err(another()),
    }
}

/// Which of several answers to show: asks may be answered in another order than they were made, and an old
/// state must not be shown in place of a new one.
#[derive(Debug, Default)]
pub struct Order {
    asked: Cell<u64>,
    shown: Cell<u64>,
}

impl Order {
    /// The number of an ask that is about to be made.
    pub fn next(&self) -> u64 {
        self.asked.set(self.asked.get() + 1);
        self.asked.get()
    }

    /// Is the answer to this ask to be shown? Not if the answer to a later one is.
    pub fn shows(&self, ask: u64) -> bool {
        let newer = ask > self.shown.get();
        if newer {
            self.shown.set(ask);
        }
        newer
    }
}

/// Is this site name legal and free?
///
/// # Errors
/// As for every ask.
pub async fn check_name(name: String) -> Result<NameVerdict, PageError> {
    match ask(Ask::CheckName { name }).await? {
        Answer::Name { verdict } => Ok(verdict),
        _ => Err(another()),
    }
}

/// Put something to the box of a site; the answer is of the kind that the question names.
///
/// # Errors
/// As for every ask; the box may refuse, too.
pub async fn ask_box<T: DeserializeOwned>(site: &str, what: BoxAsk) -> Result<T, PageError> {
    let site = site_id(site)?;
    match ask(Ask::Box { site, ask: what }).await? {
        Answer::Box { value } => serde_json::from_value(value).map_err(|_| another()),
        _ => Err(another()),
    }
}

/// A site's id as a message has it.
///
/// # Errors
/// For what is none.
pub fn site_id(text: &str) -> Result<Fingerprint, PageError> {
    Fingerprint::parse(text).map_err(|error| PageError::Input(error.to_string()))
}

fn another() -> PageError {
    PageError::Silent("an answer to another question".into())
}

/// Have a site's key sign a statement.
///
/// # Errors
/// As for every ask.
pub async fn sign(site: String, statement: Statement) -> Result<Signature, PageError> {
    let silent = |error: String| PageError::Silent(error);
    let site = site_id(&site)?;
    let reply = webextension_api::message::send(&ToBackground::Sign { site, statement })
        .await
        .map_err(|error| silent(error.0))?;
    // The bytes themselves, or why not.
    if let Ok(Refusal { err }) = webextension_api::message::from_js(reply.clone()) {
        return Err(err.into());
    }
    let bytes: Vec<u8> =
        webextension_api::message::from_js(reply).map_err(|error| silent(error.0))?;
    Signature::from_bytes(&bytes).map_err(|error| silent(error.to_string()))
}

#[derive(Deserialize)]
struct Refusal {
    err: Failure,
}

/// Call `hear` with whatever the background broadcasts, as long as the page lives.
pub fn on_notice(hear: impl Fn(Notice) + 'static) {
    webextension_api::pages::on_message(move |message| {
        // Other messages pass by here too; they are for other parts.
        if let Ok(notice) = webextension_api::message::from_js(message) {
            hear(notice);
        }
    });
}

/// Call `hear` whenever the background says that the state has changed, as long as the page lives.
pub fn on_change(hear: impl Fn() + 'static) {
    on_notice(move |notice| {
        if notice == Notice::Changed {
            hear();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_overtaken_is_not_shown() {
        let order = Order::default();
        let (first, second, third) = (order.next(), order.next(), order.next());
        assert!(order.shows(second));
        assert!(!order.shows(first));
        assert!(order.shows(third));
    }
}
