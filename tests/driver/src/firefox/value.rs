//! BiDi's remote values as JSON. See WebDriver BiDi, `script.RemoteValue`.

use serde_json::{Map, Number, Value};

/// The JSON that `JSON.stringify` would make of a remote value, more or less: what JSON has no word for is `null`, or
/// an empty object for things with an identity.
pub(super) fn json(remote: &Value) -> Value {
    let kind = remote
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let value = remote.get("value");
    match (kind, value) {
        ("string" | "boolean" | "date", Some(value)) => value.clone(),
        // The others are the words NaN, Infinity and the like.
        ("number", Some(Value::Number(number))) => Value::Number(whole(number)),
        ("bigint", Some(value)) => value.clone(),
        ("array" | "set" | "nodelist" | "htmlcollection", Some(Value::Array(items))) => {
            items.iter().map(json).collect()
        }
        ("object" | "map", Some(Value::Array(pairs))) => {
            pairs.iter().filter_map(pair).collect::<Map<_, _>>().into()
        }
        ("undefined" | "null" | "number", _) => Value::Null,
        _ => Value::Object(Map::new()),
    }
}

/// `2.0` as `2`, as JavaScript would write it.
fn whole(number: &Number) -> Number {
    /// Above it a double no longer tells neighbours apart.
    const SAFE: f64 = 9_007_199_254_740_991.0;
    match number.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and within what an i64 holds"
        )]
        Some(value)
            if !number.is_i64()
                && !number.is_u64()
                && value.fract() == 0.0
                && value.abs() <= SAFE =>
        {
            Number::from(value as i64)
        }
        _ => number.clone(),
    }
}

fn pair(pair: &Value) -> Option<(String, Value)> {
    let [key, value] = pair.as_array()?.as_slice() else {
        return None;
    };
    let key = match key {
        Value::String(key) => key.clone(),
        other => json(other).as_str()?.to_owned(),
    };
    Some((key, json(value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json as literal;

    use super::*;

    #[test]
    fn nested_values_become_json() {
        let remote = literal!({ "type": "object", "value": [
            ["a", { "type": "array", "value": [{ "type": "number", "value": 2.0 }, { "type": "undefined" }] }],
            ["b", { "type": "string", "value": "x" }],
            ["c", { "type": "number", "value": "NaN" }],
        ]});
        assert_eq!(
            json(&remote),
            literal!({ "a": [2, null], "b": "x", "c": null })
        );
    }

    #[test]
    fn an_element_is_an_empty_object_and_so_true() {
        assert_eq!(
            json(&literal!({ "type": "node", "sharedId": "1" })),
            literal!({})
        );
    }
}
