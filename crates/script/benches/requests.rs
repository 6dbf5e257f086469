//! How many requests a second one site answers, on one thread, natively. Run with `cargo bench -p script`.
//! Time is the thread's own, so that what else the machine does counts little.
//!
//! Nothing is asserted: figures depend on the machine, and stand in `docs/benchmarks.md`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cpu_time::ThreadTime;
use database::Database;
use script::{Effect, Engine, Platform, Program, RequestHead, RequestId, Sandbox};

/// How long each case is measured.
const TIME: Duration = Duration::from_secs(2);

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

const FILES: [(&str, &str); 5] = [
    (
        "routes/hello.js",
        "export const pattern = 'GET /hello'; export default () => 'Hello';",
    ),
    (
        "routes/json.js",
        "export const pattern = 'GET /json'; export default (request, { query }) => ({ q: query.get('q'), list: [1, 2, 3] });",
    ),
    (
        "routes/fill.js",
        "export const pattern = 'GET /fill';
         export default async (request, { db }) => {
            const guests = db.collection('guests'); await guests.index('number');
            for (let i = 0; i < 1000; i++) await guests.insert({ number: i, name: `Guest ${i}`, text: 'x'.repeat(100) });
            return 'filled';
         };",
    ),
    (
        "routes/guests.js",
        "export const pattern = 'GET /guests';
         export default async (request, { db, session, render }) => {
            session.visits = (session.visits ?? 0) + 1;
            const guests = await db.collection('guests').find({ number: { $gte: 500 } }).sort('number', -1).limit(20);
            return render('guests', { guests, visits: session.visits });
         };",
    ),
    (
        "templates/guests.hbs",
        "<ul>{{#each guests}}<li>{{name}}: {{text}}</li>{{/each}}</ul><p>{{visits}}</p>",
    ),
];

fn main() {
    let engine = Engine::new(Rc::new(System {
        start: ThreadTime::now(),
        last: Cell::new(1),
    }))
    .unwrap();
    let started = ThreadTime::now();
    let program = Rc::new(Program::build(&engine, FILES).unwrap());
    println!("build a program of 4 routes: {:?}", started.elapsed());
    let connection = database::rusqlite::Connection::open_in_memory().unwrap();
    let database = Database::open(connection, database::Limits::default(), || false).unwrap();
    let mut sandbox = Sandbox::new(engine, program, Some(Rc::new(database)));
    let mut ask = |target: &str, cookie: Option<&str>, prepare: bool| {
        if prepare {
            sandbox.prepare();
        }
        let started = ThreadTime::now();
        let head = RequestHead::new("GET", target);
        let head = match cookie {
            Some(cookie) => head.with("cookie", cookie),
            None => head,
        };
        sandbox.start(RequestId(1), head);
        let mut set_cookie = None;
        while let Some(effect) = sandbox.poll() {
            match effect {
                Effect::Head {
                    status, headers, ..
                } => {
                    assert_eq!(status, 200);
                    set_cookie = headers.into_iter().find(|(name, _)| name == "set-cookie");
                }
                Effect::Log(entry) => println!("{entry:?}"),
                _ => {}
            }
        }
        (started.elapsed(), set_cookie)
    };
    ask("/fill", None, false);
    let (_, cookie) = ask("/guests", None, false);
    let cookie = cookie.unwrap().1;
    let cookie = cookie.split(';').next().unwrap();
    for (target, what) in [
        ("/hello", "text"),
        ("/json?q=1", "query and JSON"),
        ("/guests", "session, 20 of 1,000 rows, template"),
    ] {
        for prepare in [false, true] {
            let mut times = Vec::new();
            let started = ThreadTime::now();
            while started.elapsed() < TIME {
                times.push(ask(target, Some(cookie), prepare).0);
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
