//! Requests to the background, and its broadcasts. Knows neither what the pages show nor how the background works.

use std::cell::Cell;

use identity::{Fingerprint, Signature};
use messages::{Answer, Ask, BoxAsk, Failure, NameVerdict, Notice, State, Statement, ToBackground};
use serde::{Deserialize, de::DeserializeOwned};

use crate::error::PageError;

/// The background's reply to a request: `{ok: Answer}` or `{err: Failure}`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Ok(Answer),
    Err(Failure),
}

/// Send a request to the background, and wait for the response.
///
/// # Errors
/// [`PageError::Background`] with the background's own error message, [`PageError::Silent`] if none came.
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

/// Send a request whose response is the state after it.
///
/// # Errors
/// [`PageError::Background`] or [`PageError::Silent`], as for every request.
pub async fn act(what: Ask) -> Result<State, PageError> {
    match ask(what).await? {
        Answer::State { state } => Ok(state),
        _ => Err(unexpected()),
    }
}

/// Which of several responses to show: they may come in another order than the requests were sent, and an old
/// state must not be shown in place of a new one.
#[derive(Debug, Default)]
pub struct Order {
    sent: Cell<u64>,
    shown: Cell<u64>,
}

impl Order {
    /// The number of a request that is about to be sent.
    pub fn next(&self) -> u64 {
        self.sent.set(self.sent.get() + 1);
        self.sent.get()
    }

    /// Is the response to this request to be shown? Not once a later request's is.
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
/// As for every request.
pub async fn check_name(name: String) -> Result<NameVerdict, PageError> {
    match ask(Ask::CheckName { name }).await? {
        Answer::Name { verdict } => Ok(verdict),
        _ => Err(unexpected()),
    }
}

/// Send a request to the box of a site; `T` is what the request's documentation names.
///
/// # Errors
/// As for every request; the box may refuse, too.
pub async fn ask_box<T: DeserializeOwned>(site: &str, what: BoxAsk) -> Result<T, PageError> {
    let site = site_id(site)?;
    match ask(Ask::Box { site, ask: what }).await? {
        Answer::Box { value } => serde_json::from_value(value).map_err(|_| unexpected()),
        _ => Err(unexpected()),
    }
}

/// A site's id as a message has it.
///
/// # Errors
/// For what is none.
pub fn site_id(text: &str) -> Result<Fingerprint, PageError> {
    Fingerprint::parse(text).map_err(|error| PageError::Input(error.to_string()))
}

fn unexpected() -> PageError {
    PageError::Silent("an answer to another question".into())
}

/// Have the background sign a statement with a site's key.
///
/// # Errors
/// As for every request.
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

/// Call `listener` with each broadcast of the background, as long as the page lives.
pub fn on_notice(listener: impl Fn(Notice) + 'static) {
    webextension_api::pages::on_message(move |message| {
        // Messages for other parts of the extension come here too.
        if let Ok(notice) = webextension_api::message::from_js(message) {
            listener(notice);
        }
    });
}

/// Call `listener` whenever the state has changed, as long as the page lives.
pub fn on_change(listener: impl Fn() + 'static) {
    on_notice(move |notice| {
        if notice == Notice::Changed {
            listener();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_that_was_overtaken_is_not_shown() {
        let order = Order::default();
        let (first, second, third) = (order.next(), order.next(), order.next());
        assert!(order.shows(second));
        assert!(!order.shows(first));
        assert!(order.shows(third));
    }
}
