//! Keeps hosting going: what is to be hosted, and all that it needs, again after every death.

use std::rc::Rc;

use messages::{Failure, Native, Plan, PlannedSite, ToNetwork};
use webextension_api::{api, message::to_js};

use crate::{core::Core, document, gateways, native, state};

/// The watchdog's name and its period in minutes: the least that browsers allow, and so the longest
/// time that hosting can be down unnoticed.
const WATCHDOG: &str = "watchdog";
const WATCHDOG_MINUTES: f64 = 0.5;

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

/// Hosting as the settings have it: start what is missing, tell what has changed, stop what is off.
pub async fn resume(core: &Rc<Core>) -> Result<(), Failure> {
    if !core.hosting() {
        native::stop(core);
        let _ = api::alarms_clear(WATCHDOG);
        core.report.take();
        return send_plan(core).await;
    }
    let period = to_js(&serde_json::json!({ "periodInMinutes": WATCHDOG_MINUTES }))?;
    let _ = api::alarms_create(WATCHDOG, &period);
    if core.rendezvous().is_none() {
        native::ensure(core);
    } else {
        native::stop(core);
    }
    document::ensure().await?;
    send_plan(core).await
}

/// Something of the plan or the state may have changed: tell all whom it concerns.
pub async fn send_plan(core: &Core) -> Result<(), Failure> {
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
