//! Requests to a fixture site and what must come back, from the files in `cases/`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use site::{Body, FilePath, Folder, MemoryStorage, Request, Response, Settings, Storage, respond};

const MODIFIED_MS: u64 = 1_700_000_000_000;

fn fixture() -> MemoryStorage {
    let mut storage = MemoryStorage::new();
    for (path, text) in [
        ("index.html", "home"),
        ("docs/index.html", "docs"),
        ("a b/index.html", "space"),
        ("a b/ü.txt", "umlaut"),
        ("app.mjs", "export {}"),
        ("a.wasm", "\0asm"),
        ("100%.txt", "percent"),
        ("both", "file"),
        ("both/index.html", "folder"),
        ("digits.txt", "0123456789"),
        ("empty.txt", ""),
    ] {
        storage.insert(
            &FilePath::parse(path).unwrap(),
            text.as_bytes(),
            MODIFIED_MS,
        );
    }
    let licence = FilePath::parse("LICENSE").unwrap();
    storage.insert_typed(&licence, *b"free", "text/x-licence", MODIFIED_MS);
    storage
}

/// Everything here answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future that waits"),
    }
}

fn body(response: &Response<Arc<[u8]>>) -> String {
    let bytes = match &response.body {
        Body::Empty => Vec::new(),
        Body::Bytes(bytes) => bytes.clone(),
        Body::Stored { handle, range } => handle[range.start as usize..range.end as usize].to_vec(),
    };
    String::from_utf8(bytes).unwrap()
}

fn run(case: &str) {
    let mut lines = case.lines().filter(|l| !l.starts_with('#'));
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let (mut request, mut settings) = (Request::new(method, path), Settings::default());
    let mut checks = Vec::new();
    for line in lines {
        if let Some((name, value)) = line.strip_prefix("> ").and_then(|l| l.split_once(':')) {
            request = request.with(name, value.trim());
        } else if let Some(file) = line.strip_prefix("single-page: ") {
            settings.single_page_fallback = Some(file.into());
        } else {
            checks.push(line);
        }
    }
    let response = now(respond(&fixture(), &settings, &request));
    assert!(!checks.is_empty(), "nothing is checked in:\n{case}");
    for check in checks {
        if let Some((name, value)) = check.strip_prefix("< ").and_then(|l| l.split_once(':')) {
            assert_eq!(
                response.header(name).unwrap_or_default(),
                value.trim(),
                "{name} in:\n{case}"
            );
        } else if let Some(expected) = check.strip_prefix('=') {
            match expected.strip_suffix('…') {
                Some(start) => assert!(
                    body(&response).starts_with(start.trim()),
                    "body in:\n{case}"
                ),
                None => assert_eq!(body(&response), expected.trim(), "body in:\n{case}"),
            }
        } else {
            assert_eq!(
                response.status,
                check.parse::<u16>().unwrap(),
                "status in:\n{case}"
            );
        }
    }
}

fn run_all(cases: &str) {
    let mut count = 0;
    for case in cases
        .split("\n\n")
        .filter(|c| c.lines().any(|l| !l.starts_with('#')))
    {
        run(case.trim_end());
        count += 1;
    }
    assert!(count > 3);
}

#[test]
fn paths() {
    run_all(include_str!("cases/paths.txt"));
}

#[test]
fn methods() {
    run_all(include_str!("cases/methods.txt"));
}

#[test]
fn missing() {
    run_all(include_str!("cases/missing.txt"));
}

#[test]
fn conditions() {
    run_all(include_str!("cases/conditions.txt"));
}

#[test]
fn the_built_in_page_says_what_is_missing_and_runs_nothing() {
    let request = Request::new("GET", "/no/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert_eq!(
        now(respond(&fixture(), &Settings::default(), &request)).status,
        400
    );
    let request = Request::new("GET", "/no/%3Cimg%20onerror=x%3E");
    let response = now(respond(&fixture(), &Settings::default(), &request));
    assert_eq!(response.status, 404);
    assert!(body(&response).contains("/no/&lt;img onerror=x&gt;"));
    assert!(
        response
            .header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(
        response.header("content-length").unwrap(),
        body(&response).len().to_string()
    );
}

#[test]
fn the_sites_own_404_page_keeps_its_status() {
    let mut storage = fixture();
    storage.insert(&FilePath::parse("404.html").unwrap(), *b"lost", MODIFIED_MS);
    let request = Request::new("GET", "/missing")
        .with("range", "bytes=0-1")
        .with("if-none-match", "*");
    let response = now(respond(&storage, &Settings::default(), &request));
    assert_eq!((response.status, body(&response).as_str()), (404, "lost"));
    assert_eq!(
        response.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let response = now(respond(
        &storage,
        &Settings::default(),
        &Request::new("GET", "/404.html"),
    ));
    assert_eq!(response.status, 200);
}

#[test]
fn a_target_that_is_too_long_is_refused_with_its_status() {
    let request = Request::new("GET", format!("/{}", "a".repeat(9000)));
    assert_eq!(
        now(respond(&fixture(), &Settings::default(), &request)).status,
        414
    );
}

#[test]
fn a_storage_that_fails_is_an_error_page() {
    struct Broken;
    impl Storage for Broken {
        type Handle = ();
        type Error = &'static str;
        async fn find(&self, _: &[String]) -> Result<Option<site::Found<()>>, &'static str> {
            Err("the disk <is> gone")
        }
        fn normal_forms(&self, path: &str) -> [String; 2] {
            [path.to_owned(), path.to_owned()]
        }
    }
    let response = now(respond(
        &Broken,
        &Settings::default(),
        &Request::new("GET", "/"),
    ));
    assert_eq!(response.status, 500);
    let Body::Bytes(bytes) = response.body else {
        panic!("no page")
    };
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("the disk &lt;is&gt; gone")
    );
}

#[test]
fn a_folder_serves_what_is_in_it_and_nothing_beside_it() {
    let mut storage = MemoryStorage::new();
    for path in ["public/index.html", "public/a/b.css", "site.json", "b.css"] {
        storage.insert(&FilePath::parse(path).unwrap(), *b"text", MODIFIED_MS);
    }
    let folder = Folder::new(storage, "public/");
    let get = |path| {
        now(respond(
            &folder,
            &Settings::default(),
            &Request::new("GET", path),
        ))
    };
    assert_eq!(get("/").status, 200);
    let response = get("/a/b.css");
    assert_eq!(response.status, 200);
    assert_eq!(
        response.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(get("/a").status, 404);
    for beside in ["/site.json", "/b.css", "/public/index.html"] {
        assert_eq!(get(beside).status, 404, "{beside}");
    }
}

/// What a site of one file answers.
fn answer(file: &str, target: &str) -> Response<Arc<[u8]>> {
    let mut storage = MemoryStorage::new();
    storage.insert(&FilePath::parse(file).unwrap(), *b"found", 1_000);
    let request = Request::new("GET", target);
    now(respond(&storage, &Settings::default(), &request))
}

#[test]
fn index_htm_serves_its_folder_where_there_is_no_index_html() {
    for (file, target, status) in [
        ("index.htm", "/", 200),
        ("docs/index.htm", "/docs/", 200),
        ("docs/index.htm", "/docs", 301),
        ("index.htm/a", "/", 404),
    ] {
        assert_eq!(answer(file, target).status, status, "{file} {target}");
    }
    let mut storage = MemoryStorage::new();
    for file in ["index.htm", "index.html"] {
        storage.insert(&FilePath::parse(file).unwrap(), file.as_bytes(), 1_000);
    }
    let request = Request::new("GET", "/");
    let response = now(respond(&storage, &Settings::default(), &request));
    assert_eq!(body(&response), "index.html");
}

#[test]
fn a_file_is_found_under_the_other_normal_form_of_its_name() {
    let (composed, decomposed) = ("caf\u{e9}/\u{fc}.txt", "cafe\u{301}/u\u{308}.txt");
    for (file, asked) in [(composed, decomposed), (decomposed, composed)] {
        let target = FilePath::parse(asked).unwrap().url_path();
        let response = answer(file, &target);
        assert_eq!(
            (response.status, body(&response)),
            (200, "found".to_owned())
        );
        let expected = "text/plain; charset=utf-8";
        assert_eq!(response.header("content-type"), Some(expected));
        assert!(response.header("etag").is_some());
    }
    assert_eq!(answer("u\u{308}/index.html", "/%C3%BC").status, 301);
    assert_eq!(answer("u\u{308}/index.html", "/%C3%BC/").status, 200);
    // The one that was asked for comes first, and no other name is alike.
    let mut storage = MemoryStorage::new();
    for file in [composed, decomposed] {
        storage.insert(&FilePath::parse(file).unwrap(), file.as_bytes(), 1_000);
    }
    for file in [composed, decomposed] {
        let target = FilePath::parse(file).unwrap().url_path();
        let request = Request::new("GET", target.as_str());
        let response = now(respond(&storage, &Settings::default(), &request));
        assert_eq!(body(&response), file);
    }
    assert_eq!(answer("\u{fb01}.txt", "/fi.txt").status, 404);
}
