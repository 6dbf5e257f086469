//! Is this protocol at least as quick as `yamux` over the same pipes?
//!
//! Two tasks, each on both, alternating, several rounds; medians are printed with their ratio. Nothing is
//! asserted: run `cargo bench -p wire` on a quiet machine and read.
//!
//! - `bulk`: one body of 256 MiB over one stream, messages of 64 KiB, at most 1 MiB under way.
//! - `small`: 20,000 exchanges one after another, a request head of about 300 bytes and an answer of 1 KiB.
//!   Ours encodes, checks and decodes HTTP heads; yamux moves as many bytes without looking at them.
//!
//! `yamux` gets what helps it: frames of 64 KiB, small writes gathered into messages, bodies read as the
//! chunks they arrived in.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::hint::black_box;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use futures::{AsyncRead, AsyncWrite, AsyncWriteExt, StreamExt};
use wire::{Config, Connection, Event, Headers, RequestHead, ResponseHead, Role, StreamId};

const MESSAGE: usize = 64 * 1024;
const UNDER_WAY: usize = 1024 * 1024;
const BULK: usize = 256 * 1024 * 1024;
const EXCHANGES: usize = 20_000;
const ANSWER: usize = 1024;
const ROUNDS: usize = 5;

fn main() {
    println!(
        "{:<8}{:>14}{:>14}{:>16}",
        "task", "ours", "yamux", "ours/yamux"
    );
    compare("bulk", "MiB/s", (BULK >> 20) as f64, ours_bulk, yamux_bulk);
    compare("small", "1/s", EXCHANGES as f64, ours_small, yamux_small);
}

/// Prints rates: higher is better, a ratio above 1 means ours is quicker.
fn compare(task: &str, unit: &str, amount: f64, ours: fn(), yamux: fn()) {
    let time = |run: fn()| {
        let start = Instant::now();
        run();
        amount / start.elapsed().as_secs_f64()
    };
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a.push(time(ours));
        b.push(time(yamux));
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    };
    let (a, b) = (median(&mut a), median(&mut b));
    println!(
        "{task:<8}{:>14}{:>14}{:>15.2}x",
        format!("{a:.0} {unit}"),
        format!("{b:.0} {unit}"),
        a / b
    );
}

// Ours.

fn request() -> RequestHead {
    let mut headers = Headers::new();
    headers.push(
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    );
    headers.push("accept-language", "en-GB,en;q=0.5");
    headers.push(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    );
    headers.push(
        "referer",
        "http://notes-abcdefghijklmnopqrst.localhost:8890/",
    );
    RequestHead {
        method: "GET".into(),
        path: "/assets/style/main.css?v=3".into(),
        headers,
    }
}

fn response() -> ResponseHead {
    let mut headers = Headers::new();
    headers.push("content-type", "text/css; charset=utf-8");
    headers.push("content-length", "1024");
    headers.push("etag", "\"0123456789abcdef0123456789abcdef\"");
    ResponseHead {
        status: 200,
        headers,
    }
}

fn pair() -> (Connection, Connection) {
    (
        Connection::new(Role::Visitor, Config::default()),
        Connection::new(Role::Host, Config::default()),
    )
}

fn ours_bulk() {
    let (mut visitor, mut host) = pair();
    let chunk = vec![7u8; MESSAGE];
    let id = visitor.open(&request(), true).unwrap();
    let mut pipe: VecDeque<Vec<u8>> = VecDeque::new();
    let (mut offered, mut got, mut ended) = (0, 0, false);
    while !ended {
        while let Some(message) = visitor.poll_transmit(MESSAGE) {
            host.receive(&message).unwrap();
        }
        while let Some(event) = host.poll_event() {
            if let Event::Request { id, .. } = event {
                host.respond(id, &response(), false).unwrap();
            }
        }
        if host.streams() > 0 && offered < BULK {
            loop {
                let n = host
                    .send_data(id, &chunk[..MESSAGE.min(BULK - offered)])
                    .unwrap();
                offered += n;
                if offered == BULK {
                    host.finish(id).unwrap();
                    break;
                }
                if n < MESSAGE {
                    break;
                }
            }
        }
        while pipe.len() < UNDER_WAY / MESSAGE
            && let Some(message) = host.poll_transmit(MESSAGE)
        {
            pipe.push_back(message);
        }
        while let Some(message) = pipe.pop_front() {
            visitor.receive(&message).unwrap();
            while let Some(event) = visitor.poll_event() {
                if let Event::Data { id, bytes, end } = event {
                    got += bytes.len();
                    ended = end;
                    visitor.consumed(id, black_box(bytes).len());
                }
            }
        }
    }
    assert_eq!(got, BULK);
}

fn ours_small() {
    let (mut visitor, mut host) = pair();
    let (asked, answered, answer) = (request(), response(), vec![7u8; ANSWER]);
    for _ in 0..EXCHANGES {
        let id = visitor.open(&asked, true).unwrap();
        host.receive(&visitor.poll_transmit(MESSAGE).unwrap())
            .unwrap();
        while let Some(event) = host.poll_event() {
            if let Event::Request { id, head, .. } = event {
                black_box(head);
                host.respond(id, &answered, false).unwrap();
                host.send_data(id, &answer).unwrap();
                host.finish(id).unwrap();
            }
        }
        visitor
            .receive(&host.poll_transmit(MESSAGE).unwrap())
            .unwrap();
        let mut ended: Option<StreamId> = None;
        while let Some(event) = visitor.poll_event() {
            if let Event::Data { id, bytes, end } = event {
                visitor.consumed(id, black_box(bytes).len());
                ended = end.then_some(id);
            }
        }
        assert_eq!(ended, Some(id));
    }
}

// yamux.

#[derive(Default)]
struct Pipe {
    messages: VecDeque<Vec<u8>>,
    /// Bytes read of the first message.
    taken: usize,
    /// Bytes under way.
    held: usize,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

struct Socket {
    incoming: Rc<RefCell<Pipe>>,
    outgoing: Rc<RefCell<Pipe>>,
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let pipe = &mut *self.incoming.borrow_mut();
        let Some(message) = pipe.messages.front() else {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        let rest = &message[pipe.taken..];
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        pipe.taken += n;
        pipe.held -= n;
        if pipe.taken == message.len() {
            pipe.messages.pop_front();
            pipe.taken = 0;
            if let Some(waker) = pipe.writer.take() {
                waker.wake();
            }
        }
        Poll::Ready(Ok(n))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let pipe = &mut *self.outgoing.borrow_mut();
        if pipe.held >= UNDER_WAY {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if pipe.messages.back().is_none_or(|m| m.len() >= MESSAGE) {
            pipe.messages
                .push_back(Vec::with_capacity(MESSAGE.min(buf.len() * 2)));
        }
        let message = pipe.messages.back_mut().unwrap();
        let n = buf.len().min(MESSAGE - message.len());
        message.extend_from_slice(&buf[..n]);
        pipe.held += n;
        if let Some(waker) = pipe.reader.take() {
            waker.wake();
        }
        Poll::Ready(Ok(n))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

type Yamux = Rc<RefCell<yamux::Connection<Socket>>>;

fn yamux_pair() -> (Yamux, Yamux) {
    let (a, b) = (Rc::default(), Rc::default());
    let mut config = yamux::Config::default();
    config.set_split_send_size(MESSAGE);
    let make = |incoming: &Rc<_>, outgoing: &Rc<_>, mode| {
        let socket = Socket {
            incoming: Rc::clone(incoming),
            outgoing: Rc::clone(outgoing),
        };
        Rc::new(RefCell::new(yamux::Connection::new(
            socket,
            config.clone(),
            mode,
        )))
    };
    (
        make(&a, &b, yamux::Mode::Client),
        make(&b, &a, yamux::Mode::Server),
    )
}

/// Runs `client` against a host that gives each stream to `serve`.
fn yamux_run<S, C>(serve: fn(yamux::Stream) -> S, client: impl FnOnce(Yamux) -> C)
where
    S: Future<Output = ()> + 'static,
    C: Future<Output = ()>,
{
    let (visitor, host) = yamux_pair();
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let handlers = pool.spawner();
    spawner
        .spawn_local(async move {
            while let Some(Ok(stream)) = poll_fn(|cx| host.borrow_mut().poll_next_inbound(cx)).await
            {
                handlers.spawn_local(serve(stream)).unwrap();
            }
        })
        .unwrap();
    let driven = Rc::clone(&visitor);
    spawner
        .spawn_local(async move {
            while let Some(Ok(_)) = poll_fn(|cx| driven.borrow_mut().poll_next_inbound(cx)).await {}
        })
        .unwrap();
    pool.run_until(client(visitor));
}

async fn open(visitor: &Yamux) -> yamux::Stream {
    poll_fn(|cx| visitor.borrow_mut().poll_new_outbound(cx))
        .await
        .unwrap()
}

async fn read_all(stream: &mut yamux::Stream) -> usize {
    let mut got = 0;
    while let Some(packet) = stream.next().await {
        got += black_box(packet.unwrap()).as_ref().len();
    }
    got
}

fn yamux_bulk() {
    async fn serve(mut stream: yamux::Stream) {
        read_all(&mut stream).await;
        let chunk = vec![7u8; MESSAGE];
        for _ in 0..BULK / MESSAGE {
            stream.write_all(&chunk).await.unwrap();
        }
        stream.close().await.unwrap();
    }
    yamux_run(serve, |visitor| async move {
        let mut stream = open(&visitor).await;
        stream.write_all(b"GET /").await.unwrap();
        stream.close().await.unwrap();
        assert_eq!(read_all(&mut stream).await, BULK);
    });
}

fn yamux_small() {
    async fn serve(mut stream: yamux::Stream) {
        read_all(&mut stream).await;
        stream.write_all(&[7u8; ANSWER + 120]).await.unwrap();
        stream.close().await.unwrap();
    }
    yamux_run(serve, |visitor| async move {
        for _ in 0..EXCHANGES {
            let mut stream = open(&visitor).await;
            stream.write_all(&[7u8; 300]).await.unwrap();
            stream.close().await.unwrap();
            assert_eq!(read_all(&mut stream).await, ANSWER + 120);
        }
    });
}
