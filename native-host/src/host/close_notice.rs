//! Receives the notice that the extension is unloaded in order: disabled, updated, reloaded or removed.
//!
//! Its native messaging port closes then exactly as in a crash, and nothing can be sent over it any more. But its
//! network document gets a `pagehide` event, in which `navigator.sendBeacon` still works; in a crash nothing runs. So
//! the native host listens on a loopback port of its own for one POST to a secret address that it sends to the
//! extension. It must not know native messaging.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Random bytes in the address: nobody guesses 128 bits.
const TOKEN_BYTES: usize = 16;

/// Bytes of a request that are read: its first line is much shorter.
const MAX_REQUEST_LINE: usize = 256;

/// How long one connection may take to send that line. Others wait meanwhile.
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// How long before the end of stdin a notice may have come: a network document that is replaced sends one too, and
/// the extension lives on.
const MAX_NOTICE_AGE: Duration = Duration::from_secs(3);

/// The response to the browser.
const RESPONSE: &[u8] =
    b"HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Listens until it is dropped.
pub struct CloseNotice {
    url: String,
    last: watch::Receiver<Option<Instant>>,
    task: JoinHandle<()>,
}

impl CloseNotice {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system gives no port or no random bytes.
    pub async fn listen() -> io::Result<Self> {
        let mut token = [0; TOKEN_BYTES];
        getrandom::fill(&mut token).map_err(io::Error::other)?;
        let token = HEXLOWER.encode(&token);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/{token}", listener.local_addr()?);
        let (noted, last) = watch::channel(None);
        let line = format!("POST /{token} ");
        let task = tokio::spawn(async move {
            loop {
                // An error is that of one connection.
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let asked = timeout(READ_TIMEOUT, is_notice(stream, line.as_bytes())).await;
                if matches!(asked, Ok(Ok(true))) {
                    noted.send_replace(Some(Instant::now()));
                }
            }
        });
        Ok(Self { url, last, task })
    }

    /// Where the extension posts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stdin ended at `end`: did a notice come shortly before, or does one come until `deadline`?
    pub async fn received(&mut self, end: Instant, deadline: Instant) -> bool {
        let belongs = |last: &Option<Instant>| last.is_some_and(|at| at + MAX_NOTICE_AGE >= end);
        timeout_at(deadline, self.last.wait_for(belongs))
            .await
            .is_ok_and(|found| found.is_ok())
    }
}

impl Drop for CloseNotice {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a request's first line and responds. Is it the notice?
async fn is_notice(mut stream: TcpStream, line: &[u8]) -> io::Result<bool> {
    let mut read = [0; MAX_REQUEST_LINE];
    let mut length = 0;
    while length < line.len() {
        let Some(rest) = read.get_mut(length..) else {
            break;
        };
        match stream.read(rest).await? {
            0 => break,
            more => length += more,
        }
    }
    let asked = read.starts_with(line);
    if asked {
        // Whoever sent it may be gone already.
        let _ = stream.write_all(RESPONSE).await;
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn post(notice: &CloseNotice, method: &str, end: &str) {
        let (host, path) = notice.url()["http://".len()..].split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!("{method} /{path}{end} HTTP/1.1\r\nhost: {host}\r\n\r\nbye");
        stream.write_all(request.as_bytes()).await.unwrap();
        // Until it was looked at.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    #[tokio::test]
    async fn only_a_post_to_the_very_address_is_a_notice() {
        let mut notice = CloseNotice::listen().await.unwrap();
        for (method, end) in [("GET", ""), ("POST", "0"), ("POST", "/"), ("PUT", "")] {
            post(&notice, method, end).await;
            assert!(
                !notice.received(Instant::now(), soon()).await,
                "{method} {end}"
            );
        }
        post(&notice, "POST", "").await;
        assert!(notice.received(Instant::now(), soon()).await);
    }

    #[tokio::test]
    async fn a_connection_that_sends_nothing_holds_nobody_up_for_long() {
        let mut notice = CloseNotice::listen().await.unwrap();
        let host = notice.url()["http://".len()..].split_once('/').unwrap().0;
        let silent = TcpStream::connect(host).await.unwrap();
        post(&notice, "POST", "").await;
        assert!(notice.received(Instant::now(), soon()).await);
        drop(silent);
    }

    #[tokio::test]
    async fn an_old_notice_says_nothing_of_a_later_end() {
        let mut notice = CloseNotice::listen().await.unwrap();
        post(&notice, "POST", "").await;
        let end = Instant::now() + MAX_NOTICE_AGE + Duration::from_secs(1);
        assert!(!notice.received(end, soon()).await);
    }
}
