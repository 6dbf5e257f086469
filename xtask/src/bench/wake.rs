//! `wake`: the first request after the host's worker was killed, against the same request to one that
//! lives. `wake.visitor`: the first request after the visitor's machine slept, against the same before.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::sleep;

use super::{environment::Environment, measurement::Measurement};

const RUNS: usize = 10;

/// How often the visitor's machine sleeps.
const SLEEPS: usize = 3;

/// Longer than WebRTC waits for a peer that is silent: 30 s (RFC 7675, section 5.1).
const SLEEP: Duration = Duration::from_secs(40);

const FETCH: &str = "(async () => {
    const begin = performance.now();
    const answer = await fetch('/1k', {cache: 'no-store'});
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text}`);
    return performance.now() - begin;
})()";

/// In milliseconds.
pub async fn measure(environment: &Environment) -> Result<Vec<Measurement>> {
    let view = environment.view(&environment.with).await?;
    let (mut values, mut baselines) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        baselines.push(view.eval::<f64>(FETCH).await?);
        environment
            .host
            .browser()?
            .stop_worker("background.js")
            .await?;
        values.push(view.eval::<f64>(FETCH).await?);
    }
    view.page.close().await?;
    let mut measurements = vec![Measurement::new("wake", "ms", &values, &baselines)];
    for (visitor, name) in [
        (&environment.with, "wake.visitor"),
        (&environment.without, "wake.visitor.shell"),
    ] {
        let view = environment.view(visitor).await?;
        let group = visitor.as_chromium()?.process_id();
        let (mut values, mut baselines) = (Vec::new(), Vec::new());
        for _ in 0..SLEEPS {
            baselines.push(view.eval::<f64>(FETCH).await?);
            signal(group, "-STOP")?;
            sleep(SLEEP).await;
            signal(group, "-CONT")?;
            values.push(view.eval::<f64>(FETCH).await?);
        }
        view.page.close().await?;
        measurements.push(Measurement::new(name, "ms", &values, &baselines));
    }
    Ok(measurements)
}

/// Sends a signal to all processes of a browser.
fn signal(group: u32, signal: &str) -> Result<()> {
    let status = Command::new("kill")
        .args([signal, "--", &format!("-{group}")])
        .status()?;
    ensure!(status.success(), "kill {signal}: {status}");
    Ok(())
}
