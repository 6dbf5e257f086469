//! The inner loop: builds what changed and reloads the extension in a running browser.
//!
//! It must not know what is built how ([`build`]) nor how the browsers are driven (`stage`).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use driver::Page;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use stage::{Dist, Host};
use tokio::sync::mpsc;

use crate::build::{self, BuildProfile};
use crate::command::print_line;
use crate::paths;
use crate::sample::Sample;

/// What the product is made of.
const SOURCES: [&str; 8] = [
    "extension",
    "crates",
    "native-host",
    "xtask/sample",
    "manifest.json",
    "build.rs",
    "Cargo.toml",
    "Cargo.lock",
];

/// An editor writes a file in several steps: so long after the last of them the build begins.
const QUIET: Duration = Duration::from_millis(150);

/// How long hosting may take to be on again after a reload.
const BACK: Duration = Duration::from_secs(30);

/// Hosts and visits the sample as `run` does, and after each change of the sources builds again and reloads both, until
/// Ctrl-C.
pub async fn watch(dist: &Dist, port: u16) -> Result<()> {
    let (_watcher, mut changes) = changes()?;
    let sample = Sample::start(dist, port).await?;
    print_line!("Change a source and save it: it is built and loaded. Ctrl-C ends all of it.");
    while let Some(changed) = changes.recv().await {
        let changed = settled(changed, &mut changes).await;
        print_line!("\nChanged: {}", names(&changed));
        let began = Instant::now();
        let built = tokio::task::spawn_blocking(|| build::all(BuildProfile::Fast)).await?;
        let result = match built {
            Ok(()) => reload(&sample.host, &sample.page).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => print_line!(
                "In the browsers after {:.1} s",
                began.elapsed().as_secs_f64()
            ),
            Err(error) => print_line!("error: {error:#}\nWaiting for the next change."),
        }
    }
    Ok(())
}

/// The paths that change from now on, for as long as the watcher lives.
fn changes() -> Result<(RecommendedWatcher, mpsc::UnboundedReceiver<PathBuf>)> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in event.paths {
            // Fails when nobody waits any more.
            let _ = sender.send(path);
        }
    })?;
    for source in SOURCES {
        let path = paths::root().join(source);
        watcher
            .watch(&path, RecursiveMode::Recursive)
            .with_context(|| format!("watching {}", path.display()))?;
    }
    Ok((watcher, receiver))
}

/// All that changed until nothing has for a while.
async fn settled(first: PathBuf, changes: &mut mpsc::UnboundedReceiver<PathBuf>) -> Vec<PathBuf> {
    let mut changed = vec![first];
    while let Ok(Some(path)) = tokio::time::timeout(QUIET, changes.recv()).await {
        if !changed.contains(&path) {
            changed.push(path);
        }
    }
    changed
}

fn names(paths: &[PathBuf]) -> String {
    let root = paths::root();
    let names = paths.iter().map(|path| {
        let path: &Path = path.strip_prefix(&root).unwrap_or(path);
        path.display().to_string()
    });
    names.collect::<Vec<_>>().join(", ")
}

async fn reload(host: &Host, page: &Page) -> Result<()> {
    host.reload_extension().await?;
    let end = Instant::now() + BACK;
    // The popup is a page of the extension, which takes a moment to be there again.
    loop {
        match host.popup().await {
            Ok(popup) => {
                host.until_connected(&popup).await?;
                popup.close().await?;
                break;
            }
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    Ok(page.reload().await?)
}
