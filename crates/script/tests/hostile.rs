//! Code that wants to do harm, or does it by mistake: its own request fails, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{Answer, Site, of};
use script::{Input, Level, RequestHead};

const LIMITS: &str = r#"{"cpuMs": 150, "memoryMiB": 16, "deadlineSeconds": 5}"#;

/// A site with a hostile handler at `/bad`, and a good one that shares its library.
fn site(body: &str) -> Site {
    let bad = format!(
        "import {{ shared }} from '/lib/shared.js';
         export const pattern = '* /bad';
         export default async function (request, context) {{\n{body}\n}}"
    );
    let good = "import { shared } from '/lib/shared.js';
        export const pattern = '* /good';
        export default async () => ({ sum: [3, 1, 2].sort(), shared, polluted: {}.polluted ?? null, fetch: typeof fetch });";
    let limits = format!("{{\"limits\": {LIMITS}}}");
    let site = Site::new(&[
        ("routes/bad.js", bad.as_str()),
        ("routes/good.js", good),
        ("lib/shared.js", "export const shared = { clean: true };"),
        ("site.json", &limits),
    ]);
    assert_eq!(site.program.problems(), []);
    site
}

const GOOD: &str = r#"{"sum":[1,2,3],"shared":{"clean":true},"polluted":null,"fetch":"undefined"}"#;

/// The hostile request's answer; afterwards the site is as good as before.
fn survives(body: &str) -> (Site, Answer) {
    let mut site = site(body);
    let answer = site.get("/bad");
    assert!(answer.ended || answer.reset, "{body}");
    let good = site.get("/good");
    assert_eq!((good.status, good.text().as_str()), (200, GOOD), "{body}");
    assert_eq!(site.sandbox.load(), 0, "{body}");
    (site, answer)
}

fn fails(body: &str, status: u16, message: &str) {
    let (site, answer) = survives(body);
    assert_eq!(answer.status, status, "{body}: {:?}", site.log);
    let entry = site
        .log
        .iter()
        .find(|entry| entry.incident.is_some())
        .unwrap();
    assert_eq!(
        (entry.level, entry.route.as_str()),
        (Level::Error, "routes/bad.js")
    );
    assert!(entry.message.contains(message), "{body}: {}", entry.message);
}

#[test]
fn what_never_ends_is_stopped() {
    for body in [
        "while (true) {}",
        "for (;;) { try { while (true) {} } catch { } finally { continue } }",
        "const f = async () => { for (;;) await null }; await f()",
        "queueMicrotask(function again() { queueMicrotask(again) }); await new Promise(() => {})",
        "return [...(function* () { for (;;) yield* [] })()]",
        "return Array.from({ length: 2 ** 31 }, () => {}).length && 1",
        "return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)",
        "return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "return Array.prototype.findLast.call({ length: 2 ** 53 - 1 }, () => false)",
        "const a = []; a.length = 2 ** 32 - 1; return a.indexOf(1)",
        "const a = []; a.length = 2 ** 32 - 1; return JSON.stringify(a)",
        "return new Proxy({}, { get() { while (true) {} } })",
        "return { toJSON() { while (true) {} } }",
        "return { get a() { while (true) {} } }",
        "throw { get message() { while (true) {} }, toString() { while (true) {} } }",
        "const e = new Error('a'); Object.defineProperty(e, 'message', { get() { while (true) {} } }); throw e",
        "Promise.prototype.then = function () { while (true) {} }; await null; return Promise.resolve(1).then(1)",
        "class A { static { while (true) {} } }",
        "return 'x'.replace(/x/g, () => { while (true) {} })",
        "let n = 3n; for (;;) n = n * n % (2n ** 5000n)",
        "for (;;) crypto.getRandomValues(new Uint8Array(65536))",
        "const bytes = new Uint8Array(65536); for (;;) await crypto.subtle.digest('SHA-512', bytes)",
        "for (;;) new URL('http://a/'.repeat(100))",
        "for (;;) await new Response('a').text()",
        "return { then() { while (true) {} } }",
        "return { [Symbol.asyncIterator]() { while (true) {} } }",
        "setTimeout(() => { while (true) {} }); await new Promise(() => {})",
        "request.signal.addEventListener('abort', () => {}); for (;;) new AbortController().abort()",
    ] {
        // Some of these meet the limit of memory first.
        fails(body, 503, "stopped: the code");
    }
}

#[test]
fn regular_expressions_that_explode_are_stopped() {
    for body in [
        "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
        "return /(x+x+)+y/.test('x'.repeat(60))",
        "return /^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))",
        "return 'a'.repeat(40).replace(/(a|aa)+$b/g, '')",
    ] {
        fails(body, 503, "limits.cpuMs");
    }
}

#[test]
fn what_eats_memory_is_stopped() {
    for body in [
        "const forever = () => Promise.resolve().then(forever); await forever()",
        "const a = []; for (;;) a.push(new Array(1000).fill(7))",
        "let s = 'ab'; for (;;) s += s + 'x'",
        "return 'a'.repeat(2 ** 28).length",
        "return new Array(5e7).fill(1).length",
        "return new Uint8Array(2 ** 30).length",
        "return new ArrayBuffer(0, { maxByteLength: 2 ** 40 }).resize(2 ** 35)",
        "const a = []; for (;;) a.push(new Uint8Array(100000))",
        "const a = []; for (;;) a.push(new TextEncoder().encode('x'.repeat(100000)))",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })",
        "return JSON.stringify(new Array(2e6).fill('xxxxxxxxxxxx'))",
        "return new Blob(new Array(1e4).fill('x'.repeat(1e4)))",
        "return 2n ** (2n ** 26n)",
        "return new Array(3e4).fill('x'.repeat(1e4)).join('')",
        "return 'x'.padStart(2 ** 29)",
        "const a = []; for (;;) a.push(Promise.withResolvers())",
        "const a = []; for (;;) a.push(Symbol.for(String(Math.random())))",
        "return eval('[' + '1,'.repeat(5e6) + ']').length",
        "return structuredClone(new Uint8Array(9e6)).length + structuredClone(new Uint8Array(9e6)).length",
    ] {
        let (site, answer) = survives(body);
        assert!(
            matches!(answer.status, 500 | 503),
            "{body}: {} {:?}",
            answer.status,
            site.messages()
        );
    }
}

#[test]
fn memory_that_is_over_is_called_so() {
    fails(
        "const a = []; for (;;) a.push(new Uint8Array(1e6))",
        503,
        "limits.memoryMiB",
    );
}

#[test]
fn recursion_without_end_is_an_error() {
    for body in [
        "const f = () => f() + 1; return f()",
        "const o = {}; o.toString = () => `${o}`; return `${o}`",
        "const o = { get a() { return this.a } }; return o",
        "const a = []; a[0] = a; return a.flat(Infinity)",
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x ?? 1",
        "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o",
        "return JSON.parse('['.repeat(2e4) + ']'.repeat(2e4)).length",
        "return eval('('.repeat(2e4) + '1' + ')'.repeat(2e4))",
        "return new Function('return ' + '!'.repeat(1e5) + '1')()",
        "return new RegExp('('.repeat(2e4) + ')'.repeat(2e4)).test('')",
        "const f = async () => { await f() }; await f()",
        "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); return f()",
        "const a = []; a[0] = a; return structuredClone([a, new Array(10).fill(a)]).length + (() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return structuredClone(o) })()",
        "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; console.log(o); return o",
    ] {
        let (site, answer) = survives(body);
        assert!(
            matches!(answer.status, 500 | 503),
            "{body}: {} {:?}",
            answer.status,
            site.messages()
        );
    }
}

#[test]
fn a_promise_that_nobody_settles_is_noticed_at_once() {
    for body in [
        "await new Promise(() => {})",
        "return new Promise(() => {})",
        "return { then() {} }",
        "const id = setTimeout(() => {}, 1000); clearTimeout(id); await new Promise(() => {})",
        "return new ReadableStream({ pull: () => new Promise(() => {}) }).getReader().read()",
    ] {
        fails(body, 500, "can never be settled");
    }
}

#[test]
fn who_waits_too_long_is_given_up() {
    for body in [
        "await new Promise((resolve) => setTimeout(resolve, 6000)); return ''",
        "setInterval(() => {}, 100); await new Promise(() => {})",
        "for await (const message of context.events.subscribe('never')) return message",
    ] {
        fails(body, 503, "limits.deadlineSeconds");
    }
}

#[test]
fn whatever_one_request_spoils_another_finds_whole() {
    for body in [
        "Object.prototype.polluted = 'yes'; return 'ok'",
        "JSON.parse('{\"__proto__\": {\"polluted\": 1}}'); Object.assign(Object.prototype, { polluted: 1 }); return 'ok'",
        "Array.prototype.sort = () => 'spoiled'; return 'ok'",
        "shared.clean = false; globalThis.fetch = 1; return 'ok'",
        "JSON.stringify = () => '\"spoiled\"'; return { a: 1 }",
        "Object.freeze(Object.prototype); Object.freeze(globalThis); return 'ok'",
        "Response.prototype.constructor = null; globalThis.Response = class {}; Headers.prototype.get = null; return 'ok'",
        "setTimeout(() => { Object.prototype.polluted = 1 }, 0); setInterval(() => {}, 1); return 'ok'",
        "Promise.resolve().then(() => { Object.prototype.polluted = 1 }); return 'ok'",
        "Map.prototype.get = () => ({ resolve() { throw 1 } }); return 'ok'",
    ] {
        let (site, answer) = survives(body);
        assert_eq!(answer.status, 200, "{body}: {:?}", site.log);
    }
    survives(
        "for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch { } }",
    );
    survives(
        "for (const name of Object.getOwnPropertyNames(globalThis)) { try { globalThis[name] = null } catch { } }",
    );
}

#[test]
fn requests_under_way_are_not_touched_by_one_that_fails() {
    let mut site = Site::with_limits(
        "if (request.url.endsWith('bad')) { for (;;) {} }
         const text = await request.text(); return text.toUpperCase()",
        LIMITS,
    );
    site.unfinished.push(1);
    let id = site.start_with(RequestHead::new("POST", "/ok"), &[b"ab"]);
    assert_eq!(site.get("/bad").status, 503);
    site.input(id, Input::Body(b"cd".to_vec()));
    site.input(id, Input::BodyEnd);
    assert_eq!(site.answer(id).text(), "ABCD");
}

#[test]
fn a_comparator_that_lies_does_no_harm() {
    let (_, answer) = survives(
        "const a = Array.from({ length: 500 }, (_, i) => i);
         a.sort(() => { a.length = 3; return Math.random() - 0.5 }); a.sort(() => NaN); a.sort(() => 1);
         const t = new Uint8Array(100); t.sort(() => { t.buffer.transfer?.(); return 1 });
         return 'fine'",
    );
    assert_eq!(answer.text(), "fine");
}

#[test]
fn buffers_that_are_taken_away_do_no_harm() {
    let (site, answer) = survives(
        "const results = [];
         const gone = () => { const a = new Uint8Array(8); a.buffer.transfer(); return a };
         for (const use of [
            () => new TextDecoder().decode(gone()), () => crypto.getRandomValues(gone()).length,
            () => new Blob([gone()]).size, () => new Response(gone()).status,
         ]) { try { results.push(use()) } catch (error) { results.push(error.name) } }
         try { await crypto.subtle.digest('SHA-256', gone()) } catch { }
         try { await context.files.write('public/a', gone()) } catch { }
         return new Response(gone())",
    );
    assert!(matches!(answer.status, 200 | 500), "{:?}", site.log);
}

#[test]
fn there_is_nothing_to_reach_out_with() {
    let (site, answer) = survives(
        "const names = ['fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'SharedArrayBuffer', 'Atomics', 'WebAssembly',
            'require', 'process', 'std', 'os', 'host', 'importScripts', 'document', 'window', 'print', 'scriptArgs'];
         return names.filter((name) => name in globalThis || eval(`typeof ${name}`) !== 'undefined')",
    );
    assert_eq!(answer.text(), "[]", "{:?}", site.log);
}

#[test]
fn code_made_of_text_is_bound_by_the_same_limits() {
    fails("eval('for (;;) {}')", 503, "limits.cpuMs");
    fails("new Function('for (;;) {}')()", 503, "limits.cpuMs");
    fails(
        "await (async () => {}).constructor('for (;;) await null')()",
        503,
        "limits.cpuMs",
    );
    let (_, answer) =
        survives("return String(eval('1 + 1')) + new Function('return this === globalThis')()");
    assert_eq!(answer.text(), "2true");
}

#[test]
fn the_engines_own_modules_are_closed() {
    for name in [
        "peerserver:host",
        "peerserver:driver",
        "../../etc/passwd",
        "https://example.org/a.js",
        "lodash",
        "/lib/none.js",
        "node:fs",
    ] {
        let (_, answer) = survives(&format!(
            "try {{ return Object.keys(await import({name:?})) }} catch (error) {{ return 'refused: ' + error.message }}"
        ));
        assert!(
            answer.text().starts_with("refused: "),
            "{name}: {}",
            answer.text()
        );
        let (_, answer) = survives(&format!(
            "try {{ return await eval('import({name:?})') }} catch (error) {{ return 'refused: ' + error.message }}"
        ));
        assert!(
            answer.text().starts_with("refused: "),
            "{name}: {}",
            answer.text()
        );
    }
    let (_, answer) = survives("return (await import('/lib/shared.js')).shared");
    assert_eq!(answer.text(), r#"{"clean":true}"#);
}

#[test]
fn logs_timers_questions_and_events_are_bounded() {
    let (site, answer) =
        survives("for (let i = 0; i < 1000; i++) console.log('x'.repeat(10000)); return 'ok'");
    assert_eq!(answer.status, 200);
    assert_eq!(site.log.len(), script::limits::LOG_ENTRIES as usize + 1);
    assert!(site.messages().last().unwrap().contains("left out"));
    assert!(
        site.messages()
            .iter()
            .all(|text| text.len() <= script::limits::LOG_TEXT + 3)
    );
    for (body, message) in [
        (
            "for (let i = 0; i < 2000; i++) setTimeout(() => {}, 1e6)",
            "too many timers",
        ),
        (
            "return Promise.all(Array.from({ length: 100 }, () => context.files.read('public/a')))",
            "too many things",
        ),
        (
            "for (let i = 0; i < 300; i++) context.events.publish('a', 1)",
            "too many events",
        ),
        (
            "context.events.publish('a', 'x'.repeat(100000))",
            "at most 65536",
        ),
        ("context.events.publish('', 1)", "1 to 256 bytes"),
        (
            "const all = Array.from({ length: 40 }, () => context.events.subscribe('a')); return Promise.all(all.map((one) => one.next()))",
            "too many topics",
        ),
        (
            "await context.files.write('public/a', new Uint8Array(2 ** 23)); await context.files.write('routes/a.js', '')",
            "only in public/",
        ),
    ] {
        fails(body, 500, message);
    }
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let mut site = Site::with_limits(
        "return (async function* () { for (;;) yield 'x'.repeat(65536) })()",
        r#"{"outputMiB": 1}"#,
    );
    let answer = site.get("/");
    assert!(answer.reset && !answer.ended);
    assert!(answer.body.len() <= 1024 * 1024);
    assert!(
        site.log[0].message.contains("limits.outputMiB"),
        "{:?}",
        site.log
    );
    let mut site = Site::with_limits("return 'x'.repeat(2 ** 20 + 1)", r#"{"outputMiB": 1}"#);
    assert_eq!(site.get("/").status, 500);
}

#[test]
fn a_stream_that_computes_for_ever_is_stopped() {
    for body in [
        "return (async function* () { yield 'a'; for (;;) {} })()",
        "return (async function* () { yield 'a'; for (;;) yield '' })()",
        "return new ReadableStream({ start(c) { c.enqueue('a') }, pull() { for (;;) {} } })",
    ] {
        let (site, answer) = survives(body);
        assert!(answer.reset && answer.body.len() <= 1, "{body}: {answer:?}");
        assert!(
            site.messages()
                .iter()
                .any(|text| text.contains("limits.cpuMs")),
            "{:?}",
            site.log
        );
    }
}

#[test]
fn a_stream_that_computes_much_rests() {
    let mut site = Site::with_limits(
        "return (async function* () { for (;;) { for (let i = 0; i < 5e5; i++); yield 'x'; } })()",
        LIMITS,
    );
    let id = site.start(RequestHead::new("GET", "/"));
    let pieces = site.answer(id).chunks;
    assert!(pieces < 50, "{pieces} pieces at once");
    site.pass(Duration::from_secs(2));
    let more = site.answer(id).chunks - pieces;
    assert!((3..1_000).contains(&more), "{more} pieces in two seconds");
}

#[test]
fn when_too_many_come_some_wait_and_some_go() {
    let mut site = Site::with_limits(
        "await new Promise((resolve) => setTimeout(resolve, 1000)); return 'done'",
        r#"{"concurrency": 2, "queue": 2}"#,
    );
    let ids: Vec<_> = (0..5)
        .map(|n| site.start(of(&n.to_string(), "", RequestHead::new("GET", "/"))))
        .collect();
    assert_eq!(site.answer(ids[4]).status, 503);
    assert_eq!(site.answer(ids[4]).header("retry-after"), Some("2"));
    site.pass(Duration::from_millis(1500));
    let done = |site: &Site| {
        ids.iter()
            .filter(|id| site.answer(**id).status == 200)
            .count()
    };
    assert_eq!(done(&site), 2);
    site.pass(Duration::from_millis(1500));
    assert_eq!(done(&site), 4);
    assert_eq!(site.sandbox.load(), 0);
}
