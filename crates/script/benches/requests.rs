//! How many requests a second one site answers, on one thread, natively. Run with `cargo bench -p script`.
//! Time is the thread's own, so that what else the machine does counts little.
//! With `--json` it prints one figure for `cargo xtask bench`, by the clock on the wall.
//!
//! Nothing is asserted: figures depend on the machine, and stand in `docs/benchmarks.md`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cpu_time::ThreadTime;
use database::Database;
use script::{Effect, Engine, Platform, Program, RequestHead, RequestId, Sandbox};

/// How long each case is measured.
const TIME: Duration = Duration::from_secs(2);

/// How long it runs before that, so that caches are as warm as everywhere else.
const WARM_UP: Duration = Duration::from_millis(500);

struct System {
    start: ThreadTime,
    last: Cell<u64>,
}

impl Platform for System {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_time(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
    }

    fn random(&self, bytes: &mut [u8]) {
        // Good enough for ids that nobody guesses at.
        for byte in bytes {
            let next = self
                .last
                .get()
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            self.last.set(next);
            *byte = (next >> 56) as u8;
        }
    }
}

/// The guest book with which the engine is measured everywhere.
macro_rules! guest_book {
    ($($path:literal),*) => {
        [$(($path, include_str!(concat!("../../../tests/fixtures/guests/site/", $path)))),*]
    };
}

const GUEST_BOOK: [(&str, &str); 4] = guest_book![
    "lib/rows.js",
    "routes/fill.js",
    "routes/guests.js",
    "templates/guests.hbs"
];

const SMALL: [(&str, &str); 2] = [
    (
        "routes/hello.js",
        "export const pattern = 'GET /hello'; export default () => 'Hello';",
    ),
    (
        "routes/json.js",
        "export const pattern = 'GET /json'; export default (request, { query }) => ({ q: query.get('q'), list: [1, 2, 3] });",
    ),
];

/// A site that is asked one request after another.
struct Site {
    sandbox: Sandbox,
}

impl Site {
    fn new() -> Self {
        let engine = Engine::new(Rc::new(System {
            start: ThreadTime::now(),
            last: Cell::new(1),
        }))
        .unwrap();
        let files = GUEST_BOOK.iter().chain(&SMALL).copied();
        let program = Rc::new(Program::build(&engine, files).unwrap());
        let connection = database::rusqlite::Connection::open_in_memory().unwrap();
        let database = Database::open(connection, database::Limits::default(), || false).unwrap();
        Self {
            sandbox: Sandbox::new(engine, program, Some(Rc::new(database))),
        }
    }

    /// Its answer to a request: the cookie that comes with it, and the body.
    fn ask(&mut self, method: &str, target: &str, cookie: &str) -> (Option<String>, Vec<u8>) {
        let head = RequestHead::new(method, target).with("cookie", cookie);
        self.sandbox.start(RequestId(1), head);
        let (mut set_cookie, mut body) = (None, Vec::new());
        while let Some(effect) = self.sandbox.poll() {
            match effect {
                Effect::Head {
                    status, headers, ..
                } => {
                    assert_eq!(status, 200);
                    set_cookie = headers.into_iter().find(|(name, _)| name == "set-cookie");
                }
                Effect::Chunk { bytes, .. } => body.extend(bytes),
                Effect::Log(entry) => println!("{entry:?}"),
                _ => {}
            }
        }
        (set_cookie.map(|(_, cookie)| cookie), body)
    }

    /// Puts the guests in and begins a session: its cookie.
    fn fill(&mut self) -> String {
        self.ask("POST", "/fill", "");
        let (cookie, _) = self.ask("GET", "/guests", "");
        cookie.unwrap().split(';').next().unwrap().to_owned()
    }
}

/// For `cargo xtask bench engine`: how many requests a second the guest book answers, by the clock on the wall, as a
/// line of JSON.
fn one_figure() {
    let mut site = Site::new();
    let cookie = site.fill();
    let mut answered = |time: Duration| {
        let (started, mut count) = (Instant::now(), 0);
        while started.elapsed() < time {
            site.ask("GET", "/guests", &cookie);
            count += 1;
        }
        f64::from(count) / started.elapsed().as_secs_f64()
    };
    answered(WARM_UP);
    let per_second = answered(TIME);
    let (_, page) = site.ask("GET", "/guests", &cookie);
    // Else the session was another one each time.
    assert!(!String::from_utf8(page).unwrap().contains("<b>1</b>"));
    println!("{{\"requestsPerSecond\":{per_second}}}");
}

fn main() {
    if std::env::args().any(|argument| argument == "--json") {
        return one_figure();
    }
    let started = ThreadTime::now();
    let mut site = Site::new();
    println!("build a program of 4 routes: {:?}", started.elapsed());
    let cookie = site.fill();
    for (target, what) in [
        ("/hello", "text"),
        ("/json?q=1", "query and JSON"),
        ("/guests", "session, 20 of 1,000 rows, template"),
    ] {
        for prepare in [false, true] {
            let mut times = Vec::new();
            let started = ThreadTime::now();
            while started.elapsed() < TIME {
                if prepare {
                    site.sandbox.prepare();
                }
                let asked = ThreadTime::now();
                site.ask("GET", target, &cookie);
                times.push(asked.elapsed());
            }
            times.sort_unstable();
            println!(
                "{what:<36} {:>6.0} requests/s, p50 {:?}{}",
                times.len() as f64 / started.elapsed().as_secs_f64(),
                times[times.len() / 2],
                if prepare {
                    " with a runtime made ready before"
                } else {
                    ""
                }
            );
        }
    }
}
