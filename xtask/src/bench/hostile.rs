//! `hostile`: a page's first appearance while a hostile peer takes all that the host gives, against the same without
//! it; and what that costs the host's browser in memory, against what it takes for one visitor.
//!
//! The peer opens channels that ask for a file of 1 MiB on every stream and read nothing, and makes attempts that it
//! gives up at once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use stage::{Content, Host, HostOptions, Site, Visitor, hostile};

use super::{bundle::memory::Watch, environment::Environment, measurement::Measurement};

const RUNS: usize = 5;
/// Channels, and streams on each.
const CHANNELS: usize = 60;
const STREAMS: usize = 128;
/// How long the peer may take to open them.
const OPENING: Duration = Duration::from_secs(180);
/// How long queues are given to fill.
const FILLING: Duration = Duration::from_secs(10);
/// When the page was first painted, in milliseconds since 1970.
const PAINTED: &str = "document.querySelector('h1')?.textContent === 'Bench' \
    && performance.getEntriesByName('first-contentful-paint')[0] \
    && performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime";

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}

/// First visits of fresh browsers, in milliseconds.
async fn visits(site: &Site) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    for _ in 0..RUNS {
        let fresh = Visitor::chromium().await?;
        let begin = now();
        let view = fresh.open(&site.link).await?;
        let painted = view.wait_for(PAINTED).await?.as_f64();
        values.push(painted.unwrap_or(f64::NAN) - begin);
        fresh.close().await?;
    }
    Ok(values)
}

/// Milliseconds, and MiB of the process of the host's browser that grew the most.
pub async fn measure(environment: &Environment) -> Result<Vec<Measurement>> {
    // A host of its own: what the peer leaves behind must not meet the other measurements.
    let host = Host::start(&environment.dist, HostOptions::default()).await?;
    let content = Content::new(&[(
        "index.html",
        "<!doctype html><title>Bench</title><h1>Bench</h1>",
    )])?;
    content.write("big.bin", vec![7; 1024 * 1024])?;
    let site = host.make_site("hostile", &content.top()?).await?;
    let browser = host.browser()?.process_id();
    let watch = Watch::group(browser);
    let alone = visits(&site).await?;
    let alone_memory = watch.extra();
    let watch = Watch::group(browser);
    let villain = Visitor::chromium().await?;
    let evil = hostile(villain.as_chromium()?, &host.gateway).await?;
    let label = &site.label;
    let greedy = format!("hostile.greedy('{label}', {CHANNELS}, {STREAMS}, '/big.bin')");
    let _: usize = evil.eval_within(&greedy, OPENING).await?;
    tokio::time::sleep(FILLING).await;
    evil.eval::<bool>(&format!(
        "setInterval(() => hostile.flood('{label}', 7), 1000), true"
    ))
    .await?;
    let beside = visits(&site).await?;
    let mut measurements = vec![Measurement::new("hostile", "ms", &beside, &alone)];
    if let (Some(memory), Some(alone)) = (watch.extra(), alone_memory) {
        measurements.push(Measurement::new(
            "hostile.memory",
            "MiB",
            &[memory],
            &[alone],
        ));
    }
    Ok(measurements)
}
