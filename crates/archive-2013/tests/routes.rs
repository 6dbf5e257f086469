//! What routes of 2013 find, and that it does what it did.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::Site;

/// What one route returns that runs this code.
fn value(code: &str) -> Value {
    let mut site = Site::new(&[("/a", code)], &[], &[("index.html", "<p>hi</p>")], rows());
    site.get("/a", &[("q", "1")]).value().clone()
}

fn rows() -> Value {
    json!([
        { "type": "food", "name": "Cheese", "votes": 3, "tags": ["a", "b"], "by": { "who": "ann" } },
        { "type": "food", "name": "honey", "votes": 1, "tags": [] },
        { "type": "user", "name": "ann", "votes": null },
        { "type": "food", "name": "quinoa", "votes": 3 },
    ])
}

#[test]
fn every_documented_name_is_there() {
    for (code, expected) in [
        ("return params.q", json!("1")),
        (
            "return typeof database + typeof session",
            json!("functionobject"),
        ),
        ("return static_file('index.html')", json!("<p>hi</p>")),
        (
            "return static_file('./index.html') + static_file('/index.html')",
            json!("<p>hi</p><p>hi</p>"),
        ),
        (
            "return hash('abc')",
            json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ),
        (
            "return hash('')",
            json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ),
        (
            "return hash(new Array(201).join('é'))",
            json!("df20b2aa6262e99e133aa7f3614be707d35c4155d17e2aa7cbb49da555a454c3"),
        ),
        ("return cryptoRandom(4)", json!("00010203")),
        (
            "return _.escape('<') + _.pluck([{a: 1}], 'a')[0] + _.max([1, 3])",
            json!("&lt;13"),
        ),
        ("return _.template('<%= a %>')({a: 1})", json!("1")),
        ("leaked = 1; return this === globalThis && leaked", json!(1)),
        ("with ({a: 2}) { return a } // loose mode", json!(2)),
        (
            "return static_file('index.html')  // Change if desired",
            json!("<p>hi</p>"),
        ),
    ] {
        assert_eq!(value(code), expected, "{code}");
    }
    let mut site = Site::new(&[("/a", "console.log('x', 1)")], &[], &[], json!([]));
    assert_eq!(site.get("/a", &[]).lines(), &json!(["x 1"]));
}

#[test]
fn every_operator_of_the_database_finds_what_it_says() {
    for (query, names) in [
        ("", "Cheese honey ann quinoa"),
        ("{type: 'food'}", "Cheese honey quinoa"),
        ("{type: 'food', votes: 3}", "Cheese quinoa"),
        ("[{name: 'ann'}, {name: 'honey'}]", "honey ann"),
        ("{name: ['ann', 'honey']}", "honey ann"),
        ("{name: {is: 'ann'}}", "ann"),
        ("{name: {'==': 'ann'}}", "ann"),
        ("{name: {'!is': 'ann'}}", "Cheese honey quinoa"),
        ("{name: {'!=': 'ann'}}", "Cheese honey quinoa"),
        ("{name: {isnocase: 'CHEESE'}}", "Cheese"),
        ("{name: {like: 'ee'}}", "Cheese"),
        ("{name: {likenocase: 'CH'}}", "Cheese"),
        ("{name: {left: 'ho'}}", "honey"),
        ("{name: {leftnocase: 'HO'}}", "honey"),
        ("{name: {right: 'oa'}}", "quinoa"),
        ("{name: {rightnocase: 'OA'}}", "quinoa"),
        ("{name: {regex: /^[a-h]/}}", "honey ann"),
        ("{votes: {gt: 1}}", "Cheese quinoa"),
        ("{votes: {gte: 1}}", "Cheese honey quinoa"),
        ("{votes: {lt: 3, gt: 0}}", "honey"),
        ("{votes: {lte: 1, gt: 0}}", "honey"),
        ("{votes: {'>': 1}}", "Cheese quinoa"),
        ("{tags: {has: 'a'}}", "Cheese"),
        ("{tags: {hasAll: ['a', 'b']}}", "Cheese"),
        ("{tags: {contains: ['b']}}", "Cheese"),
        ("{votes: {isNull: true}}", "ann"),
        ("{votes: {isNumber: true}}", "Cheese honey quinoa"),
        ("function () { return this.votes === 1 }", "honey"),
    ] {
        assert_eq!(
            value(&format!(
                "return database({query}).select('name').join(' ')"
            )),
            json!(names),
            "{query}"
        );
    }
}

#[test]
fn every_method_of_the_database_does_what_it_did() {
    for (code, expected) in [
        ("database({type: 'food'}).count()", json!(3)),
        ("database({type: 'food'}).first().name", json!("Cheese")),
        ("database({type: 'food'}).last().name", json!("quinoa")),
        ("database({type: 'none'}).first()", json!(false)),
        ("database({type: 'food'}).get()[1].name", json!("honey")),
        (
            "var n = ''; database().each(function (row, i) { n += i + row.name[0] }); n",
            json!("0C1h2a3q"),
        ),
        (
            "database().map(function (row) { return row.name.length }).join()",
            json!("6,5,3,6"),
        ),
        (
            "database({type: 'food'}).order('votes, name desc').select('name').join()",
            json!("honey,quinoa,Cheese"),
        ),
        (
            "database().order('name logical').limit(2).select('name').length",
            json!(2),
        ),
        (
            "database().start(3).select('name').join()",
            json!("ann,quinoa"),
        ),
        (
            "database({type: 'food'}).filter({votes: 3}).select('name').join()",
            json!("Cheese,quinoa"),
        ),
        ("database().distinct('type').join()", json!("food,user")),
        (
            "database({type: 'food'}).select('name', 'votes')[0].join()",
            json!("Cheese,3"),
        ),
        ("database().sum('votes')", json!(7)),
        ("database().max('votes')", json!(3)),
        (
            "JSON.parse(database({name: 'ann'}).stringify())[0].type",
            json!("user"),
        ),
        (
            "database({name: 'honey'}).update('votes', 9); database({votes: 9}).count()",
            json!(1),
        ),
        (
            "database({name: 'honey'}).update({votes: 9, by: 'x'}).first().by",
            json!("x"),
        ),
        (
            "database({name: 'honey'}).update(function () { return _.extend(this, {votes: this.votes + 1}) }).first().votes",
            json!(2),
        ),
        ("database({type: 'food'}).remove()", json!(3)),
        ("database().remove(); database().count()", json!(0)),
        ("database.insert({name: 'new'}).first().name", json!("new")),
        (
            "database.insert([{name: 'x'}, {name: 'y'}]); database().count()",
            json!(6),
        ),
        (
            "database.merge([{name: 'ann', votes: 5}], 'name'); database({name: 'ann'}).first().votes",
            json!(5),
        ),
        (
            "database.sort('name'); database().first().name",
            json!("ann"),
        ),
    ] {
        let code = match code.rsplit_once("; ") {
            Some((before, last)) => format!("{before}; return {last}"),
            None => format!("return {code}"),
        };
        assert_eq!(value(&code), expected, "{code}");
    }
}

#[test]
fn rows_stay_and_have_nothing_of_the_database_in_them() {
    let mut site = Site::new(
        &[
            (
                "/add/<name>",
                "database.insert({name: name}); return database().count()",
            ),
            ("/drop", "return database({name: 'a'}).remove()"),
        ],
        &[],
        &[],
        json!([]),
    );
    assert_eq!(site.get("/add/a", &[]).value(), &json!(1));
    assert_eq!(site.get("/add/b", &[]).value(), &json!(2));
    assert_eq!(site.rows, json!([{ "name": "a" }, { "name": "b" }]));
    assert_eq!(site.get("/drop", &[]).value(), &json!(1));
    assert_eq!(site.rows, json!([{ "name": "b" }]));
}

#[test]
fn a_path_gives_its_values_as_they_stand_in_it_and_params_has_all() {
    let code = "return [animal, sound, params.animal, params.name, arguments.length].join('|')";
    let mut site = Site::new(&[("/<animal>/goes/<sound>", code)], &[], &[], json!([]));
    assert_eq!(
        site.get("/cow/goes/m%20o/", &[("name", "x")]).body(),
        "cow|m%20o|cow|x|3"
    );
    assert_eq!(
        site.get("/cow/goes/moo", &[("animal", "dog")]).body(),
        "cow|moo|dog||3"
    );
    assert!(site.get("/cow/goes", &[]).is_missing());
}

#[test]
fn what_a_path_says_is_data_and_never_code() {
    let mut site = Site::new(
        &[("/hello/<who>", "return 'hi ' + who")],
        &[],
        &[],
        json!([]),
    );
    let attack = "x\"+(globalThis.pwned=1)+\"";
    assert_eq!(
        site.get(&format!("/hello/{attack}"), &[]).body(),
        format!("hi {attack}")
    );
    assert_eq!(
        site.get("/hello/pwned", &[("__proto__", "x"), ("__proto__[a]", "x")])
            .body(),
        "hi pwned"
    );
}

#[test]
fn the_first_route_in_the_order_of_paths_answers() {
    let routes = [
        ("/x/about", "return 'about'"),
        ("/x/<id>", "return 'id ' + id"),
        ("/index", "return 'home'"),
    ];
    let mut site = Site::new(&routes, &[], &[], json!([]));
    assert_eq!(site.get("/x/about", &[]).body(), "id about");
    assert_eq!(site.get("/", &[]).body(), "home");
    let mut site = Site::new(
        &[("/index", "return 'home'"), ("/<id>", "return 'id ' + id")],
        &[],
        &[],
        json!([]),
    );
    assert_eq!(site.get("/", &[]).body(), "id index");
}

#[test]
fn what_is_sent_is_read_as_jquery_writes_it() {
    let mut site = Site::new(
        &[("/a", "return JSON.stringify(params)")],
        &[],
        &[],
        json!([]),
    );
    for (sent, params) in [
        (&[("a", "1"), ("b", "2")][..], "{\"a\":\"1\",\"b\":\"2\"}"),
        (
            &[("a", "1"), ("a", "2"), ("a", "3")],
            "{\"a\":[\"1\",\"2\",\"3\"]}",
        ),
        (&[("a[]", "1")], "{\"a\":[\"1\"]}"),
        (&[("a[]", "1"), ("a[]", "2")], "{\"a\":[\"1\",\"2\"]}"),
        (
            &[("a[b]", "1"), ("a[c]", "2")],
            "{\"a\":{\"b\":\"1\",\"c\":\"2\"}}",
        ),
        (
            &[("a[]", "1"), ("a[b]", "2"), ("a[]", "3")],
            "{\"a\":{\"0\":\"1\",\"2\":\"3\",\"b\":\"2\"}}",
        ),
        (
            &[("a[0][b]", "1"), ("a[1][b]", "2")],
            "{\"a\":{\"0\":{\"b\":\"1\"},\"1\":{\"b\":\"2\"}}}",
        ),
        (&[("a[b][c]", "1")], "{\"a\":{\"b\":{\"c\":\"1\"}}}"),
        (&[("a]b", "1")], "{\"a]b\":\"1\"}"),
    ] {
        assert_eq!(site.get("/a", sent).body(), params, "{sent:?}");
    }
}

#[test]
fn a_session_keeps_what_was_put_in() {
    let mut site = Site::new(
        &[(
            "/n",
            "session.n = (session.n || 0) + 1; return 'n=' + session.n",
        )],
        &[],
        &[],
        json!([]),
    );
    let (mut ann, mut bob) = (json!({}), json!({}));
    assert_eq!(site.ask("/n", &[], &mut ann).body(), "n=1");
    assert_eq!(site.ask("/n", &[], &mut ann).body(), "n=2");
    assert_eq!(site.ask("/n", &[], &mut bob).body(), "n=1");
}

#[test]
fn a_route_that_reads_files_runs_as_if_it_had_them() {
    let code = "database.insert({a: 1}); try { var t = static_file('a.txt') } catch (e) { t = 'caught' } return t + static_file('b.txt') + database().count()";
    let mut site = Site::new(
        &[("/a", code)],
        &[],
        &[("a.txt", "A"), ("b.txt", "B")],
        json!([]),
    );
    assert_eq!(site.get("/a", &[]).body(), "AB1");
    let mut site = Site::new(
        &[("/a", "return static_file('none.txt')")],
        &[],
        &[],
        json!([]),
    );
    assert!(
        site.get("/a", &[])
            .error()
            .contains("there is no file none.txt")
    );
}

#[test]
fn a_template_is_shown_with_its_data() {
    let templates = [(
        "x.handlebars",
        "{{#each rows}}<b>{{name}}</b>{{/each}}{{{raw}}}",
    )];
    let code = "return render_template('x.handlebars', {rows: database({type: 'food'}).get(), raw: '<hr>'})";
    let mut site = Site::new(
        &[("/a", code), ("/b", "return render_template('none')")],
        &templates,
        &[],
        rows(),
    );
    assert_eq!(
        site.get("/a", &[]).body(),
        "<b>Cheese</b><b>honey</b><b>quinoa</b><hr>"
    );
    site.get("/b", &[]).error();
}

#[test]
fn a_mistake_is_an_error_and_changes_nothing() {
    let routes = [
        ("/throw", "database.insert({a: 1}); throw new Error('no')"),
        ("/syntax", "return ("),
        ("/x/<a-b>", "return 1"),
    ];
    let mut site = Site::new(&routes, &[], &[], json!([]));
    assert!(site.get("/throw", &[]).error().contains("no"));
    assert!(site.get("/syntax", &[]).error().contains("SyntaxError"));
    assert!(site.get("/x/1", &[]).error().contains("SyntaxError"));
    assert_eq!(site.rows, json!([]));
}
