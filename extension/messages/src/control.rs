//! Requests of the popup and the sites page to the background, and its responses. Types only.

use identity::Fingerprint;
use serde::{Deserialize, Serialize};

use crate::dynamic::BoxAsk;

/// A request to the background. The response to each is `Result<Answer, Failure>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Ask {
    /// The present state. The response is [`Answer::State`].
    State,
    /// Switch all hosting on or off.
    SetHosting { on: bool },
    /// Switch hosting of one site on or off.
    SetSiteHosted { site: Fingerprint, on: bool },
    /// Use this rendezvous instead of the native host's own; `None` goes back to it.
    SetRendezvous { url: Option<String> },
    /// Let the native host's rendezvous listen on this loopback port.
    SetPort { port: u16 },
    /// Is this site name legal, and free at the rendezvous? The response is [`Answer::Name`].
    CheckName { name: String },
    /// Make the draft of a site live. The response is [`Answer::State`].
    Publish { site: Fingerprint },
    /// A page changed something about a site in the store (created, renamed, deleted, restored, draft
    /// edited): read it again.
    SitesChanged,
    /// Send this to the box of a site. The response is [`Answer::Box`].
    Box {
        site: Fingerprint,
        #[serde(rename = "question")]
        ask: BoxAsk,
    },
}

/// A response of the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "answer",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Answer {
    /// The state after the request was handled.
    State { state: State },
    /// Whether a name is usable.
    Name { verdict: NameVerdict },
    /// The box's reply, of the type that the documentation of the [`BoxAsk`] names.
    Box { value: serde_json::Value },
}

/// Is a name usable?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "verdict",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum NameVerdict {
    /// Legal and, as far as is known, free.
    Free,
    /// Legal but held by another key at the rendezvous, or by another site of this browser.
    Taken { suggestion: String },
    /// Not a legal name.
    Illegal { reason: String, suggestion: String },
}

/// Everything that the popup shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// Is the switch for all hosting on?
    pub hosting: bool,
    /// The rendezvous in use.
    pub rendezvous: Rendezvous,
    /// The native host.
    pub native: Native,
    /// The owner's sites, deleted ones left out, by name.
    pub sites: Vec<SiteState>,
    /// Visitors connected now, over all sites.
    pub visitors: u32,
    /// Errors that keep hosting from working, a sentence each.
    pub troubles: Vec<String>,
    /// An address of another rendezvous the owner entered, if any.
    pub chosen_rendezvous: Option<String>,
    /// The port that the native host is asked to listen on.
    pub port: u16,
}

/// The state of the connection to the rendezvous.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Rendezvous {
    /// Hosting is off: nothing is connected.
    #[default]
    Off,
    /// The connection is being made.
    Connecting { url: String },
    /// Connected: links start with `gateway`.
    Connected { gateway: String },
    /// It cannot be reached; connecting is tried again by itself.
    Unreachable { url: String, reason: String },
}

/// The state of the native host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Native {
    /// Not known yet.
    #[default]
    Unknown,
    /// The browser knows no such native host.
    NotInstalled,
    /// It runs the rendezvous at this gateway.
    Running { gateway: String },
    /// Another program listens on the port.
    PortTaken { port: u16 },
    /// It ended or failed.
    Failed { reason: String },
}

/// One site as the popup shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SiteState {
    /// The site's id: the fingerprint of its key.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its label: `<name>-<fingerprint>`.
    pub label: String,
    /// Is the switch of this site on?
    pub hosted: bool,
    /// Has it a live version?
    pub live: bool,
    /// Does the draft differ from the live version?
    pub draft_changed: bool,
    /// The link to give away, while the rendezvous is known.
    pub link: Option<String>,
    /// Visitors connected to this site now.
    pub visitors: u32,
    /// Why the bare name could not be claimed (the link then carries the label), if so.
    pub name_refused: Option<String>,
}
