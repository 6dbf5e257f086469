//! A request is a transaction.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::{Access, Database, Error, Limits};
use serde_json::json;
use support::{database, limited, random};

fn count(database: &Database) -> u64 {
    database
        .collection("all")
        .unwrap()
        .count(&json!({}))
        .unwrap()
}

fn insert(database: &Database) -> Result<String, Error> {
    database
        .collection("all")
        .unwrap()
        .insert(&json!({ "text": "x".repeat(1_000) }), &mut random_once())
}

fn random_once() -> impl FnMut(&mut [u8]) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    move |bytes: &mut [u8]| {
        let call = CALLS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes
            .iter_mut()
            .rev()
            .zip(call.iter().rev())
            .for_each(|(byte, digit)| *byte = *digit);
    }
}

#[test]
fn what_is_committed_stays_and_what_is_rolled_back_does_not() {
    let database = database();
    database.begin().unwrap();
    insert(&database).unwrap();
    database.commit().unwrap();
    database.begin().unwrap();
    insert(&database).unwrap();
    database
        .collection("made")
        .unwrap()
        .index(&["a"], false)
        .unwrap();
    assert_eq!(count(&database), 2);
    database.rollback().unwrap();
    assert_eq!(count(&database), 1);
    assert!(!database.collection("made").unwrap().exists().unwrap());
}

#[test]
fn transactions_begin_and_end_in_turn() {
    let database = database();
    assert!(matches!(database.commit(), Err(Error::Transaction(_))));
    database.rollback().unwrap();
    database.begin().unwrap();
    assert!(database.in_transaction());
    assert!(matches!(database.begin(), Err(Error::Transaction(_))));
    database.commit().unwrap();
    assert!(!database.in_transaction());
}

#[test]
fn after_a_failed_statement_the_transaction_goes_on() {
    let database = database();
    database.begin().unwrap();
    insert(&database).unwrap();
    assert!(
        database
            .sql("select * from nothing", &[], Access::Write)
            .is_err()
    );
    insert(&database).unwrap();
    database.commit().unwrap();
    assert_eq!(count(&database), 2);
}

#[test]
fn a_full_database_says_so_and_keeps_what_it_had() {
    let database = limited(Limits {
        database_bytes: 400_000,
        ..Limits::default()
    });
    database.begin().unwrap();
    insert(&database).unwrap();
    database.commit().unwrap();
    database.begin().unwrap();
    let error = loop {
        if let Err(error) = insert(&database) {
            break error;
        }
    };
    assert_eq!(error, Error::Full { limit: 400_000 });
    database.rollback().unwrap();
    assert_eq!(count(&database), 1);
    database.begin().unwrap();
    insert(&database).unwrap();
    database.commit().unwrap();
    assert_eq!(count(&database), 2);
    assert!(database.check().unwrap().is_empty());
}

#[test]
fn nothing_runs_outside_of_a_transaction_that_was_undone() {
    let database = limited(Limits {
        steps: 100_000,
        ..Limits::default()
    });
    database
        .sql("create table t (a integer)", &[], Access::Write)
        .unwrap();
    database.begin().unwrap();
    insert(&database).unwrap();
    let endless = "insert into t with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
    assert!(matches!(
        database.sql(endless, &[], Access::Write),
        Err(Error::Exhausted { .. })
    ));
    assert_eq!(insert(&database), Err(Error::Undone));
    assert_eq!(database.commit(), Err(Error::Undone));
    assert_eq!(count(&database), 0);
    assert_eq!(
        database
            .sql("select count(*) from t", &[], Access::Read)
            .unwrap()
            .rows[0][0],
        database::Cell::Integer(0)
    );
}

#[test]
fn a_transaction_has_its_steps_and_the_next_has_its_own() {
    let database = limited(Limits {
        steps: 200_000,
        ..Limits::default()
    });
    let loops = "with recursive n(i) as (select 1 union all select i + 1 from n limit 5000) select max(i) from n";
    database.begin().unwrap();
    let stopped = (0..100).find_map(|_| database.sql(loops, &[], Access::Read).err());
    assert!(matches!(stopped, Some(Error::Exhausted { .. })));
    database.rollback().unwrap();
    database.begin().unwrap();
    database.sql(loops, &[], Access::Read).unwrap();
    database.commit().unwrap();
}

#[test]
fn a_statement_ends_when_time_is_up() {
    let connection = database::rusqlite::Connection::open_in_memory().unwrap();
    let mut looks = 0;
    let database = Database::open(connection, Limits::default(), move || {
        looks += 1;
        looks > 100
    })
    .unwrap();
    let endless =
        "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
    let error = database.sql(endless, &[], Access::Read).unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
}

#[test]
fn the_random_bytes_of_a_test_differ() {
    let mut random = random();
    let (mut one, mut other) = ([0; 8], [0; 8]);
    random(&mut one);
    random(&mut other);
    assert_ne!(one, other);
}
