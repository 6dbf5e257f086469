//! A rendezvous on a free port of this machine.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use peerserver::rendezvous::{self, Assets, Compressed, Settings, Summary};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Answer, PATIENCE, request};

/// A rendezvous that runs until it is stopped, or dropped with its runtime.
pub struct Server {
    pub port: u16,
    pub url: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Summary>,
}

impl Server {
    /// One with the defaults and files for tests.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// One with changed settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        settings.assets = files();
        change(&mut settings);
        let rendezvous = rendezvous::bind(settings).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let (port, url) = (rendezvous.local_addr().port(), rendezvous.url().to_owned());
        let run = rendezvous.run(async {
            // Dropped with the test: then it stops too.
            let _ = stopped.await;
        });
        let running = tokio::spawn(async { run.await.unwrap() });
        Self {
            port,
            url,
            stop,
            running,
        }
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(self) -> Summary {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.running).await.unwrap().unwrap()
    }

    /// GET at the gateway's own origin.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_at(&format!("localhost:{}", self.port), path, &[])
            .await
    }

    /// GET at a host, with further headers.
    pub async fn get_at(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(self.port, "GET", host, path, headers).await
    }

    /// How many labels have a host, as `/healthz` says.
    pub async fn hosts(&self) -> u64 {
        self.get("/healthz").await.json()["hosts"].as_u64().unwrap()
    }
}

/// The gateway's files, each recognisable by its content.
fn files() -> Assets {
    let big = "shell ".repeat(1000);
    // Nobody here unpacks the brotli form: it only has to be told from the others.
    let compressed = Compressed {
        gzip: Some(gzip(big.as_bytes()).into()),
        brotli: Some(Bytes::from_static(b"as brotli")),
    };
    let text = |path: &str| {
        (
            path.to_owned(),
            format!("<{path}>").into_bytes(),
            Compressed::default(),
        )
    };
    Assets::from_files([
        text("index.html"),
        ("shell.html".to_owned(), big.into_bytes(), compressed),
        text("gateway.js"),
        text("network_bg.wasm"),
        text("site/bootstrap.html"),
        text("site/bootstrap.js"),
        text("site/bridge.html"),
        text("site/worker.js"),
    ])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
