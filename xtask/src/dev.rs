//! The inner loop: builds what changed and reloads the extension in a running browser.
//!
//! It must not know what is built how ([`build`]) nor how the browsers are driven (`stage`).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use stage::{Dist, Host};
use tokio::sync::mpsc;

use crate::build::{self, BuildProfile};
use crate::command::print_line;
use crate::paths;
use crate::sample::{self, Sample};

/// What the product is made of: folders and files, from the workspace's root.
const SOURCES: [&str; 8] = [
    "extension",
    "crates",
    "native-host",
    sample::FOLDER,
    "manifest.json",
    "build.rs",
    "Cargo.toml",
    "Cargo.lock",
];

/// An editor writes a file in several steps: so long after the last of them the build begins.
const QUIET: Duration = Duration::from_millis(150);

/// How long hosting may take to be on again after a reload.
const BACK: Duration = Duration::from_secs(30);

/// How many changed files are named.
const NAMED: usize = 5;

/// Hosts and visits the sample as `run` does, and after each change of the sources builds again and reloads both, until
/// Ctrl-C.
pub async fn watch(dist: &Dist, port: u16) -> Result<()> {
    let (_watcher, mut changes) = changes(&paths::root())?;
    let sample = Sample::start(dist, port).await?;
    print_line!("Change a source and save it: it is built and loaded. Ctrl-C ends all of it.");
    while let Some(changed) = changes.recv().await {
        let changed = settled(changed, &mut changes).await;
        print_line!("\nChanged: {}", names(&changed));
        let began = Instant::now();
        match load(&sample, &changed).await {
            Ok(title) => print_line!(
                "In the browsers after {:.1} s. The visitor sees “{title}”",
                began.elapsed().as_secs_f64()
            ),
            Err(error) => print_line!("error: {error:#}\nWaiting for the next change."),
        }
    }
    Ok(())
}

/// Builds what changed and loads it in both browsers; gives the title that the visitor sees.
async fn load(sample: &Sample, changed: &[PathBuf]) -> Result<String> {
    let is_sample = |path: &PathBuf| path.starts_with(sample::FOLDER);
    if !changed.iter().all(is_sample) {
        let began = Instant::now();
        tokio::task::spawn_blocking(|| build::all(BuildProfile::Fast)).await??;
        print_line!("Built in {:.1} s", began.elapsed().as_secs_f64());
        reload(&sample.host)
            .await
            .context("loading the extension")?;
    }
    if changed.iter().any(is_sample) {
        sample.publish().await.context("publishing the sample")?;
    }
    sample
        .visit_again()
        .await
        .context("looking at the visitor's page")
}

/// The sources that change from now on, by their paths from the workspace's `root`, for as long as the watcher lives.
fn changes(root: &Path) -> Result<(RecommendedWatcher, mpsc::UnboundedReceiver<PathBuf>)> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let top = root.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in event.paths {
            if let Ok(path) = path.strip_prefix(&top)
                && is_source(path)
            {
                // Fails when nobody waits any more.
                let _ = sender.send(path.to_owned());
            }
        }
    })?;
    let mut add = |path: &Path, mode| {
        watcher
            .watch(path, mode)
            .with_context(|| format!("watching {}", path.display()))
    };
    // Not the files in it: many editors put a new file in the place of the old one, with which its watch ends.
    add(root, RecursiveMode::NonRecursive)?;
    for source in SOURCES {
        let path = root.join(source);
        if path.is_dir() {
            add(&path, RecursiveMode::Recursive)?;
        }
    }
    Ok((watcher, receiver))
}

/// Is this one of the sources, and not what an editor keeps beside them while it writes?
fn is_source(path: &Path) -> bool {
    let mut names = path.iter().map(|name| name.to_string_lossy());
    SOURCES.iter().any(|source| path.starts_with(source))
        && !names.any(|name| name.starts_with(['.', '#']) || name.ends_with('~'))
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

/// The changed files for the person at the terminal: the first few, and how many more.
fn names(paths: &[PathBuf]) -> String {
    let mut names: Vec<String> = paths
        .iter()
        .take(NAMED)
        .map(|path| path.display().to_string())
        .collect();
    if paths.len() > NAMED {
        names.push(format!("and {} more", paths.len() - NAMED));
    }
    names.join(", ")
}

/// Reloads the extension and waits until the host hosts again.
async fn reload(host: &Host) -> Result<()> {
    host.reload_extension().await?;
    let end = Instant::now() + BACK;
    // The popup is a page of the extension, which takes a moment to be there again.
    loop {
        match host.popup().await {
            Ok(popup) => {
                host.until_connected(&popup).await?;
                return Ok(popup.close().await?);
            }
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_the_product_is_made_of_is_a_source_and_what_editors_keep_beside_it_is_not() {
        for path in [
            "manifest.json",
            "extension/pages/popup.html",
            "crates/site/src/serve.rs",
            "xtask/sample/about/index.html",
        ] {
            assert!(is_source(Path::new(path)), "{path}");
        }
        for path in [
            "",
            "README.md",
            "dist/extension/manifest.json",
            "target/debug/peerserver",
            "xtask/src/dev.rs",
            "extension/pages/.popup.html.swp",
            "extension/pages/popup.html~",
            "extension/pages/#popup.html#",
            "extension/pages/.#popup.html",
            "extension/.cache/popup.html",
        ] {
            assert!(!is_source(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn the_first_few_changes_are_named() {
        let paths = |count: usize| -> Vec<PathBuf> {
            (0..count).map(|n| format!("{n}.js").into()).collect()
        };
        assert_eq!(names(&paths(2)), "0.js, 1.js");
        assert_eq!(names(&paths(7)), "0.js, 1.js, 2.js, 3.js, 4.js, and 2 more");
    }

    #[tokio::test]
    async fn what_changes_together_is_built_together() {
        let (sender, mut changes) = mpsc::unbounded_channel();
        for name in ["a.js", "b.js", "a.js"] {
            sender.send(PathBuf::from(name)).unwrap();
        }
        let first = changes.recv().await.unwrap();
        let all = settled(first, &mut changes).await;
        assert_eq!(all, ["a.js", "b.js"].map(PathBuf::from));
    }

    #[tokio::test]
    async fn a_file_that_another_was_put_in_place_of_is_watched_on() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let manifest = root.join("manifest.json");
        fs::write(&manifest, "one").unwrap();
        let (_watcher, mut changes) = changes(&root).unwrap();
        for text in ["two", "three"] {
            let next = root.join(".next");
            fs::write(&next, text).unwrap();
            fs::rename(&next, &manifest).unwrap();
            let first = changes.recv().await.unwrap();
            let all = settled(first, &mut changes).await;
            assert_eq!(all, [PathBuf::from("manifest.json")]);
        }
    }
}
