//! The guest book on Node.js: a process of its own, asked over kept connections.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::task::JoinSet;

use super::guests;
use crate::cargo::target_dir;
use crate::command::run;

/// Beside the site: what `npm` and Node.js need.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.js"];

/// Most bytes that an answer may have; it has about three thousand.
const MOST: usize = 1024 * 1024;

/// A server; it ends when it is dropped.
pub struct Node {
    port: u16,
    cookie: String,
    _process: Child,
}

impl Node {
    /// Install what it needs, in the versions of the lock file, and start it.
    pub async fn start() -> Result<Self> {
        let folder = install()?;
        let mut process = tokio::process::Command::new("node")
            .arg("server.js")
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("`node` could not be started")?;
        let out = process.stdout.take().context("node has no output")?;
        let mut port = String::new();
        BufReader::new(out).read_line(&mut port).await?;
        let port = port.trim().parse().context("node did not start")?;
        let first = Connection::open(port).await?.ask("").await?;
        let cookie = first.cookie.context("node began no session")?;
        Ok(Self {
            port,
            cookie,
            _process: process,
        })
    }

    /// For so long, with so many requests at a time.
    pub async fn requests_per_second(&self, time: Duration, at_once: usize) -> Result<f64> {
        let mut connections = JoinSet::new();
        let began = Instant::now();
        for _ in 0..at_once {
            let (port, cookie) = (self.port, self.cookie.clone());
            connections.spawn(async move {
                let mut connection = Connection::open(port).await?;
                let mut count = 0_u32;
                while began.elapsed() < time {
                    let answer = connection.ask(&cookie).await?;
                    ensure!(answer.cookie.is_none(), "the session was not used");
                    count += 1;
                }
                Ok(count)
            });
        }
        let mut count = 0;
        while let Some(one) = connections.join_next().await {
            count += one??;
        }
        Ok(f64::from(count) / began.elapsed().as_secs_f64())
    }
}

/// The site and the server in a folder of their own, with the server's packages. Gives the folder.
fn install() -> Result<PathBuf> {
    let (from, to) = (guests::folder(), target_dir().join("bench/guests"));
    let put = |file: &str| -> Result<()> {
        let target = to.join(file);
        fs::create_dir_all(target.parent().unwrap_or(&to))?;
        fs::copy(from.join(file), &target).with_context(|| format!("copying {file}"))?;
        Ok(())
    };
    for (path, _) in guests::files()? {
        put(&format!("site/{path}"))?;
    }
    for file in FILES {
        put(file)?;
    }
    // Copied last: where it is, the packages are whole.
    let done = to.join("package-lock.done");
    let lock = fs::read(from.join("package-lock.json"))?;
    if fs::read(&done).ok().as_ref() != Some(&lock) {
        npm(&to)?;
        fs::write(&done, lock)?;
    }
    Ok(to)
}

fn npm(folder: &Path) -> Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(Command::new(npm)
        .args(["ci", "--omit=optional", "--ignore-scripts"])
        .args(["--no-audit", "--no-fund"])
        .current_dir(folder))
}

/// What came back.
struct Answer {
    /// `name=value` of the cookie that came with it.
    cookie: Option<String>,
}

/// One kept connection.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// One request and its answer (HTTP/1.1 with a length, which the server always tells).
    async fn ask(&mut self, cookie: &str) -> Result<Answer> {
        let asked = guests::ASKED;
        let head = format!("GET {asked} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        ensure!(line.starts_with("HTTP/1.1 200 "), "node answered {line}");
        let (mut length, mut set_cookie) = (0, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse()?;
            } else if name.eq_ignore_ascii_case("set-cookie") {
                set_cookie = value.split(';').next().map(str::to_owned);
            }
        }
        ensure!((1..MOST).contains(&length), "node answered {length} bytes");
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer { cookie: set_cookie })
    }
}
