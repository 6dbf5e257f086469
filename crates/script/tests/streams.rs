//! Bodies in both directions, events, and visitors who leave.

mod common;

use std::time::Duration;

use common::Site;
use script::{Input, RequestHead};

const FORM: &str = "application/x-www-form-urlencoded";

fn post(media_type: &str) -> RequestHead {
    RequestHead::new("POST", "/").with("content-type", media_type)
}

#[test]
fn bodies_are_read_as_what_they_are() {
    for (code, media_type, body, expected) in [
        (
            "return await request.text()",
            "text/plain",
            "\u{feff}grüße",
            "grüße",
        ),
        (
            "return (await request.json()).a",
            "application/json",
            "{\"a\": \"x\"}",
            "x",
        ),
        (
            "return String((await request.bytes()).length)",
            "",
            "ü",
            "2",
        ),
        (
            "return String((await request.arrayBuffer()).byteLength)",
            "",
            "ü",
            "2",
        ),
        (
            "return (await request.blob()).type",
            "image/png",
            "x",
            "image/png",
        ),
        (
            "const form = await request.formData(); return form.getAll('a').join() + form.get('b')",
            FORM,
            "a=1&a=2&b=x+%26",
            "1,2x &",
        ),
        (
            "let n = ''; for await (const chunk of request.body) n += new TextDecoder().decode(chunk) + '|'; return n",
            "",
            "ab",
            "a|b|",
        ),
        (
            "const [a, b] = [request, request.clone()]; return await a.text() + await b.text()",
            "",
            "xy",
            "xyxy",
        ),
        (
            "return new Response(request.body)",
            "",
            "through",
            "through",
        ),
        (
            "return new Response(await request.blob())",
            "text/css",
            "blob",
            "blob",
        ),
        (
            "const text = await request.text(); return text + request.bodyUsed",
            "",
            "a",
            "atrue",
        ),
    ] {
        let mut site = Site::handler(code);
        let (first, second) = body.as_bytes().split_at(body.len() / 2);
        let answer = site.ask_with(post(media_type), &[first, second]);
        assert_eq!(answer.status, 200, "{code}: {:?}", site.log);
        assert_eq!(answer.text(), expected, "{code}");
    }
}

#[test]
fn a_form_with_files_is_read() {
    let mut site = Site::handler(
        "const form = await request.formData(); const photo = form.get('photo');
         await context.files.write('public/photos/' + photo.name, photo);
         return [form.get('title'), photo.name, photo.type, photo.size, photo instanceof File, await photo.text()]",
    );
    let body = "--XX\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHello\r\n--XX\r\n\
        Content-Disposition: form-data; name=\"photo\"; filename=\"../../cat.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--XX--\r\n";
    let answer = site.ask_with(post("multipart/form-data; boundary=XX"), &[body.as_bytes()]);
    assert_eq!(
        answer.text(),
        r#"["Hello","cat.png","image/png",3,true,"PNG"]"#,
        "{:?}",
        site.log
    );
    assert_eq!(site.files.borrow()["public/photos/cat.png"], b"PNG");
}

#[test]
fn what_the_visitor_sends_wrong_is_the_visitors_fault() {
    for (code, media_type, body, status) in [
        ("return await request.json()", "application/json", "{", 400),
        ("return await request.formData()", "text/plain", "a", 415),
        (
            "return await request.formData()",
            "multipart/form-data; boundary=x",
            "a",
            400,
        ),
    ] {
        let mut site = Site::handler(code);
        let answer = site.ask_with(post(media_type), &[body.as_bytes()]);
        assert_eq!(answer.status, status, "{code}");
        assert_eq!(site.log[0].level, script::Level::Warn);
    }
    let mut site =
        Site::handler("try { await request.json() } catch (error) { return error.name }");
    assert_eq!(site.ask_with(post(""), &[b"{"]).text(), "SyntaxError");
}

#[test]
fn a_body_that_is_too_large_gets_413() {
    let limits = r#"{"bodyMiB": 1}"#;
    let big = vec![b'x'; 600_000];
    let mut site = Site::with_limits("return (await request.text()).length", limits);
    assert_eq!(site.ask_with(post("text/plain"), &[&big]).text(), "600000");
    assert_eq!(site.ask_with(post("text/plain"), &[&big, &big]).status, 413);
    let head = post("text/plain").with("content-length", "1200000");
    assert_eq!(site.ask_with(head, &[&big, &big]).status, 413);
    let mut site = Site::with_limits(
        "let n = 0; for await (const c of request.body) n += c.length; return n",
        limits,
    );
    assert_eq!(site.ask_with(post("text/plain"), &[&big, &big]).status, 413);
}

#[test]
fn a_body_is_asked_for_only_when_it_is_wanted() {
    let mut site = Site::handler("return 'unread'");
    site.unfinished.push(1);
    let answer = site.ask_with(post(""), &[b"a", b"b"]);
    assert_eq!(answer.text(), "unread");
    assert_eq!(site.bodies[&1].len(), 2);
}

#[test]
fn a_streamed_answer_waits_for_its_reader() {
    let mut site = Site::handler(
        "return (async function* () { for (let i = 0; i < 5; i++) yield String(i); })()",
    );
    site.eager = false;
    let id = site.start(RequestHead::new("GET", "/"));
    assert_eq!(site.answer(id).text(), "0");
    site.input(id, Input::Room);
    assert_eq!(site.answer(id).text(), "01");
    assert!(!site.answer(id).ended);
    for _ in 0..4 {
        site.input(id, Input::Room);
    }
    assert_eq!(site.answer(id).text(), "01234");
    assert!(site.answer(id).ended);
}

#[test]
fn an_iterator_that_throws_midway_breaks_the_answer_off() {
    let mut site =
        Site::handler("return (async function* () { yield 'half'; throw new Error('midway'); })()");
    let answer = site.get("/");
    assert!(answer.reset && !answer.ended);
    assert_eq!(answer.text(), "half");
    assert!(
        site.log[0].message.contains("midway") && site.log[0].at.is_some(),
        "{:?}",
        site.log
    );
    let mut site = Site::handler("return (async function* () { throw new Error('at once'); })()");
    assert_eq!(site.get("/").status, 500);
    let mut site = Site::handler("return (async function* () { yield 'a'; yield {}; })()");
    assert!(site.get("/").reset);
}

#[test]
fn a_stream_ends_when_its_visitor_leaves() {
    let mut site = Site::handler(
        "request.signal.addEventListener('abort', () => console.log('abort: ' + request.signal.reason.name));
         return (async function* () {
            try { for (let i = 0; ; i++) { yield `${i};`; await new Promise((resolve) => setTimeout(resolve, 1000)); } }
            finally { await context.db.collection('left').insert({}); console.log('tidied'); }
         })()",
    );
    let id = site.start(RequestHead::new("GET", "/"));
    site.pass(Duration::from_millis(2500));
    assert_eq!(site.answer(id).text(), "0;1;2;");
    site.input(id, Input::Left);
    site.pass(Duration::from_secs(6));
    assert_eq!(site.messages(), ["abort: AbortError", "tidied"]);
    assert_eq!(site.sandbox.load(), 0);
    assert_eq!(site.answer(id).text(), "0;1;2;");
}

#[test]
fn a_handler_whose_visitor_leaves_is_told() {
    let mut site = Site::handler(
        "try { await request.text() } catch (error) { console.log(error.name, request.signal.aborted) } return 'nobody'",
    );
    site.unfinished.push(1);
    let id = site.start_with(post(""), &[b"a"]);
    site.input(id, Input::Left);
    assert_eq!(site.messages(), ["AbortError true"]);
    assert_eq!(site.sandbox.load(), 0);
    assert_eq!(site.answer(id).status, 0, "nothing is sent to nobody");
}

const CHAT: &str = "
    if (request.method === 'GET') return context.events.stream('chat', 'news');
    const { text, fail } = await request.json();
    await context.db.collection('chat').insert({ text });
    context.events.publish('chat', { text });
    if (fail) throw new Error('late');
    return 'ok'";

#[test]
fn a_page_is_live_by_events() {
    let mut site = Site::handler(CHAT);
    let live: Vec<_> = (0..2)
        .map(|_| site.start(RequestHead::new("GET", "/")))
        .collect();
    let answer = site.answer(live[0]);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.text(), ": welcome\n\n");
    site.ask_with(post(""), &[br#"{"text": "a\nb"}"#]);
    site.ask_with(post(""), &[br#"{"text": "never", "fail": true}"#]);
    for id in &live {
        assert_eq!(
            site.answer(*id).text(),
            ": welcome\n\ndata: {\"text\":\"a\\nb\"}\n\n"
        );
    }
    site.input(live[0], Input::Left);
    assert_eq!(site.sandbox.load(), 1);
    site.ask_with(post(""), &[br#"{"text": "c"}"#]);
    assert!(
        site.answer(live[1])
            .text()
            .ends_with("data: {\"text\":\"c\"}\n\n")
    );
    site.pass(Duration::from_secs(3600));
    assert!(!site.answer(live[1]).ended, "a live page has no deadline");
}

#[test]
fn events_have_their_fields() {
    let mut site = Site::handler(
        "const { message } = context.events;
         return context.events.stream((async function* () {
            yield 'two\\nlines'; yield { a: 1 }; yield message('x', { event: 'greeting', id: 7, retry: 1000 });
         })())",
    );
    let answer = site.get("/");
    assert!(answer.ended);
    assert_eq!(
        answer.text(),
        ": welcome\n\ndata: two\ndata: lines\n\ndata: {\"a\":1}\n\nevent: greeting\nid: 7\nretry: 1000\ndata: x\n\n"
    );
    let mut site = Site::handler("return context.events.message('x', { event: 'a\\nb' })");
    assert_eq!(site.get("/").status, 500);
}

#[test]
fn live_pages_do_not_keep_others_waiting_and_are_bounded() {
    let mut site = Site::with_limits(CHAT, r#"{"concurrency": 1, "streams": 3}"#);
    for _ in 0..3 {
        site.start(RequestHead::new("GET", "/"));
    }
    assert_eq!(site.get("/").status, 503);
    assert_eq!(site.ask_with(post(""), &[br#"{"text": "a"}"#]).status, 200);
}

#[test]
fn files_are_read_written_listed_and_deleted() {
    let mut site = Site::handler(
        "const { files } = context;
         await files.write('public/a.txt', 'text'); await files.write('public/b.bin', new Uint8Array([1, 2]));
         const a = await files.read('public/a.txt');
         return [await a.text(), a.name, a.type, await files.list(), await files.delete('public/a.txt'), await files.delete('public/a.txt'), await files.read('public/a.txt')]",
    );
    assert_eq!(
        site.get("/").text(),
        r#"["text","a.txt","text/plain",[{"path":"public/a.txt","size":4},{"path":"public/b.bin","size":2}],true,false,null]"#
    );
    for path in [
        "../a",
        "/a",
        "public/../a",
        "public/",
        "",
        "lib/a.js",
        "site.json",
        "public/.well-known/peerserver/x",
    ] {
        let mut site = Site::handler(&format!("await context.files.write({path:?}, '')"));
        assert_eq!(site.get("/").status, 500, "{path}");
    }
}

#[test]
fn timers_fire_in_their_order_and_end_with_the_request() {
    let mut site = Site::handler(
        "const seen = []; const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
         setTimeout((x) => seen.push(x), 20, 'b'); setTimeout(() => seen.push('a'), 10);
         const never = setTimeout(() => seen.push('never'), 5); clearTimeout(never);
         const every = setInterval(() => { seen.push('i'); if (seen.length > 4) clearInterval(every) }, 30);
         await wait(200); setTimeout(() => { throw new Error('after') }, 1);
         return seen",
    );
    assert_eq!(site.get("/").text(), r#"["a","b","i","i","i"]"#);
    site.pass(Duration::from_secs(1));
    assert!(site.log.is_empty());
}
