//! What handlers may return, and what visitors get of it.

mod common;

use common::{Site, result, route};
use script::RequestHead;

#[test]
fn text_is_plain_whatever_it_looks_like_and_what_a_template_gave_is_html() {
    for (code, media_type) in [
        ("return '<h1>Hi</h1>'", "text/plain;charset=utf-8"),
        ("return '\\n  <p>'", "text/plain;charset=utf-8"),
        ("return context.render('a')", "text/html;charset=utf-8"),
        (
            "const page = context.render('a'); await null; return page",
            "text/html;charset=utf-8",
        ),
        (
            "return context.render('a') + '<script>'",
            "text/plain;charset=utf-8",
        ),
        (
            "return (function* () { yield context.render('a'); yield '<p>'; })()",
            "text/html;charset=utf-8",
        ),
        (
            "return new Response('<p>', {headers: {'content-type': 'text/html'}})",
            "text/html",
        ),
        ("return ''", "text/plain;charset=utf-8"),
        ("return {a: 1}", "application/json"),
        ("return [1, 2]", "application/json"),
        ("return null", "application/json"),
        ("return 7", "application/json"),
        ("return new Blob(['a'], {type: 'image/png'})", "image/png"),
        (
            "return (async function* () { yield '<p>'; })()",
            "text/plain;charset=utf-8",
        ),
        (
            "return (function* () { yield 'a'; })()",
            "text/plain;charset=utf-8",
        ),
        (
            "return (async function* () { yield new Uint8Array(1); })()",
            "application/octet-stream",
        ),
    ] {
        let mut site = Site::new(&[
            ("routes/a.js", &route(code)),
            ("templates/a.hbs", "<p>{{a}}</p>"),
        ]);
        let answer = site.get("/");
        assert_eq!(answer.status, 200, "{code}: {:?}", site.log);
        assert_eq!(answer.header("content-type"), Some(media_type), "{code}");
        assert!(answer.ended, "{code}");
    }
}

#[test]
fn browsers_do_not_guess_what_an_answer_is() {
    for code in [
        "return 'a'",
        "return new Response('a', {headers: {'X-Content-Type-Options': 'none'}})",
        "return (async function* () { yield 'a'; })()",
        "return context.events.stream(['a'])",
        "throw new Error('a')",
    ] {
        let answer = Site::handler(code).get("/");
        let all = answer.all("x-content-type-options");
        assert_eq!(all, ["nosniff"], "{code}");
    }
    let mut site = Site::new(&[]);
    let answer = site.get("/");
    assert_eq!(answer.all("x-content-type-options"), ["nosniff"]);
}

#[test]
fn the_values_of_headers_are_bytes_both_ways() {
    let mut site = Site::handler(
        "const value = request.headers.get('x-a');
         return new Response(Array.from(value, (c) => c.charCodeAt(0).toString(16)).join(), {headers: {'x-b': value}})",
    );
    for (sent, seen, back) in [
        ("caf\u{e9}", "63,61,66,e9", "caf\u{e9}"),
        // UTF-8, a character a byte: with bytes that would be control characters and white space in text.
        (" \u{c3}\u{a0}", "c3,a0", "\u{c3}\u{a0}"),
        (
            "\u{e2}\u{82}\u{ac}\u{85}",
            "e2,82,ac,85",
            "\u{e2}\u{82}\u{ac}\u{85}",
        ),
        // What is no bytes is taken for text, which is UTF-8.
        ("\u{20ac}", "e2,82,ac", "\u{e2}\u{82}\u{ac}"),
    ] {
        let answer = site.ask(RequestHead::new("GET", "/").with("x-a", sent));
        assert_eq!(answer.text(), seen, "{:?}", site.log);
        assert_eq!(answer.header("x-b"), Some(back));
    }
}

#[test]
fn the_context_tells_what_was_asked() {
    let route = "export const pattern = ['GET /guests/:id', 'GET /all/*path'];
        export default (request, { params, query, visitor }) => ({
            params, q: query.get('q'), url: request.url, header: request.headers.get('x-a'), host: request.headers.get('host'), visitor,
        });";
    let mut site = Site::new(&[("routes/guests.js", route)]);
    let head = RequestHead::new("GET", "/guests/AC%2FDC?q=a+b")
        .with("X-A", " 1 ")
        .with("Host", "elsewhere.example")
        .with("x-a", "2");
    assert_eq!(
        site.ask(head).text(),
        r#"{"params":{"id":"AC/DC"},"q":"a b","url":"http://localhost/guests/AC%2FDC?q=a+b","header":"1, 2","host":"localhost","visitor":{"id":"","transport":""}}"#
    );
    assert!(site.get("/all/a/b").text().contains(r#"{"path":"a/b"}"#));
    assert_eq!(site.get("/none").status, 404);
    let answer = site.ask(RequestHead::new("POST", "/guests/1"));
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("GET, HEAD, OPTIONS"))
    );
    let answer = site.ask(RequestHead::new("OPTIONS", "/guests/1"));
    assert_eq!(
        (answer.status, answer.header("allow")),
        (204, Some("GET, HEAD, OPTIONS"))
    );
}

#[test]
fn a_response_says_all_there_is_to_say() {
    let mut site = Site::handler(
        "const headers = new Headers({'content-type': 'text/css', 'Content-Length': '99', connection: 'close'});
         headers.append('Set-Cookie', 'a=1; Path=/'); headers.append('set-cookie', 'b=2');
         return new Response('ü', {status: 418, headers})",
    );
    let answer = site.get("/");
    assert_eq!(answer.status, 418);
    assert_eq!(answer.all("set-cookie"), ["a=1; Path=/", "b=2"]);
    assert_eq!(answer.all("content-length"), ["2"]);
    assert_eq!(answer.header("connection"), None);
    assert_eq!(answer.text(), "ü");
}

#[test]
fn redirects_stay_on_the_origin_that_the_visitor_knows() {
    for (code, status, location) in [
        (
            "return Response.redirect('/guests?a=1#b', 303)",
            303,
            "/guests?a=1#b",
        ),
        ("return Response.redirect('next')", 302, "/a/next"),
        (
            "return Response.redirect('https://example.org/ä')",
            302,
            "https://example.org/%C3%A4",
        ),
    ] {
        let mut site = Site::handler(code);
        let answer = site.get("/a/b");
        assert_eq!(
            (answer.status, answer.header("location")),
            (status, Some(location)),
            "{code}"
        );
        assert!(answer.body.is_empty());
    }
}

#[test]
fn a_thrown_response_is_the_answer() {
    let mut site = Site::handler("throw new Response('no', {status: 403})");
    let answer = site.get("/");
    assert_eq!((answer.status, answer.text().as_str()), (403, "no"));
    assert!(site.log.is_empty());
}

#[test]
fn a_head_request_gets_the_head() {
    let mut site = Site::handler(
        "if (request.url.endsWith('s')) return (async function* () { yield 'abc'; })(); return 'abc'",
    );
    let answer = site.ask(RequestHead::new("HEAD", "/"));
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, Some("3"))
    );
    assert!(answer.body.is_empty() && answer.ended);
    let answer = site.ask(RequestHead::new("HEAD", "/s"));
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, None)
    );
    assert!(answer.body.is_empty() && answer.ended);
}

#[test]
fn what_cannot_be_an_answer_says_so() {
    for (code, message) in [
        ("", "returned nothing"),
        ("return () => 1", "cannot return [function"),
        ("return Symbol('a')", "cannot return Symbol(a)"),
        ("return request", "cannot return"),
        (
            "return {get a() { throw new Error('trap') }}",
            "Error: trap",
        ),
        ("return {a: 1n}", "TypeError"),
        ("return Response.error()", "Response.error()"),
        (
            "return new Response('a', {status: 99})",
            "99 is not a status",
        ),
        ("return new Response('a', {status: 204})", "no body"),
        (
            "const r = new Response('a'); await r.text(); return r",
            "read already",
        ),
        (
            "return new Response(null, {headers: {'a b': '1'}})",
            "not a header's name",
        ),
        (
            "return new Response(null, {headers: {a: '1\\r\\nset-cookie: x=1'}})",
            "line breaks",
        ),
        (
            "return new Response(null, {headers: {a: 'ü→'}})",
            "cannot stand in a header",
        ),
        (
            "const h = new Headers(); for (let i = 0; i < 201; i++) h.append('a', 'b'); return new Response('', {headers: h})",
            "at most 200",
        ),
        (
            "return new Response('', {headers: {a: 'x'.repeat(40000)}})",
            "at most 200 of 32768 bytes",
        ),
        ("throw 7", "7 was thrown; throw an Error instead"),
        ("throw {get message() { throw 1 }}", "was thrown"),
        (
            "throw new Proxy({}, {get() { throw 1 }, getPrototypeOf() { throw 2 }})",
            "was thrown",
        ),
        (
            "return new Proxy({}, {get() { throw new Error('trap') }})",
            "Error: trap",
        ),
        (
            "return {toJSON() { throw new Error('bomb') }}",
            "Error: bomb",
        ),
        (
            "return new Response({toString() { throw new Error('bomb') }})",
            "Error: bomb",
        ),
    ] {
        let mut site = Site::handler(code);
        let answer = site.get("/");
        assert_eq!(answer.status, 500, "{code}");
        assert!(answer.ended, "{code}");
        assert_eq!(site.log.len(), 1, "{code}");
        assert!(
            site.log[0].message.contains(message),
            "{code}: {}",
            site.log[0].message
        );
        let incident = site.log[0].incident.clone().unwrap();
        assert!(answer.text().contains(&incident), "{code}");
        assert_eq!(site.sandbox.load(), 0, "{code}");
    }
}

#[test]
fn errors_name_the_place() {
    let lib = "// One\nexport function read(row) {\n  return row.name;\n}\n";
    let route = "import { read } from '../lib/read.js';
export const pattern = 'GET /';
export default async function home() {
  return read(undefined);
}";
    let mut site = Site::new(&[("routes/a.js", route), ("lib/read.js", lib)]);
    assert_eq!(site.get("/").status, 500);
    let entry = &site.log[0];
    assert_eq!(entry.at.as_ref().unwrap().to_string(), "lib/read.js:3:10");
    assert!(entry.message.contains("name"), "{}", entry.message);
    assert!(
        entry.stack.contains("home (routes/a.js:4:"),
        "{}",
        entry.stack
    );
    assert!(!entry.stack.contains("peerserver:"), "{}", entry.stack);
}

#[test]
fn a_handler_need_not_be_async() {
    let route = "export const pattern = 'GET /'; export default () => 'plain'";
    let mut site = Site::new(&[("routes/a.js", route)]);
    assert_eq!(site.get("/").text(), "plain");
}

#[test]
fn modules_import_each_other_and_json() {
    let mut site = Site::new(&[
        (
            "routes/a.js",
            "import words from '/lib/words.json'; import { twice } from '../lib/twice.js'; export const pattern = 'GET /'; export default () => twice(words.hi) + typeof words.__proto__.x",
        ),
        (
            "lib/twice.js",
            "export const twice = (text) => text + text;",
        ),
        (
            "lib/words.json",
            "{\"hi\": \"hö\\\"\\u2028\", \"__proto__\": {\"x\": 1}}",
        ),
    ]);
    assert_eq!(site.program.problems(), []);
    assert_eq!(site.get("/").text(), "hö\"\u{2028}hö\"\u{2028}number");
}

#[test]
fn what_a_handler_logs_is_kept() {
    let mut site = Site::handler(
        "console.log('a', 1, {b: [null, undefined, 'x']}, new Map([[1, new Set([2])]])); context.log.warn(new Error('e')); return ''",
    );
    site.get("/");
    assert_eq!(
        site.messages()[0],
        "a 1 {b: [null, undefined, \"x\"]} Map {1 => Set {2}}"
    );
    assert!(site.messages()[1].starts_with("Error: e\n"));
    assert_eq!(site.log[1].level, script::Level::Warn);
    assert_eq!(
        result("const o = {}; o.o = o; console.log(o); return 'fine'"),
        "fine"
    );
    let mut site = Site::handler(
        "console.timeEnd('none'); console.time(); console.timeEnd(); console.timeEnd(); return ''",
    );
    site.get("/");
    let messages = site.messages();
    assert_eq!(messages[0], "no timer has the label none");
    assert!(messages[1].starts_with("default: ") && messages[1].ends_with(" ms"));
    assert_eq!(messages[2], "no timer has the label default");
}
