//! `dynamic`: a warm request that the site's code answers, against a static file with the same bytes on the same site;
//! and `box_cold`: the first such request after the site's box was ended, against a warm one.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use stage::{Site, View, Visitor, ask};

use super::{
    environment::Environment,
    guests,
    measurement::{Measurement, quantile},
};

const ROUNDS: usize = 5;
const FETCHES: usize = 100;
/// Fetches of each round that do not count.
const WARM_UP: usize = 10;
const COLD_RUNS: usize = 10;

/// The static file of the same bytes.
const KEPT: &str = "/kept.html";

/// Fills the database, begins a session, and keeps an answer as a static file.
const FILL: &str = "(async () => {
    const filled = await fetch('/fill', {method: 'POST'});
    if (!filled.ok) throw new Error(`filling: ${filled.status} ${await filled.text()}`);
    const answer = await (await fetch('/guests')).text();
    const kept = await fetch('/keep', {method: 'POST', body: answer});
    if (!kept.ok) throw new Error(`keeping: ${kept.status} ${await kept.text()}`);
})()";

/// Which visit of its session the last answer was for.
const VISITS: &str =
    "fetch('/guests').then(r => r.text()).then(text => Number(/<b>(\\d+)<\\/b>/.exec(text)[1]))";

/// Milliseconds that each of so many fetches takes, and the bytes of the last answer.
fn fetches(path: &str, warm_up: usize, count: usize) -> String {
    format!(
        "(async () => {{
            const times = [];
            let bytes = 0;
            for (let i = 0; i < {warm_up} + {count}; i++) {{
                const begin = performance.now();
                const answer = await fetch('{path}', {{cache: 'no-store'}});
                bytes = (await answer.arrayBuffer()).byteLength;
                if (answer.status !== 200) throw new Error(`status ${{answer.status}}`);
                if (i >= {warm_up}) times.push(performance.now() - begin);
            }}
            return [times, bytes];
        }})()"
    )
}

/// The guest book, hosted beside the other site.
pub struct GuestBook {
    site: Site,
}

impl GuestBook {
    /// Publish it.
    pub async fn host(environment: &Environment) -> Result<Self> {
        let content = guests::content()?;
        let site = environment
            .host
            .make_site("guests", &content.top()?)
            .await?;
        Ok(Self { site })
    }

    /// In a new tab of a visitor, with its rows.
    async fn view(&self, visitor: &Visitor) -> Result<View> {
        let view = visitor.open(&self.site.link).await?;
        view.wait_for("document.querySelector('h1')?.textContent === 'Bench'")
            .await?;
        view.eval::<Value>(FILL).await?;
        Ok(view)
    }

    /// The median and the 95th percentile, with the extension and without, in milliseconds.
    pub async fn dynamic(&self, environment: &Environment) -> Result<Vec<Measurement>> {
        let mut measurements = Vec::new();
        for (visitor, name) in [
            (&environment.with, "dynamic"),
            (&environment.without, "dynamic.shell"),
        ] {
            let view = self.view(visitor).await?;
            view.to_front().await?;
            let (mut values, mut baselines) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let (fixed, size) = timed(&view, KEPT, WARM_UP, FETCHES).await?;
                let (made, bytes) = timed(&view, guests::ASKED, WARM_UP, FETCHES).await?;
                // The number of visits grows by some digits.
                ensure!(bytes.abs_diff(size) < 8, "{bytes} bytes against {size}");
                baselines.extend(fixed);
                values.extend(made);
            }
            let visits: usize = view.eval(VISITS).await?;
            ensure!(
                visits > ROUNDS * FETCHES,
                "the session was not used: {visits}"
            );
            view.page.close().await?;
            measurements.push(Measurement::new(
                format!("{name}.p50"),
                "ms",
                &values,
                &baselines,
            ));
            let p95 = |times| [quantile(times, 0.95)];
            let mut measurement =
                Measurement::new(format!("{name}.p95"), "ms", &p95(&values), &p95(&baselines));
            measurement.runs = values.len();
            measurements.push(measurement);
        }
        Ok(measurements)
    }

    /// In milliseconds.
    pub async fn box_cold(&self, environment: &Environment) -> Result<Vec<Measurement>> {
        let view = self.view(&environment.with).await?;
        let popup = environment.host.popup().await?;
        let state = environment.host.state(&popup).await?;
        let ours = |site: &&Value| site["name"] == *self.site.name;
        let site = state["sites"]
            .as_array()
            .and_then(|all| all.iter().find(ours));
        let id = site.context("the guest book is not there")?["id"].clone();
        view.to_front().await?;
        let (mut values, mut baselines) = (Vec::new(), Vec::new());
        for _ in 0..COLD_RUNS {
            baselines.extend(timed(&view, guests::ASKED, WARM_UP, 1).await?.0);
            let restart = json!({ "ask": "box", "site": id, "question": { "box": "restart" } });
            ask(&popup, restart).await?;
            values.extend(timed(&view, guests::ASKED, 0, 1).await?.0);
        }
        popup.close().await?;
        view.page.close().await?;
        Ok(vec![Measurement::new(
            "box_cold", "ms", &values, &baselines,
        )])
    }
}

async fn timed(view: &View, path: &str, warm_up: usize, count: usize) -> Result<(Vec<f64>, usize)> {
    view.eval(&fetches(path, warm_up, count)).await
}
