//! A database that an older version of the extension left.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::IntoFuture;

use common::{file, fresh, name, paths, put, text};
use idb::{DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use js_sys::{Object, Reflect};
use store::{LogEntry, LogLevel, Store, Version};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What version 1 had.
const STORES: [&str; 5] = ["sites", "keys", "files", "blobs", "settings"];

/// Fields of records that came later.
const NEW_FIELDS: [&str; 3] = ["own", "ownFiles", "ownFilesLimit"];

/// All keys and values of the object stores of version 1.
async fn contents(database: &idb::Database) -> Vec<(Vec<JsValue>, Vec<JsValue>)> {
    let tx = database
        .transaction(&STORES, TransactionMode::ReadOnly)
        .unwrap();
    let mut all = Vec::new();
    for store in STORES {
        let store = tx.object_store(store).unwrap();
        let keys = store.get_all_keys(None, None).unwrap().into_future();
        let values = store.get_all(None, None).unwrap().into_future();
        let (keys, values) = futures_util::future::join(keys, values).await;
        all.push((keys.unwrap(), values.unwrap()));
    }
    all
}

/// Makes a database of version 1 with what another one has.
async fn version_1(like: &str, called: &str) {
    let factory = Factory::new().unwrap();
    let model = factory.open(like, None).unwrap().await.unwrap();
    let contents = contents(&model).await;
    model.close();
    let mut request = factory.open(called, Some(1)).unwrap();
    request.on_upgrade_needed(|event| {
        for store in STORES {
            event
                .database()
                .unwrap()
                .create_object_store(store, ObjectStoreParams::new())
                .unwrap();
        }
    });
    let old = request.await.unwrap();
    let tx = old
        .transaction(&STORES, TransactionMode::ReadWrite)
        .unwrap();
    for (store, (keys, values)) in STORES.into_iter().zip(&contents) {
        let store = tx.object_store(store).unwrap();
        for (key, value) in keys.iter().zip(values) {
            if let Some(record) = value.dyn_ref::<Object>() {
                for field in NEW_FIELDS {
                    Reflect::delete_property(record, &field.into()).unwrap();
                }
            }
            store.put(value, Some(key)).unwrap();
        }
    }
    tx.await.unwrap();
    old.close();
}

#[wasm_bindgen_test]
async fn a_database_of_version_1_is_upgraded_with_all_that_it_has() {
    let (model, model_name) = fresh().await;
    let site = model.create_site(&name("house")).await.unwrap();
    put(&model, &site.id, "routes/a.js", "a").await;
    put(&model, &site.id, "public/index.html", "home").await;
    let site = model.publish(&site.id).await.unwrap();
    put(&model, &site.id, "public/index.html", "new home").await;
    model.put_setting("port", &8890).await.unwrap();
    let called = format!("{model_name}-1");
    version_1(&model_name, &called).await;

    let store = Store::open_named(&called).await.unwrap();
    assert_eq!(store.sites().await.unwrap(), model.sites().await.unwrap());
    assert_eq!(store.sign(&site.id, b"x").await.unwrap().len(), 64);
    assert_eq!(store.get_setting::<u16>("port").await.unwrap(), Some(8890));
    for (version, word) in [(Version::Live, "home"), (Version::Draft, "new home")] {
        let found = text(&store, &site.id, version, "/public/index.html").await;
        assert_eq!(found.unwrap(), word);
    }
    assert_eq!(store.collect_garbage().await, Ok(0));

    // What is new works with what is old.
    assert_eq!(
        store.live_code().await.unwrap().get(&site.id).copied(),
        site.live_version
    );
    store
        .write_own(&site.id, &file("public/index.html", "own"), u64::MAX)
        .await
        .unwrap();
    for version in [Version::Live, Version::Draft] {
        let found = text(&store, &site.id, version, "/public/index.html").await;
        assert_eq!(found.unwrap(), "own");
        assert_eq!(paths(&store, &site.id, version).await.len(), 2);
    }
    assert_eq!(store.collect_garbage().await, Ok(0), "both homes were left");
    store.set_own_files_limit(&site.id, Some(4)).await.unwrap();
    let full = Err(store::Error::OwnFilesFull { limit: 4 });
    let written = store
        .write_own(&site.id, &file("public/a", "ab"), u64::MAX)
        .await;
    assert_eq!(written, full, "what was written before is counted");
    let entry = LogEntry {
        time: 1,
        level: LogLevel::Info,
        route: String::new(),
        message: "hello".to_owned(),
        incident: None,
        at: None,
        stack: String::new(),
    };
    store
        .append_log(&site.id, std::slice::from_ref(&entry))
        .await
        .unwrap();
    assert_eq!(store.log(&site.id).await.unwrap(), [entry]);
}
