//! A visitor's page that writes all the time: each write has a number of its own, and those that the site's code
//! acknowledged must be in its database ever after.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use stage::{Content, View};

/// Writers at one time.
const WRITERS: u32 = 4;
/// Milliseconds that one write may take, acknowledged or not: longer is a hang.
const HANG: f64 = 30_000.0;
/// How long hosting may take to be back at the end.
const BACK: Duration = Duration::from_secs(60);

const WRITE: &str = r#"
export const pattern = "POST /writes/:number";
export default async function (request, { params, db }) {
  await db.collection("writes").insert({ number: Number(params.number) });
  return { number: Number(params.number) };
}
"#;

const READ: &str = r#"
export const pattern = "GET /writes";
export default async function (request, { db }) {
  return (await db.collection("writes").find({})).map((write) => write.number);
}
"#;

/// The site: a page and the two routes.
pub fn content() -> Content {
    Content::new(&[
        (
            "public/index.html",
            "<!doctype html><title>Ledger</title><h1>The ledger</h1>",
        ),
        ("routes/write.js", WRITE),
        ("routes/read.js", READ),
    ])
    .unwrap()
}

/// What became of the writes.
#[derive(Debug, Deserialize)]
pub struct Writes {
    /// Those that the site's code acknowledged.
    pub acknowledged: BTreeSet<u32>,
    /// How many got an honest error.
    pub refused: u32,
    /// Answers of other kinds.
    wrong: Vec<String>,
    /// Milliseconds of the longest.
    longest: f64,
}

/// Begin to write; some are acknowledged when this returns.
pub async fn begin(view: &View) {
    let script = SCRIPT.replace("WRITERS", &WRITERS.to_string());
    let _: bool = view.eval(&script).await.unwrap();
    view.wait_for("writes.acknowledged.length > 10")
        .await
        .unwrap();
}

/// Cease to write.
pub async fn end(view: &View) -> Writes {
    view.wait_for_within("writes.end()", BACK).await.unwrap();
    let writes: Writes = view.eval("writes").await.unwrap();
    assert!(writes.wrong.is_empty(), "{:?}", writes.wrong);
    assert!(writes.longest < HANG, "{} ms", writes.longest);
    writes
}

/// Of these writes, those that are not in the site's database; waits until it is served.
pub async fn lost(view: &View, acknowledged: &BTreeSet<u32>) -> Vec<u32> {
    let read = "fetch('/writes', { cache: 'no-store' })
        .then(async (answer) => answer.ok && { kept: await answer.json() }).catch(() => false)";
    #[derive(Deserialize)]
    struct Read {
        kept: BTreeSet<u32>,
    }
    let found = view.wait_for_within(read, BACK).await.unwrap();
    let read: Read = serde_json::from_value(found).unwrap();
    acknowledged.difference(&read.kept).copied().collect()
}

const SCRIPT: &str = "(() => {
    const writes = window.writes = { acknowledged: [], refused: 0, wrong: [], longest: 0 };
    let over = false, last = 0;
    const write = async () => {
        const number = ++last, began = performance.now();
        try {
            const answer = await fetch(`/writes/${number}`, { method: 'POST' });
            const text = await answer.text();
            if (answer.status === 200 && JSON.parse(text).number === number) writes.acknowledged.push(number);
            else if (answer.status === 503 && text.length > 10) writes.refused++;
            else writes.wrong.push(`${answer.status} ${text}`);
        } catch (error) {
            writes.refused++;
        }
        writes.longest = Math.max(writes.longest, performance.now() - began);
        await new Promise((next) => setTimeout(next, 10));
    };
    const writers = Array.from({ length: WRITERS }, async () => { while (!over) await write(); });
    writes.end = () => { over = true; return Promise.all(writers).then(() => true); };
    return true;
})()";
