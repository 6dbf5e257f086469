//! A site's files become a program, or its author is told what is wrong.

mod common;

use std::rc::Rc;

use common::Site;
use script::{Program, RequestHead};

const GOOD: &str = "export const pattern = 'GET /good'; export default () => 'good'";

/// The problems of a site with this route, beside which another one always works.
fn problems(route: &str) -> Vec<String> {
    let mut site = Site::new(&[("routes/good.js", GOOD), ("routes/a.js", route)]);
    assert_eq!(site.get("/good").text(), "good", "{route}");
    site.program
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_wrong_route_is_named_with_its_place() {
    for (route, expected) in [
        ("", "routes/a.js: TypeError: a route exports its handler"),
        (
            "export default () => 1",
            "routes/a.js: TypeError: a route exports its pattern",
        ),
        (
            "export const pattern = 1; export default () => 1",
            "a route exports its pattern",
        ),
        (
            "export const pattern = []; export default () => 1",
            "a route exports its pattern",
        ),
        (
            "export const pattern = 'guests'; export default () => 1",
            "write a method and a path",
        ),
        (
            "export const pattern = 'GET /good'; export default () => 1",
            "routes/a.js answers GET /good as routes/good.js does",
        ),
        ("\nlet x = ;", "routes/a.js:2:9: "),
        (
            "export const pattern = 'GET /';\nthrow new Error('early')",
            "routes/a.js:2:",
        ),
        ("import './none.js'", "there is no such module"),
        ("import '../../outside.js'", "outside of the site"),
        ("import 'lodash'", "there are no packages here"),
        (
            "import { none } from './good.js'; export const pattern = 'GET /'; export default () => 1",
            "none",
        ),
        ("for (;;) {}", "takes too long"),
        ("await new Promise(() => {})", "waits for something"),
        (
            "await new Promise((resolve) => setTimeout(resolve, 1))",
            "waits for something",
        ),
        (
            "const a = []; for (;;) a.push(new Uint8Array(1e6))",
            "out of memory",
        ),
        ("const f = () => f(); f()", "stack"),
        ("export default {", "routes/a.js:1:"),
    ] {
        let problems = problems(route);
        assert_eq!(problems.len(), 1, "{route}: {problems:?}");
        assert!(problems[0].contains(expected), "{route}: {problems:?}");
    }
}

#[test]
fn modules_may_import_each_other_in_a_circle() {
    let mut site = Site::new(&[
        (
            "routes/a.js",
            "import { b } from '../lib/b.js'; export const a = () => 'a'; export const pattern = 'GET /'; export default () => b()",
        ),
        (
            "lib/b.js",
            "import { a } from '../routes/a.js'; export const b = () => a() + 'b';",
        ),
    ]);
    assert_eq!(site.program.problems(), []);
    assert_eq!(site.get("/").text(), "ab");
}

#[test]
fn a_wrong_site_json_leaves_the_defaults() {
    let site = Site::new(&[
        ("site.json", "{\"limits\": {\"cpuMs\": 0}}"),
        ("routes/good.js", GOOD),
    ]);
    assert_eq!(site.program.limits(), &layout::Limits::default());
    assert!(
        site.program.problems()[0]
            .to_string()
            .contains("site.json:1:"),
        "{:?}",
        site.program.problems()
    );
}

#[test]
fn files_that_no_module_can_be_are_named() {
    let (_, engine) = common::engine();
    let large = vec![b' '; script::limits::MODULE + 1];
    let files: [(&str, &[u8]); 4] = [
        ("routes/latin1.js", b"// \xfc"),
        ("lib/large.js", &large),
        ("lib/words.json", b"{\"a\": }"),
        ("public/fine.js", b"\xff"),
    ];
    let program = Program::build(&engine, files).unwrap();
    let problems: Vec<_> = program.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems
            .iter()
            .any(|p| p.starts_with("routes/latin1.js: ") && p.contains("UTF-8"))
    );
    assert!(
        problems
            .iter()
            .any(|p| p.starts_with("lib/large.js: ") && p.contains("at most"))
    );
    assert!(problems.iter().any(|p| p.contains("this is not JSON")));
}

#[test]
fn another_program_answers_new_requests_and_the_old_one_its_own() {
    let route = |text: &str| {
        format!(
            "export const pattern = 'POST /'; export default async (request) => {text:?} + await request.text()"
        )
    };
    let mut site = Site::new(&[("routes/a.js", &route("old "))]);
    site.unfinished.push(1);
    site.sandbox.prepare();
    let old = site.start_with(RequestHead::new("POST", "/"), &[b"1"]);
    site.sandbox.prepare();
    let program = Program::build(&site.engine, [("routes/a.js", route("new "))]).unwrap();
    site.sandbox.replace(Rc::new(program));
    assert_eq!(
        site.ask_with(RequestHead::new("POST", "/"), &[b"2"]).text(),
        "new 2"
    );
    site.input(old, script::Input::BodyEnd);
    assert_eq!(site.answer(old).text(), "old 1");
}

#[test]
fn the_table_tells_without_an_engine_what_needs_code() {
    let site = Site::new(&[("routes/good.js", GOOD)]);
    let json = serde_json::to_string(site.program.table()).unwrap();
    let table: layout::RouteTable = serde_json::from_str(&json).unwrap();
    assert!(matches!(
        table.lookup("GET", "/good"),
        layout::Lookup::Route(_)
    ));
    assert!(matches!(
        table.lookup("GET", "/other"),
        layout::Lookup::Static
    ));
}
