//! `open_cold` and `open_warm`: from following the link to the first paint of the site, against a bare
//! page that only opens a data channel.
//!
//! Cold: a fresh browser that has never been at the site or the gateway. Warm: it has been there, and
//! goes there again in a new tab.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use stage::{PATIENCE, Visitor};

use super::{environment::Environment, measurement::Measurement};

const COLD_RUNS: usize = 5;
const WARM_RUNS: usize = 10;

/// When the page was first painted, in milliseconds since 1970.
const PAINTED: &str = "document.querySelector('h1')?.textContent === 'Bench' \
    && performance.getEntriesByName('first-contentful-paint')[0] \
    && performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime";

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}

async fn site(environment: &Environment, visitor: &Visitor) -> Result<f64> {
    let begin = now();
    let view = visitor.open(&environment.site.link).await?;
    let painted = view.wait_for(PAINTED).await?.as_f64().unwrap_or(f64::NAN);
    view.page.close().await?;
    Ok(painted - begin)
}

async fn bare(environment: &Environment, visitor: &Visitor) -> Result<f64> {
    let page = visitor.as_chromium()?.new_page().await?;
    let begin = now();
    page.navigate(&format!("{}/raw.html", environment.bare))
        .await?;
    let opened = page
        .wait_for("window.opened", PATIENCE)
        .await?
        .as_f64()
        .unwrap_or(f64::NAN);
    page.close().await?;
    Ok(opened - begin)
}

/// First visits, each with a fresh browser, in milliseconds.
pub async fn cold(environment: &Environment) -> Result<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for (extension, name) in [(true, "open_cold"), (false, "open_cold.shell")] {
        let (mut values, mut baselines) = (Vec::new(), Vec::new());
        for _ in 0..COLD_RUNS {
            let fresh = match extension {
                true => {
                    Visitor::with_extension(&environment.dist, &environment.host.gateway).await?
                }
                false => Visitor::chromium().await?,
            };
            values.push(site(environment, &fresh).await?);
            fresh.close().await?;
            let fresh = Visitor::chromium().await?;
            baselines.push(bare(environment, &fresh).await?);
            fresh.close().await?;
        }
        measurements.push(Measurement::new(name, "ms", &values, &baselines));
    }
    Ok(measurements)
}

/// Later visits in new tabs of the same browser, in milliseconds.
pub async fn warm(environment: &Environment) -> Result<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for (visitor, name) in [
        (&environment.with, "open_warm"),
        (&environment.without, "open_warm.shell"),
    ] {
        site(environment, visitor).await?;
        bare(environment, visitor).await?;
        let (mut values, mut baselines) = (Vec::new(), Vec::new());
        for _ in 0..WARM_RUNS {
            values.push(site(environment, visitor).await?);
            baselines.push(bare(environment, visitor).await?);
        }
        measurements.push(Measurement::new(name, "ms", &values, &baselines));
    }
    Ok(measurements)
}
