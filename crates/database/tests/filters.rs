//! Filters find what a plain reading of them finds, with and without indexes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{database, random};

/// Whether a document is what a filter describes, read plainly.
fn matches(document: &Value, filter: &Value) -> bool {
    filter
        .as_object()
        .unwrap()
        .iter()
        .all(|(name, value)| match name.as_str() {
            "$and" => value
                .as_array()
                .unwrap()
                .iter()
                .all(|filter| matches(document, filter)),
            "$or" => value
                .as_array()
                .unwrap()
                .iter()
                .any(|filter| matches(document, filter)),
            "$not" => !matches(document, value),
            field => {
                let found = field
                    .split('.')
                    .try_fold(document, |value, name| value.as_object()?.get(name));
                match value {
                    Value::Object(operators) => operators
                        .iter()
                        .all(|(operator, operand)| test(found, operator, operand)),
                    plain => same(found, plain),
                }
            }
        })
}

fn test(found: Option<&Value>, operator: &str, operand: &Value) -> bool {
    match operator {
        "$eq" => same(found, operand),
        "$ne" => !same(found, operand),
        "$in" => operand
            .as_array()
            .unwrap()
            .iter()
            .any(|one| same(found, one)),
        "$nin" => !operand
            .as_array()
            .unwrap()
            .iter()
            .any(|one| same(found, one)),
        "$exists" => found.is_some() == operand.as_bool().unwrap(),
        "$contains" => found
            .and_then(Value::as_array)
            .is_some_and(|items| items.iter().any(|item| same(Some(item), operand))),
        "$gt" => compare(found, operand).is_some_and(|order| order.is_gt()),
        "$gte" => compare(found, operand).is_some_and(|order| order.is_ge()),
        "$lt" => compare(found, operand).is_some_and(|order| order.is_lt()),
        "$lte" => compare(found, operand).is_some_and(|order| order.is_le()),
        "$not" => !operand
            .as_object()
            .unwrap()
            .iter()
            .all(|(operator, operand)| test(found, operator, operand)),
        _ => unreachable!("{operator}"),
    }
}

fn same(found: Option<&Value>, wanted: &Value) -> bool {
    match (found, wanted) {
        (None | Some(Value::Null), Value::Null) => true,
        (Some(Value::Number(one)), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Some(one), other) => one == other,
        (None, _) => false,
    }
}

fn compare(found: Option<&Value>, wanted: &Value) -> Option<std::cmp::Ordering> {
    match (found?, wanted) {
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        _ => None,
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        (-30_i64..30).prop_map(|tenths| json!(tenths as f64 / 10.0)),
        any::<f64>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "a",
            "b",
            "é",
            "\u{10000}",
            "\u{ffff}",
            "1",
            "true",
            "[1]",
            "'",
            "\"",
            "a\\b"
        ])
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            object(inner),
        ]
    })
}

fn object(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["a", "b", "it's"]);
    prop::collection::vec((name, value), 0..3).prop_map(|members| {
        Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>(),
        )
    })
}

fn operators() -> impl Strategy<Value = Value> {
    let ordered = scalar().prop_filter("only these have an order", |value| {
        value.is_number() || value.is_string()
    });
    let one = prop_oneof![
        (
            prop::sample::select(vec!["$eq", "$ne", "$contains"]),
            scalar()
        ),
        (
            prop::sample::select(vec!["$gt", "$gte", "$lt", "$lte"]),
            ordered
        ),
        (
            prop::sample::select(vec!["$in", "$nin"]),
            prop::collection::vec(scalar(), 0..3).prop_map(Value::from)
        ),
        (Just("$exists"), any::<bool>().prop_map(Value::from)),
    ];
    let some = prop::collection::vec(one, 1..3).prop_map(|all| {
        Value::Object(
            all.into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    });
    (some, any::<bool>()).prop_map(|(some, negated)| {
        if negated {
            json!({ "$not": some })
        } else {
            some
        }
    })
}

fn filter() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["a", "b", "a.a", "a.b", "it's", "c"]);
    let field =
        (name, prop_oneof![scalar(), operators()]).prop_map(|(name, value)| json!({ name: value }));
    field.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|filters| json!({ "$and": filters })),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|filters| json!({ "$or": filters })),
            inner.prop_map(|filter| json!({ "$not": filter })),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_finds_what_it_describes(
        documents in prop::collection::vec(object(value()), 0..20),
        filters in prop::collection::vec(filter(), 1..10),
        indexed in any::<bool>(),
    ) {
        let database = database();
        let all = database.collection("all").unwrap();
        let mut random = random();
        for document in &documents {
            all.insert(document, &mut random).unwrap();
        }
        if indexed {
            for fields in [&["a"][..], &["b", "a"], &["a.b"], &["it's"]] {
                all.index(fields, false).unwrap();
            }
        }
        for filter in &filters {
            let expected: Vec<&Value> = documents.iter().filter(|document| matches(document, filter)).collect();
            let mut found = all.find(filter).unwrap().documents().unwrap();
            found.iter_mut().for_each(|document| drop(document.as_object_mut().unwrap().remove("id")));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}", filter);
            prop_assert_eq!(all.count(filter).unwrap(), found.len() as u64);
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was(document in object(value())) {
        let database = database();
        let all = database.collection("all").unwrap();
        let id = all.insert(&document, &mut random()).unwrap();
        let mut found = all.get(&id).unwrap().unwrap();
        prop_assert_eq!(found["id"].as_str(), Some(id.as_str()));
        found.as_object_mut().unwrap().remove("id");
        prop_assert_eq!(found, document);
    }

    #[test]
    fn no_filter_or_change_makes_it_panic(filter in value(), change in value()) {
        let database = database();
        let all = database.collection("all").unwrap();
        all.insert(&json!({ "a": 1 }), &mut random()).unwrap();
        let _ = all.count(&filter);
        let _ = all.update(&json!({}), &change);
        prop_assert_eq!(all.count(&json!({})).unwrap(), 1);
    }
}
