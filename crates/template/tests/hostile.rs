//! Templates that want more than their share, and templates with mistakes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use serde_json::{Value, json};
use template::{Allowance, Error, Templates, limits};

fn templates(sources: &[(&str, &str)]) -> Result<Templates, Error> {
    let sources: BTreeMap<_, _> = sources
        .iter()
        .map(|(name, source)| ((*name).to_owned(), (*source).to_owned()))
        .collect();
    Templates::new(&sources)
}

fn exhausted(sources: &[(&str, &str)], data: Value) -> String {
    let allowance = Allowance {
        steps: 200_000,
        ..Allowance::default()
    };
    match templates(sources)
        .unwrap()
        .render_within("page", &data, allowance)
    {
        Err(Error::Exhausted { spent, .. }) => spent,
        other => panic!("{other:?}"),
    }
}

#[test]
fn loops_inside_loops_end_even_with_nothing_in_them() {
    let rows: Vec<u32> = (0..2_000).collect();
    let data = json!({ "rows": rows });
    for body in ["", "x", "{{this}}", "{{#if this}}{{/if}}", "{{> part}}"] {
        let source = format!(
            "{{{{#each rows}}}}{{{{#each ../rows}}}}{{{{#each ../../rows}}}}{body}{{{{/each}}}}{{{{/each}}}}{{{{/each}}}}"
        );
        let spent = exhausted(&[("page", &source), ("part", "")], data.clone());
        assert!(spent.contains("steps"), "{spent}");
    }
}

#[test]
fn partials_that_include_each_other_end() {
    for (page, other) in [
        ("{{> other}}", "{{> page}}"),
        ("{{#if true}}{{> page}}{{/if}}", ""),
        ("{{#> other}}{{/other}}", "{{#> page}}{{/page}}"),
        ("{{#> other}}{{> page}}{{/other}}", "{{> @partial-block}}"),
        (
            "{{#*inline \"a\"}}{{#if true}}{{> a}}{{/if}}{{/inline}}{{> a}}",
            "",
        ),
        (
            "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{> a}}",
            "",
        ),
    ] {
        let spent = exhausted(&[("page", page), ("other", other)], json!({}));
        assert!(spent.contains("inside each other"), "{spent}");
    }
}

#[test]
fn the_deepest_that_is_allowed_is_rendered() {
    let source = "{{#if n}}{{#with n}}{{> page}}{{/with}}{{/if}}";
    let mut data = json!({ "n": null });
    for _ in 0..(limits::DEPTH - 1) / 3 {
        data = json!({ "n": data });
    }
    templates(&[("page", source)])
        .unwrap()
        .render("page", &data)
        .unwrap();
    assert!(exhausted(&[("page", source)], json!({ "n": { "n": data } })).contains("deep"));

    let nested = limits::BLOCK_NESTING;
    let source = format!(
        "{}{}",
        "{{#if true}}".repeat(nested),
        "{{/if}}".repeat(nested)
    );
    templates(&[("page", &source)])
        .unwrap()
        .render("page", &json!({}))
        .unwrap();
}

#[test]
fn the_text_does_not_grow_over_its_limit() {
    let text = "x".repeat(64 * 1024);
    let data = json!({ "rows": (0..1_000).collect::<Vec<_>>(), "text": text });
    for source in [
        "{{#each rows}}{{../text}}{{/each}}".to_owned(),
        format!("{{{{#each rows}}}}{text}{{{{/each}}}}"),
    ] {
        assert!(exhausted(&[("page", &source)], data.clone()).contains("larger than"));
    }
    let tiny = Allowance {
        output_bytes: 3,
        ..Allowance::default()
    };
    let all = templates(&[("page", "{{a}}")]).unwrap();
    assert_eq!(
        all.render_within("page", &json!({ "a": "abc" }), tiny)
            .unwrap(),
        "abc"
    );
    assert!(matches!(
        all.render_within("page", &json!({ "a": "abcd" }), tiny),
        Err(Error::Exhausted { .. })
    ));
}

#[test]
fn what_is_kept_aside_for_a_layout_is_bounded_by_steps() {
    let data = json!({ "rows": (0..100_000).collect::<Vec<_>>(), "text": "x".repeat(64 * 1024) });
    for source in [
        "{{../text}}",
        "{{{../text}}}",
        "{{json ../text}}",
        "{{default ../text 1}}",
    ] {
        let page =
            format!("{{{{#> layout}}}}{{{{#each rows}}}}{source}{{{{/each}}}}{{{{/layout}}}}");
        assert!(exhausted(&[("page", &page), ("layout", "")], data.clone()).contains("steps"));
    }
}

#[test]
fn rendering_ends_when_time_is_up() {
    let asked = AtomicUsize::new(0);
    let time_is_up = || asked.fetch_add(1, Ordering::Relaxed) >= 10;
    let allowance = Allowance {
        time_is_up: &time_is_up,
        ..Allowance::default()
    };
    let all = templates(&[("page", "{{#each this}}{{/each}}")]).unwrap();
    let error = all
        .render_within("page", &json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), allowance)
        .unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
}

#[test]
fn blocks_deeper_than_allowed_are_refused_before_parsing() {
    let deep = |open: &str, close: &str| {
        let source = format!("{}{}", open.repeat(3_000), close.repeat(3_000));
        templates(&[("page", &source)]).unwrap_err()
    };
    for (open, close) in [
        ("{{#if a}}", "{{/if}}"),
        ("{{~ #if a}}", "{{/if}}"),
        ("{{#> a}}", "{{/a}}"),
        ("{{#*inline \"a\"}}", "{{/inline}}"),
        ("{{#if a}}\\{{/if}}", "{{/if}}"),
        ("{{#if \"}}{{/if}}\"}}", "{{/if}}"),
        ("{{#if a}}{{! {{/if}} }}", "{{/if}}"),
        ("{{#if a}}{{!-- }}{{/if}} --}}", "{{/if}}"),
        ("{{#if [{{/if}}]}}", "{{/if}}"),
        ("{{#if a}}{{else if b}}", "{{/if}}"),
    ] {
        assert!(
            matches!(deep(open, close), Error::TooLarge { .. }),
            "{open}"
        );
    }
    for open in [
        "{{{{#if a}}}}{{/if}}{{{{/if}}}}{{#if a}}",
        "{{#if {\"a\":\"}}{{/if}}\"}}}",
    ] {
        assert!(
            matches!(deep(open, "{{/if}}"), Error::Syntax { .. }),
            "{open}"
        );
    }
    let brackets = format!("{{{{a {}{}}}}}", "(b ".repeat(1_000), ")".repeat(1_000));
    assert!(matches!(
        templates(&[("page", &brackets)]),
        Err(Error::TooLarge { .. })
    ));
    let chain = format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if b}}".repeat(1_000));
    assert!(matches!(
        templates(&[("page", &chain)]),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn sizes_over_the_limits_are_refused() {
    let large = "x".repeat(limits::SOURCE_BYTES + 1);
    assert!(matches!(
        templates(&[("page", &large)]),
        Err(Error::TooLarge { .. })
    ));
    let many: BTreeMap<_, _> = (0..=limits::TEMPLATES)
        .map(|n| (n.to_string(), String::new()))
        .collect();
    assert!(matches!(Templates::new(&many), Err(Error::TooLarge { .. })));
    let full = "x".repeat(limits::SOURCE_BYTES);
    let all: BTreeMap<_, _> = (0..=limits::ALL_SOURCES_BYTES / full.len())
        .map(|n| (n.to_string(), full.clone()))
        .collect();
    assert!(matches!(Templates::new(&all), Err(Error::TooLarge { .. })));
}

#[test]
fn nobody_can_call_what_counts_steps() {
    for source in [
        "{{[\0leave] 1}}",
        "{{\0leave 1}}",
        "{{(lookup this \"name\")}}",
    ] {
        if let Ok(all) = templates(&[(
            "page",
            &format!("{source}{{{{#if true}}}}{{{{> page}}}}{{{{/if}}}}"),
        )]) {
            assert!(
                all.render("page", &json!({ "name": "\0leave" })).is_err(),
                "{source}"
            );
        }
    }
}

#[test]
fn an_error_says_where_and_what_to_do() {
    let all = |source: &str| templates(&[("guests/list", source), ("guests/row", "")]);
    let said = |source: &str| match all(source) {
        Err(error) => error.to_string(),
        Ok(all) => all
            .render("guests/list", &json!({ "rows": [1] }))
            .unwrap_err()
            .to_string(),
    };
    for (source, at, problem) in [
        ("a\n  {{#if a}}", "line 2, column", "expected"),
        ("a\n  {{#if a}}{{/each}}", "line 2, column", "closing"),
        (
            "a\n{{unknown 1}}",
            "line 2, column 1",
            "there is no helper `unknown`",
        ),
        (
            "a\n\n {{> guests/rows}}",
            "line 3, column 2",
            "there is no partial `guests/rows`",
        ),
        (
            "a\n{{#each rows}}\n  {{date \"x\"}}{{/each}}",
            "line 3, column 3",
            "`date` wants",
        ),
        (
            "{{> @partial-block}}",
            "line 1, column 1",
            "included without content",
        ),
        ("é\né {{", "line 2, column", "no end"),
    ] {
        let said = said(source);
        assert!(said.starts_with("template `guests/list`, line"), "{said}");
        assert!(said.contains(at) && said.contains(problem), "{said}");
    }
    let error = all("x")
        .unwrap()
        .render("Guests/Row.hbs", &json!({}))
        .unwrap_err()
        .to_string();
    assert!(error.contains("Is `guests/row` meant?"), "{error}");
}

#[test]
fn an_error_in_a_partial_names_the_partial() {
    let all = templates(&[
        ("page", "{{#if true}}\n{{> part}}{{/if}}"),
        ("part", "\n\n{{#if true}}{{number \"x\"}}{{/if}}"),
    ])
    .unwrap();
    let error = all.render("page", &json!({})).unwrap_err();
    let place = error.place().unwrap();
    assert_eq!((place.template.as_str(), place.line), ("part", 3));
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{{",
        "}}",
        "{{{",
        "}}}",
        "{{{{",
        "{{#if a}}",
        "{{#each a}}",
        "{{/if}}",
        "{{/each}}",
        "{{else}}",
        "{{else if a}}",
        "{{^}}",
        "{{> a}}",
        "{{#> a}}",
        "{{/a}}",
        "{{#*inline \"a\"}}",
        "{{/inline}}",
        "{{!",
        "{{!--",
        "--}}",
        "\\",
        "\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "~",
        "a",
        "é",
        " ",
        "\n",
        "a=1",
        "as |x|",
        "@index",
        "../a",
        "{{a}}",
        "{{lookup a 1}}",
        "{{json a}}",
        "{{date a}}",
        "{{> @partial-block}}",
        "0",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_source_makes_it_panic(page in pieces(), other in pieces()) {
        if let Ok(all) = templates(&[("page", &page), ("a", &other)]) {
            let _ = all.render("page", &json!({ "a": [{ "a": 1 }, "x", null] }));
        }
    }
}
