//! One visitor cannot have all of what a site shares out: places, streams, the database, time for passwords.

mod common;

use std::time::Duration;

use common::{Site, of};
use script::{Input, RequestHead};

const ECHO: &str = "return (await request.text()) || 'nothing'";

fn get(id: &str, network: &str) -> RequestHead {
    of(id, network, RequestHead::new("GET", "/"))
}

fn post(id: &str, network: &str) -> RequestHead {
    of(id, network, RequestHead::new("POST", "/"))
}

/// How many of these were answered with a status.
fn count(site: &Site, ids: &[u64], status: u16) -> usize {
    let same = ids.iter().filter(|id| site.answer(**id).status == status);
    same.count()
}

#[test]
fn a_visitor_whose_bodies_never_come_keeps_nobody_else_waiting() {
    let mut site = Site::handler(ECHO);
    let held: Vec<_> = (0..8)
        .map(|_| site.start_unfinished(post("a", "n")))
        .collect();
    let other = site.start(get("b", "m"));
    assert_eq!(site.answer(other).text(), "nothing");
    assert_eq!(count(&site, &held, 0), 8);
    // Nor by coming again and again from one place.
    for n in 0..8 {
        site.start_unfinished(post(&n.to_string(), "n"));
    }
    let other = site.start(get("c", "m"));
    assert_eq!(site.answer(other).text(), "nothing");
}

#[test]
fn a_visitor_who_streams_much_leaves_streams_for_others() {
    let mut site = Site::with_limits("return context.events.stream('a')", r#"{"streams": 16}"#);
    let own: Vec<_> = (0..8).map(|_| site.start(get("a", "n"))).collect();
    assert_eq!((count(&site, &own, 200), count(&site, &own, 503)), (4, 4));
    let near: Vec<_> = (0..8)
        .map(|n| site.start(get(&n.to_string(), "n")))
        .collect();
    assert_eq!(count(&site, &near, 200), 4);
    let other = site.start(get("b", "m"));
    assert_eq!(site.answer(other).status, 200);
}

#[test]
fn a_visitor_who_asks_too_much_at_once_leaves_room_in_the_queue() {
    let mut site = Site::with_limits(
        "await new Promise((resolve) => setTimeout(resolve, 1000)); return 'done'",
        r#"{"concurrency": 2, "queue": 8}"#,
    );
    let own: Vec<_> = (0..8).map(|_| site.start(get("a", "n"))).collect();
    assert_eq!(count(&site, &own, 503), 5, "one runs and two wait");
    let others: Vec<_> = (0..3)
        .map(|n| site.start(get(&n.to_string(), "m")))
        .collect();
    assert_eq!(count(&site, &others, 503), 0);
    site.pass(Duration::from_secs(10));
    assert_eq!(count(&site, &others, 200), 3);
    assert_eq!(count(&site, &own, 200), 3);
}

#[test]
fn a_request_whose_body_is_silent_gives_its_place_to_who_waits() {
    let mut site = Site::with_limits(ECHO, r#"{"concurrency": 2}"#);
    let silent = site.start_unfinished(post("a", "n"));
    site.pass(Duration::from_secs(10));
    assert_eq!(site.answer(silent).status, 0, "nobody else wants its place");
    let busy = site.start_unfinished(post("b", "m"));
    site.input(busy, Input::Body(vec![b'x'; 8 * 1024]));
    let other = site.start(get("c", "o"));
    assert_eq!(site.answer(silent).status, 408);
    assert_eq!(site.answer(other).text(), "nothing");
    assert_eq!(site.answer(busy).status, 0);
    assert!(
        site.messages()[0].contains("others waited"),
        "{:?}",
        site.log
    );
}

#[test]
fn a_body_that_trickles_is_silent_too() {
    let mut site = Site::with_limits(ECHO, r#"{"concurrency": 1}"#);
    let slow = site.start_unfinished(post("a", "n"));
    let other = site.start(get("b", "m"));
    for _ in 0..4 {
        site.pass(Duration::from_secs(1));
        site.input(slow, Input::Body(b"x".to_vec()));
    }
    assert_eq!(site.answer(other).status, 0);
    site.pass(Duration::from_secs(2));
    assert_eq!(site.answer(slow).status, 408);
    assert_eq!(site.answer(other).text(), "nothing");
}

#[test]
fn a_visitor_who_logs_in_again_and_again_does_not_take_the_time_of_the_others() {
    let mut site = Site::with_limits(
        "const { accounts } = context;
         if (request.url.endsWith('create')) return await accounts.create('eve', 'correct horse');
         return await accounts.login('eve', 'correct horse') ? 'in' : 'out'",
        r#"{"cpuMs": 10000}"#,
    );
    let create = of("e", "n", RequestHead::new("GET", "/create"));
    assert_eq!(site.ask(create).status, 200, "{:?}", site.log);
    // Each time by another connection, with the right password, which no counter of wrong ones counts.
    let answers: Vec<_> = (0..40)
        .map(|n| site.ask(get(&n.to_string(), "n")).status)
        .collect();
    let refused = answers.iter().filter(|status| **status == 429).count();
    assert!(
        answers[..15].iter().all(|status| *status == 200),
        "{answers:?}"
    );
    assert!(refused >= 10, "{answers:?}");
    let last = site.log.last().unwrap();
    assert!(
        last.message.contains("too many log-ins at once"),
        "{last:?}"
    );
    assert_eq!(site.ask(get("b", "m")).text(), "in");
    site.pass(Duration::from_secs(60));
    assert_eq!(site.ask(get("e", "n")).text(), "in");
}
