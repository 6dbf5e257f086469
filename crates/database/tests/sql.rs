//! Statements: what a site may run, and what it may not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::{Access, Cell, Database, Ends, Error, Limits};
use serde_json::json;
use support::{database, limited, random};

fn write(database: &Database, statement: &str) -> Result<database::Rows, Error> {
    database.sql(statement, &[], Access::Write)
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[test]
fn every_kind_of_value_goes_in_and_comes_out() {
    let database = database();
    let values = [
        Cell::Null,
        Cell::Integer(i64::MAX),
        Cell::Real(0.5),
        text("é\0\"'"),
        Cell::Blob(vec![0, 255]),
    ];
    let rows = database
        .sql(
            "select ? as a, ? as b, ? as c, ? as d, ? as e",
            &values,
            Access::Read,
        )
        .unwrap();
    assert_eq!(rows.columns, ["a", "b", "c", "d", "e"]);
    assert_eq!(rows.rows, [values]);
    assert_eq!(
        rows.to_objects()[0],
        *json!({ "a": null, "b": "9223372036854775807", "c": 0.5, "d": "é\0\"'", "e": { "$blob": "AP8=" } }).as_object().unwrap()
    );
    for value in [
        json!(null),
        json!(1),
        json!(0.5),
        json!("x"),
        json!({ "$blob": "AP8=" }),
    ] {
        assert_eq!(Cell::from_json(&value).to_json(), value);
    }
    assert_eq!(
        Cell::from_json(&json!({ "$integer": "-9223372036854775808" })),
        Cell::Integer(i64::MIN)
    );
    for not_one in [
        json!({ "$integer": "9223372036854775808" }),
        json!({ "$integer": 1 }),
        json!({ "$blob": "?" }),
    ] {
        assert_eq!(Cell::from_json(&not_one), text(&not_one.to_string()));
    }
    assert_eq!(Cell::from_json(&json!([1, true])), text("[1,true]"));
    assert_eq!(Cell::from_json(&json!(true)), Cell::Integer(1));
}

#[test]
fn a_site_makes_and_uses_its_own_tables() {
    let database = database();
    for statement in [
        "create table t (id integer primary key autoincrement, name text not null unique, at text default (datetime('now')))",
        "create index t_at on t (at)",
        "create view v as select name from t",
        "create trigger r after insert on t begin update t set name = upper(name) where id = new.id; select 1; end",
        "alter table t add column more text",
        "alter table t rename column more to less",
        "insert into t (name) values ('ann'), ('bob')",
        "analyze",
        "drop trigger r",
        "drop index t_at",
    ] {
        write(&database, statement).unwrap();
    }
    assert_eq!(
        write(&database, "select name from v order by 1")
            .unwrap()
            .rows,
        [[text("ANN")], [text("BOB")]]
    );
    assert_eq!(
        write(&database, "update t set less = 'x'").unwrap().changes,
        2
    );
    assert_eq!(
        write(&database, "delete from t where name = 'ANN' returning id")
            .unwrap()
            .rows,
        [[Cell::Integer(1)]]
    );
    assert!(matches!(
        write(&database, "insert into t (name) values ('BOB')"),
        Err(Error::Duplicate { .. })
    ));
    assert_eq!(
        write(
            &database,
            "select name, type from pragma_table_info('t') where name = 'id'"
        )
        .unwrap()
        .rows
        .len(),
        1
    );
    assert_eq!(
        write(&database, "select name from sqlite_schema where name = 'v'")
            .unwrap()
            .rows
            .len(),
        1
    );
}

#[test]
fn a_collection_is_a_table_whose_documents_are_checked() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    guests
        .insert(&json!({ "id": "a", "name": "Ann" }), &mut random())
        .unwrap();
    let rows = write(&database, "select id, document ->> 'name' from guests").unwrap();
    assert_eq!(rows.rows, [[text("a"), text("Ann")]]);
    write(
        &database,
        "insert into guests (id, document) values ('b', ' {\"name\" : \"Bob\", \"id\": \"z\" } ')",
    )
    .unwrap();
    write(
        &database,
        "insert into guests (id, document) values ('c', ' { } ')",
    )
    .unwrap();
    assert_eq!(
        guests.get("b").unwrap().unwrap(),
        json!({ "id": "b", "name": "Bob" })
    );
    assert_eq!(guests.get("c").unwrap().unwrap(), json!({ "id": "c" }));
    for wrong in ["'x'", "'[]'", "null", "x'00'", "'{a:1}'", "'{\"a\":1,}'"] {
        let statement = format!("insert into guests (id, document) values ('w', {wrong})");
        assert!(write(&database, &statement).is_err(), "{wrong}");
    }
    write(&database, "create table plain (a)").unwrap();
    assert!(matches!(
        database.collection("plain").unwrap().get("a"),
        Err(Error::NotACollection { .. })
    ));
    assert!(matches!(
        database.collection("Guests").unwrap().exists(),
        Ok(true)
    ));
}

#[test]
fn what_reaches_outside_or_inside_is_refused() {
    let database = database();
    write(&database, "create table t (a)").unwrap();
    for statement in [
        "attach ':memory:' as other",
        "attach database 'file:x' as other",
        "detach main",
        "vacuum into 'x'",
        "vacuum",
        "pragma journal_mode = off",
        "pragma writable_schema = on",
        "pragma max_page_count = 1000000000",
        "pragma user_version = 7",
        "pragma hard_heap_limit = 0",
        "pragma integrity_check",
        "select load_extension('x')",
        "select fts3_tokenizer('simple')",
        "create virtual table v using fts5(a)",
        "create virtual table v using dbstat",
        "create temp table v (a)",
        "create temp view v as select 1",
        "begin",
        "commit",
        "rollback",
        "savepoint a",
        "release work",
        "rollback to work",
        "select * from _sessions",
        "select * from \"_SESSIONS\"",
        "select * from main._accounts",
        "select * from [_accounts]",
        "insert into _attempts values (x'00', 1, 1)",
        "delete from _sessions",
        "update _accounts set name = 'x'",
        "drop table _sessions",
        "drop index _sessions_seen",
        "alter table _sessions rename to s",
        "create table _mine (a)",
        "create index _mine on t (a)",
        "create view _v as select 1",
        "create index mine on _sessions (data)",
        "insert into sqlite_schema values ('table', 'x', 'x', 1, '')",
        "update sqlite_schema set sql = 'x'",
        "delete from sqlite_sequence",
        "select * from dbstat",
        "select * from sqlite_dbpage",
        "select * from pragma_journal_mode",
        "select * from sqlite_stmt",
        "reindex nothing",
        "create table t2 as select * from _accounts",
        "insert into t select data from _sessions",
        "with s as (select * from _sessions) select * from s",
        "select (select count(*) from _accounts)",
        "explain select * from _accounts",
    ] {
        let error = write(&database, statement).unwrap_err();
        assert_eq!(error.ends(), Ends::Request, "{statement}: {error}");
        let is_refused = matches!(error, Error::Forbidden { .. } | Error::Statement { .. });
        assert!(is_refused, "{statement}: {error}");
    }
    for statement in [
        "attach ':memory:' as other",
        "begin",
        "select * from _sessions",
        "pragma user_version = 7",
    ] {
        let error = write(&database, statement).unwrap_err();
        assert!(
            matches!(error, Error::Forbidden { .. }),
            "{statement}: {error}"
        );
    }
    assert!(database.check().unwrap().is_empty());
}

#[test]
fn a_view_or_trigger_does_not_get_at_what_its_site_may_not() {
    let database = database();
    write(&database, "create table log (a)").unwrap();
    database
        .collection("guests")
        .unwrap()
        .insert(&json!({ "id": "a" }), &mut random())
        .unwrap();
    let made = [
        "create view spy as select * from _sessions",
        "create trigger spy after insert on guests begin insert into log select data from _sessions; end",
    ];
    for statement in made {
        if write(&database, statement).is_ok() {
            let read = write(&database, "select * from spy").is_ok();
            assert!(!read, "{statement}");
        }
    }
    let _ = database
        .collection("guests")
        .unwrap()
        .insert(&json!({ "id": "b" }), &mut random());
    // The site's own mistake must not take its sessions away.
    let mut session = database.sessions().open(None, 1).unwrap();
    session.data.insert("a".to_owned(), json!(1));
    assert!(
        database
            .sessions()
            .save(&session, 1, &mut random(), false)
            .unwrap()
            .is_some()
    );
    assert!(
        write(&database, "select * from log")
            .unwrap()
            .rows
            .is_empty()
    );
}

#[test]
fn a_statement_that_was_prepared_for_this_crate_is_not_given_to_a_site() {
    let database = database();
    // These run, and are kept prepared.
    database
        .sessions()
        .open(
            Some("peerserver-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            1,
        )
        .unwrap();
    database.accounts().list("", 10).unwrap();
    for statement in [
        "SELECT data, created, seen FROM _sessions WHERE hash = ?",
        "SELECT name, created FROM _accounts WHERE key > ? ORDER BY key LIMIT ?",
    ] {
        let error = database
            .sql(statement, &[Cell::Null, Cell::Null], Access::Write)
            .unwrap_err();
        assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    }
}

#[test]
fn reading_only_is_reading_only() {
    let database = database();
    write(&database, "create table t (a)").unwrap();
    for statement in [
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "drop table t",
        "create table u (a)",
        "create index i on t (a)",
        "alter table t add column b",
        "insert into t values (1) returning a",
    ] {
        assert!(
            database.sql(statement, &[], Access::Read).is_err(),
            "{statement}"
        );
        assert!(
            database.console(statement, Access::Read).is_err(),
            "{statement}"
        );
    }
    database
        .console("insert into t values (1)", Access::Write)
        .unwrap();
    assert!(
        database
            .console("insert into t values (2), (nothing)", Access::Write)
            .is_err()
    );
    assert_eq!(
        database
            .console("select a from t", Access::Read)
            .unwrap()
            .rows,
        [[Cell::Integer(1)]]
    );
}

#[test]
fn one_statement_is_one() {
    let database = database();
    write(&database, "create table t (a)").unwrap();
    assert!(
        write(
            &database,
            "insert into t values (1); insert into t values (2)"
        )
        .is_err()
    );
    assert!(write(&database, "insert into t values (1); ; -- end").is_ok());
    let many = "select 1;".repeat(7_000);
    assert!(matches!(
        write(&database, &many),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!(
        write(&database, "select count(*) from t").unwrap().rows,
        [[Cell::Integer(1)]]
    );
    for nothing in ["", " ", "-- x", ";"] {
        assert!(
            matches!(write(&database, nothing), Err(Error::Statement { .. })),
            "{nothing}"
        );
    }
}

#[test]
fn parameters_and_names_cannot_become_statements() {
    let database = database();
    let hostile = [
        "'; drop table t; --",
        "\" or 1=1 --",
        "x' or 'a'='a",
        "%",
        "\\",
        "$.a",
        "]) or 1",
    ];
    let all = database.collection("all").unwrap();
    let mut random = random();
    for word in hostile {
        all.insert(&json!({ "v": word }), &mut random).unwrap();
        assert_eq!(all.count(&json!({ "v": word })).unwrap(), 1, "{word}");
        let rows = database
            .sql("select ?", &[text(word)], Access::Read)
            .unwrap();
        assert_eq!(rows.rows, [[text(word)]]);
        // As the name of a field, it finds nothing or is refused.
        let mut filter = serde_json::Map::new();
        filter.insert(word.to_owned(), json!("x"));
        assert!(
            matches!(
                all.count(&json!(filter)),
                Ok(0) | Err(Error::Name { .. } | Error::Filter { .. })
            ),
            "{word}"
        );
        assert!(
            all.find(&json!({}))
                .unwrap()
                .sort(word, database::Direction::Up)
                .map_or(true, |find| find.documents().is_ok())
        );
        let _ = all.index(&[word], false);
    }
    all.insert(&json!({ "id": "q", "it's": 1 }), &mut random)
        .unwrap();
    assert_eq!(all.count(&json!({ "it's": 1 })).unwrap(), 1);
    all.index(&["it's"], true).unwrap();
}

#[test]
fn sizes_over_the_limits_are_refused() {
    let database = limited(Limits {
        result_rows: 10,
        result_bytes: 10_000,
        document_bytes: 1_000,
        ..Limits::default()
    });
    let rows = |count: u32| {
        format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n limit {count}) select i from n"
        )
    };
    assert_eq!(write(&database, &rows(10)).unwrap().rows.len(), 10);
    for statement in [
        rows(11),
        "select hex(zeroblob(6000))".to_owned(),
        "select zeroblob(100000000)".to_owned(),
        format!("select '{}'", "x".repeat(70_000)),
        format!("select {}1", "1+".repeat(1_000)),
        format!("select 1 {}", "union select 1 ".repeat(100)),
        format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000)),
    ] {
        let error = write(&database, &statement).unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { .. } | Error::Statement { .. }),
            "{error}"
        );
    }
    write(&database, "create table t (a)").unwrap();
    let returned = "insert into t with recursive n(i) as (select 1 union all select i + 1 from n limit 11) select i from n returning a";
    assert!(matches!(
        write(&database, returned),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!(
        write(&database, "select count(*) from t").unwrap().rows,
        [[Cell::Integer(0)]]
    );
    let all = database.collection("all").unwrap();
    assert!(matches!(
        all.insert(&json!({ "t": "x".repeat(1_000) }), &mut random()),
        Err(Error::TooLarge { .. })
    ));
    let mut random = random();
    (0..11).for_each(|_| drop(all.insert(&json!({}), &mut random).unwrap()));
    assert!(matches!(
        all.find(&json!({})).unwrap().documents(),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!(
        all.find(&json!({}))
            .unwrap()
            .limit(10)
            .documents()
            .unwrap()
            .len(),
        10
    );
}

#[test]
fn the_number_of_tables_is_bounded() {
    let database = database();
    let error = (0..database::limits::TABLES).find_map(|n| {
        database
            .collection(&format!("c{n}"))
            .unwrap()
            .put("a", &json!({}))
            .err()
    });
    assert!(matches!(error, Some(Error::TooLarge { .. })));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let database = database();
    let error = write(&database, "select 1,\n  2 frm t")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("near \"t\"") && error.contains("line 2, column 9"),
        "{error}"
    );
    let error = write(&database, "select * from guests")
        .unwrap_err()
        .to_string();
    assert!(error.contains("no such table: guests"), "{error}");
    let error = database
        .sql("select ?", &[], Access::Read)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("wants 1 parameters, and 0 were given"),
        "{error}"
    );
}
