//! A site of 2013 in the engine itself, from the request to the answer.

#[path = "../../script/tests/common/mod.rs"]
mod common;

use archive_2013::modernise;
use common::{Answer, Site};
use script::RequestHead;
use serde_json::json;

/// A site with routes, templates and static files.
fn site(routes: &[(&str, &str)], templates: &[(&str, &str)], texts: &[(&str, &str)]) -> Site {
    let mut files = Vec::new();
    for (number, (path, code)) in routes.iter().enumerate() {
        let json = json!({ "routePath": path, "routeCode": code }).to_string();
        files.push((format!("archive-2013/routes/r{number}.route.js"), json));
    }
    for (name, text) in templates {
        files.push((format!("archive-2013/templates/{name}"), (*text).to_owned()));
    }
    let modern = modernise(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let files: Vec<(&str, &str)> = modern
        .files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let site = Site::new(&files);
    assert_eq!(site.program.problems(), []);
    for (name, text) in texts {
        site.files
            .borrow_mut()
            .insert(format!("public/{name}"), text.as_bytes().to_vec());
    }
    site
}

/// A form as a browser sends it.
fn submit(site: &mut Site, path: &str, form: &str, cookie: Option<&str>) -> Answer {
    let mut head = RequestHead::new("POST", path);
    head.headers.push((
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    ));
    head.headers
        .extend(cookie.map(|cookie| ("cookie".to_owned(), cookie.to_owned())));
    site.ask_with(head, &[form.as_bytes()])
}

#[test]
fn a_form_is_taken_a_row_is_kept_and_a_page_is_shown() {
    let mut site = site(
        &[
            (
                "/add",
                "database.insert({name: params.name}); return render_template('list.handlebars', {rows: database().get()})",
            ),
            (
                "/rename/<old>",
                "database({name: old}).update('name', params.name); return 'ok'",
            ),
            (
                "/drop/<name>",
                "return '' + database({name: name}).remove()",
            ),
            (
                "/list",
                "return render_template('list.handlebars', {rows: database().order('name').get()})",
            ),
        ],
        &[(
            "list.handlebars",
            "{{#rows}}<li>{{name}}{{/rows}}{{^rows}}nobody{{/rows}}",
        )],
        &[],
    );
    assert_eq!(site.get("/list").text(), "nobody");
    assert_eq!(
        submit(&mut site, "/add", "name=Bob+%3C", None).text(),
        "<li>Bob &lt;"
    );
    assert_eq!(
        submit(&mut site, "/add", "name=Cid", None).text(),
        "<li>Bob &lt;<li>Cid"
    );
    let added = submit(&mut site, "/add", "name=Ann", None);
    assert_eq!(
        added.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(site.get("/rename/Cid?name=Zoe").text(), "ok");
    assert_eq!(site.get("/list").text(), "<li>Ann<li>Bob &lt;<li>Zoe");
    assert_eq!(site.get("/drop/Zoe").text(), "1");
    assert_eq!(site.get("/list/").text(), "<li>Ann<li>Bob &lt;");
}

#[test]
fn the_root_is_the_route_index_or_the_page() {
    let texts = [("index.html", "<p>page"), ("404.html", "<p>not here")];
    let mut with_route = site(
        &[("/index", "return static_file('index.html') + '!'")],
        &[],
        &texts,
    );
    assert_eq!(with_route.get("/").text(), "<p>page!");
    assert_eq!(with_route.get("/index").text(), "<p>page!");
    let mut failing = site(&[("/index", "throw new Error('broken')")], &[], &texts);
    let answer = failing.get("/");
    assert_eq!((answer.status, answer.text().as_str()), (200, "<p>page"));
    assert!(
        failing
            .messages()
            .iter()
            .any(|message| message.contains("broken")),
        "{:?}",
        failing.log
    );
}

#[test]
fn a_session_is_kept_by_a_cookie_and_is_its_visitors_own() {
    let mut site = site(
        &[(
            "/n",
            "session.n = (session.n || 0) + 1; return 'n=' + session.n",
        )],
        &[],
        &[],
    );
    let first = submit(&mut site, "/n", "", None);
    let cookie = first
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(first.text(), "n=1");
    assert_eq!(submit(&mut site, "/n", "", Some(&cookie)).text(), "n=2");
    assert_eq!(submit(&mut site, "/n", "", Some(&cookie)).text(), "n=3");
    assert_eq!(submit(&mut site, "/n", "", None).text(), "n=1");
}

#[test]
fn a_route_that_fails_keeps_nothing_and_the_log_names_it() {
    let routes = [
        ("/fail", "database.insert({a: 1}); return nothing.at.all"),
        ("/count", "return '' + database().count()"),
    ];
    let mut site = site(&routes, &[], &[]);
    assert_eq!(site.get("/fail").status, 500);
    assert_eq!(site.get("/count").text(), "0");
    assert!(
        format!("{:?}", site.log).contains("nothing"),
        "{:?}",
        site.log
    );
}

#[test]
fn what_a_route_returns_is_a_page_whatever_it_is() {
    let routes = [(
        "/a/<what>",
        "return {nothing: undefined, zero: 0, number: 7, object: {a: 1}, text: 'x'}[what]",
    )];
    let mut site = site(&routes, &[], &[]);
    for (what, text) in [
        ("nothing", ""),
        ("zero", ""),
        ("number", "7"),
        ("object", "{\"a\":1}"),
        ("text", "x"),
    ] {
        let answer = site.get(&format!("/a/{what}"));
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, text),
            "{what}"
        );
    }
}

#[test]
fn a_route_that_never_ends_ends() {
    let mut site = site(
        &[("/loop", "for (;;) {}"), ("/ok", "return 'ok'")],
        &[],
        &[],
    );
    assert!(site.get("/loop").status >= 500);
    assert_eq!(site.get("/ok").text(), "ok");
}
