//! Templates of 2013 show what they showed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use archive_2013::template::translate;
use serde_json::json;
use template::Templates;

fn render(source: &str) -> String {
    let data = json!({
        "title": "<Food>",
        "groups": [
            { "name": "Snacks", "foods": [{ "food": "cheese", "votes": 2 }, { "food": "honey", "votes": 0 }] },
            { "name": "Sweets", "foods": [] },
        ],
        "user": { "name": "zoe", "friends": ["amy"] },
        "yes": true,
    });
    let templates =
        Templates::new(&[("page".to_owned(), translate(source).unwrap())].into()).unwrap();
    templates.render("page", &data).unwrap()
}

#[test]
fn templates_of_2013_show_what_they_showed() {
    for (source, shown) in [
        ("{{title}}{{{title}}}", "&lt;Food&gt;<Food>"),
        (
            "{{#groups}}{{name}}:{{#foods}}{{food}},{{/foods}}{{^foods}}none{{/foods}};{{/groups}}",
            "Snacks:cheese,honey,;Sweets:none;",
        ),
        (
            "{{#each groups}}{{#each foods}}{{food}} of {{../name}} for {{../../user.name}};{{/each}}{{/each}}",
            "cheese of Snacks for zoe;honey of Snacks for zoe;",
        ),
        (
            "{{#each groups}}{{#each foods}}{{#if votes}}{{food}} of {{../../name}}{{else}}-{{/if}}{{/each}}{{/each}}",
            "cheese of Snacks-",
        ),
        (
            "{{#each groups}}{{foods.length}}{{#unless foods.length}}!{{/unless}}{{/each}}",
            "20!",
        ),
        (
            "{{#user}}{{name}}{{/user}}{{#with user}}{{name}}{{/with}}",
            "zoezoe",
        ),
        ("{{#user.friends}}{{this}}{{.}}{{/user.friends}}", "amyamy"),
        (
            "{{#yes}}{{user.name}}{{/yes}}{{^no}}no{{/no}}{{#if user.friends}}some{{/if}}",
            "zoenosome",
        ),
        (
            "{{! a note }}{{!-- {{#if}} --}}{{missing}}{{missing.too}}",
            "",
        ),
    ] {
        assert_eq!(render(source), shown, "{source}");
    }
}
