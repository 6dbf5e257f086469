//! `engine`: requests a second that the engine answers, natively and in wasm, against the same handler on Node.js.
//!
//! The native engine is called by `crates/script/benches/requests.rs`, a process of its own; the one in wasm gets the
//! messages of a page beside it (`engine.js`), Node.js requests over connections from here.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use driver::chromium::Page;
use serde::Deserialize;
use serde_json::json;

use super::node::Node;
use super::{environment::Environment, guests, measurement::Measurement};
use crate::cargo::cargo;
use crate::command::{output_of, print_line};

const ROUNDS: usize = 5;
/// How long a round of each takes; natively the benchmark itself says it.
const ROUND: Duration = Duration::from_secs(2);
/// What runs before, so that no compiler has anything left to do.
const WARM_UP: Duration = Duration::from_secs(1);
/// Requests under way at a time, in wasm and on Node.js.
const AT_ONCE: usize = 8;
/// The folder of the database: none of a site's.
const FOLDER: &str = "bench/guests";

/// What the native benchmark prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Native {
    requests_per_second: f64,
}

/// Both engines.
pub async fn measure(environment: &Environment) -> Result<Vec<Measurement>> {
    print_line!("Building the native engine");
    native()?;
    let page = environment.host.popup().await?;
    start_box(&page).await?;
    let node = Node::start().await?;
    in_wasm(&page, WARM_UP).await?;
    node.requests_per_second(WARM_UP, AT_ONCE).await?;
    let (mut native_values, mut wasm_values, mut baselines) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        native_values.push(native()?);
        wasm_values.push(in_wasm(&page, ROUND).await?);
        baselines.push(node.requests_per_second(ROUND, AT_ONCE).await?);
    }
    page.eval::<()>("void window.book.end()").await?;
    page.close().await?;
    Ok(vec![
        Measurement::new("engine.native", "req/s", &native_values, &baselines),
        Measurement::new("engine.wasm", "req/s", &wasm_values, &baselines),
    ])
}

fn native() -> Result<f64> {
    let mut command = cargo();
    command.args(["bench", "--package", "script", "--bench", "requests"]);
    command.args(["--", "--json"]);
    let printed = output_of(&mut command).context(
        "the native engine's benchmark failed: run `cargo bench -p script --bench requests -- --json`",
    )?;
    let line = printed.lines().last().unwrap_or_default();
    let native: Native = serde_json::from_str(line)
        .with_context(|| format!("the native engine's benchmark printed {line}"))?;
    Ok(native.requests_per_second)
}

async fn start_box(page: &Page) -> Result<()> {
    let start = format!(
        "(async () => {{ window.book = await ({})({}, '{FOLDER}'); }})()",
        include_str!("engine.js"),
        json!(guests::files()?)
    );
    page.eval::<()>(&start).await?;
    Ok(())
}

async fn in_wasm(page: &Page, time: Duration) -> Result<f64> {
    let measure = format!("window.book.measure({}, {AT_ONCE})", time.as_millis());
    let (per_second, visits): (f64, usize) = page.eval(&measure).await?;
    ensure!(visits > 1, "the session was not used");
    Ok(per_second)
}
