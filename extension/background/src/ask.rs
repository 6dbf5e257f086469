//! What the popup and the sites page ask for.

use std::rc::Rc;

use identity::SiteName;
use messages::{Answer, Ask, BoxReply, Failure, Gateway, NameVerdict, ToNetwork};
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use webextension_api::message::from_js;

use crate::{core::Core, databases, document, hosting, plan, state};

/// Do what is asked and answer with the state after it.
pub async fn answer(core: &Rc<Core>, ask: Ask) -> Result<Answer, Failure> {
    match ask {
        Ask::State => {}
        Ask::SetHosting { on } => {
            core.set_hosting(on).await?;
            hosting::resume(core).await?;
        }
        Ask::SetSiteHosted { site, on } => {
            core.store.set_hosted(&site, on).await?;
            changed(core).await?;
        }
        Ask::SetRendezvous { url } => {
            let url = url.map(|url| gateway(&url)).transpose()?;
            core.set_rendezvous(url).await?;
            hosting::resume(core).await?;
        }
        Ask::SetPort { port } => {
            core.set_port(port).await?;
            hosting::resume(core).await?;
        }
        Ask::CheckName { name } => {
            return Ok(Answer::Name {
                verdict: check(core, &name).await?,
            });
        }
        Ask::Publish { site } => {
            core.store.publish(&site).await?;
            changed(core).await?;
            // Blobs that no version refers to any more; what is left over is collected next time.
            let _ = core.store.collect_garbage().await;
        }
        Ask::SitesChanged => {
            changed(core).await?;
            let _ = databases::collect(core).await;
        }
        Ask::Box { site, ask } => {
            document::ensure().await?;
            let reply = document::send(&ToNetwork::Box { site, ask }).await?;
            return match from_js(reply)? {
                BoxReply::Ok(value) => Ok(Answer::Box { value }),
                BoxReply::Err(failure) => Err(failure),
            };
        }
    }
    Ok(Answer::State {
        state: state::state(core).await?,
    })
}

async fn changed(core: &Rc<Core>) -> Result<(), Failure> {
    core.file_cache.forget();
    plan::send(core).await
}

/// An address as an owner enters it: `https://peers.example`, a slash at the end or none.
fn gateway(text: &str) -> Result<Gateway, Failure> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    Ok(Gateway::parse(&text)?)
}

/// What a rendezvous says of a name (`/api/names/<name>`).
#[derive(Deserialize)]
struct NameReport {
    free: bool,
    label: Option<String>,
    suggestion: Option<String>,
}

async fn check(core: &Core, text: &str) -> Result<NameVerdict, Failure> {
    let sites = core.store.sites().await?;
    let ours = |name: &SiteName| sites.iter().any(|site| site.name == *name);
    let free_here = |name: &SiteName| {
        // Counting up ends: there are fewer sites than numbers.
        let mut near = name.clone();
        for n in 2.. {
            if !ours(&near) {
                break;
            }
            near = name.suggest_alternative(n);
        }
        near.to_string()
    };
    let name = match SiteName::parse(text) {
        Ok(name) => name,
        Err(error) => {
            let suggestion = free_here(&SiteName::suggest(text));
            return Ok(NameVerdict::Illegal {
                reason: error.to_string(),
                suggestion,
            });
        }
    };
    if ours(&name) {
        return Ok(NameVerdict::Taken {
            suggestion: free_here(&name),
        });
    }
    // Not reachable is not taken: the name is claimed when hosting starts, and refused then.
    Ok(match ask_rendezvous(core, &name).await {
        Some(report) if !report.free && report.label.is_some() => NameVerdict::Taken {
            suggestion: report.suggestion.unwrap_or_else(|| free_here(&name)),
        },
        _ => NameVerdict::Free,
    })
}

async fn ask_rendezvous(core: &Core, name: &SiteName) -> Option<NameReport> {
    let url = format!("{}/api/names/{name}", core.gateway());
    let response = JsFuture::from(fetch(&url)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    from_js(JsFuture::from(response.json().ok()?).await.ok()?).ok()
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    fn fetch(url: &str) -> js_sys::Promise;
}
