//! Publishing is all or nothing, and the collector takes only what nobody needs.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::{file, interrupted, path, paths, put, text, with_site};
use futures_util::future::{join, join_all};
use site::FileMeta;
use store::{Error, FirstFiles, ListedFile, NewFile, SiteId, Store, Version};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const FILES: usize = 20;

/// More polls than any of the futures here needs.
const ENOUGH: usize = 10_000;

async fn fill(store: &Store, site: &SiteId, word: &str) {
    let files: Vec<NewFile> = (0..FILES)
        .map(|n| file(&format!("f{n}.txt"), &format!("{word} {n}")))
        .collect();
    store.put_files(site, &files).await.unwrap();
}

/// The one word that all files of a version hold; fails if it is a mixture or not whole.
async fn word(store: &Store, site: &SiteId, version: Version) -> String {
    assert_eq!(paths(store, site, version).await.len(), FILES);
    let mut words = BTreeSet::new();
    for n in 0..FILES {
        let text = text(store, site, version, &format!("/f{n}.txt"))
            .await
            .unwrap();
        let (word, number) = text.split_once(' ').unwrap();
        assert_eq!(number, n.to_string());
        words.insert(word.to_owned());
    }
    assert_eq!(words.len(), 1, "a mixture: {words:?}");
    words.pop_first().unwrap()
}

#[wasm_bindgen_test]
async fn visitors_see_the_draft_only_once_it_is_published() {
    let (store, site) = with_site().await;
    let id = &site.id;
    assert_eq!(store.publish(id).await, Err(Error::NothingToPublish));
    assert_eq!(store.discard_draft(id).await, Err(Error::NothingLive));
    put(&store, id, "index.html", "one").await;
    put(&store, id, "old.html", "old").await;
    assert_eq!(text(&store, id, Version::Live, "/").await, Err(404));
    store.publish(id).await.unwrap();
    assert_eq!(text(&store, id, Version::Live, "/").await.unwrap(), "one");

    put(&store, id, "index.html", "two").await;
    store.remove_file(id, &path("old.html")).await.unwrap();
    assert_eq!(text(&store, id, Version::Live, "/").await.unwrap(), "one");
    assert_eq!(text(&store, id, Version::Draft, "/").await.unwrap(), "two");
    let site = store.publish(id).await.unwrap();
    assert_eq!((site.live_version, site.draft_changed), (Some(2), false));
    assert_eq!(text(&store, id, Version::Live, "/").await.unwrap(), "two");
    assert_eq!(text(&store, id, Version::Live, "/old.html").await, Err(404));

    put(&store, id, "index.html", "three").await;
    put(&store, id, "more.html", "more").await;
    let site = store.discard_draft(id).await.unwrap();
    assert!(!site.draft_changed);
    assert_eq!(paths(&store, id, Version::Draft).await, ["index.html"]);
    assert_eq!(text(&store, id, Version::Draft, "/").await.unwrap(), "two");
}

#[wasm_bindgen_test]
async fn a_publish_interrupted_anywhere_leaves_one_whole_version() {
    let (store, site) = with_site().await;
    let id = &site.id;
    fill(&store, id, "first").await;
    store.publish(id).await.unwrap();
    let mut left_old = 0;
    let mut live = "first".to_owned();
    for polls in 1.. {
        let next = format!("draft{polls}");
        fill(&store, id, &next).await;
        let ended = interrupted(polls, store.publish(id)).await;
        let seen = word(&store, id, Version::Live).await;
        assert!(
            seen == live || seen == next,
            "{seen} is neither {live} nor {next}"
        );
        assert_eq!(
            word(&store, id, Version::Draft).await,
            next,
            "the draft stays"
        );
        assert_eq!(
            store.site(id).await.unwrap().draft_changed,
            seen == live,
            "the record tells which"
        );
        left_old += usize::from(seen == live);
        live = seen;
        if let Some(result) = ended {
            result.unwrap();
            assert_eq!(live, next);
            break;
        }
        assert!(polls < 100);
    }
    assert!(
        left_old >= 3,
        "interrupted in the middle of its transaction only {left_old} times"
    );
}

#[wasm_bindgen_test]
async fn a_connection_closed_in_the_middle_leaves_one_whole_version() {
    let (store, site) = with_site().await;
    let id = &site.id;
    fill(&store, id, "first").await;
    store.publish(id).await.unwrap();
    fill(&store, id, "second").await;
    let closing = async {
        store.close();
    };
    let (published, ()) = join(store.publish(id), closing).await;
    let expected = if published.is_ok() { "second" } else { "first" };
    assert_eq!(word(&store, id, Version::Live).await, expected);
}

#[wasm_bindgen_test]
async fn an_interrupted_batch_adds_all_its_files_or_none() {
    let (store, site) = with_site().await;
    let id = &site.id;
    fill(&store, id, "first").await;
    for polls in 1.. {
        let next = format!("next{polls}");
        let files: Vec<NewFile> = (0..FILES)
            .map(|n| file(&format!("f{n}.txt"), &format!("{next} {n}")))
            .collect();
        let ended = interrupted(polls, store.put_files(id, &files)).await;
        let seen = word(&store, id, Version::Draft).await;
        if ended.is_some() {
            assert_eq!(seen, next);
            break;
        }
        assert!(polls < ENOUGH);
    }
}

#[wasm_bindgen_test]
async fn a_failed_change_changes_nothing() {
    let (store, site) = with_site().await;
    let id = &site.id;
    put(&store, id, "index.html", "one").await;
    store.publish(id).await.unwrap();
    // The record is touched before the file is found missing: the abort must undo that.
    assert!(store.remove_file(id, &path("missing")).await.is_err());
    assert!(!store.site(id).await.unwrap().draft_changed);
    put(&store, id, "index.html", "two").await;
    assert!(
        store
            .rename_file(id, &path("missing"), &path("x"))
            .await
            .is_err()
    );
    assert_eq!(paths(&store, id, Version::Draft).await, ["index.html"]);
}

#[wasm_bindgen_test]
async fn the_collector_takes_what_nothing_refers_to() {
    let (store, site) = with_site().await;
    let id = &site.id;
    fill(&store, id, "live").await;
    store.publish(id).await.unwrap();
    fill(&store, id, "draft").await;
    assert_eq!(
        store.collect_garbage().await,
        Ok(0),
        "draft and live are both referred to"
    );
    fill(&store, id, "other").await;
    assert_eq!(
        store.collect_garbage().await,
        Ok(FILES),
        "the replaced draft"
    );
    assert_eq!(word(&store, id, Version::Live).await, "live");
    assert_eq!(word(&store, id, Version::Draft).await, "other");
    store.publish(id).await.unwrap();
    assert_eq!(
        store.collect_garbage().await,
        Ok(0),
        "publish collects by itself"
    );
}

#[wasm_bindgen_test]
async fn the_collector_never_takes_what_a_writer_is_about_to_use() {
    let (store, site) = with_site().await;
    let id = &site.id;
    for collector_first in [true, false] {
        put(&store, id, "a.txt", "came and went").await;
        // Its bytes are still there, and nothing refers to them: the writer finds them, the collector too.
        let removed = store.remove_file(id, &path("a.txt")).await.unwrap();
        let (restored, collected) = if collector_first {
            let (collected, restored) =
                join(store.collect_garbage(), store.restore_file(&removed)).await;
            (restored, collected)
        } else {
            join(store.restore_file(&removed), store.collect_garbage()).await
        };
        restored.unwrap();
        assert_eq!(collected.unwrap(), usize::from(collector_first));
        assert_eq!(
            text(&store, id, Version::Draft, "/a.txt").await.unwrap(),
            "came and went"
        );
    }
}

#[wasm_bindgen_test]
async fn many_writers_and_collectors_leave_all_files_whole() {
    let (store, site) = with_site().await;
    let id = &site.id;
    fill(&store, id, "0").await;
    store.publish(id).await.unwrap();
    for round in 1..6 {
        let next = format!("{}", round % 3);
        let writers = join_all((0..3).map(|_| fill(&store, id, &next)));
        let collectors = join_all((0..4).map(|_| store.collect_garbage()));
        let (_, (published, collected)) = join(writers, join(store.publish(id), collectors)).await;
        published.unwrap();
        assert!(collected.iter().all(Result::is_ok));
        word(&store, id, Version::Draft).await;
        word(&store, id, Version::Live).await;
    }
}

#[wasm_bindgen_test]
async fn a_list_has_of_every_file_what_its_record_has() {
    let (store, site) = with_site().await;
    assert_eq!(store.list_files(&site.id, Version::Draft).await, Ok(vec![]));
    put(&store, &site.id, "public/\u{fc}.txt", "text").await;
    put(&store, &site.id, "public/a/b.html", "").await;
    assert_eq!(store.list_files(&site.id, Version::Live).await, Ok(vec![]));
    store.publish(&site.id).await.unwrap();
    put(&store, &site.id, "public/draft.txt", "draft").await;
    for version in [Version::Draft, Version::Live] {
        let files = store.files(&site.id, version).await.unwrap();
        let listed = |meta: &FileMeta| ListedFile {
            path: meta.path.clone(),
            size: meta.size,
            media_type: meta.media_type.clone(),
        };
        let expected: Vec<_> = files.iter().map(listed).collect();
        for most in [1, 2, 9] {
            let first = FirstFiles {
                files: expected.iter().take(most as usize).cloned().collect(),
                count: expected.len() as u32,
            };
            assert_eq!(store.first_files(&site.id, version, most).await, Ok(first));
        }
        assert_eq!(store.list_files(&site.id, version).await, Ok(expected));
    }
    store.delete_site(&site.id).await.unwrap();
    let gone = store.list_files(&site.id, Version::Draft).await;
    assert_eq!(gone, Err(Error::NoSite));
}
