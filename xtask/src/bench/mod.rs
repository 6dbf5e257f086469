//! Measures the whole path in real browsers, and bundles on disk, each figure beside its baseline from the same run.
//!
//! Rounds of figure and baseline alternate, so that a busy moment of the machine meets both. What is
//! printed is the median; nothing here passes or fails.

mod bulk;
mod bundle;
mod dynamic;
mod engine;
mod figure;
mod guests;
mod hostile;
mod latency;
mod node;
mod opening;
mod server;
mod sites;
mod stand;
mod wake;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{build, build::Speed, setup, shell::say};

use dynamic::GuestBook;
use figure::Figure;
use stage::Dist;
use stand::Stand;

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
    let mut speed = Speed::Release;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => json = Some(PathBuf::from(words.next().context("--json needs a file")?)),
            "--fast" => speed = Speed::Fast,
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
    let figures = measure(&names, speed)?;
    if let Some(file) = json {
        fs::write(&file, serde_json::to_string_pretty(&figures)?)
            .with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Measures these, after the set-up and build that they need.
fn measure(names: &[&str], speed: Speed) -> Result<Vec<Figure>> {
    let (bundle, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| **name == BUNDLE);
    let mut figures = Vec::new();
    if !others.is_empty() {
        setup::browsers()?;
        if others.contains(&ENGINE) {
            setup::node()?;
        }
        build::all(speed)?;
        let runtime = tokio::runtime::Runtime::new()?;
        figures.extend(runtime.block_on(in_browsers(&others))?);
    }
    if !bundle.is_empty() {
        setup::archivers()?;
        setup::browsers()?;
        build::all(speed)?;
        let peerserver = build::binary(speed, None)?;
        title();
        figures.extend(print(bundle::measure(&peerserver, &Dist::find()?)?));
    }
    Ok(figures)
}

fn title() {
    say!(
        "{:<28} {:>10} {:<6} {:>10} {:>7} {:>5}",
        "name",
        "value",
        "unit",
        "baseline",
        "ratio",
        "runs"
    );
}

/// Prints figures.
fn print(figures: Vec<Figure>) -> Vec<Figure> {
    for figure in &figures {
        say!(
            "{:<28} {:>10.2} {:<6} {:>10.2} {:>7.2} {:>5}",
            figure.name,
            figure.value,
            figure.unit,
            figure.baseline,
            figure.ratio,
            figure.runs
        );
    }
    figures
}

async fn in_browsers(names: &[&str]) -> Result<Vec<Figure>> {
    let stand = Stand::set_up().await?;
    title();
    let mut figures = Vec::new();
    let book = match names
        .iter()
        .any(|name| ["dynamic", "box_cold"].contains(name))
    {
        true => Some(GuestBook::host(&stand).await?),
        false => None,
    };
    for name in names {
        let measured = match *name {
            "bulk" => bulk::measure(&stand).await,
            "latency_1k" => latency::measure(&stand).await,
            "open_cold" => opening::cold(&stand).await,
            "open_warm" => opening::warm(&stand).await,
            "wake" => wake::measure(&stand).await,
            "hostile" => hostile::measure(&stand).await,
            "sites_open" => sites::measure(&stand.dist).await,
            ENGINE => engine::measure(&stand).await,
            name => match &book {
                Some(book) if name == "dynamic" => book.dynamic(&stand).await,
                Some(book) => book.box_cold(&stand).await,
                None => Ok(Vec::new()),
            },
        };
        let measured = measured.with_context(|| format!("measuring {name}"))?;
        figures.extend(print(measured));
    }
    Ok(figures)
}
