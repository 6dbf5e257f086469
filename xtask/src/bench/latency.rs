//! `latency_1k`: a warm `fetch` of 1 KiB in the visitor's page, against the same from a loopback HTTP
//! server in a page of its own.

use anyhow::Result;

use super::{
    figure::{Figure, quantile},
    stand::Stand,
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
pub async fn measure(stand: &Stand) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (visitor, name) in [
        (&stand.with, "latency_1k"),
        (&stand.without, "latency_1k.shell"),
    ] {
        let view = stand.view(visitor).await?;
        let plain = visitor
            .as_chromium()?
            .open(&format!("{}/raw.html", stand.bare))
            .await?;
        let (mut values, mut baselines): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            plain.to_front().await?;
            baselines.extend(plain.eval::<Vec<f64>>(&fetches("/1k")).await?);
            view.to_front().await?;
            values.extend(view.eval::<Vec<f64>>(&fetches("/1k")).await?);
        }
        figures.push(Figure::new(
            format!("{name}.p50"),
            "ms",
            &values,
            &baselines,
        ));
        let p95 = [quantile(&values, 0.95)];
        let mut figure = Figure::new(
            format!("{name}.p95"),
            "ms",
            &p95,
            &[quantile(&baselines, 0.95)],
        );
        figure.runs = values.len();
        figures.push(figure);
        plain.close().await?;
        view.page.close().await?;
    }
    Ok(figures)
}
