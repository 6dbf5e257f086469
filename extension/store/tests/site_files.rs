//! What a site's own code has of the site: its code, and files that both versions get at once.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{blob_of_bytes, file, interrupted, name, path, paths, put, text, text_of, with_site};
use store::limits::{MAX_OWN_FILE, MAX_OWN_FILES};
use store::{Error, Imported, NewFile, Site, SiteId, Store, Target, Version};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const BOTH: [Version; 2] = [Version::Live, Version::Draft];

async fn with_code() -> (Store, Site) {
    let (store, site) = with_site().await;
    put(&store, &site.id, "site.json", "{}").await;
    put(&store, &site.id, "routes/a.js", "a").await;
    put(&store, &site.id, "lib/b.js", "b").await;
    put(&store, &site.id, "public/index.html", "home").await;
    store.publish(&site.id).await.unwrap();
    let site = store.site(&site.id).await.unwrap();
    (store, site)
}

async fn write(store: &Store, id: &SiteId, at: &str, word: &str) {
    store
        .write_own(id, &file(at, word), u64::MAX)
        .await
        .unwrap();
}

async fn own(store: &Store, id: &SiteId, at: &str) -> Option<String> {
    match store.read_own(id, &path(at)).await.unwrap() {
        Some((blob, _)) => Some(text_of(&blob).await),
        None => None,
    }
}

#[wasm_bindgen_test]
async fn the_code_of_a_site_is_all_of_the_live_version_but_what_is_public() {
    let (store, site) = with_code().await;
    let more = [
        "templates/page.hbs",
        "data/guests.json",
        "archive-2013/routes/a.route.js",
        "archive-2013/database.json",
        "routes/deep/er.js",
        "routesque/a.js",
        "notes.txt",
        "lib",
    ];
    for at in more {
        put(&store, &site.id, at, at).await;
    }
    put(&store, &site.id, "routes/a.js", "edited").await;
    let site = store.publish(&site.id).await.unwrap();
    put(&store, &site.id, "routes/a.js", "draft").await;

    let code = store.code(&site.id).await.unwrap();
    assert_eq!(Some(code.version), site.live_version);
    let mut found = Vec::new();
    for (at, blob) in &code.files {
        found.push((at.as_str(), text_of(blob).await));
    }
    found.sort();
    let expected = [
        ("data/guests.json", "data/guests.json"),
        ("lib/b.js", "b"),
        ("routes/a.js", "edited"),
        ("routes/deep/er.js", "routes/deep/er.js"),
        ("site.json", "{}"),
        ("templates/page.hbs", "templates/page.hbs"),
    ];
    let expected = expected.map(|(at, text)| (at, text.to_owned()));
    assert_eq!(found, expected);
}

#[wasm_bindgen_test]
async fn code_that_is_too_large_is_refused_with_its_size() {
    let (store, site) = with_code().await;
    let large = blob_of_bytes(&vec![b' '; 17 * 1024 * 1024]);
    for at in ["data/a.json", "data/b.json"] {
        store
            .put_file(&site.id, &path(at), &large, "")
            .await
            .unwrap();
    }
    store.publish(&site.id).await.unwrap();
    let error = store.code(&site.id).await.unwrap_err();
    assert!(matches!(error, Error::TooMuchCode(_)));
    assert!(error.to_string().contains("35 MiB"), "{error}");
}

#[wasm_bindgen_test]
async fn sites_with_code_are_found_among_others() {
    let (store, site) = with_code().await;
    let plain = store.create_site(&name("plain")).await.unwrap();
    put(&store, &plain.id, "public/routes/a.js", "a").await;
    put(&store, &plain.id, "archive-2013/database.json", "[]").await;
    store.publish(&plain.id).await.unwrap();
    put(&store, &plain.id, "routes/a.js", "only in the draft").await;
    let deleted = store.create_site(&name("deleted")).await.unwrap();
    put(&store, &deleted.id, "routes/a.js", "a").await;
    store.publish(&deleted.id).await.unwrap();
    store.delete_site(&deleted.id).await.unwrap();

    let found = store.live_code().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found.get(&site.id).copied(), site.live_version);
}

#[wasm_bindgen_test]
async fn what_is_written_is_in_both_versions_and_outlives_a_publish() {
    let (store, site) = with_code().await;
    write(&store, &site.id, "public/photo.jpg", "first").await;
    write(&store, &site.id, "public/photo.jpg", "second").await;
    for version in BOTH {
        let found = text(&store, &site.id, version, "/public/photo.jpg").await;
        assert_eq!(found.unwrap(), "second");
    }
    assert!(!store.site(&site.id).await.unwrap().draft_changed);
    assert_eq!(store.collect_garbage().await, Ok(0), "the first was left");

    put(&store, &site.id, "public/index.html", "new home").await;
    store.publish(&site.id).await.unwrap();
    assert_eq!(
        own(&store, &site.id, "public/photo.jpg").await.unwrap(),
        "second"
    );
    store.discard_draft(&site.id).await.unwrap();
    assert!(
        paths(&store, &site.id, Version::Draft)
            .await
            .contains(&"public/photo.jpg".to_owned())
    );
}

#[wasm_bindgen_test]
async fn what_is_deleted_is_gone_from_both_versions() {
    let (store, site) = with_code().await;
    put(&store, &site.id, "public/index.html", "edited").await;
    let at = path("public/index.html");
    assert!(store.delete_own(&site.id, &at).await.unwrap());
    assert!(!store.delete_own(&site.id, &at).await.unwrap());
    for version in BOTH {
        assert_eq!(
            paths(&store, &site.id, version).await,
            ["lib/b.js", "routes/a.js", "site.json"]
        );
    }
    assert_eq!(own(&store, &site.id, "public/index.html").await, None);
    assert!(
        store.site(&site.id).await.unwrap().draft_changed,
        "it was edited"
    );
    assert_eq!(store.collect_garbage().await, Ok(0), "bytes were left");
}

#[wasm_bindgen_test]
async fn bytes_that_another_file_shares_stay_when_one_is_deleted() {
    let (store, site) = with_code().await;
    write(&store, &site.id, "public/copy.html", "home").await;
    store
        .delete_own(&site.id, &path("public/copy.html"))
        .await
        .unwrap();
    assert_eq!(
        own(&store, &site.id, "public/index.html").await.unwrap(),
        "home"
    );
    write(&store, &site.id, "public/index.html", "other").await;
    write(&store, &site.id, "public/index.html", "home").await;
    assert_eq!(
        own(&store, &site.id, "public/index.html").await.unwrap(),
        "home"
    );
}

#[wasm_bindgen_test]
async fn code_reads_and_lists_the_whole_tree_and_changes_what_is_public() {
    let (store, site) = with_code().await;
    let photo = NewFile {
        media_type: "image/jpeg".to_owned(),
        ..file("public/photos/1.jpg", "photo")
    };
    store.write_own(&site.id, &photo, u64::MAX).await.unwrap();
    let (_, media_type) = store
        .read_own(&site.id, &photo.path)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(media_type, "image/jpeg");
    assert_eq!(own(&store, &site.id, "routes/a.js").await.unwrap(), "a");
    let list = async |prefix: &str| -> Vec<(String, u64)> {
        let files = store.list_own(&site.id, prefix).await.unwrap();
        files
            .into_iter()
            .map(|file| (file.path, file.size))
            .collect()
    };
    assert_eq!(
        list("public/photos/").await,
        [("public/photos/1.jpg".to_owned(), 5)]
    );
    assert_eq!(list("public/ph").await.len(), 1);
    assert_eq!(list("public/photos/2").await, []);
    assert_eq!(list("").await.len(), 5);

    for at in ["routes/b.js", "site.json", "publicity/a.txt", "public"] {
        let refused = Error::NotPublic(at.to_owned());
        assert_eq!(
            store.write_own(&site.id, &file(at, "x"), u64::MAX).await,
            Err(refused.clone())
        );
        assert_eq!(store.delete_own(&site.id, &path(at)).await, Err(refused));
    }
    assert_eq!(own(&store, &site.id, "site.json").await.unwrap(), "{}");
}

#[wasm_bindgen_test]
async fn code_cannot_make_files_without_end() {
    let (store, site) = with_code().await;
    let size = MAX_OWN_FILE as usize + 1;
    let large = NewFile {
        blob: blob_of_bytes(&vec![0; size]),
        ..file("public/large.bin", "")
    };
    let refused = Error::OwnFileTooLarge(size as u64);
    assert_eq!(
        store.write_own(&site.id, &large, u64::MAX).await,
        Err(refused)
    );

    let there = paths(&store, &site.id, Version::Draft).await.len();
    let many: Vec<NewFile> = (there..MAX_OWN_FILES as usize)
        .map(|n| file(&format!("public/{n}.txt"), "x"))
        .collect();
    store.put_files(&site.id, &many).await.unwrap();
    store.publish(&site.id).await.unwrap();
    let one_more = store
        .write_own(&site.id, &file("public/more.txt", "x"), u64::MAX)
        .await;
    assert_eq!(one_more, Err(Error::TooManyOwnFiles));
    // One that is there may change.
    write(&store, &site.id, "public/index.html", "new").await;
    store
        .delete_own(&site.id, &path("public/index.html"))
        .await
        .unwrap();
    write(&store, &site.id, "public/more.txt", "x").await;
}

#[wasm_bindgen_test]
async fn a_site_that_is_not_live_has_no_code_and_no_files_of_its_own() {
    let (store, site) = with_site().await;
    put(&store, &site.id, "routes/a.js", "a").await;
    assert_eq!(store.code(&site.id).await.err(), Some(Error::NotLive));
    assert_eq!(store.list_own(&site.id, "").await, Err(Error::NotLive));
    let written = store
        .write_own(&site.id, &file("public/a.txt", "a"), u64::MAX)
        .await;
    assert_eq!(written, Err(Error::NotLive));
    assert_eq!(
        paths(&store, &site.id, Version::Draft).await,
        ["routes/a.js"]
    );
    let deleted = store.delete_own(&site.id, &path("public/a.txt")).await;
    assert_eq!(deleted, Err(Error::NotLive));
}

#[wasm_bindgen_test]
async fn a_write_that_is_broken_off_is_in_both_versions_or_in_none() {
    let (store, site) = with_code().await;
    for polls in 1.. {
        let at = format!("public/{polls}.txt");
        let ended = interrupted(polls, store.write_own(&site.id, &file(&at, "x"), u64::MAX)).await;
        let live = paths(&store, &site.id, Version::Live).await;
        let draft = paths(&store, &site.id, Version::Draft).await;
        assert_eq!(live, draft, "after {polls} polls");
        if let Some(ended) = ended {
            ended.unwrap();
            assert!(live.contains(&at));
            break;
        }
    }
}

#[wasm_bindgen_test]
async fn undoing_an_import_keeps_what_the_code_wrote_since() {
    let (store, site) = with_code().await;
    // An import that brings a draft alone leaves the live version as it is.
    let import = store.begin_import().await.unwrap();
    let edited = [file("routes/a.js", "imported")];
    import.put_files(Version::Draft, &edited).await.unwrap();
    let target = Target::Replace {
        site: site.id.clone(),
    };
    import.finish(target, Imported::default()).await.unwrap();
    write(&store, &site.id, "public/photo.jpg", "photo").await;
    let site = store.undo_import(&site.id).await.unwrap();
    assert!(!site.draft_changed);
    let live = paths(&store, &site.id, Version::Live).await;
    assert_eq!(live, paths(&store, &site.id, Version::Draft).await);
    assert!(live.contains(&"public/photo.jpg".to_owned()));
}

/// A file of so many KiB, of this letter.
fn large(at: &str, letter: u8, kib: usize) -> NewFile {
    NewFile {
        path: path(at),
        blob: blob_of_bytes(&vec![letter; kib * 1024]),
        media_type: String::new(),
        sha256: None,
    }
}

async fn limited(kib: u64) -> (Store, Site) {
    let (store, site) = with_code().await;
    // Files that its owner added do not count.
    store
        .put_files(&site.id, &[large("public/film.bin", b'f', 100)])
        .await
        .unwrap();
    let site = store.publish(&site.id).await.unwrap();
    store
        .set_own_files_limit(&site.id, Some(kib * 1024))
        .await
        .unwrap();
    (store, site)
}

#[wasm_bindgen_test]
async fn what_a_sites_code_writes_is_refused_when_it_takes_more_than_the_owner_lets_it() {
    let (store, site) = limited(30).await;
    let full = Err(Error::OwnFilesFull { limit: 30 * 1024 });
    let write = async |file: NewFile| store.write_own(&site.id, &file, u64::MAX).await;
    assert_eq!(write(large("public/a", b'a', 10)).await, Ok(()));
    assert_eq!(write(large("public/b", b'b', 20)).await, Ok(()));
    assert_eq!(write(large("public/c", b'c', 1)).await, full);
    assert_eq!(own(&store, &site.id, "public/c").await, None);
    // In the place of another, the difference counts.
    assert_eq!(write(large("public/a", b'c', 11)).await, full);
    assert_eq!(write(large("public/a", b'c', 9)).await, Ok(()));
    assert_eq!(write(large("public/d", b'd', 1)).await, Ok(()));
    // What is deleted is room again.
    assert!(store.delete_own(&site.id, &path("public/b")).await.unwrap());
    assert_eq!(write(large("public/e", b'e', 21)).await, full);
    assert_eq!(write(large("public/e", b'e', 20)).await, Ok(()));
    // The same bytes twice are two files to whoever downloads them.
    assert_eq!(write(large("public/f", b'e', 20)).await, full);
    // The owner decides; what is there stays, and can become less.
    store.set_own_files_limit(&site.id, Some(0)).await.unwrap();
    assert_eq!(
        write(large("public/e", b'g', 21)).await,
        Err(Error::OwnFilesFull { limit: 0 })
    );
    assert_eq!(write(large("public/e", b'g', 19)).await, Ok(()));
    store.set_own_files_limit(&site.id, None).await.unwrap();
    assert_eq!(write(large("public/f", b'e', 20)).await, Ok(()));
}

#[wasm_bindgen_test]
async fn what_site_json_allows_holds_as_well_if_it_is_less() {
    let (store, site) = limited(30).await;
    let most = 20 * 1024;
    let write = async |file: NewFile| store.write_own(&site.id, &file, most).await;
    assert_eq!(write(large("public/a", b'a', 20)).await, Ok(()));
    let full = Err(Error::OwnFilesFull { limit: most });
    assert_eq!(write(large("public/b", b'b', 1)).await, full);
}

#[wasm_bindgen_test]
async fn the_sum_of_a_sites_own_files_is_right_after_publishing_and_an_import() {
    let (store, site) = limited(30).await;
    let full = Err(Error::OwnFilesFull { limit: 30 * 1024 });
    let write = async |file: NewFile| store.write_own(&site.id, &file, u64::MAX).await;
    assert_eq!(write(large("public/a", b'a', 10)).await, Ok(()));
    assert_eq!(write(large("public/b", b'b', 20)).await, Ok(()));
    put(&store, &site.id, "public/index.html", "changed").await;
    store.publish(&site.id).await.unwrap();
    assert_eq!(write(large("public/c", b'c', 1)).await, full);
    // The owner takes one out, and puts one of her own in the place of the other.
    store
        .remove_file(&site.id, &path("public/a"))
        .await
        .unwrap();
    put(&store, &site.id, "public/b", "hers").await;
    assert_eq!(write(large("public/c", b'c', 1)).await, full);
    store.publish(&site.id).await.unwrap();
    assert_eq!(write(large("public/c", b'c', 31)).await, full);
    assert_eq!(write(large("public/c", b'c', 30)).await, Ok(()));

    let import = store.begin_import().await.unwrap();
    import
        .put_files(Version::Live, &[large("public/c", b'i', 40)])
        .await
        .unwrap();
    let target = Target::Replace {
        site: site.id.clone(),
    };
    import.finish(target, Imported::default()).await.unwrap();
    assert_eq!(write(large("public/d", b'd', 30)).await, Ok(()));
    assert_eq!(write(large("public/e", b'e', 1)).await, full);
    store.undo_import(&site.id).await.unwrap();
    assert_eq!(write(large("public/e", b'e', 1)).await, full);
}

#[wasm_bindgen_test]
async fn files_written_at_the_same_time_are_all_counted() {
    let (store, site) = limited(30).await;
    let files: Vec<NewFile> = (0..8u8)
        .map(|n| large(&format!("public/{n}"), n, 10))
        .collect();
    let written = futures_util::future::join_all(
        files
            .iter()
            .map(|file| store.write_own(&site.id, file, u64::MAX)),
    )
    .await;
    assert_eq!(written.iter().filter(|one| one.is_ok()).count(), 3);
}
