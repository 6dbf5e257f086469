//! What is to be hosted where: the network document and the content script are told, and pages with them.
//!
//! It must not know what hosting needs to be running.

use messages::{Failure, Native, Plan, PlannedSite, ToNetwork};

use crate::{core::Core, document, gateways, state};

/// What the network document is to host now.
pub async fn plan(core: &Core) -> Result<Plan, Failure> {
    if !core.hosting() {
        return Ok(Plan::default());
    }
    // A native host that is only just starting, or is being started again, changes nothing: visitors
    // stay, and the network document goes on trying to reach the rendezvous.
    let there = core.rendezvous().is_some()
        || !matches!(
            &*core.native.borrow(),
            Native::NotInstalled | Native::PortTaken { .. }
        );
    let gateway = there.then(|| core.gateway());
    let sites = core.store.sites().await?;
    let code = core.store.live_code().await?;
    let sites = sites
        .into_iter()
        .filter(|site| site.hosted && site.is_live());
    let planned = |site: store::Site| PlannedSite {
        label: site.label().to_string(),
        code: code.get(&site.id).copied(),
        id: site.id.to_string(),
        name: site.name.to_string(),
        key: site.public_key.to_base64(),
    };
    Ok(Plan {
        gateway,
        close_notice: core.close_notice.borrow().clone(),
        sites: sites.map(planned).collect(),
    })
}

/// Something of the plan or the state may have changed: tell all whom it concerns.
pub async fn send(core: &Core) -> Result<(), Failure> {
    gateways::remember(core).await?;
    if document::exists().await {
        tell_plan(core).await?;
    }
    state::publish(core).await;
    Ok(())
}

/// Tell the network document the whole plan; it works out what has changed.
async fn tell_plan(core: &Core) -> Result<(), Failure> {
    let plan = plan(core).await?;
    document::send(&ToNetwork::Plan { plan }).await.map(|_| ())
}
