//! Whatever a visitor sends, the engine asks the storage for paths of files only, and never panics.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use site::target::Target;
use site::{FileMeta, FilePath, Found, Request, Settings, Storage, respond};
use unicode_normalization::UnicodeNormalization;

/// Has every file, and remembers what it was asked for.
#[derive(Default)]
struct Everything {
    asked: RefCell<Vec<String>>,
    /// Which of the candidates exist: the first after so many.
    skip: usize,
}

impl Storage for Everything {
    type Handle = ();
    type Error = std::convert::Infallible;

    fn normal_forms(&self, path: &str) -> [String; 2] {
        [path.nfc().collect(), path.nfd().collect()]
    }

    async fn find(&self, candidates: &[String]) -> Result<Option<Found<()>>, Self::Error> {
        self.asked.borrow_mut().extend_from_slice(candidates);
        Ok(candidates.get(self.skip).map(|path| Found {
            meta: FileMeta {
                path: path.clone(),
                media_type: path.clone(),
                size: 10,
                revision: path.clone(),
                modified_ms: u64::MAX,
            },
            handle: (),
        }))
    }
}

fn raw_target() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/".to_owned()),
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just("%2e".to_owned()),
        Just("%2F".to_owned()),
        Just("%5c".to_owned()),
        Just("\\".to_owned()),
        Just("%00".to_owned()),
        Just("%25".to_owned()),
        Just("%".to_owned()),
        Just("?".to_owned()),
        Just("#".to_owned()),
        Just("%c3%bc".to_owned()),
        Just("%ff".to_owned()),
        "[a-z]{1,3}",
        "\\PC",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        Just("range"),
        Just("if-range"),
        Just("if-none-match"),
        Just("if-modified-since"),
        Just("accept"),
        Just("if-match"),
    ];
    (
        name.prop_map(String::from),
        prop_oneof!["bytes=[0-9]{0,25}-[0-9]{0,25}", "\\PC{0,20}", "text/html"],
    )
}

proptest! {
    #[test]
    fn only_paths_inside_the_site_are_looked_up(
        raw in prop_oneof![raw_target(), any::<String>()],
        headers in proptest::collection::vec(header(), 0..4),
        skip in 0usize..4,
    ) {
        let storage = Everything { skip, ..Everything::default() };
        let request = Request { method: "GET".into(), path: raw.clone(), headers };
        let settings = Settings { single_page_fallback: Some("index.html".into()) };
        let response = match pin!(respond(&storage, &settings, &request)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response,
            Poll::Pending => panic!("a future that waits"),
        };
        for path in storage.asked.borrow().iter() {
            prop_assert!(path.split('/').all(|s| s != "." && s != ".."), "{raw:?} → {path:?}");
            prop_assert!(!path.chars().any(|c| c == '\\' || c.is_control()), "{raw:?} → {path:?}");
        }
        for (name, value) in &response.headers {
            prop_assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{name}: {value:?}");
        }
        if let Some(location) = response.header("location") {
            // A browser reads `\` as `/` in a path, and leaves it alone in a query.
            let path = location.split('?').next().unwrap_or_default();
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'), "{location}");
            // It leads where it was meant to: the same path, as a folder.
            let there = Target::parse(location).unwrap();
            let here = Target::parse(&raw).unwrap();
            prop_assert_eq!(there.path(), here.path());
            prop_assert!(there.is_directory());
        }
    }

    #[test]
    fn every_legal_path_is_reached_by_its_url(path in "[^/\\\\\\pC]{1,8}(/[^/\\\\\\pC]{1,8}){0,3}") {
        if let Ok(path) = FilePath::parse(&path) {
            let url = path.url_path();
            prop_assert!(url.is_ascii());
            let target = Target::parse(&url).unwrap();
            prop_assert_eq!(target.path(), path.as_str());
        }
    }

    #[test]
    fn parsing_a_path_never_panics_and_keeps_its_promise(path in any::<String>()) {
        if let Ok(parsed) = FilePath::parse(&path) {
            prop_assert_eq!(parsed.as_str(), &path);
            prop_assert!(path.split('/').all(|s| !s.is_empty() && s != "." && s != ".."));
        }
    }
}
