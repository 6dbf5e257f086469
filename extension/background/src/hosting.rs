//! Keeps hosting going: all that it needs is started, and started again after every death.
//!
//! It must not know what is hosted, nor who is told of it: that is `plan`.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use messages::Failure;
use webextension_api::{api, message::to_js};

use crate::{
    core::Core,
    document,
    native::{self, Ended},
    plan,
};

/// The watchdog's name and its period in minutes: the least that browsers allow, and so the longest
/// time that hosting can be down unnoticed.
const WATCHDOG: &str = "watchdog";
const WATCHDOG_MINUTES: f64 = 0.5;

/// Hosting as the settings have it: start what is missing, tell what has changed, stop what is off.
pub async fn resume(core: &Rc<Core>) -> Result<(), Failure> {
    if !core.hosting() {
        native::stop(core);
        let _ = api::alarms_clear(WATCHDOG);
        core.report.take();
        return plan::send(core).await;
    }
    let period = to_js(&serde_json::json!({ "periodInMinutes": WATCHDOG_MINUTES }))?;
    let _ = api::alarms_create(WATCHDOG, &period);
    if core.rendezvous().is_none() {
        if let Some(ended) = native::ensure(core) {
            start_again(core, ended);
        }
    } else {
        native::stop(core);
    }
    document::ensure().await?;
    plan::send(core).await
}

/// Have the native host started again, should it end by itself.
fn start_again(core: &Rc<Core>, ended: Ended) {
    let weak = Rc::downgrade(core);
    wasm_bindgen_futures::spawn_local(async move {
        // Not if the port was closed here.
        let Ok(pause) = ended.await else { return };
        TimeoutFuture::new(pause).await;
        if let Some(core) = weak.upgrade() {
            // What fails is shown as a trouble, and tried again by the watchdog.
            let _ = resume(&core).await;
        }
    });
}
