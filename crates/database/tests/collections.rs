//! What collections of documents do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::{Collection, Direction, Error};
use serde_json::{Value, json};
use support::{database, random};

fn insert(collection: &Collection<'_>, documents: &[Value]) {
    let mut random = random();
    for document in documents {
        collection.insert(document, &mut random).unwrap();
    }
}

/// The values of `n` of the documents that a filter describes.
fn numbers(collection: &Collection<'_>, filter: Value) -> Vec<i64> {
    let documents = collection.find(&filter).unwrap().documents().unwrap();
    documents
        .iter()
        .map(|document| document["n"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_document_is_got_by_its_id() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    let id = guests
        .insert(
            &json!({ "name": "Ann", "tags": ["a"], "id": null }),
            &mut random(),
        )
        .unwrap();
    assert_eq!(
        guests.get(&id).unwrap(),
        Some(json!({ "name": "Ann", "tags": ["a"], "id": id }))
    );
    assert_eq!(
        guests
            .insert(&json!({ "id": "bob" }), &mut random())
            .unwrap(),
        "bob"
    );
    assert_eq!(guests.get("bob").unwrap(), Some(json!({ "id": "bob" })));
    assert_eq!(guests.get("nobody").unwrap(), None);
    assert_eq!(guests.get_text("bob").unwrap().unwrap(), "{\"id\":\"bob\"}");
}

#[test]
fn a_collection_that_is_not_there_is_empty() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    assert!(!guests.exists().unwrap());
    assert_eq!(guests.get("x").unwrap(), None);
    assert_eq!(guests.count(&json!({})).unwrap(), 0);
    assert_eq!(guests.find(&json!({})).unwrap().text().unwrap(), "[]");
    assert_eq!(guests.update(&json!({}), &json!({ "a": 1 })).unwrap(), 0);
    assert_eq!(guests.delete(&json!({})).unwrap(), 0);
    guests.drop().unwrap();
    assert!(!guests.exists().unwrap());
}

#[test]
fn every_operator_of_a_filter_finds_what_it_says() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(
        &all,
        &[
            json!({ "n": 0, "v": 1 }),
            json!({ "n": 1, "v": 2.5 }),
            json!({ "n": 2, "v": "Zug" }),
            json!({ "n": 3, "v": true }),
            json!({ "n": 4, "v": null }),
            json!({ "n": 5 }),
            json!({ "n": 6, "v": [1, "Zug", null] }),
            json!({ "n": 7, "v": { "w": "deep" } }),
            json!({ "n": 8, "v": "1" }),
        ],
    );
    for (filter, found) in [
        (json!({}), vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (json!({ "v": 1 }), vec![0]),
        (json!({ "v": 1.0 }), vec![0]),
        (json!({ "v": "1" }), vec![8]),
        (json!({ "v": true }), vec![3]),
        (json!({ "v": false }), vec![]),
        (json!({ "v": null }), vec![4, 5]),
        (json!({ "v.w": "deep" }), vec![7]),
        (json!({ "v": { "$eq": 2.5 } }), vec![1]),
        (json!({ "v": { "$ne": 1 } }), vec![1, 2, 3, 4, 5, 6, 7, 8]),
        (json!({ "v": { "$gt": 1 } }), vec![1]),
        (json!({ "v": { "$gte": 1, "$lt": 2.5 } }), vec![0]),
        (json!({ "v": { "$lte": 2.5 } }), vec![0, 1]),
        (json!({ "v": { "$gt": "2" } }), vec![2]),
        (
            json!({ "v": { "$in": [1, "Zug", null] } }),
            vec![0, 2, 4, 5],
        ),
        (json!({ "v": { "$in": [] } }), vec![]),
        (
            json!({ "v": { "$nin": [1, "Zug", null] } }),
            vec![1, 3, 6, 7, 8],
        ),
        (
            json!({ "v": { "$exists": true } }),
            vec![0, 1, 2, 3, 4, 6, 7, 8],
        ),
        (json!({ "v": { "$exists": false } }), vec![5]),
        (json!({ "v": { "$like": "z%G" } }), vec![2]),
        (json!({ "v": { "$like": "_" } }), vec![8]),
        (json!({ "v": { "$contains": "Zug" } }), vec![6]),
        (json!({ "v": { "$contains": null } }), vec![6]),
        (json!({ "v": { "$contains": true } }), vec![]),
        (
            json!({ "v": { "$not": { "$gt": 1 } } }),
            vec![0, 2, 3, 4, 5, 6, 7, 8],
        ),
        (json!({ "$not": { "v": { "$exists": true } } }), vec![5]),
        (
            json!({ "$or": [{ "v": 1 }, { "n": { "$gt": 7 } }] }),
            vec![0, 8],
        ),
        (json!({ "$or": [] }), vec![]),
        (
            json!({ "$and": [{ "n": { "$gt": 2 } }, { "n": { "$lt": 5 } }] }),
            vec![3, 4],
        ),
    ] {
        assert_eq!(numbers(&all, filter.clone()), found, "{filter}");
        assert_eq!(all.count(&filter).unwrap(), found.len() as u64, "{filter}");
    }
}

#[test]
fn the_id_is_asked_for_like_a_field() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(
        &all,
        &[
            json!({ "id": "a", "n": 0 }),
            json!({ "id": "b", "n": 1 }),
            json!({ "id": "c", "n": 2 }),
        ],
    );
    assert_eq!(numbers(&all, json!({ "id": "b" })), [1]);
    assert_eq!(
        numbers(&all, json!({ "id": { "$in": ["a", "c"] } })),
        [0, 2]
    );
    assert_eq!(numbers(&all, json!({ "id": { "$gte": "b" } })), [1, 2]);
    assert_eq!(numbers(&all, json!({ "id": null })), [] as [i64; 0]);
    assert_eq!(
        numbers(&all, json!({ "id": { "$contains": "a" } })),
        [] as [i64; 0]
    );
}

#[test]
fn documents_are_sorted_limited_and_passed_over() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(
        &all,
        &[
            json!({ "n": 3, "s": "b" }),
            json!({ "n": 1, "s": "a" }),
            json!({ "n": 2, "s": "b" }),
            json!({ "n": 0 }),
        ],
    );
    let sorted = |fields: &[(&str, Direction)], limit: u64, skip: u64| {
        let mut find = all.find(&json!({})).unwrap().limit(limit).skip(skip);
        for (field, direction) in fields {
            find = find.sort(field, *direction).unwrap();
        }
        find.documents()
            .unwrap()
            .iter()
            .map(|document| document["n"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(sorted(&[], 10, 0), [3, 1, 2, 0]);
    assert_eq!(sorted(&[("n", Direction::Up)], 10, 0), [0, 1, 2, 3]);
    assert_eq!(sorted(&[("n", Direction::Down)], 2, 1), [2, 1]);
    assert_eq!(
        sorted(&[("s", Direction::Up), ("n", Direction::Down)], 10, 0),
        [0, 1, 3, 2]
    );
    assert_eq!(sorted(&[], 0, 0), [] as [i64; 0]);
    let first = all
        .find(&json!({}))
        .unwrap()
        .sort("n", Direction::Up)
        .unwrap()
        .skip(1)
        .first()
        .unwrap()
        .unwrap();
    assert_eq!(first["n"], 1);
}

#[test]
fn an_update_changes_what_its_filter_describes() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(
        &all,
        &[
            json!({ "id": "a", "n": 1, "deep": { "x": 1 } }),
            json!({ "id": "b", "n": 2, "list": [1, 2] }),
        ],
    );
    assert_eq!(
        all.update(&json!({ "n": 1 }), &json!({ "name": "Ann", "deep.y": 2 }))
            .unwrap(),
        1
    );
    assert_eq!(
        all.get("a").unwrap().unwrap(),
        json!({ "id": "a", "n": 1, "name": "Ann", "deep": { "x": 1, "y": 2 } })
    );
    let change = json!({ "$set": { "a.b": 1 }, "$unset": { "name": 1, "deep.x": 1, "zz.y": 1 }, "$inc": { "n": 2, "new": 0.5 }, "$push": { "list": 3 }, "$pull": { "list": 1, "none": 1 } });
    assert_eq!(all.update(&json!({}), &change).unwrap(), 2);
    assert_eq!(
        all.get("a").unwrap().unwrap(),
        json!({ "id": "a", "n": 3, "new": 0.5, "a": { "b": 1 }, "deep": { "y": 2 }, "list": [3] })
    );
    assert_eq!(
        all.get("b").unwrap().unwrap(),
        json!({ "id": "b", "n": 4, "new": 0.5, "a": { "b": 1 }, "list": [2, 3] })
    );
}

#[test]
fn an_update_of_more_than_fit_at_once_changes_each_one_time() {
    let database = database();
    let all = database.collection("all").unwrap();
    let documents: Vec<_> = (0..1_000).map(|_| json!({ "n": 0 })).collect();
    insert(&all, &documents);
    assert_eq!(
        all.update(
            &json!({ "n": { "$lt": 5 } }),
            &json!({ "$inc": { "n": 1 } })
        )
        .unwrap(),
        1_000
    );
    assert_eq!(all.count(&json!({ "n": 1 })).unwrap(), 1_000);
}

#[test]
fn an_update_that_fails_in_the_middle_changes_nothing() {
    let database = database();
    let all = database.collection("all").unwrap();
    all.index(&["email"], true).unwrap();
    insert(
        &all,
        &[json!({ "n": 1 }), json!({ "n": "x" }), json!({ "n": 2 })],
    );
    assert!(matches!(
        all.update(&json!({}), &json!({ "$inc": { "n": 1 } })),
        Err(Error::Change { .. })
    ));
    assert!(matches!(
        all.update(&json!({}), &json!({ "email": "same" })),
        Err(Error::Duplicate { .. })
    ));
    assert_eq!(all.count(&json!({ "n": 1 })).unwrap(), 1);
    assert_eq!(all.count(&json!({ "email": "same" })).unwrap(), 0);
}

#[test]
fn unique_values_are_refused_twice_and_missing_ones_are_not() {
    let database = database();
    let all = database.collection("all").unwrap();
    all.index(&["email"], true).unwrap();
    all.index(&["email"], true).unwrap();
    insert(
        &all,
        &[
            json!({ "email": "a" }),
            json!({}),
            json!({}),
            json!({ "email": null }),
            json!({ "id": "x" }),
        ],
    );
    let again = all
        .insert(&json!({ "email": "a" }), &mut random())
        .unwrap_err();
    assert_eq!(
        again,
        Error::Duplicate {
            collection: "all".to_owned(),
            field: "email".to_owned()
        }
    );
    let again = all
        .insert(&json!({ "id": "x" }), &mut random())
        .unwrap_err();
    assert_eq!(
        again,
        Error::Duplicate {
            collection: "all".to_owned(),
            field: "id".to_owned()
        }
    );
    let others = database.collection("others").unwrap();
    insert(&others, &[json!({ "a": 1 }), json!({ "a": 1 })]);
    assert!(matches!(
        others.index(&["a"], true),
        Err(Error::Duplicate { .. })
    ));
}

#[test]
fn a_question_for_an_indexed_field_uses_the_index() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(&all, &[json!({ "age": 1 })]);
    all.index(&["age"], false).unwrap();
    // What `find({age: 1}).sort("age")` runs.
    let plan = database
        .sql(
            "EXPLAIN QUERY PLAN SELECT id, document FROM \"all\" WHERE ((json_extract(document, '$.\"age\"') = 1 \
             AND json_type(document, '$.\"age\"') IN ('integer', 'real')))",
            &[],
            database::Access::Read,
        )
        .unwrap();
    assert!(
        format!("{plan:?}").contains("USING INDEX all.age"),
        "{plan:?}"
    );
}

#[test]
fn a_document_is_put_in_place_of_another() {
    let database = database();
    let all = database.collection("all").unwrap();
    all.put("a", &json!({ "n": 1, "id": "other" })).unwrap();
    all.put("a", &json!({ "m": 2 })).unwrap();
    assert_eq!(
        all.find(&json!({})).unwrap().documents().unwrap(),
        [json!({ "m": 2, "id": "a" })]
    );
}

#[test]
fn documents_and_filters_that_are_none_are_refused_with_what_to_do() {
    let database = database();
    let all = database.collection("all").unwrap();
    insert(&all, &[json!({ "n": 1 })]);
    for document in [
        json!(1),
        json!([]),
        json!("x"),
        json!(null),
        json!({ "id": 1 }),
        json!({ "id": "" }),
    ] {
        assert!(all.insert(&document, &mut random()).is_err(), "{document}");
    }
    for (filter, hint) in [
        (json!([]), "write an object"),
        (json!({ "a": [1] }), "`$in`"),
        (json!({ "a": { "b": 1 } }), "`address.city`"),
        (json!({ "a": {} }), "`address.city`"),
        (json!({ "$where": "1" }), "`$and`, `$or` and `$not`"),
        (json!({ "a": { "$regex": "x" } }), "`$eq $ne"),
        (json!({ "a": { "$gt": true } }), "numbers and texts"),
        (json!({ "a": { "$in": 1 } }), "list of values"),
        (json!({ "$or": {} }), "list of filters"),
        (json!({ "a..b": 1 }), "dots"),
        (json!({ "a\"b": 1 }), "quotes"),
        (json!({ "": 1 }), "dots"),
    ] {
        let error = all.count(&filter).unwrap_err().to_string();
        assert!(error.contains(hint), "{filter}: {error}");
    }
    for change in [
        json!([]),
        json!({ "$set": 1 }),
        json!({ "$inc": { "n": "x" } }),
        json!({ "$rename": { "n": "m" } }),
        json!({ "a": 1, "$set": {} }),
        json!({ "id": "x" }),
        json!({ "n.x": 1 }),
        json!({ "$push": { "n": 1 } }),
    ] {
        assert!(
            matches!(all.update(&json!({}), &change), Err(Error::Change { .. })),
            "{change}"
        );
    }
    for name in [
        "",
        "1a",
        "_sessions",
        "a b",
        "a\"",
        "a.b",
        "sqlite_x",
        "ü",
        &"x".repeat(1_000),
    ] {
        assert!(
            matches!(database.collection(name), Err(Error::Name { .. })),
            "{name}"
        );
    }
}
