//! Data out and in again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use database::transfer::{Import, Position};
use database::{Collection, Error};
use serde_json::{Value, json};
use support::{database, random};

/// The collection's file, in parts of about so many bytes.
fn export(collection: &Collection<'_>, about_bytes: usize) -> String {
    let mut file = String::new();
    let mut from = Some(Position::START);
    while let Some(position) = from {
        let part = collection.export(position, about_bytes).unwrap();
        file.push_str(&part.text);
        from = part.next;
    }
    file
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    let one = database();
    let guests = one.collection("guests").unwrap();
    let mut random = random();
    for number in 0..50 {
        guests
            .insert(&json!({ "number": number, "text": "é\n\"" }), &mut random)
            .unwrap();
    }
    let file = export(&guests, 300);
    assert_eq!(file, export(&guests, usize::MAX));
    assert_eq!(file.lines().count(), 52, "a document a line");
    let other = database();
    let again = other.collection("guests").unwrap();
    assert_eq!(
        again
            .import("data/guests.json", &file, Import::Seed, &mut random)
            .unwrap(),
        50
    );
    let all =
        |collection: &Collection<'_>| collection.find(&json!({})).unwrap().documents().unwrap();
    assert_eq!(all(&again), all(&guests));
    assert_eq!(
        other.collections().unwrap(),
        [("guests".parse().unwrap(), 50)]
    );
}

#[test]
fn an_empty_collection_is_an_empty_list() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&export(&guests, 100)).unwrap(),
        json!([])
    );
    guests
        .import("data/guests.json", "[]", Import::Seed, &mut random())
        .unwrap();
    assert!(guests.exists().unwrap());
}

#[test]
fn a_seed_is_only_what_a_site_begins_with() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    let mut random = random();
    let mut import = |file: &str, how| guests.import("data/guests.json", file, how, &mut random);
    assert_eq!(
        import("[{\"id\": \"a\", \"n\": 1}]", Import::Seed).unwrap(),
        1
    );
    assert_eq!(import("[{\"id\": \"b\"}]", Import::Seed).unwrap(), 0);
    assert_eq!(
        import("[{\"id\": \"a\", \"n\": 2}, {\"n\": 3}]", Import::Merge).unwrap(),
        2
    );
    assert_eq!(guests.get("a").unwrap().unwrap()["n"], 2);
    assert_eq!(guests.count(&json!({})).unwrap(), 2);
    assert_eq!(import("[{\"id\": \"c\"}]", Import::Replace).unwrap(), 1);
    assert_eq!(guests.count(&json!({})).unwrap(), 1);
}

#[test]
fn a_file_that_is_wrong_changes_nothing_and_says_where() {
    let database = database();
    let guests = database.collection("guests").unwrap();
    guests.put("a", &json!({})).unwrap();
    for (file, hint) in [
        ("", "line 1"),
        ("{}", "list of documents"),
        ("[\n{},\n{]", "line 3"),
        ("[{}] x", "line 1"),
        ("[{}, 1]", "write an object"),
        ("[{\"id\": \"x\"}, {\"id\": \"x\"}]", "the same id"),
    ] {
        let error = guests
            .import("data/guests.json", file, Import::Replace, &mut random())
            .unwrap_err();
        assert!(error.to_string().contains(hint), "{error}");
        assert_eq!(
            matches!(error, Error::Import { .. }),
            error.to_string().starts_with("data/guests.json")
        );
        assert!(guests.get("a").unwrap().is_some());
    }
}
