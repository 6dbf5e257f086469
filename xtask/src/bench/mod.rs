//! Measures the whole path in real browsers, and bundles on disk, each measurement beside its baseline from the same run.
//!
//! Rounds of measurement and baseline alternate, so that a busy moment of the machine meets both. What is
//! printed is the median; nothing here passes or fails.

mod bulk;
mod bundle;
mod dynamic;
mod engine;
mod environment;
mod guests;
mod hostile;
mod latency;
mod measurement;
mod node;
mod opening;
mod server;
mod sites;
mod wake;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{build, build::BuildProfile, command::print_line, setup};

use dynamic::GuestBook;
use environment::Environment;
use measurement::Measurement;
use stage::Dist;

/// Every benchmark's name, in the order in which they run.
const NAMES: [&str; 11] = [
    "bulk",
    "latency_1k",
    "open_cold",
    "open_warm",
    "wake",
    "dynamic",
    "box_cold",
    "hostile",
    "sites_open",
    ENGINE,
    BUNDLE,
];

/// The one that is measured against Node.js.
const ENGINE: &str = "engine";

/// The one that is measured against Info-ZIP, each time with a new browser.
const BUNDLE: &str = "bundle";

/// `bench [NAME…] [--json FILE] [--fast]`.
pub fn run(arguments: &[&str]) -> Result<()> {
    let mut names = Vec::new();
    let mut json = None;
    let mut build_profile = BuildProfile::Release;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => json = Some(PathBuf::from(words.next().context("--json needs a file")?)),
            "--fast" => build_profile = BuildProfile::Fast,
            name if NAMES.contains(&name) => names.push(name),
            other => bail!(
                "there is no benchmark `{other}`; there are: {}",
                NAMES.join(", ")
            ),
        }
    }
    if names.is_empty() {
        names.extend(NAMES);
    }
    let measurements = measure(&names, build_profile)?;
    if let Some(file) = json {
        fs::write(&file, serde_json::to_string_pretty(&measurements)?)
            .with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Measures these, after the set-up and build that they need.
fn measure(names: &[&str], build_profile: BuildProfile) -> Result<Vec<Measurement>> {
    let (bundle, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| **name == BUNDLE);
    let mut measurements = Vec::new();
    if !others.is_empty() {
        setup::browsers()?;
        if others.contains(&ENGINE) {
            setup::node()?;
        }
        build::all(build_profile)?;
        let runtime = tokio::runtime::Runtime::new()?;
        measurements.extend(runtime.block_on(in_browsers(&others))?);
    }
    if !bundle.is_empty() {
        setup::archivers()?;
        setup::browsers()?;
        build::all(build_profile)?;
        let peerserver = build::binary(build_profile, None)?;
        title();
        measurements.extend(print(bundle::measure(&peerserver, &Dist::find()?)?));
    }
    Ok(measurements)
}

fn title() {
    print_line!(
        "{:<28} {:>10} {:<6} {:>10} {:>7} {:>5}",
        "name",
        "value",
        "unit",
        "baseline",
        "ratio",
        "runs"
    );
}

/// Prints measurements.
fn print(measurements: Vec<Measurement>) -> Vec<Measurement> {
    for measurement in &measurements {
        print_line!(
            "{:<28} {:>10.2} {:<6} {:>10.2} {:>7.2} {:>5}",
            measurement.name,
            measurement.value,
            measurement.unit,
            measurement.baseline,
            measurement.ratio,
            measurement.runs
        );
    }
    measurements
}

async fn in_browsers(names: &[&str]) -> Result<Vec<Measurement>> {
    let environment = Environment::set_up().await?;
    title();
    let mut measurements = Vec::new();
    let book = match names
        .iter()
        .any(|name| ["dynamic", "box_cold"].contains(name))
    {
        true => Some(GuestBook::host(&environment).await?),
        false => None,
    };
    for name in names {
        let measured = match *name {
            "bulk" => bulk::measure(&environment).await,
            "latency_1k" => latency::measure(&environment).await,
            "open_cold" => opening::cold(&environment).await,
            "open_warm" => opening::warm(&environment).await,
            "wake" => wake::measure(&environment).await,
            "hostile" => hostile::measure(&environment).await,
            "sites_open" => sites::measure(&environment.dist).await,
            ENGINE => engine::measure(&environment).await,
            name => match &book {
                Some(book) if name == "dynamic" => book.dynamic(&environment).await,
                Some(book) => book.box_cold(&environment).await,
                None => Ok(Vec::new()),
            },
        };
        let measured = measured.with_context(|| format!("measuring {name}"))?;
        measurements.extend(print(measured));
    }
    Ok(measurements)
}
