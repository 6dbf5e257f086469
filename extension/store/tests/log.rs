//! Sites' logs: the newest entries of each, until the site is gone.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{name, with_site};
use store::log::MAX_ENTRIES;
use store::{Error, LogEntry, LogLevel, SiteId, Store};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn entry(time: u64, message: &str) -> LogEntry {
    LogEntry {
        time,
        level: LogLevel::Error,
        route: "routes/a.js".to_owned(),
        message: message.to_owned(),
        incident: None,
        at: Some("routes/a.js:3:5".to_owned()),
        stack: "at a".to_owned(),
    }
}

async fn messages(store: &Store, site: &SiteId) -> Vec<String> {
    let log = store.log(site).await.unwrap();
    log.into_iter().map(|entry| entry.message).collect()
}

#[wasm_bindgen_test]
async fn a_log_is_read_newest_first_and_in_the_order_of_writing_within_a_moment() {
    let (store, site) = with_site().await;
    let other = store.create_site(&name("other")).await.unwrap();
    let first = [entry(7, "z"), entry(7, "a"), entry(7, "a")];
    store.append_log(&site.id, &first).await.unwrap();
    store
        .append_log(&other.id, &[entry(8, "other")])
        .await
        .unwrap();
    store
        .append_log(&site.id, &[entry(12, "later"), entry(9, "late")])
        .await
        .unwrap();
    assert_eq!(
        messages(&store, &site.id).await,
        ["later", "late", "a", "a", "z"]
    );
    let log = store.log(&site.id).await.unwrap();
    assert_eq!(log.last(), Some(&entry(7, "z")));

    store.clear_log(&site.id).await.unwrap();
    assert!(store.log(&site.id).await.unwrap().is_empty());
    assert_eq!(messages(&store, &other.id).await, ["other"]);
}

#[wasm_bindgen_test]
async fn entries_that_are_sent_twice_are_kept_once() {
    let (store, site) = with_site().await;
    let batch = [entry(7, "a"), entry(7, "b"), entry(8, "a")];
    store.append_log(&site.id, &batch).await.unwrap();
    store.append_log(&site.id, &batch).await.unwrap();
    assert_eq!(messages(&store, &site.id).await, ["a", "b", "a"]);
}

#[wasm_bindgen_test]
async fn only_the_newest_entries_are_kept() {
    let (store, site) = with_site().await;
    let most = u64::from(MAX_ENTRIES);
    let many: Vec<LogEntry> = (0..most).map(|n| entry(n, &n.to_string())).collect();
    store.append_log(&site.id, &many).await.unwrap();
    let more = [entry(most, "one more"), entry(most + 1, "another")];
    store.append_log(&site.id, &more).await.unwrap();
    let kept = messages(&store, &site.id).await;
    assert_eq!(kept.len(), MAX_ENTRIES as usize);
    assert_eq!(
        (kept[0].as_str(), kept.last().unwrap().as_str()),
        ("another", "2")
    );

    let too_many: Vec<LogEntry> = (0..3 * most)
        .map(|n| entry(n + 5_000, &n.to_string()))
        .collect();
    store.append_log(&site.id, &too_many).await.unwrap();
    let kept = messages(&store, &site.id).await;
    assert_eq!(kept.len(), MAX_ENTRIES as usize);
    assert_eq!(kept.last().unwrap(), &(2 * most).to_string());
}

#[wasm_bindgen_test]
async fn long_texts_are_cut_at_a_character() {
    let (store, site) = with_site().await;
    let long = "ü".repeat(100_000);
    let entry = LogEntry {
        time: u64::MAX,
        incident: Some(long.clone()),
        stack: long.clone(),
        ..entry(0, &long)
    };
    store.append_log(&site.id, &[entry]).await.unwrap();
    let kept = store.log(&site.id).await.unwrap().pop().unwrap();
    for text in [kept.message, kept.stack, kept.incident.unwrap()] {
        assert!(text.len() < 10_000 && text.ends_with("ü…"));
    }
}

#[wasm_bindgen_test]
async fn a_purged_site_leaves_no_log_behind() {
    let (store, site) = with_site().await;
    let kept = store.create_site(&name("kept")).await.unwrap();
    for id in [&site.id, &kept.id] {
        store.append_log(id, &[entry(1, "hello")]).await.unwrap();
    }
    store.delete_site(&site.id).await.unwrap();
    assert_eq!(
        store.log(&site.id).await.unwrap().len(),
        1,
        "it can be restored"
    );
    store.purge_deleted(0).await.unwrap();
    assert!(store.log(&site.id).await.unwrap().is_empty());
    assert_eq!(store.log(&kept.id).await.unwrap().len(), 1);
    let late = store.append_log(&site.id, &[entry(2, "too late")]).await;
    assert_eq!(late, Err(Error::NoSite));
}
