//! The same store in a service worker, where the web server runs.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{put, text, with_site};
use store::Version;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

#[wasm_bindgen_test]
async fn a_service_worker_keeps_signs_and_serves_sites() {
    let (store, site) = with_site().await;
    put(&store, &site.id, "index.html", "from the worker").await;
    store.publish(&site.id).await.unwrap();
    assert_eq!(
        text(&store, &site.id, Version::Live, "/").await.unwrap(),
        "from the worker"
    );
    assert_eq!(store.sign(&site.id, b"so it is").await.unwrap().len(), 64);
}

#[wasm_bindgen_test]
async fn a_service_worker_reads_the_quota_though_it_cannot_request_persistence() {
    let (store, _) = with_site().await;
    let usage = store.usage().await.unwrap();
    assert!(usage.quota > 0);
    assert_eq!(store.persist().await.unwrap(), usage.persisted);
}
