//! Limits that hold whatever a handler does: its time, and what it writes.

mod common;

use std::time::Duration;

use common::Site;
use script::Platform;

/// How long a request of this handler had the thread.
fn took(body: &str, limits: &str) -> (Duration, Site) {
    let mut site = Site::with_limits(body, limits);
    site.sandbox.prepare();
    let began = site.clock.now();
    let answer = site.get("/");
    let took = site.clock.now() - began;
    assert!(answer.status >= 500, "{body}: {:?}", site.log);
    (took, site)
}

#[test]
fn a_handler_that_takes_memory_for_ever_has_no_more_time_than_another() {
    for body in [
        "for (;;) new Uint8Array(1e6)",
        "for (;;) { try { new Uint8Array(1e6) } catch { } }",
        "for (;;) new Array(1e5).fill(0)",
        "for (;;) 'x'.repeat(1e6)",
        "const bytes = new Uint8Array(4e6); for (;;) bytes.slice()",
        "const text = 'x'.repeat(1e6); for (let i = 0; ; i++) (text + i).split('')",
        "for (;;) JSON.stringify(new Array(1e5).fill(1))",
        "for (;;) await new Blob([new Uint8Array(1e6)]).arrayBuffer()",
        "const bytes = new Uint8Array(2e6); for (;;) crypto.subtle.digest('SHA-512', bytes)",
        "const all = []; for (;;) all.push(new Array(1000).fill(all.length))",
    ] {
        let (took, site) = took(body, r#"{"cpuMs": 150, "memoryMiB": 16}"#);
        let most = Duration::from_millis(1_000);
        assert!(took < most, "{body}: {took:?} {:?}", site.log);
    }
}

#[test]
fn random_numbers_come_from_the_platform_and_not_from_the_time() {
    let code = "return Array.from({ length: 200 }, () => Math.random())";
    let texts: Vec<_> = (0..2).map(|_| common::result(code)).collect();
    // Each platform of a test gives the same bytes; the time was another.
    assert_eq!(texts[0], texts[1]);
    let mut site = Site::handler(code);
    let numbers = |site: &mut Site| -> Vec<f64> {
        let text = site.get("/").text();
        text.trim_matches(['[', ']'])
            .split(',')
            .filter_map(|number| number.parse().ok())
            .collect()
    };
    let (one, other) = (numbers(&mut site), numbers(&mut site));
    assert_eq!(one.len(), 200);
    assert!(one.iter().all(|number| (0.0..1.0).contains(number)));
    assert!(one.iter().all(|number| !other.contains(number)));
    let mean = one.iter().sum::<f64>() / 200.0;
    assert!((0.4..0.6).contains(&mean), "{mean}");
}

#[test]
fn what_a_request_writes_into_files_is_bounded() {
    let limits = r#"{"fileWritesMiB": 3, "cpuMs": 10000}"#;
    let (_, site) = took(
        "for (let i = 0; ; i++) await context.files.write(`public/${i}`, new Uint8Array(2 ** 20))",
        limits,
    );
    assert_eq!(site.files.borrow().len(), 3);
    let message = &site.log[0].message;
    assert!(message.contains("limits.fileWritesMiB"), "{message}");
    let (_, site) = took(
        "for (let i = 0; ; i++) await context.files.write(`public/${i}`, '')",
        limits,
    );
    let most = script::limits::FILE_CHANGES as usize;
    assert_eq!(site.files.borrow().len(), most);
    let message = &site.log[0].message;
    assert!(message.contains("at most 1000 files"), "{message}");
}
