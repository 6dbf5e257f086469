//! What a host holds: the sites, how they do, and the visitors.
//!
//! It must not know what is done with any of it.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::{Rc, Weak},
};

use futures_channel::oneshot;
use identity::{AttemptId, Label, PublicKey, SiteName};
use signalling::Candidate;

use super::{backend::Backend, seats::Seats, turns::Turns};
use crate::{channel::Channel, rtc::Rtc, signal::Signal};

/// A site to host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostedSite {
    /// What the backend calls it.
    pub id: String,
    /// The name to claim.
    pub name: SiteName,
    /// Its label.
    pub label: Label,
    /// Its key.
    pub key: PublicKey,
}

/// How a hosted site does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// The link to it, once the rendezvous has given one.
    pub link: Option<String>,
    /// Why the bare name was refused.
    pub refused: Option<String>,
    /// A free name instead.
    pub suggestion: Option<String>,
    /// Visitors connected now.
    pub visitors: u32,
}

/// How the rendezvous does.
#[derive(Debug, Clone, PartialEq)]
pub enum Rendezvous {
    /// Being connected to.
    Connecting,
    /// Connected.
    Connected,
    /// Not reachable, and why.
    Unreachable(String),
}

/// A visitor that has no channel yet.
pub struct Attempt {
    /// Its connection, once there is one.
    pub rtc: Weak<Rtc>,
    /// Ends it.
    pub end: Option<oneshot::Sender<()>>,
    /// Was the offer answered?
    pub answered: bool,
    /// The visitor gave it up.
    pub gone: bool,
    /// How many candidates came.
    pub candidates: usize,
    /// Candidates that came before the connection was made.
    pub early: Vec<Candidate>,
}

/// A visitor's open channel.
pub struct Connected {
    /// The attempt that led to it.
    pub attempt: AttemptId,
    /// The id of the site that it is to.
    pub site: String,
    /// The channel.
    pub channel: Channel,
}

/// What announcing sites and taking visitors in have in common.
pub struct State {
    /// The connection to the rendezvous.
    pub signal: Signal,
    /// What signs and answers.
    pub backend: Rc<dyn Backend>,
    /// The sites that are hosted.
    pub sites: RefCell<Vec<HostedSite>>,
    /// How each does, by its id.
    pub standings: RefCell<HashMap<String, Standing>>,
    /// How the rendezvous does.
    pub rendezvous: RefCell<Rendezvous>,
    /// The visitors that have no channel yet.
    pub attempts: RefCell<HashMap<AttemptId, Attempt>>,
    /// Whose offers are answered now.
    pub turns: Turns,
    /// Who has a seat.
    pub seats: RefCell<Seats>,
    /// The visitors that have a channel.
    pub channels: RefCell<Vec<Connected>>,
}

impl State {
    /// Without sites, at the rendezvous behind `signal`.
    pub fn new(signal: Signal, backend: Rc<dyn Backend>) -> Self {
        Self {
            signal,
            backend,
            sites: RefCell::default(),
            standings: RefCell::default(),
            rendezvous: RefCell::new(Rendezvous::Connecting),
            attempts: RefCell::default(),
            turns: Turns::default(),
            seats: RefCell::default(),
            channels: RefCell::default(),
        }
    }
}
