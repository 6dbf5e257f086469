//! A Worker that is ended in the middle of writing: what it committed is there, and nothing else. And one that wants
//! more than it may.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use database::{Access, Database, Limits};
use futures_channel::mpsc;
use futures_util::StreamExt;
use js_sys::Array;
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, MessageEvent, Url, Worker, WorkerOptions,
    WorkerType,
};

wasm_bindgen_test_configure!(run_in_browser);

/// A Worker that runs one of the functions below, and what it says.
struct Running {
    worker: Worker,
    said: mpsc::UnboundedReceiver<String>,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Running {
    fn start(function: &str, folder: &str) -> Self {
        let origin = web_sys::window().unwrap().location().origin().unwrap();
        let script = format!(
            "import init, * as tests from '{origin}/tests.js';
             try {{ await init(); await tests.{function}('{folder}'); }} catch (error) {{ postMessage(`failed: ${{error}}`); }}"
        );
        let kind = BlobPropertyBag::new();
        kind.set_type("text/javascript");
        let blob =
            Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &kind).unwrap();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker =
            Worker::new_with_options(&Url::create_object_url_with_blob(&blob).unwrap(), &options)
                .unwrap();
        let (sender, said) = mpsc::unbounded();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let _ = sender.unbounded_send(event.data().as_string().unwrap_or_default());
        });
        worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self {
            worker,
            said,
            _listener: listener,
        }
    }

    /// What it says next; fails the test if it failed.
    async fn next(&mut self) -> String {
        let said = self.said.next().await.unwrap();
        assert!(!said.starts_with("failed"), "{said}");
        said
    }
}

fn say(text: &str) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    scope.post_message(&text.into()).unwrap();
}

async fn open(folder: &str) -> Database {
    let connection = r#box::database::open(folder).await.unwrap();
    Database::open(connection, Limits::default(), || false).unwrap()
}

/// In a Worker: commits pairs of documents for ever, and says the number of each.
#[wasm_bindgen]
pub async fn write_for_ever(folder: &str) {
    let database = open(folder).await;
    let pairs = database.collection("pairs").unwrap();
    let mut no_random = |_: &mut [u8]| {};
    let begin = pairs.count(&json!({})).unwrap() / 2;
    for number in begin.. {
        database.begin().unwrap();
        for half in ["first", "second"] {
            let document = json!({ "id": format!("{number}-{half}"), "number": number, "text": "x".repeat(5_000) });
            pairs.insert(&document, &mut no_random).unwrap();
        }
        if number % 5 == 4 {
            pairs
                .update(&json!({}), &json!({ "$inc": { "updated": 1 } }))
                .unwrap();
        }
        database.commit().unwrap();
        say(&number.to_string());
    }
}

/// In a Worker: says how many whole pairs there are, or what is wrong.
#[wasm_bindgen]
pub async fn look(folder: &str) {
    let database = open(folder).await;
    let found = database.check().unwrap();
    assert!(found.is_empty(), "{found:?}");
    let pairs = database.collection("pairs").unwrap();
    let count = pairs.count(&json!({})).unwrap();
    let numbers = count / 2;
    let in_order = pairs
        .count(&json!({ "number": { "$lt": numbers } }))
        .unwrap();
    assert_eq!(count, in_order, "half a pair, or a gap");
    assert_eq!(count % 2, 0);
    say(&numbers.to_string());
}

/// In a Worker: sorts more than there is memory for, and says what came of it and whether the database goes on.
#[wasm_bindgen]
pub async fn want_too_much(folder: &str) {
    let database = open(folder).await;
    let sorted = "with recursive n(i) as (select 1 union all select i + 1 from n limit 2000)
        select count(*) from (select hex(zeroblob(1000000)) || i as h from n order by h)";
    let error = database.sql(sorted, &[], Access::Read).unwrap_err();
    let after = database.sql("select 1", &[], Access::Read).is_ok();
    say(&format!("{after}: {error}"));
}

#[wasm_bindgen_test]
async fn a_statement_that_wants_more_memory_than_there_is_fails_alone() {
    let folder = format!("full-{}", js_sys::Date::now());
    let mut worker = Running::start("want_too_much", &folder);
    let said = worker.next().await;
    worker.worker.terminate();
    assert!(
        said.starts_with("true: the database needed more memory"),
        "{said}"
    );
}

#[wasm_bindgen_test]
async fn what_was_committed_survives_the_end_of_the_worker_and_nothing_is_half_there() {
    let folder = format!("killed-{}", js_sys::Date::now());
    for commits in [1, 2, 3, 5, 8, 13] {
        let mut writer = Running::start("write_for_ever", &folder);
        let mut last = 0_u64;
        for _ in 0..commits {
            last = writer.next().await.parse().unwrap();
        }
        writer.worker.terminate();
        let mut reader = Running::start("look", &folder);
        let found: u64 = reader.next().await.parse().unwrap();
        reader.worker.terminate();
        assert!(found > last, "{found} pairs, and {last} was committed");
    }
}
