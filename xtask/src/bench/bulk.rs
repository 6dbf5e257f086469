//! `bulk`: 64 MiB from the host's IndexedDB to the visitor's page, against a raw data channel between the
//! same two browsers.

use anyhow::{Result, ensure};
use stage::Visitor;

use super::{
    environment::{BULK, Environment},
    measurement::Measurement,
};

const RUNS: usize = 5;

/// Milliseconds from the call of `fetch` to the last byte in the page.
const FETCH: &str = "(async () => {
    const begin = performance.now();
    const reader = (await fetch('/big.bin', {cache: 'no-store'})).body.getReader();
    let got = 0;
    for (;;) { const {done, value} = await reader.read(); if (done) break; got += value.byteLength; }
    return [performance.now() - begin, got];
})()";

/// Both kinds of visitor, in MiB/s.
pub async fn measure(environment: &Environment) -> Result<Vec<Measurement>> {
    Ok(vec![
        one(environment, &environment.with, "bulk").await?,
        one(environment, &environment.without, "bulk.shell").await?,
    ])
}

async fn one(environment: &Environment, visitor: &Visitor, name: &str) -> Result<Measurement> {
    let view = environment.view(visitor).await?;
    let bare = environment.bare_page(visitor).await?;
    let speed = |milliseconds: f64| BULK as f64 / (1024.0 * 1024.0) / (milliseconds / 1000.0);
    let (mut values, mut baselines) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        bare.to_front().await?;
        baselines.push(speed(bare.eval(&format!("bulk({BULK})")).await?));
        view.to_front().await?;
        let (milliseconds, got): (f64, usize) = view.eval(FETCH).await?;
        ensure!(got == BULK, "{got} bytes came instead of {BULK}");
        values.push(speed(milliseconds));
    }
    bare.close().await?;
    view.page.close().await?;
    Ok(Measurement::new(name, "MiB/s", &values, &baselines))
}
