//! `bundle`: a site of 1 GiB exported and imported by a browser, and packed and unpacked by `peerserver bundle`, against
//! Info-ZIP's `zip -1` and `unzip` on the same files; and how much memory each takes.
//!
//! `unzip` unpacks the bundle itself, so that both read the same bytes.

mod browser;
pub mod memory;
mod site;
mod usage;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use stage::Dist;
use tokio::runtime::Runtime;

use super::measurement::Measurement;
use crate::command::typed;
use usage::Usage;

const ROUNDS: usize = 3;
/// How often a program's memory is looked at; its peak is kept by the system meanwhile.
const LOOK: Duration = Duration::from_millis(5);

/// Speeds in MiB/s; memory in MiB, of a browser the most that one of its processes had more than before.
pub fn measure(peerserver: &Path, dist: &Dist) -> Result<Vec<Measurement>> {
    let desk = tempfile::tempdir().context("making a folder for the site")?;
    let at = |name: &str| desk.path().join(name);
    site::make(&at("site"))?;
    let command = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(desk.path());
        command
    };
    let runtime = Runtime::new()?;
    let bundle = "site.peersite";
    let mut taken: [Vec<Usage>; 7] = Default::default();
    for _ in 0..ROUNDS {
        for name in ["zip.zip", bundle, "ours", "theirs", "downloads"] {
            let _ = fs::remove_dir_all(at(name)).or_else(|_| fs::remove_file(at(name)));
        }
        fs::create_dir(at("downloads"))?;
        let [pack, unpack, zip, unzip, import, export, download] = &mut taken;
        let pack_it = ["bundle", "pack", "site", "-o", bundle, "--unsigned"];
        pack.push(take(&mut command(peerserver, &pack_it))?);
        let unpack_it = ["bundle", "unpack", bundle, "-o", "ours"];
        unpack.push(take(&mut command(peerserver, &unpack_it))?);
        let zip_it = ["-1", "-q", "-r", "zip.zip", "site"];
        zip.push(take(&mut command(Path::new("zip"), &zip_it))?);
        let unzip_it = ["-q", bundle, "-d", "theirs"];
        unzip.push(take(&mut command(Path::new("unzip"), &unzip_it))?);
        let (file, downloads) = (at(bundle), at("downloads"));
        let in_browser = browser::measure(dist, &file, &downloads);
        let ([imported, exported, downloaded], file) = runtime.block_on(in_browser)?;
        import.push(imported);
        export.push(exported);
        download.push(downloaded);
        // Nothing is measured that is not whole.
        take(command(peerserver, &["bundle", "verify"]).arg(file))?;
    }
    let [pack, unpack, zip, unzip, import, export, download] = &taken;
    let pairs = [
        ("pack", pack, zip),
        ("unpack", unpack, unzip),
        ("export", export, zip),
        ("export.download", download, zip),
        ("import", import, unzip),
    ];
    let mut measurements = Vec::new();
    for (name, ours, theirs) in pairs {
        let name = format!("bundle.{name}");
        let speeds = |taken: &[Usage]| taken.iter().map(|one| one.speed).collect::<Vec<_>>();
        measurements.push(Measurement::new(
            &name,
            "MiB/s",
            &speeds(ours),
            &speeds(theirs),
        ));
        let memory = |taken: &[Usage]| {
            taken
                .iter()
                .map(|one| one.memory)
                .collect::<Option<Vec<_>>>()
        };
        if let (Some(ours), Some(theirs)) = (memory(ours), memory(theirs)) {
            measurements.push(Measurement::new(
                format!("{name}.memory"),
                "MiB",
                &ours,
                &theirs,
            ));
        }
    }
    Ok(measurements)
}

/// Runs a program to its end.
fn take(command: &mut Command) -> Result<Usage> {
    let text = typed(command);
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("`{text}` could not be started"))?;
    let mut memory = None;
    let status = loop {
        memory = memory::peak(child.id()).or(memory);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(LOOK);
    };
    ensure!(status.success(), "`{text}` failed: {status}");
    Ok(Usage {
        speed: site::MIB / begin.elapsed().as_secs_f64(),
        memory,
    })
}
