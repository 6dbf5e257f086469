//! Files that are edited: what somebody else saved meanwhile is never lost.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{file, path, paths, put, text, with_site};
use store::{Edited, Version};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const PAGE: &str = "public/index.html";

#[wasm_bindgen_test]
async fn of_two_who_edit_a_file_the_second_is_told_and_the_firsts_text_stays() {
    let (store, site) = with_site().await;
    put(&store, &site.id, PAGE, "old").await;
    let base = store.files(&site.id, Version::Draft).await.unwrap()[0]
        .revision
        .clone();
    let first = store.edit_file(&site.id, &file(PAGE, "first"), &base).await;
    let Ok(Edited::Saved { revision }) = first else {
        panic!("{first:?}");
    };
    let second = store
        .edit_file(&site.id, &file(PAGE, "second"), &base)
        .await;
    assert_eq!(second.unwrap(), Edited::Conflict);
    assert_eq!(
        text(&store, &site.id, Version::Draft, "/public/index.html")
            .await
            .unwrap(),
        "first"
    );
    // The same text is no conflict, and who knows the last revision goes on.
    let same = store.edit_file(&site.id, &file(PAGE, "first"), &base).await;
    assert_eq!(
        same.unwrap(),
        Edited::Saved {
            revision: revision.clone()
        }
    );
    let third = store
        .edit_file(&site.id, &file(PAGE, "third"), &revision)
        .await;
    assert!(matches!(third, Ok(Edited::Saved { .. })), "{third:?}");
    assert_eq!(
        text(&store, &site.id, Version::Draft, "/public/index.html")
            .await
            .unwrap(),
        "third"
    );
}

#[wasm_bindgen_test]
async fn a_file_that_was_removed_while_it_was_edited_is_put_back() {
    let (store, site) = with_site().await;
    put(&store, &site.id, PAGE, "old").await;
    let base = store.files(&site.id, Version::Draft).await.unwrap()[0]
        .revision
        .clone();
    store.remove_file(&site.id, &path(PAGE)).await.unwrap();
    let saved = store.edit_file(&site.id, &file(PAGE, "new"), &base).await;
    assert!(matches!(saved, Ok(Edited::Saved { .. })), "{saved:?}");
    assert_eq!(paths(&store, &site.id, Version::Draft).await, [PAGE]);
}
