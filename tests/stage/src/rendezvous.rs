//! A rendezvous as a process of its own: `peerserver rendezvous`.

use std::process::Stdio;

use anyhow::{Context, Result};
use driver::free_port;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{Dist, PATIENCE};

/// A running `peerserver rendezvous`; killed when dropped.
pub struct RendezvousProcess {
    child: Option<Child>,
    dist: Dist,
    data: TempDir,
    port: u16,
    public: Option<String>,
}

impl RendezvousProcess {
    /// Start one on a free port.
    pub async fn start(dist: &Dist) -> Result<Self> {
        Self::start_as(dist, None).await
    }

    /// Start one that browsers reach at another address, through something in between.
    pub async fn start_as(dist: &Dist, public: Option<&str>) -> Result<Self> {
        let mut process = Self {
            child: None,
            dist: dist.clone(),
            data: tempfile::tempdir()?,
            port: free_port()?,
            public: public.map(str::to_owned),
        };
        process.launch().await?;
        Ok(process)
    }

    /// Start it (again) on the same port with the same claims.
    pub async fn launch(&mut self) -> Result<()> {
        let child = Command::new(self.dist.peerserver())
            .arg("rendezvous")
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--state")
            .arg(self.data.path().join("claims.json"))
            .args(self.public.iter().flat_map(|url| ["--public-url", url]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting peerserver rendezvous")?;
        self.child = Some(child);
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            anyhow::ensure!(Instant::now() < end, "the rendezvous did not start");
            sleep(std::time::Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its gateway.
    pub fn gateway(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Kill it.
    pub async fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }
}
