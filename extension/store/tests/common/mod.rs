//! What the tests share: databases of their own, blobs, and interrupted futures.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use identity::SiteName;
use js_sys::{Array, Uint8Array};
use site::{Body, FilePath, Request, Response, Settings, respond};
use store::{NewFile, Site, SiteId, Store, Version};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A database that no other test uses.
pub async fn fresh() -> (Store, String) {
    let name = format!("test-{}", (js_sys::Math::random() * 1e15) as u64);
    (Store::open_named(&name).await.unwrap(), name)
}

pub async fn with_site() -> (Store, Site) {
    let (store, _) = fresh().await;
    let site = store.create_site(&name("house")).await.unwrap();
    (store, site)
}

pub fn name(text: &str) -> SiteName {
    SiteName::parse(text).unwrap()
}

pub fn path(text: &str) -> FilePath {
    FilePath::parse(text).unwrap()
}

pub fn blob(text: &str) -> Blob {
    Blob::new_with_str_sequence(&Array::of1(&text.into())).unwrap()
}

pub fn blob_of_bytes(bytes: &[u8]) -> Blob {
    Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).unwrap()
}

pub fn file(at: &str, text: &str) -> NewFile {
    NewFile {
        path: path(at),
        blob: blob(text),
        media_type: String::new(),
        sha256: None,
    }
}

pub async fn put(store: &Store, site: &SiteId, at: &str, text: &str) {
    store
        .put_file(site, &path(at), &blob(text), "")
        .await
        .unwrap();
}

pub async fn text_of(blob: &Blob) -> String {
    JsFuture::from(blob.text())
        .await
        .unwrap()
        .as_string()
        .unwrap()
}

/// The answer to a GET from a version of a site.
pub async fn get(store: &Store, site: &SiteId, version: Version, at: &str) -> Response<Blob> {
    respond(
        &store.live_files(site, version),
        &Settings::default(),
        &Request::new("GET", at),
    )
    .await
}

/// The text of the answer, or its status if it is not 200.
pub async fn text(store: &Store, site: &SiteId, version: Version, at: &str) -> Result<String, u16> {
    let response = get(store, site, version, at).await;
    match response.body {
        Body::Stored { handle, range } if response.status == 200 => {
            assert_eq!(range, 0..handle.size() as u64);
            Ok(text_of(&handle).await)
        }
        _ => Err(response.status),
    }
}

pub async fn paths(store: &Store, site: &SiteId, version: Version) -> Vec<String> {
    store
        .files(site, version)
        .await
        .unwrap()
        .into_iter()
        .map(|file| file.path)
        .collect()
}

/// Runs a future until it has been polled so often, then drops it; `None` if it had not ended by then.
pub async fn interrupted<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut count = 0;
    poll_fn(|cx| {
        count += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if count >= polls => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
