//! An ordinary HTTP server, to compare with: it serves a page, and records the requests that the page sends. Its
//! counterparts on a peer's site are in `request_headers.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request that came in. Values are bytes, a character each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// The request's name in the page.
    pub name: String,
    /// By lower-case names.
    pub headers: BTreeMap<String, String>,
}

/// Serves until the runtime ends.
pub struct RecordingServer {
    /// The page's address.
    pub url: String,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

impl RecordingServer {
    /// Starts it. `event_stream` is what an event source gets.
    pub async fn start(page: &'static str, event_stream: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://plain.localhost:{}/",
            listener.local_addr().unwrap().port()
        );
        let recorded: Arc<Mutex<Vec<Recorded>>> = Arc::default();
        let record = recorded.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, page, event_stream, record.clone()));
            }
        });
        Self { url, recorded }
    }

    /// The recorded requests, in their order.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap().clone()
    }
}

/// Answers one request; browsers end connections as they like.
async fn answer(
    stream: TcpStream,
    page: &str,
    event_stream: &str,
    record: Arc<Mutex<Vec<Recorded>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut path = String::new();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).await.ok()?;
        let line: String = line
            .trim_ascii()
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        if path.is_empty() {
            path = line.split(' ').nth(1)?.to_owned();
        } else if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_lowercase(), value.to_owned());
        } else {
            break;
        }
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    let (content_type, body) = match path.as_str() {
        "/" => ("text/html", page),
        "/record/events" => ("text/event-stream", event_stream),
        _ => ("text/html", "<!doctype html><title>Recorded</title>"),
    };
    if let Some(name) = path.strip_prefix("/record/") {
        let name = name.to_owned();
        record.lock().unwrap().push(Recorded { name, headers });
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}
