//! What a site remembers of its visitors.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::{Database, Error, Session, limits};
use serde_json::json;
use support::{database, random};

const NOW: u64 = 1_800_000_000;

fn with(data: serde_json::Value, session: &mut Session) {
    session.data = data.as_object().unwrap().clone();
}

/// The `Cookie` header of a browser that was given this.
fn cookie(set: &str) -> String {
    set.split(';').next().unwrap().to_owned()
}

/// Begins a session with data, and gives the cookie.
fn begin(
    database: &Database,
    data: serde_json::Value,
    random: &mut impl FnMut(&mut [u8]),
    now: u64,
) -> String {
    let sessions = database.sessions();
    let mut session = sessions.open(None, now).unwrap();
    assert!(session.is_new());
    with(data, &mut session);
    cookie(
        &sessions
            .save(&session, now, random, false)
            .unwrap()
            .unwrap(),
    )
}

#[test]
fn a_session_is_what_it_was_at_the_next_request() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let cookie = begin(&database, json!({ "user": "ann" }), &mut random, NOW);
    let mut session = sessions
        .open(Some(&format!("a=b; {cookie}")), NOW + 5)
        .unwrap();
    assert!(!session.is_new());
    assert_eq!(session.data["user"], "ann");
    with(json!({ "user": "ann", "count": 2 }), &mut session);
    assert_eq!(
        sessions
            .save(&session, NOW + 5, &mut random, false)
            .unwrap(),
        None
    );
    assert_eq!(
        sessions.open(Some(&cookie), NOW + 6).unwrap().data["count"],
        2
    );
}

#[test]
fn the_cookie_is_seen_by_no_script_and_no_other_site() {
    let database = database();
    let sessions = database.sessions();
    let mut session = sessions.open(None, NOW).unwrap();
    with(json!({ "a": 1 }), &mut session);
    let set = sessions
        .save(&session, NOW, &mut random(), true)
        .unwrap()
        .unwrap();
    for part in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Secure",
        "; Max-Age=",
    ] {
        assert!(set.contains(part), "{set}");
    }
    let token = cookie(&set);
    assert!(token.len() >= "peerserver-session=".len() + 43, "{set}");
}

#[test]
fn a_visitor_of_whom_nothing_is_remembered_gets_no_cookie() {
    let database = database();
    let session = database.sessions().open(None, NOW).unwrap();
    assert_eq!(
        database
            .sessions()
            .save(&session, NOW, &mut random(), false)
            .unwrap(),
        None
    );
    assert_eq!(database.sessions().count().unwrap(), 0);
}

#[test]
fn a_token_that_was_not_given_out_is_never_taken_up() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let real = begin(&database, json!({ "user": "ann" }), &mut random, NOW);
    let name = "peerserver-session";
    let token = real.split_once('=').unwrap().1;
    let others = begin(&database, json!({ "user": "bob" }), &mut random, NOW);
    for header in [
        String::new(),
        format!("{name}="),
        format!("{name}={}", "A".repeat(43)),
        format!("{name}={}", &token[1..]),
        format!("{name}={token}A"),
        format!("{name}=\"{token}\""),
        format!("{name}={}", token.to_uppercase()),
        format!("{name}={token}, {name}={token}x"),
        format!("{name}%3D{token}"),
        format!("{}={token}", name.to_uppercase()),
        format!("x{name}={token}"),
        format!("{real}; {others}"),
        format!("{real}; {name}=; {name}={}", "A".repeat(43)),
        format!("{name}=' or 1=1 --"),
    ] {
        let session = sessions.open(Some(&header), NOW).unwrap();
        assert!(session.is_new() && session.data.is_empty(), "{header}");
    }
    // What it sends is not what it gets: nobody can choose a token for somebody else.
    let chosen = format!("{name}={}", "A".repeat(43));
    let mut session = sessions.open(Some(&chosen), NOW).unwrap();
    with(json!({ "user": "eve" }), &mut session);
    let given = cookie(
        &sessions
            .save(&session, NOW, &mut random, false)
            .unwrap()
            .unwrap(),
    );
    assert_ne!(given, chosen);
    assert!(sessions.open(Some(&chosen), NOW).unwrap().is_new());
}

#[test]
fn neither_token_nor_data_of_another_can_be_read_from_the_database() {
    let database = database();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random(), NOW);
    let token = cookie.split_once('=').unwrap().1;
    let bytes = data_encoding::BASE64URL_NOPAD
        .decode(token.as_bytes())
        .unwrap();
    let rows = database
        .sql(
            "select count(*) from sqlite_schema where sql like '%token%'",
            &[],
            database::Access::Read,
        )
        .unwrap();
    assert_eq!(rows.rows[0][0], database::Cell::Integer(0));
    assert_eq!(bytes.len(), 32);
    assert!(
        database
            .sql("select hash from _sessions", &[], database::Access::Read)
            .is_err()
    );
}

#[test]
fn a_renewed_session_has_another_token_and_the_old_one_is_worthless() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let old = begin(&database, json!({ "a": 1 }), &mut random, NOW);
    let mut session = sessions.open(Some(&old), NOW).unwrap();
    session.data.insert("user".to_owned(), json!("ann"));
    session.renew();
    let new = cookie(
        &sessions
            .save(&session, NOW, &mut random, false)
            .unwrap()
            .unwrap(),
    );
    assert_ne!(old, new);
    assert!(sessions.open(Some(&old), NOW).unwrap().is_new());
    assert_eq!(
        sessions.open(Some(&new), NOW).unwrap().data,
        *json!({ "a": 1, "user": "ann" }).as_object().unwrap()
    );
    assert_eq!(sessions.count().unwrap(), 1);
}

#[test]
fn a_destroyed_session_is_gone_and_its_cookie_taken_back() {
    let database = database();
    let sessions = database.sessions();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random(), NOW);
    let mut session = sessions.open(Some(&cookie), NOW).unwrap();
    session.destroy();
    let set = sessions
        .save(&session, NOW, &mut random(), false)
        .unwrap()
        .unwrap();
    assert!(set.contains("Max-Age=0"), "{set}");
    assert!(sessions.open(Some(&cookie), NOW).unwrap().is_new());
    assert_eq!(sessions.count().unwrap(), 0);
}

#[test]
fn a_session_ends_when_it_is_not_used_and_at_last_anyway() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random, NOW);
    assert!(
        sessions
            .open(Some(&cookie), NOW + limits::SESSION_IDLE_SECONDS + 1)
            .unwrap()
            .is_new()
    );
    let mut now = NOW;
    while now < NOW + limits::SESSION_SECONDS {
        let session = sessions.open(Some(&cookie), now).unwrap();
        assert!(!session.is_new());
        sessions.save(&session, now, &mut random, false).unwrap();
        now += limits::SESSION_IDLE_SECONDS - 1;
    }
    assert!(
        sessions
            .open(Some(&cookie), NOW + limits::SESSION_SECONDS + 1)
            .unwrap()
            .is_new()
    );
}

#[test]
fn a_session_that_is_too_large_is_refused_and_the_old_one_kept() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random, NOW);
    let mut session = sessions.open(Some(&cookie), NOW).unwrap();
    with(
        json!({ "a": "x".repeat(limits::SESSION_BYTES) }),
        &mut session,
    );
    assert!(matches!(
        sessions.save(&session, NOW, &mut random, false),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!(sessions.open(Some(&cookie), NOW).unwrap().data["a"], 1);
}

#[test]
fn a_crowd_of_newcomers_does_not_push_out_who_comes_back() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let regular = begin(&database, json!({ "user": "ann" }), &mut random, NOW);
    let later = NOW + limits::SESSION_NOTE_SECONDS;
    let session = sessions.open(Some(&regular), later).unwrap();
    sessions.save(&session, later, &mut random, false).unwrap();
    database.begin().unwrap();
    let first = begin(&database, json!({ "a": 0 }), &mut random, later);
    for _ in 0..limits::SESSIONS {
        begin(&database, json!({ "a": 1 }), &mut random, later + 1);
    }
    database.commit().unwrap();
    assert_eq!(sessions.count().unwrap(), limits::SESSIONS as u64);
    assert!(!sessions.open(Some(&regular), later + 2).unwrap().is_new());
    assert!(sessions.open(Some(&first), later + 2).unwrap().is_new());
}

#[test]
fn a_session_of_a_request_that_was_rolled_back_is_not_there() {
    let database = database();
    database.begin().unwrap();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random(), NOW);
    database.rollback().unwrap();
    assert!(
        database
            .sessions()
            .open(Some(&cookie), NOW)
            .unwrap()
            .is_new()
    );
}

/// Saves a session with another value for a key.
fn change(database: &Database, mut session: Session, key: &str, value: serde_json::Value) {
    session.data.insert(key.to_owned(), value);
    let set = database
        .sessions()
        .save(&session, NOW, &mut random(), false);
    assert_eq!(set.unwrap(), None);
}

#[test]
fn a_session_that_was_destroyed_or_renewed_meanwhile_does_not_come_back() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    for end in [Session::destroy, Session::renew] {
        let cookie = begin(&database, json!({ "account": "ann" }), &mut random, NOW);
        let slow = sessions.open(Some(&cookie), NOW).unwrap();
        let mut other = sessions.open(Some(&cookie), NOW).unwrap();
        end(&mut other);
        sessions.save(&other, NOW, &mut random, false).unwrap();
        let count = sessions.count().unwrap();
        change(&database, slow, "a", json!(1));
        assert!(sessions.open(Some(&cookie), NOW).unwrap().is_new());
        assert_eq!(sessions.count().unwrap(), count);
    }
}

#[test]
fn a_slow_request_cannot_renew_what_was_destroyed_meanwhile() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let old = begin(&database, json!({ "account": "ann" }), &mut random, NOW);
    let mut slow = sessions.open(Some(&old), NOW).unwrap();
    let mut other = sessions.open(Some(&old), NOW).unwrap();
    other.destroy();
    sessions.save(&other, NOW, &mut random, false).unwrap();
    slow.data.insert("b".to_owned(), json!(2));
    slow.renew();
    let set = sessions.save(&slow, NOW + 5, &mut random, false).unwrap();
    let new = sessions
        .open(Some(&cookie(&set.unwrap())), NOW + 5)
        .unwrap();
    assert_eq!(new.data, *json!({ "b": 2 }).as_object().unwrap());
}

#[test]
fn two_requests_that_change_different_keys_of_a_session_lose_nothing() {
    let database = database();
    let sessions = database.sessions();
    let mut random = random();
    let data = json!({ "a": 1, "b": 1, "c": 1, "d": 1 });
    let cookie = begin(&database, data, &mut random, NOW);
    let one = sessions.open(Some(&cookie), NOW).unwrap();
    let mut two = sessions.open(Some(&cookie), NOW).unwrap();
    change(&database, one, "a", json!(2));
    two.data.remove("b");
    two.data.insert("e".to_owned(), json!(2));
    change(&database, two, "d", json!(2));
    let now = sessions.open(Some(&cookie), NOW).unwrap().data;
    let expected = json!({ "a": 2, "c": 1, "d": 2, "e": 2 });
    assert_eq!(serde_json::Value::Object(now), expected);
}

#[test]
fn of_two_changes_of_one_key_of_a_session_the_later_counts() {
    let database = database();
    let sessions = database.sessions();
    let cookie = begin(&database, json!({ "a": 1 }), &mut random(), NOW);
    let one = sessions.open(Some(&cookie), NOW).unwrap();
    let two = sessions.open(Some(&cookie), NOW).unwrap();
    change(&database, two, "a", json!(2));
    change(&database, one, "a", json!(3));
    assert_eq!(sessions.open(Some(&cookie), NOW).unwrap().data["a"], 3);
}
