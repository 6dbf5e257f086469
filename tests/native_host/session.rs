//! Who is served, what is understood, and how it ends.

use native_messaging::{FailReason, MAX_FROM_BROWSER, NO_CALL, Reply, Request, Standing, VERSION};
use peerserver::extension::{self, CHROMIUM_ID, ExtensionId};

use crate::browser::{Host, chromium_origin, firefox_arguments, free_port, get, health, is_free};

fn hello(version: u16) -> Request {
    Request::Hello {
        version,
        extension_version: "test".to_owned(),
    }
}

fn frame(body: &[u8]) -> Vec<u8> {
    [(body.len() as u32).to_ne_bytes().as_slice(), body].concat()
}

/// The reason of a failure.
#[track_caller]
fn failed(reply: Reply) -> (FailReason, String) {
    match reply {
        Reply::Failed { reason, message } => (reason, message),
        reply => panic!("not failed: {reply:?}"),
    }
}

#[test]
fn it_greets_tells_its_version_and_ends_with_its_stdin() {
    let mut host = Host::start();
    let Reply::Hello {
        version,
        app_version,
        close_notice,
    } = host.ask(hello(VERSION))
    else {
        panic!("no hello")
    };
    assert_eq!(
        (version, app_version.as_str()),
        (VERSION, env!("CARGO_PKG_VERSION"))
    );
    let notice = close_notice.expect("Chromium is told where to post at an unload");
    assert!(notice.starts_with("http://127.0.0.1:"), "{notice}");
    assert_eq!(
        host.ask(Request::Status),
        Reply::Status {
            standing: Standing::Off
        }
    );
    host.close();
    let (status, errors) = host.end();
    assert!(status.success(), "{errors}");
}

#[test]
fn another_version_is_refused_and_nothing_else_done() {
    let mut host = Host::start();
    let (reason, message) = failed(host.ask(hello(VERSION + 1)));
    assert_eq!(reason, FailReason::VersionMismatch);
    assert!(message.contains("update the native host"), "{message}");
    let port = free_port();
    assert_eq!(failed(host.ask_start(port)).0, FailReason::BadRequest);
    assert!(is_free(port));
    // The extension may have been updated in between.
    assert!(matches!(host.ask(hello(VERSION)), Reply::Hello { .. }));
}

#[test]
fn start_runs_a_rendezvous_and_stop_ends_it_and_the_host() {
    let mut host = Host::greeted();
    let port = free_port();
    let gateway = format!("http://localhost:{port}");
    let started = Reply::Started {
        gateway: gateway.clone(),
        port,
        shared: false,
    };
    assert_eq!(host.ask_start(port), started);
    assert_eq!(health(port)["server"], "peerserver");
    assert_eq!(host.ask_start(port), started, "asked twice it goes on");
    let standing = Standing::Running {
        gateway,
        port,
        shared: false,
    };
    assert_eq!(host.ask(Request::Status), Reply::Status { standing });
    assert_eq!(host.ask(Request::Stop), Reply::Stopped);
    let (status, errors) = host.end();
    assert!(status.success(), "{errors}");
    assert!(is_free(port));
}

#[test]
fn another_port_is_moved_to() {
    let mut host = Host::greeted();
    let (first, second) = (free_port(), free_port());
    assert!(matches!(host.ask_start(first), Reply::Started { .. }));
    let Reply::Started { port, .. } = host.ask_start(second) else {
        panic!("not started")
    };
    assert_eq!(port, second);
    assert_eq!(health(second)["server"], "peerserver");
    assert!(is_free(first));
}

#[test]
fn it_ends_with_its_stdin_while_it_serves() {
    let mut host = Host::greeted();
    let port = free_port();
    assert!(matches!(host.ask_start(port), Reply::Started { .. }));
    // An open connection, as of a browser that stays, must not hold it up.
    let _open = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    host.close();
    let (status, errors) = host.end();
    assert!(status.success(), "{errors}");
    assert!(is_free(port));
}

#[cfg(unix)]
#[test]
fn it_ends_on_a_signal_although_its_stdin_is_open() {
    let mut host = Host::greeted();
    let port = free_port();
    assert!(matches!(host.ask_start(port), Reply::Started { .. }));
    host.terminate();
    let (status, errors) = host.end();
    assert!(status.success(), "{errors}");
    assert!(is_free(port));
}

#[test]
fn what_is_not_understood_is_refused_and_the_next_call_answered() {
    let mut host = Host::greeted();
    for (body, want) in [
        (&b""[..], NO_CALL),
        (b"\xff\xfe", NO_CALL),
        (b"[]", NO_CALL),
        (b"{\"id\":9,\"request\":\"dance\"}", 9),
        (b"{\"id\":9,\"request\":\"start\",\"port\":\"x\"}", 9),
        (b"{\"id\":9,\"request\":\"start\",\"port\":0}", 9),
    ] {
        host.write(&frame(body));
        let (id, reply) = host.reply();
        assert_eq!((id, failed(reply).0), (want, FailReason::BadRequest));
    }
    assert_eq!(
        host.ask(Request::Status),
        Reply::Status {
            standing: Standing::Off
        }
    );
}

#[test]
fn the_largest_message_is_read_and_a_larger_one_ends_it() {
    let mut host = Host::greeted();
    let mut largest = b"{\"id\":9,\"request\":\"status\"}".to_vec();
    largest.resize(MAX_FROM_BROWSER as usize, b' ');
    host.write(&frame(&largest));
    assert_eq!(
        host.reply(),
        (
            9,
            Reply::Status {
                standing: Standing::Off
            }
        )
    );
    host.write(&(MAX_FROM_BROWSER + 1).to_ne_bytes());
    let (id, reply) = host.reply();
    assert_eq!(id, NO_CALL);
    let (reason, message) = failed(reply);
    assert_eq!(reason, FailReason::BadRequest);
    assert!(
        message.contains(&(MAX_FROM_BROWSER + 1).to_string()),
        "{message}"
    );
    let (status, errors) = host.end();
    assert!(!status.success(), "{errors}");
}

#[test]
fn text_on_stdin_ends_it() {
    let mut host = Host::start();
    host.write(b"hello, who is there?\n");
    assert_eq!(failed(host.reply().1).0, FailReason::BadRequest);
    assert!(!host.end().0.success());
}

#[test]
fn an_end_inside_of_a_message_is_an_end() {
    let whole = frame(b"{\"id\":9,\"request\":\"status\"}");
    for cut in [1, 4, 5, whole.len() - 1] {
        let mut host = Host::greeted();
        host.write(&whole[..cut]);
        host.close();
        let (status, errors) = host.end();
        assert!(
            status.success() && errors.contains("inside of a message"),
            "cut at {cut}: {errors}"
        );
    }
}

#[test]
fn a_message_may_come_byte_by_byte() {
    let mut host = Host::greeted();
    for byte in frame(b"{\"id\":9,\"request\":\"status\"}") {
        host.write(&[byte]);
    }
    assert_eq!(host.reply().0, 9);
}

#[test]
fn only_our_extension_is_served() {
    let [manifest, _] = firefox_arguments();
    let stranger = format!("chrome-extension://{}/", "p".repeat(32));
    for arguments in [
        &[stranger.as_str()][..],
        &["chrome-extension://"],
        &[manifest, "other@example"],
        &[manifest],
    ] {
        let (status, errors) = Host::start_with(arguments).end();
        assert!(!status.success());
        assert!(errors.contains("is not served"), "{arguments:?}: {errors}");
    }
}

#[test]
fn each_browser_s_arguments_are_understood() {
    let origin = chromium_origin();
    let [manifest, id] = firefox_arguments();
    for arguments in [&[origin.as_str(), "--parent-window=0"][..], &[manifest, id]] {
        let mut host = Host::start_with(arguments);
        assert!(
            matches!(host.ask(hello(VERSION)), Reply::Hello { .. }),
            "{arguments:?}"
        );
    }
}

#[test]
fn its_rendezvous_takes_the_extensions_that_it_serves_itself() {
    const STORE_ID: &str = "abcdefghijklmnopabcdefghijklmnop";
    let data = tempfile::tempdir().unwrap();
    let id = ExtensionId::parse(STORE_ID).unwrap();
    extension::allow(data.path(), &[id].into()).unwrap();
    let mut host = Host::start_in(data, &[&format!("chrome-extension://{STORE_ID}/")]);
    host.ask(hello(VERSION));
    let port = free_port();
    host.ask_start(port);
    for (id, status) in [
        (CHROMIUM_ID, "426"),
        (STORE_ID, "426"),
        ("ponmlkjihgfedcbaponmlkjihgfedcba", "403"),
    ] {
        let origin = format!("Origin: chrome-extension://{id}\r\n");
        // A socket is what it wants, or nothing at all.
        let answer = get(port, "/signal", &origin);
        assert_eq!(answer.split(' ').nth(1), Some(status), "{id}: {answer}");
    }
}
