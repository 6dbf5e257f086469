//! Sites, keys, files and settings in a real browser's IndexedDB.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{
    blob, blob_of_bytes, file, fresh, get, name, path, paths, put, text, text_of, with_site,
};
use identity::Fingerprint;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use site::{Body, Request, Settings, respond};
use store::{Error, NewFile, Store, Version};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{CryptoKey, SubtleCrypto};

wasm_bindgen_test_configure!(run_in_browser);

async fn wait(promise: Result<Promise, JsValue>) -> JsValue {
    JsFuture::from(promise.unwrap()).await.unwrap()
}

/// By WebCrypto and the public key alone.
async fn verifies(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).unwrap();
    let subtle: SubtleCrypto = Reflect::get(&crypto, &"subtle".into())
        .unwrap()
        .unchecked_into();
    let usages = Array::of1(&"verify".into());
    let key: CryptoKey =
        wait(subtle.import_key_with_str("raw", &Uint8Array::from(key), "Ed25519", true, &usages))
            .await
            .unchecked_into();
    let (signature, bytes) = (Uint8Array::from(signature), Uint8Array::from(bytes));
    wait(
        subtle.verify_with_str_and_buffer_source_and_buffer_source(
            "Ed25519", &key, &signature, &bytes,
        ),
    )
    .await
    .is_truthy()
}

#[wasm_bindgen_test]
async fn a_site_and_its_key_outlive_the_connection() {
    let (store, database) = fresh().await;
    let site = store.create_site(&name("house")).await.unwrap();
    assert_eq!(site.id, Fingerprint::of(&site.public_key));
    assert_eq!(site.label().to_string(), format!("house-{}", site.id));
    assert!(site.hosted && !site.is_live() && !site.draft_changed);
    drop(store);

    let again = Store::open_named(&database).await.unwrap();
    assert_eq!(again.sites().await.unwrap(), std::slice::from_ref(&site));
    let signature = again.sign(&site.id, b"so it is").await.unwrap();
    assert_eq!(signature.len(), 64);
    assert!(verifies(site.public_key.as_bytes(), b"so it is", &signature).await);
    assert!(!verifies(site.public_key.as_bytes(), b"so it was", &signature).await);
}

#[wasm_bindgen_test]
async fn sites_are_renamed_switched_and_set() {
    let (store, site) = with_site().await;
    let other = store.create_site(&name("other")).await.unwrap();
    assert_eq!(
        store.create_site(&name("house")).await,
        Err(Error::NameTaken("house".into()))
    );
    assert_eq!(
        store.rename_site(&other.id, &name("house")).await,
        Err(Error::NameTaken("house".into()))
    );
    store.rename_site(&site.id, &name("house")).await.unwrap();
    store.rename_site(&site.id, &name("zoo")).await.unwrap();
    store.set_hosted(&site.id, false).await.unwrap();
    let settings = Settings {
        single_page_fallback: Some("index.html".into()),
    };
    store.set_site_settings(&site.id, &settings).await.unwrap();
    let names: Vec<_> = store
        .sites()
        .await
        .unwrap()
        .iter()
        .map(|s| s.name.to_string())
        .collect();
    assert_eq!(names, ["other", "zoo"]);
    let site = store.site(&site.id).await.unwrap();
    assert_eq!((site.hosted, site.settings), (false, settings));
    let nobody = Fingerprint::parse("aaaaaaaaaaaaaaaaaaaa").unwrap();
    assert_eq!(store.site(&nobody).await, Err(Error::NoSite));
    assert_eq!(store.set_hosted(&nobody, true).await, Err(Error::NoSite));
    assert_eq!(store.sign(&nobody, b"x").await, Err(Error::NoSite));
}

#[wasm_bindgen_test]
async fn a_deleted_site_can_be_restored_until_it_is_purged() {
    let (store, site) = with_site().await;
    let kept = store.create_site(&name("kept")).await.unwrap();
    put(&store, &site.id, "index.html", "home").await;
    put(&store, &kept.id, "index.html", "kept").await;
    store.publish(&site.id).await.unwrap();

    store.delete_site(&site.id).await.unwrap();
    assert_eq!(store.sites().await.unwrap().len(), 1);
    assert_eq!(store.deleted_sites().await.unwrap()[0].id, site.id);
    assert_eq!(store.sign(&site.id, b"x").await, Err(Error::NoSite));
    assert_eq!(text(&store, &site.id, Version::Live, "/").await, Err(500));
    assert!(
        store.purge_deleted(3_600_000).await.unwrap().is_empty(),
        "deleted just now"
    );

    // The name is free meanwhile; restoring works all the same.
    store.create_site(&name("house")).await.unwrap();
    store.restore_site(&site.id).await.unwrap();
    assert_eq!(
        text(&store, &site.id, Version::Live, "/").await.unwrap(),
        "home"
    );

    store.delete_site(&site.id).await.unwrap();
    assert_eq!(
        store.purge_deleted(0).await.unwrap(),
        std::slice::from_ref(&site.id)
    );
    assert_eq!(store.restore_site(&site.id).await, Err(Error::NoSite));
    assert_eq!(
        text(&store, &kept.id, Version::Draft, "/").await.unwrap(),
        "kept"
    );
    assert_eq!(
        store.collect_garbage().await,
        Ok(0),
        "purging left bytes behind"
    );
}

#[wasm_bindgen_test]
async fn files_are_added_replaced_renamed_removed_and_put_back() {
    let (store, site) = with_site().await;
    let id = &site.id;
    put(&store, id, "b.txt", "one").await;
    put(&store, id, "a/ü.txt", "two").await;
    assert!(store.site(id).await.unwrap().draft_changed);
    assert_eq!(
        paths(&store, id, Version::Draft).await,
        ["a/ü.txt", "b.txt"]
    );
    assert!(paths(&store, id, Version::Live).await.is_empty());

    let before = store.files(id, Version::Draft).await.unwrap();
    put(&store, id, "b.txt", "one").await;
    assert_eq!(
        store.files(id, Version::Draft).await.unwrap(),
        before,
        "the same bytes change nothing"
    );
    put(&store, id, "b.txt", "three").await;
    let after = store.files(id, Version::Draft).await.unwrap();
    assert_ne!(after[1].revision, before[1].revision);
    assert_eq!(after[1].size, 5);

    store
        .rename_file(id, &path("b.txt"), &path("c.txt"))
        .await
        .unwrap();
    assert_eq!(
        store
            .rename_file(id, &path("c.txt"), &path("a/ü.txt"))
            .await,
        Err(Error::FileExists("a/ü.txt".into()))
    );
    assert_eq!(
        store.rename_file(id, &path("b.txt"), &path("d.txt")).await,
        Err(Error::NoFile("b.txt".into()))
    );
    assert_eq!(
        text(&store, id, Version::Draft, "/c.txt").await.unwrap(),
        "three"
    );

    let removed = store.remove_file(id, &path("c.txt")).await.unwrap();
    assert_eq!(removed.path(), "c.txt");
    assert_eq!(text(&store, id, Version::Draft, "/c.txt").await, Err(404));
    // The undo keeps the bytes by itself.
    assert!(store.collect_garbage().await.unwrap() > 0);
    store.restore_file(&removed).await.unwrap();
    assert_eq!(
        text(&store, id, Version::Draft, "/c.txt").await.unwrap(),
        "three"
    );
    assert!(store.remove_file(id, &path("nothing")).await.is_err());
}

#[wasm_bindgen_test]
async fn three_hundred_files_are_added_published_and_served() {
    let (store, site) = with_site().await;
    let files: Vec<NewFile> = (0..300)
        .map(|n| file(&format!("d{}/f{n}.txt", n % 7), &format!("text {n}")))
        .collect();
    store.put_files(&site.id, &files).await.unwrap();
    let published = store.publish(&site.id).await.unwrap();
    assert_eq!(published.live_version, Some(1));
    assert_eq!(paths(&store, &site.id, Version::Live).await.len(), 300);
    for n in 0..300 {
        let at = format!("/d{}/f{n}.txt", n % 7);
        assert_eq!(
            text(&store, &site.id, Version::Live, &at).await.unwrap(),
            format!("text {n}")
        );
    }
}

#[wasm_bindgen_test]
async fn a_large_file_is_stored_whole_and_served_in_parts() {
    let (store, site) = with_site().await;
    let bytes: Vec<u8> = (0..5_000_011u32).map(|n| (n % 251) as u8).collect();
    store
        .put_file(&site.id, &path("a.bin"), &blob_of_bytes(&bytes), "")
        .await
        .unwrap();
    let request = Request::new("GET", "/a.bin").with("range", "bytes=4999000-");
    let response = respond(
        &store.live_files(&site.id, Version::Draft),
        &Settings::default(),
        &request,
    )
    .await;
    assert_eq!(response.status, 206);
    assert_eq!(
        response.header("content-range"),
        Some("bytes 4999000-5000010/5000011")
    );
    let Body::Stored { handle, range } = response.body else {
        panic!("no file")
    };
    let part = handle
        .slice_with_f64_and_f64(range.start as f64, range.end as f64)
        .unwrap();
    let read = JsFuture::from(part.array_buffer()).await.unwrap();
    assert_eq!(Uint8Array::new(&read).to_vec(), bytes[4_999_000..]);
}

#[wasm_bindgen_test]
async fn equal_bytes_keep_their_etag_whoever_adds_them() {
    let (store, site) = with_site().await;
    put(&store, &site.id, "a.txt", "same").await;
    put(&store, &site.id, "b.txt", "same").await;
    let etag = async |at: &str| {
        get(&store, &site.id, Version::Draft, at)
            .await
            .header("etag")
            .unwrap()
            .to_owned()
    };
    let first = etag("/a.txt").await;
    assert_eq!(first, etag("/b.txt").await);
    put(&store, &site.id, "a.txt", "other").await;
    assert_ne!(first, etag("/a.txt").await);
    put(&store, &site.id, "a.txt", "same").await;
    assert_eq!(first, etag("/a.txt").await);
    // The shared bytes stay as long as anybody refers to them.
    store.remove_file(&site.id, &path("b.txt")).await.unwrap();
    store.collect_garbage().await.unwrap();
    assert_eq!(
        text(&store, &site.id, Version::Draft, "/a.txt")
            .await
            .unwrap(),
        "same"
    );
}

#[wasm_bindgen_test]
async fn a_files_own_type_counts_when_its_extension_says_nothing() {
    let (store, site) = with_site().await;
    store
        .put_file(&site.id, &path("LICENSE"), &blob("free"), "text/plain")
        .await
        .unwrap();
    let response = get(&store, &site.id, Version::Draft, "/LICENSE").await;
    assert_eq!(
        response.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
}

#[wasm_bindgen_test]
async fn settings_are_kept() {
    let (store, database) = fresh().await;
    assert_eq!(store.get_setting::<bool>("hosting").await, Ok(None));
    store.put_setting("hosting", &true).await.unwrap();
    store
        .put_setting("rendezvous", "https://example.org")
        .await
        .unwrap();
    let again = Store::open_named(&database).await.unwrap();
    assert_eq!(again.get_setting("hosting").await, Ok(Some(true)));
    assert_eq!(
        again.get_setting("rendezvous").await,
        Ok(Some("https://example.org".to_owned()))
    );
    assert!(matches!(
        again.get_setting::<u16>("rendezvous").await,
        Err(Error::Damaged(_))
    ));
}

#[wasm_bindgen_test]
async fn the_quota_and_its_use_are_known() {
    let (store, _) = fresh().await;
    assert!(store.usage().await.unwrap().quota > 0);
    let granted = store.persist().await.unwrap();
    assert_eq!(store.usage().await.unwrap().persisted, granted);
}

#[wasm_bindgen_test]
async fn a_closed_connection_is_opened_again() {
    let (store, site) = with_site().await;
    store.close();
    put(&store, &site.id, "index.html", "home").await;
    store.close();
    assert_eq!(
        text(&store, &site.id, Version::Draft, "/").await.unwrap(),
        "home"
    );
}

#[wasm_bindgen_test]
async fn a_newer_version_of_the_extension_is_not_held_up() {
    let (store, database) = fresh().await;
    // Neither an open connection nor one that nobody uses any more stands in its way.
    drop(Store::open_named(&database).await.unwrap());
    let newer = idb::Factory::new()
        .unwrap()
        .open(&database, Some(1000))
        .unwrap()
        .await
        .unwrap();
    assert!(matches!(store.sites().await, Err(Error::Unavailable(_))));
    newer.close();
}

#[wasm_bindgen_test]
async fn a_full_disk_is_an_error_of_its_own() {
    let exception =
        web_sys::DomException::new_with_message_and_name("no room", "QuotaExceededError").unwrap();
    assert_eq!(Error::from_js(&exception), Error::Full);
    assert_eq!(
        Error::from(idb::Error::DomException(exception.clone())),
        Error::Full
    );
    assert_eq!(
        Error::from(idb::Error::UpdateFailed(exception.into())),
        Error::Full
    );
    let other = web_sys::DomException::new_with_message_and_name("why", "UnknownError").unwrap();
    assert!(
        matches!(Error::from_js(&other), Error::Browser { name, message } if name == "UnknownError" && message == "why")
    );
    assert!(text_of(&blob("x")).await == "x");
}
