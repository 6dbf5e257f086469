//! What the popup shows of a state: texts and tones, as pure functions. Knows no browser.

use messages::{Native, Rendezvous, SiteState, State};

use crate::{error::PageError, ui::format};

/// The lowest port that a person may choose: those below need rights that a browser's helper has not.
const LOWEST_PORT: u16 = 1024;

/// How the headline looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// Hosting is off.
    Off,
    /// Starting or connecting.
    Busy,
    /// Hosting works.
    On,
    /// The person may have to act.
    Error,
}

impl Tone {
    /// The value of the `data-tone` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Busy => "busy",
            Self::On => "on",
            Self::Error => "error",
        }
    }
}

/// What the person has to set up before hosting can work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setup {
    /// Nothing.
    Done,
    /// The companion, or the address of another rendezvous.
    Install,
    /// A port other than this one.
    Port(u16),
}

/// What has to be set up: nothing, while a rendezvous of the person's choice is in use.
pub fn setup(state: &State) -> Setup {
    if state.chosen_rendezvous.is_some() {
        return Setup::Done;
    }
    match state.native {
        Native::NotInstalled => Setup::Install,
        Native::PortTaken { port } => Setup::Port(port),
        Native::Unknown | Native::Running { .. } | Native::Failed { .. } => Setup::Done,
    }
}

/// The line under the title.
pub fn headline(state: &State) -> (Tone, String) {
    if !state.hosting {
        return (Tone::Off, "Hosting is off".into());
    }
    match (&state.rendezvous, setup(state)) {
        (Rendezvous::Connected { .. }, _) => {
            let visitors = format::count(state.visitors.into(), "visitor", "visitors");
            let tone = if state.troubles.is_empty() {
                Tone::On
            } else {
                Tone::Error
            };
            (tone, format!("Hosting · {visitors} now"))
        }
        (_, Setup::Install) => (Tone::Error, "Not hosting: the companion is missing".into()),
        (_, Setup::Port(port)) => (Tone::Error, format!("Not hosting: port {port} is taken")),
        (Rendezvous::Connecting { url }, _) => (
            Tone::Busy,
            format!("Connecting to {}…", without_scheme(url)),
        ),
        (Rendezvous::Unreachable { .. }, _) => (Tone::Error, "Not connected, trying again…".into()),
        (Rendezvous::Off, _) => match state.native {
            Native::Failed { .. } => (Tone::Error, "Not hosting: the companion stopped".into()),
            _ => (Tone::Busy, "Starting…".into()),
        },
    }
}

/// What is wrong, a sentence each. While something has to be set up, all else follows from that, and the
/// panel about it says so.
pub fn problems(state: &State) -> Vec<String> {
    if setup(state) != Setup::Done {
        return Vec::new();
    }
    let mut problems = state.troubles.clone();
    if problems.is_empty() && state.hosting {
        match (&state.rendezvous, &state.native) {
            (Rendezvous::Unreachable { reason, .. }, _) => problems.push(reason.clone()),
            (Rendezvous::Off, Native::Failed { reason }) => problems.push(reason.clone()),
            _ => {}
        }
    }
    problems
}

/// The address of the rendezvous, or what stands in its place, in a few words.
pub fn rendezvous(state: &State) -> String {
    match (&state.rendezvous, &state.chosen_rendezvous) {
        (Rendezvous::Connected { gateway }, _) => without_scheme(gateway).into(),
        (Rendezvous::Connecting { url } | Rendezvous::Unreachable { url, .. }, _) => {
            without_scheme(url).into()
        }
        (Rendezvous::Off, Some(chosen)) => without_scheme(chosen).into(),
        (Rendezvous::Off, None) => match &state.native {
            Native::NotInstalled => "none".into(),
            Native::Running { gateway } => without_scheme(gateway).into(),
            _ => "this computer".into(),
        },
    }
}

/// Is a site reachable, and by how many visitors is it read: in a few words.
pub fn site_line(site: &SiteState, hosting: bool) -> String {
    let status = if !site.live {
        "Not published yet".to_owned()
    } else if !site.hosted {
        "Off".into()
    } else if !hosting {
        "Ready, but hosting is off".into()
    } else if site.link.is_none() {
        "Waiting for its link…".into()
    } else {
        sentence(&format::count(site.visitors.into(), "visitor", "visitors"))
    };
    if site.live && site.draft_changed {
        format!("{status} · draft changed")
    } else {
        status
    }
}

/// A further sentence about a site: why its link carries the label, if it does.
pub fn site_note(site: &SiteState) -> Option<String> {
    site.name_refused.as_ref().map(|reason| {
        format!("The link carries the long name, because the short one was refused: {reason}")
    })
}

/// An address without its scheme and the slash at its end.
pub fn without_scheme(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_suffix('/').unwrap_or(rest)
}

/// Read a port that was typed.
///
/// # Errors
/// [`PageError::Input`] with what to type instead.
pub fn parse_port(typed: &str) -> Result<u16, PageError> {
    match typed.trim().parse() {
        Ok(port) if port >= LOWEST_PORT => Ok(port),
        _ => Err(PageError::Input("Enter a port from 1024 to 65535.".into())),
    }
}

/// A port to offer instead of one that is taken.
pub fn next_port(taken: u16) -> u16 {
    taken
        .checked_add(1)
        .map_or(LOWEST_PORT, |next| next.max(LOWEST_PORT))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
