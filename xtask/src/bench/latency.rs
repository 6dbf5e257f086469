//! `latency_1k`: a warm `fetch` of 1 KiB in the visitor's page, against the same from a loopback HTTP
//! server in a page of its own.

use anyhow::Result;

use super::{
    environment::Environment,
    measurement::{Measurement, quantile},
};

const ROUNDS: usize = 5;
const FETCHES: usize = 100;

fn fetches(path: &str) -> String {
    format!(
        "(async () => {{
            const times = [];
            for (let i = 0; i < {FETCHES} + 10; i++) {{
                const begin = performance.now();
                const bytes = await (await fetch('{path}', {{cache: 'no-store'}})).arrayBuffer();
                if (bytes.byteLength !== 1024) throw new Error('wrong length ' + bytes.byteLength);
                if (i >= 10) times.push(performance.now() - begin);
            }}
            return times;
        }})()"
    )
}

/// The median and the 95th percentile, with the extension and without, in milliseconds.
pub async fn measure(environment: &Environment) -> Result<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for (visitor, name) in [
        (&environment.with, "latency_1k"),
        (&environment.without, "latency_1k.shell"),
    ] {
        let view = environment.view(visitor).await?;
        let plain = visitor
            .as_chromium()?
            .open(&format!("{}/raw.html", environment.bare))
            .await?;
        let (mut values, mut baselines): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            plain.to_front().await?;
            baselines.extend(plain.eval::<Vec<f64>>(&fetches("/1k")).await?);
            view.to_front().await?;
            values.extend(view.eval::<Vec<f64>>(&fetches("/1k")).await?);
        }
        measurements.push(Measurement::new(
            format!("{name}.p50"),
            "ms",
            &values,
            &baselines,
        ));
        let p95 = [quantile(&values, 0.95)];
        let mut measurement = Measurement::new(
            format!("{name}.p95"),
            "ms",
            &p95,
            &[quantile(&baselines, 0.95)],
        );
        measurement.runs = values.len();
        measurements.push(measurement);
        plain.close().await?;
        view.page.close().await?;
    }
    Ok(measurements)
}
