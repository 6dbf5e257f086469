//! What the popup shows: put together from the store, the report and the native host.
//!
//! It must not change anything that it reads.

use messages::{Failure, Native, Notice, Rendezvous, SiteState, State};
use webextension_api::message::send;

use crate::{badge, core::Core};

/// The state as it is now.
pub async fn state(core: &Core) -> Result<State, Failure> {
    let sites = core.store.sites().await?;
    let mut state = overview(core);
    let report = core.report.borrow();
    state.sites = sites
        .into_iter()
        .map(|site| {
            let label = site.label().to_string();
            let told = report.sites.iter().find(|report| report.label == label);
            let told = told.cloned().unwrap_or_default();
            SiteState {
                id: site.id.to_string(),
                label,
                name: site.name.to_string(),
                hosted: site.hosted,
                live: site.is_live(),
                draft_changed: site.draft_changed,
                link: told.link,
                visitors: told.visitors,
                name_refused: told.name_refused,
            }
        })
        .collect();
    state.sites.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(state)
}

/// The state but for the sites, which only the store knows.
fn overview(core: &Core) -> State {
    let report = core.report.borrow();
    let native = core.native.borrow().clone();
    let rendezvous = match report.rendezvous.clone() {
        Rendezvous::Off if core.hosting() => Rendezvous::Connecting {
            url: core.gateway(),
        },
        told => told,
    };
    State {
        hosting: core.hosting(),
        troubles: troubles(
            core.hosting(),
            core.rendezvous().is_some(),
            &rendezvous,
            &native,
        ),
        visitors: report.sites.iter().map(|site| site.visitors).sum(),
        rendezvous,
        native,
        sites: Vec::new(),
        chosen_rendezvous: core.rendezvous(),
        port: core.port(),
    }
}

fn troubles(hosting: bool, chosen: bool, rendezvous: &Rendezvous, native: &Native) -> Vec<String> {
    let mut troubles = Vec::new();
    if !hosting {
        return troubles;
    }
    // Another rendezvous was chosen: the native host is not needed.
    let native = if chosen { &Native::Unknown } else { native };
    match native {
        Native::NotInstalled => troubles.push(
            "Nobody can reach your sites: PeerServer’s companion is not installed, and no other \
             rendezvous is set."
                .to_owned(),
        ),
        Native::PortTaken { port } => troubles.push(format!(
            "Another program uses port {port}. Close it, or choose another port."
        )),
        Native::Failed { reason } => {
            troubles.push(format!("PeerServer’s companion does not run: {reason}"));
        }
        Native::Unknown | Native::Running { .. } => {}
    }
    if let Rendezvous::Unreachable { reason, .. } = rendezvous {
        troubles.push(format!(
            "New visitors cannot come in: {reason} Trying again by itself."
        ));
    }
    troubles
}

/// Show the state on the toolbar, and tell every page that is open.
pub async fn publish(core: &Core) {
    let now = overview(core);
    if core.shown.replace(Some(now.clone())).as_ref() != Some(&now) {
        badge::show(&now).await;
    }
    // Fails when no page listens.
    let _ = send(&Notice::Changed).await;
}
