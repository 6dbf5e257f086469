//! Which route answers a request.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use layout::{Lookup, Pattern, Route, RouteTable, TableError};
use proptest::prelude::*;

fn route(file: &str, pattern: &str) -> Route {
    Route {
        file: file.to_owned(),
        pattern: Pattern::parse(pattern).unwrap(),
    }
}

fn table(patterns: &[&str]) -> RouteTable {
    let mut table = RouteTable::default();
    for pattern in patterns {
        table.add(route(pattern, pattern)).unwrap();
    }
    table
}

fn answer(table: &RouteTable, request: &str) -> String {
    let (method, target) = request.split_once(' ').unwrap();
    match table.lookup(method, target) {
        Lookup::Route(found) => found.route.file.clone(),
        Lookup::Options(allow) => format!("204 {allow}"),
        Lookup::NotAllowed(allow) => format!("405 {allow}"),
        Lookup::Static => "static".to_owned(),
    }
}

#[test]
fn the_most_specific_route_answers_whatever_the_order() {
    let mut patterns = [
        "GET /*all",
        "GET /:page",
        "GET /guests",
        "GET /guests/*rest",
        "GET /guests/:id",
        "GET /guests/:id.json",
        "GET /guests/new",
        "GET /:a/new",
        "POST /:a/:b",
    ];
    for _ in 0..patterns.len() {
        patterns.rotate_left(1);
        let table = table(&patterns);
        for (request, expected) in [
            ("GET /", "GET /*all"),
            ("GET /about", "GET /:page"),
            ("GET /guests", "GET /guests"),
            ("GET /guests/new", "GET /guests/new"),
            ("GET /guests/7", "GET /guests/:id"),
            ("GET /guests/7.json", "GET /guests/:id.json"),
            ("GET /guests/7/a", "GET /guests/*rest"),
            ("GET /other/new", "GET /:a/new"),
            ("POST /guests/new", "POST /:a/:b"),
            ("GET /other/a/b?x=/guests", "GET /*all"),
        ] {
            assert_eq!(answer(&table, request), expected, "{request}");
        }
    }
}

#[test]
fn methods_are_answered_properly() {
    let table = table(&[
        "GET|POST /a",
        "PUT /:x",
        "DELETE /only",
        "HEAD /head",
        "GET /head",
    ]);
    for (request, expected) in [
        ("HEAD /a", "GET|POST /a"),
        ("HEAD /head", "HEAD /head"),
        ("PUT /a", "PUT /:x"),
        ("OPTIONS /a", "204 GET, HEAD, POST, PUT, OPTIONS"),
        ("PATCH /a", "405 GET, HEAD, POST, PUT, OPTIONS"),
        ("GET /only", "405 PUT, DELETE, OPTIONS"),
        ("TRACE /a", "405 GET, HEAD, POST, PUT, OPTIONS"),
        ("get /a", "405 GET, HEAD, POST, PUT, OPTIONS"),
        ("GET /a/b", "static"),
        ("GET /%zz", "static"),
        ("OPTIONS *", "static"),
    ] {
        assert_eq!(answer(&table, request), expected, "{request}");
    }
}

#[test]
fn a_route_for_every_method_answers_options_itself() {
    assert_eq!(answer(&table(&["* /a"]), "OPTIONS /a"), "* /a");
}

#[test]
fn two_routes_for_the_same_are_refused() {
    let mut table = table(&["GET /guests/:id"]);
    let error = table.add(route("routes/b.js", "POST|GET /guests/:name"));
    assert_eq!(
        error.unwrap_err().to_string(),
        "routes/b.js answers GET /guests/:name as GET /guests/:id does; change one of them, or give it another method"
    );
    table.add(route("c", "POST /guests/:name")).unwrap();
    assert_eq!(answer(&table, "POST /guests/1"), "c");
    assert_eq!(answer(&table, "GET /guests/1"), "GET /guests/:id");
}

#[test]
fn the_number_of_routes_is_bounded() {
    let mut table = RouteTable::default();
    for n in 0..layout::table::MAX_ROUTES {
        table.add(route("a", &format!("GET /{n}"))).unwrap();
    }
    assert_eq!(
        table.add(route("b", "GET /one-more")),
        Err(TableError::TooMany)
    );
}

#[test]
fn a_table_travels_as_json() {
    let table = table(&["GET|POST /guests/:id", "* /*all", "GET /gr%C3%BC%C3%9Fe"]);
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<RouteTable>(&json).unwrap(), table);
    let bad = r#"[{"file":"routes/a.js","methods":"GET","path":"a"}]"#;
    let error = serde_json::from_str::<RouteTable>(bad).unwrap_err();
    assert!(error.to_string().starts_with("routes/a.js: "), "{error}");
}

proptest! {
    /// What matches does not depend on the order in which routes were added.
    #[test]
    fn order_never_matters(
        paths in proptest::collection::btree_set("(/(a|b|:x|:y.a)){0,3}(/\\*r)?", 1..8),
        asked in "(/(a|b|c|b.a)){0,4}",
    ) {
        let mut routes: Vec<_> = paths
            .iter()
            .filter_map(|path| Pattern::parse(&format!("GET /{}", path.trim_start_matches('/'))).ok())
            .map(|pattern| Route { file: pattern.path.to_string(), pattern })
            .collect();
        let build = |routes: &[Route]| {
            let mut table = RouteTable::default();
            for route in routes { let _ = table.add(route.clone()); }
            table
        };
        let shape = |table: &RouteTable| match table.lookup("GET", &format!("/{asked}").replace("//", "/")) {
            Lookup::Route(found) => Some(found.params.into_iter().map(|(_, v)| v).collect::<Vec<_>>()),
            _ => None,
        };
        let forward = shape(&build(&routes));
        routes.reverse();
        prop_assert_eq!(forward, shape(&build(&routes)));
    }

    /// Whatever is asked, a lookup answers.
    #[test]
    fn no_target_panics(target in "\\PC{0,60}") {
        let _ = table(&["GET /:a/*b", "POST /x-:y.z"]).lookup("GET", &target);
        let _ = Pattern::parse(&target);
    }
}
