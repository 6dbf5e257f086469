//! What is read from an object, and what is not: it may come from a site's page or a site's code.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use js_sys::{Array, JSON, Uint8Array};
use messages::Message;
use messages::bridge::FromBridge;
use messages::file::FileOperation;
use messages::object::{Pairs, Passed};
use messages::site_box::{FinalStatus, FromBox, RequestEvent};
use messages::site_worker::{FromSiteWorker, Initiator, ToSiteWorker};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn read<T: Message>(json: &str) -> Option<T> {
    T::read(&JSON::parse(json).unwrap())
}

#[wasm_bindgen_test]
fn what_is_no_message_is_not_read() {
    let values = ["null", "-1", "0.5", "1e300", "\"1\"", "[1]", "{}", "true"];
    for (kind, field) in [("alive", "memory"), ("running", "id")] {
        for value in values {
            let json = format!(r#"{{"kind":"{kind}","{field}":{value}}}"#);
            assert!(read::<FromBox>(&json).is_none(), "{json}");
        }
    }
    for json in [
        "null",
        "7",
        r#""alive""#,
        "[]",
        "{}",
        r#"{"kind":["alive"],"memory":1}"#,
        r#"{"kind":"ready","routes":{}}"#,
        r#"{"kind":"failed"}"#,
        r#"{"kind":"log","entry":"{}"}"#,
        r#"{"kind":"log","entry":"["}"#,
        r#"{"kind":"answer","id":1}"#,
        r#"{"kind":"visit","id":1}"#,
        r#"{"kind":"request","id":1}"#,
        r#"{"kind":"request","id":1,"event":{}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":101,"headers":[],"end":true}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":70000,"headers":[],"end":true}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":200,"headers":["odd"],"end":true}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":200,"headers":["a",1],"end":true}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":200,"headers":{"length":2},"end":true}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"responseBody","bytes":[1,2]}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"responseBody","bytes":{"length":9}}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"file","ticket":4294967296,"operation":{"kind":"read","path":"a"}}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"file","ticket":1,"operation":{"kind":"run","path":"a"}}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"file","ticket":1,"operation":{"kind":"read"}}}"#,
        r#"{"kind":"request","id":1,"event":{"kind":"file","ticket":1,"operation":{"kind":"write","path":"a","maxTotal":1}}}"#,
    ] {
        assert!(read::<FromBox>(json).is_none(), "{json}");
    }
}

#[wasm_bindgen_test]
fn what_a_message_has_is_read() {
    assert!(matches!(
        read(r#"{"kind":"alive","memory":1}"#),
        Some(FromBox::Alive { memory: 1 })
    ));
    let response = read(
        r#"{"kind":"request","id":1,"event":{"kind":"response","status":200,"headers":["a","b"],"end":true,"more":1}}"#,
    );
    let Some(FromBox::Request {
        id: 1,
        event:
            RequestEvent::Response {
                status: FinalStatus(200),
                headers,
                bytes: None,
                end: true,
            },
    }) = response
    else {
        panic!("{response:?}");
    };
    assert_eq!(headers, Pairs::from_iter([("a", "b")]));
    let list = read(
        r#"{"kind":"request","id":1,"event":{"kind":"file","ticket":2,"operation":{"kind":"list","prefix":""}}}"#,
    );
    assert!(matches!(
        list,
        Some(FromBox::Request {
            id: 1,
            event: RequestEvent::File {
                ticket: 2,
                operation: FileOperation::List { .. }
            }
        })
    ));
}

#[wasm_bindgen_test]
fn a_text_that_is_too_long_is_not_read() {
    let location = |title: usize| {
        let title = "a".repeat(title);
        read(&format!(
            r#"{{"peerserver":"location","path":"/","title":"{title}"}}"#
        ))
    };
    assert!(matches!(location(1024), Some(FromBridge::Location { .. })));
    assert!(location(1025).is_none());
    let kind = "a".repeat(100_000);
    assert!(read::<FromBridge>(&format!(r#"{{"peerserver":"{kind}"}}"#)).is_none());
}

#[wasm_bindgen_test]
fn what_is_written_is_read_again_and_bytes_are_transferred() {
    let bytes = Uint8Array::from(&[1, 2, 3][..]);
    let transfer = Array::new();
    let body = ToSiteWorker::ResponseBody {
        id: 7,
        bytes: bytes.clone(),
    };
    let written = body.write(&transfer);
    assert_eq!(transfer.length(), 1);
    assert!(js_sys::Object::is(&transfer.get(0), &bytes.buffer()));
    let Some(ToSiteWorker::ResponseBody { id: 7, bytes }) = ToSiteWorker::read(&written) else {
        panic!("{written:?}");
    };
    assert_eq!(bytes.to_vec(), [1, 2, 3]);

    let request = FromSiteWorker::Request {
        id: 1,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        headers: Pairs::from_iter([("a", "b")]),
        body: false,
        initiator: Some(Initiator::Form),
        cookies: Passed::new(Array::of2(&"a".into(), &"b".into())),
    };
    let written = request.write(&transfer);
    let json = String::from(JSON::stringify(&written).unwrap());
    assert_eq!(
        json,
        r#"{"kind":"request","id":1,"method":"GET","path":"/","headers":["a","b"],"body":false,"initiator":"form","cookies":["a","b"]}"#
    );
    assert!(FromSiteWorker::read(&written).is_some());
}
