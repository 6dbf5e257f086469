//! What templates show, and how they include each other.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use template::{Error, Templates};

fn templates(sources: &[(&str, &str)]) -> Result<Templates, Error> {
    let sources: BTreeMap<_, _> = sources
        .iter()
        .map(|(name, source)| ((*name).to_owned(), (*source).to_owned()))
        .collect();
    Templates::new(&sources)
}

fn render(source: &str, data: Value) -> String {
    templates(&[("page", source)])
        .unwrap()
        .render("page", &data)
        .unwrap()
}

#[test]
fn values_are_escaped_unless_asked_for_raw() {
    let data = json!({ "a": "<i>\"'&`=" });
    assert_eq!(
        render("{{a}}", data.clone()),
        "&lt;i&gt;&quot;&#x27;&amp;&#x60;&#x3D;"
    );
    assert_eq!(render("{{{a}}}{{&a}}", data), "<i>\"'&`=<i>\"'&`=");
}

#[test]
fn a_value_that_is_missing_or_null_is_empty() {
    assert_eq!(
        render("[{{a}}{{b.c}}{{n}}{{n.x}}]", json!({ "n": null })),
        "[]"
    );
}

#[test]
fn blocks_show_lists_objects_and_alternatives() {
    let data = json!({ "rows": [{ "n": 1 }, { "n": 2 }], "by": { "x": 1, "y": 2 }, "none": [], "who": { "name": "Ann" } });
    assert_eq!(
        render(
            "{{#each rows}}{{@index}}:{{n}}{{#unless @last}}, {{/unless}}{{/each}}",
            data.clone()
        ),
        "0:1, 1:2"
    );
    assert_eq!(
        render("{{#each by}}{{@key}}={{this}};{{/each}}", data.clone()),
        "x=1;y=2;"
    );
    assert_eq!(
        render("{{#each none}}x{{else}}nobody{{/each}}", data.clone()),
        "nobody"
    );
    assert_eq!(
        render("{{#with who}}{{name}}{{/with}}", data.clone()),
        "Ann"
    );
    assert_eq!(
        render(
            "{{#each rows as |row i|}}{{i}}{{row.n}}{{../who.name}}{{/each}}",
            data.clone()
        ),
        "01Ann12Ann"
    );
    assert_eq!(
        render("{{#if a}}a{{else if who}}b{{else}}c{{/if}}", data),
        "b"
    );
}

#[test]
fn a_block_named_after_a_value_shows_each_item_or_the_value() {
    let data = json!({ "rows": [{ "n": 1 }, { "n": 2 }], "who": { "name": "Ann", "of": [1] }, "yes": true, "none": [], "x": "!" });
    assert_eq!(
        render("{{#rows}}{{@index}}{{n}}{{../x}}{{/rows}}", data.clone()),
        "01!12!"
    );
    assert_eq!(
        render(
            "{{#who}}{{name}}{{#of}}{{this}}{{../name}}{{/of}}{{/who}}",
            data.clone()
        ),
        "Ann1Ann"
    );
    assert_eq!(
        render(
            "{{#section who.of}}{{this}}{{/section}}{{#yes}}{{x}}{{/yes}}",
            data.clone()
        ),
        "1!"
    );
    assert_eq!(
        render(
            "{{#none}}a{{else}}b{{/none}}{{#missing}}c{{else}}d{{/missing}}",
            data.clone()
        ),
        "bd"
    );
    let all = templates(&[("page", "{{#unknown 1}}{{/unknown}}")]).unwrap();
    assert!(
        all.render("page", &data)
            .unwrap_err()
            .to_string()
            .contains("no helper `unknown`")
    );
}

#[test]
fn a_partial_sees_the_data_around_it_and_what_it_is_given() {
    let all = templates(&[
        (
            "page",
            "{{#each rows}}{{> parts/row mark=\"!\"}}{{/each}}{{> parts/row who}}",
        ),
        ("parts/row", "<{{name}}{{mark}}>"),
    ])
    .unwrap();
    let data = json!({ "rows": [{ "name": "a" }, { "name": "b" }], "who": { "name": "c" } });
    assert_eq!(all.render("page", &data).unwrap(), "<a!><b!><c>");
}

#[test]
fn a_layout_gets_content_and_named_parts() {
    let all = templates(&[
        (
            "layout",
            "<title>{{> title}}</title><main>{{> @partial-block}}</main>",
        ),
        ("title", "usual"),
        (
            "page",
            "{{#> layout}}{{#*inline \"title\"}}{{name}}{{/inline}}Hello {{name}}{{/layout}}",
        ),
        ("plain", "{{#> layout}}Plain{{/layout}}"),
    ])
    .unwrap();
    assert_eq!(
        all.render("page", &json!({ "name": "A&B" })).unwrap(),
        "<title>A&amp;B</title><main>Hello A&amp;B</main>"
    );
    assert_eq!(
        all.render("plain", &json!({})).unwrap(),
        "<title>usual</title><main>Plain</main>"
    );
}

#[test]
fn a_partial_keeps_its_lines_as_they_are() {
    let all = templates(&[
        ("page", "<div>\n  {{> text}}\n</div>"),
        ("text", "<pre>a\nb</pre>\n"),
    ])
    .unwrap();
    assert!(
        all.render("page", &json!({}))
            .unwrap()
            .contains("<pre>a\nb</pre>")
    );
}

#[test]
fn helpers_work_alone_and_inside_each_other() {
    let data = json!({ "n": 1234.5, "t": 0, "s": "x", "e": "", "html": "</script>", "url": "javascript:alert(1)", "md": "*a* <b>" });
    assert_eq!(render("{{number n decimals=2}}", data.clone()), "1,234.50");
    assert_eq!(
        render(
            "{{date t \"YYYY-MM-DD\"}} {{date t \"HH:mm\" offset=90}}",
            data.clone()
        ),
        "1970-01-01 01:30"
    );
    assert_eq!(
        render("<script>x = {{json html}}</script>", data.clone()),
        "<script>x = \"\\u003c/script\\u003e\"</script>"
    );
    assert_eq!(
        render("<a href=\"{{link url}}\">", data.clone()),
        "<a href=\"#\">"
    );
    assert_eq!(
        render("{{markdown md}}", data.clone()),
        "<p><em>a</em> &lt;b&gt;</p>\n"
    );
    assert_eq!(render("{{default e missing s}}", data.clone()), "x");
    assert_eq!(
        render(
            "{{#if (and (eq n 1234.5) (not e) (or e s))}}yes{{/if}}",
            data.clone()
        ),
        "yes"
    );
    assert_eq!(
        render(
            "{{#if (ne s \"x\")}}yes{{else}}no{{/if}}{{#if (gt n 5)}}>{{/if}}{{len s}}",
            data.clone()
        ),
        "no&gt;1".replace("&gt;", ">")
    );
    assert_eq!(
        render("{{default (lookup this \"zz\") \"<none>\"}}", data),
        "&lt;none&gt;"
    );
}

#[test]
fn comments_and_escaped_braces_are_not_tags() {
    assert_eq!(
        render(
            "{{! a }}{{!-- {{#if x}} --}}\\{{#if}}\\\\{{a}}",
            json!({ "a": 1 })
        ),
        "{{#if}}\\1"
    );
}
