//! `json`: a value as JSON, for a script.

use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, ScopedJson};
use serde_json::Value;

use super::parameters::{required, wrong};

/// A value as JSON that is safe inside `<script>` and inside an attribute in single quotes.
pub(crate) struct Json;

impl HelperDef for Json {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let json =
            serde_json::to_string(required(call, 0)?).map_err(|error| wrong(error.to_string()))?;
        Ok(ScopedJson::Derived(Value::String(escaped(&json))))
    }
}

/// JSON without any character that ends a script, starts an entity or a comment, or ends a single-quoted
/// attribute. They only occur inside JSON's texts, where `\u` stands for them. U+2028 and U+2029 ended lines in
/// older scripts.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\'' => text.push_str("\\u0027"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            plain => text.push(plain),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_can_end_a_script_or_a_single_quoted_attribute() {
        let json = serde_json::to_string("</script><!-- ' & \u{2028}").unwrap();
        let escaped = escaped(&json);
        assert!(!escaped.contains(['<', '>', '&', '\'', '\u{2028}']));
        assert_eq!(
            serde_json::from_str::<String>(&escaped).unwrap(),
            "</script><!-- ' & \u{2028}"
        );
    }
}
