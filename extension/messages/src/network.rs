//! Between the background and the network document, and notices to pages.

use identity::{Fingerprint, Label};
use serde::{Deserialize, Serialize};

use crate::control::{Ask, Rendezvous};
use crate::dynamic::{BoxAsk, LogEntry};
use crate::gateway::Gateway;

/// A message for the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "toBackground",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ToBackground {
    /// A request of a page. The reply is `Result<Answer, Failure>` as `{ok}` or `{err}`.
    Ask { ask: Ask },
    /// The network document has started. The reply is the [`Plan`].
    NetworkStarted,
    /// The network document reports the state of hosting. No reply.
    NetworkReport { report: Report },
    /// Sign `statement` with a site's key. The reply is the signature's 64 bytes.
    Sign {
        site: Fingerprint,
        statement: Statement,
    },
    /// Entries for a site's log. The reply is `true`; the same entries may come twice.
    Log {
        site: Fingerprint,
        entries: Vec<LogEntry>,
    },
}

/// A message for the network document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "toNetwork",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ToNetwork {
    /// Host the sites of this plan from now on, and no others: it is complete, not a difference.
    Plan { plan: Plan },
    /// Link the site worker of this label, and connect to its host. The reply is a
    /// [`VisitAnswer`](crate::content_script::VisitAnswer).
    Visit { label: Label, gateway: Gateway },
    /// Send this to the box of a site. The reply is a [`BoxReply`](crate::BoxReply).
    Box { site: Fingerprint, ask: BoxAsk },
}

/// A broadcast to the extension's pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "notice",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Notice {
    /// The state changed: pages that show it request it. (It is not part of the notice, since computing it
    /// would be useless when no page is open.)
    Changed,
    /// A site's log has changed.
    Log { site: Fingerprint },
}

/// What the network document is to host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// The gateway of the rendezvous to host at, such as `http://localhost:8890`; `None`: host nothing.
    pub gateway: Option<String>,
    /// The URL to post to when the extension is being unloaded, for the native host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_notice: Option<String>,
    /// The sites to host there.
    pub sites: Vec<PlannedSite>,
}

/// A site that is to be hosted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedSite {
    /// Its id in the store.
    pub id: String,
    /// The name to claim.
    pub name: String,
    /// Its label.
    pub label: String,
    /// The Ed25519 public key, 32 bytes in base64.
    pub key: String,
    /// The number of its live version, if code may have to run for requests to it.
    #[serde(default)]
    pub code: Option<u32>,
}

/// The state of hosting in the network document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// The rendezvous.
    pub rendezvous: Rendezvous,
    /// The state of each site.
    pub sites: Vec<SiteReport>,
}

/// The state of one hosted site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SiteReport {
    /// The label that it is hosted by: another one once the site was renamed.
    pub label: String,
    /// The link that leads to it.
    pub link: Option<String>,
    /// Visitors connected now.
    pub visitors: u32,
    /// Why the bare name was refused, if it was.
    pub name_refused: Option<String>,
    /// The free name that the rendezvous suggests instead.
    pub suggestion: Option<String>,
}

/// What a site's key may sign. The background builds the bytes itself (see `identity`): no other
/// part of the extension can have it sign bytes of its own choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "sign",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Statement {
    /// "I am the host of this site at this rendezvous": answers its challenge.
    Host {
        gateway: String,
        challenge: String,
        name: String,
    },
    /// "This DTLS channel ends at me": both certificates' SHA-256 fingerprints, as in the SDP.
    Channel {
        attempt: String,
        host_fingerprint: String,
        visitor_fingerprint: String,
    },
    /// "This bundle is my site": the name that it carries, when its live version was published, and the
    /// SHA-256 of its list of files.
    Bundle {
        name: String,
        published: Option<u64>,
        files: [u8; 32],
    },
}
