//! What a visitor's page asks for while something dies: a big file, held in the middle until it is let
//! go, and small files one after the other.

use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use stage::{Content, View};

/// Bytes of the big file.
const BIG: usize = 16 * 1024 * 1024;
/// Bytes of the big file that have arrived when it is held.
const HELD: usize = 1024 * 1024;
/// Milliseconds that any request may take, answered or not: longer is a hang.
const HANG: f64 = 20_000.0;

/// The site: a page, a big file and a small one.
pub fn content() -> Content {
    let content = Content::new(&[
        (
            "index.html",
            "<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>",
        ),
        ("tick.txt", "tick"),
    ])
    .unwrap();
    content.write("big.bin", big()).unwrap();
    content
}

/// Bytes that repeat nowhere near: a piece that is lost, doubled or moved changes the hash.
fn big() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(BIG);
    while bytes.len() < BIG {
        // Source: xorshift64, G. Marsaglia, "Xorshift RNGs", 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

fn hash() -> String {
    Sha256::digest(big())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How the requests went.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "some are read only by who reads a failed test")]
pub struct Outcome {
    /// Small requests answered rightly.
    ok: u32,
    /// Small requests with an honest error: 503 with words, or a rejected fetch.
    pub refused: u32,
    /// Other answers.
    wrong: Vec<String>,
    /// Milliseconds of the longest small request.
    longest: f64,
    /// Milliseconds from the big file's release to its end.
    took: f64,
    /// The last error's words.
    said: String,
    /// The big file's SHA-256, or `error: …`.
    big: String,
}

impl Outcome {
    /// The big file arrived whole.
    pub fn whole(&self) -> bool {
        self.big == hash()
    }
}

/// Begin: small requests run, and the big file is held in the middle when this returns.
pub async fn begin(view: &View) {
    let script = SCRIPT.replace("HELD", &HELD.to_string());
    let _: bool = view.eval(&script).await.unwrap();
    if let Err(error) = view.wait_for("load.held && load.ok > 2").await {
        let load: serde_json::Value = view.eval("load").await.unwrap();
        panic!("{error}\n{load}");
    }
}

/// Let the big file go, wait for its end, and for a small request that is answered after it.
pub async fn end(view: &View) -> Outcome {
    let _: bool = view.eval("load.go()").await.unwrap();
    view.wait_for_within("load.big", Duration::from_secs(60))
        .await
        .unwrap();
    let _: u32 = view.eval("load.mark = load.ok").await.unwrap();
    view.wait_for("load.ok > load.mark + 2").await.unwrap();
    let outcome: Outcome = view.eval("load.end()").await.unwrap();
    assert!(outcome.wrong.is_empty(), "{outcome:?}");
    assert!(outcome.longest < HANG && outcome.took < HANG, "{outcome:?}");
    assert!(
        outcome.whole() || outcome.big.starts_with("error: "),
        "{outcome:?}"
    );
    outcome
}

const SCRIPT: &str = "(() => {
    const load = window.load = { ok: 0, refused: 0, wrong: [], longest: 0, took: 0, big: '', said: '', held: false };
    let over = false, released = 0;
    const free = new Promise((resolve) => load.go = () => { released = performance.now(); resolve(); return true; });
    load.end = () => { over = true; return load; };
    const tick = async () => {
        const began = performance.now();
        try {
            const answer = await fetch('tick.txt', { cache: 'no-store' });
            const text = await answer.text();
            if (answer.status === 200 && text === 'tick') load.ok++;
            else if (answer.status === 503 && text.length > 10) { load.refused++; load.said = text; }
            else load.wrong.push(answer.status + ' ' + text);
        } catch (error) { load.refused++; load.said = String(error); }
        load.longest = Math.max(load.longest, performance.now() - began);
        if (!over) setTimeout(tick, 20);
    };
    const big = async () => {
        const answer = await fetch('big.bin', { cache: 'no-store' });
        if (answer.status !== 200) throw new Error('status ' + answer.status);
        const reader = answer.body.getReader();
        const chunks = [];
        for (let received = 0;;) {
            const { done, value } = await reader.read();
            if (done) break;
            chunks.push(value);
            received += value.byteLength;
            if (!load.held && received > HELD) { load.held = true; await free; }
        }
        const hash = await crypto.subtle.digest('SHA-256', await new Blob(chunks).arrayBuffer());
        return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    };
    tick();
    big().catch((error) => 'error: ' + error.message)
        .then((said) => { load.took = performance.now() - released; load.big = said; });
    return true;
})()";
