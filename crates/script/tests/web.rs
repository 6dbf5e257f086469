//! The web platform's names behave as on the web, as far as they are here.

mod common;

use common::result;

/// Each line is an expression and what it is as JSON.
fn check(cases: &[(&str, &str)]) {
    for (code, expected) in cases {
        let body = format!(
            "const caught = async (f) => {{ try {{ await f(); return 'nothing' }} catch (error) {{ return error.name }} }};
             return Response.json(await (async () => ({code}))() ?? null)"
        );
        assert_eq!(result(&body), *expected, "{code}");
    }
}

#[test]
fn headers() {
    check(&[
        (
            "[...new Headers({ B: ' 2 ', a: '1' })]",
            r#"[["a","1"],["b","2"]]"#,
        ),
        (
            "new Headers([['a', '1'], ['A', '2']]).get('a')",
            r#""1, 2""#,
        ),
        ("new Headers().get('a')", "null"),
        (
            "(() => { const h = new Headers(); h.append('set-cookie', 'a'); h.append('Set-Cookie', 'b'); return [[...h], h.getSetCookie(), h.get('set-cookie')] })()",
            r#"[[["set-cookie","a"],["set-cookie","b"]],["a","b"],"a, b"]"#,
        ),
        (
            "(() => { const h = new Headers({ a: 1, b: 2 }); h.set('a', 3); h.delete('b'); return [h.has('A'), h.has('b'), h.get('a'), [...h.keys()], [...h.values()]] })()",
            r#"[true,false,"3",["a"],["3"]]"#,
        ),
        (
            "Promise.all(['', 'a b', 'a\\n', 'ä'].map((name) => caught(() => new Headers([[name, '1']]))))",
            r#"["TypeError","TypeError","TypeError","TypeError"]"#,
        ),
        (
            "Promise.all(['a\\r\\nb', 'a\\0', '→'].map((value) => caught(() => new Headers({ a: value }))))",
            r#"["TypeError","TypeError","TypeError"]"#,
        ),
        (
            "[caught(() => new Headers([['a']])), caught(() => new Headers('a'))].length",
            "2",
        ),
        ("String(new Headers())", r#""[object Headers]""#),
    ]);
}

#[test]
fn urls() {
    check(&[
        (
            "(({ href, origin, protocol, username, password, host, hostname, port, pathname, search, hash }) => [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash])(new URL('HTTPS://u:p@EXAMPLE.org:8080/a/../b c?q=1#h'))",
            r##"["https://u:p@example.org:8080/b%20c?q=1#h","https://example.org:8080","https:","u","p","example.org:8080","example.org","8080","/b%20c","?q=1","#h"]"##,
        ),
        (
            "new URL('../x?y', 'http://a/b/c/d').href",
            r#""http://a/b/x?y""#,
        ),
        (
            "new URL('http://bücher.example/').host",
            r#""xn--bcher-kva.example""#,
        ),
        (
            "[URL.canParse('a'), URL.canParse('a', 'http://b'), URL.parse('nope')]",
            "[false,true,null]",
        ),
        ("caught(() => new URL('nope'))", r#""TypeError""#),
        (
            "(() => { const u = new URL('http://a/?x=1'); u.searchParams.append('y', 'ü &'); u.pathname = '/p q'; u.port = '81'; u.hash = ''; u.host = '?'; return [u.href, u.search, String(u.searchParams)] })()",
            r#"["http://a:81/p%20q?x=1&y=%C3%BC+%26","?x=1&y=%C3%BC+%26","x=1&y=%C3%BC+%26"]"#,
        ),
        (
            "(() => { const u = new URL('http://a/?x=1'); const p = u.searchParams; u.search = '?z=2'; return [p.get('x'), p.get('z'), JSON.stringify(u)] })()",
            r#"[null,"2","\"http://a/?z=2\""]"#,
        ),
        (
            "(() => { const p = new URLSearchParams('?a=1&b=2&a=3&c'); p.delete('b'); p.set('a', 'x'); p.sort(); return [String(p), p.getAll('a'), p.has('c'), p.has('c', 'no'), p.size] })()",
            r#"["a=x&c=",["x"],true,false,2]"#,
        ),
        (
            "[String(new URLSearchParams({ a: '1 2' })), String(new URLSearchParams([['a', 'b']])), [...new URLSearchParams('a=%zz+%41')]]",
            r#"["a=1+2","a=b",[["a","%zz A"]]]"#,
        ),
    ]);
}

#[test]
fn text() {
    check(&[
        (
            "[...new TextEncoder().encode('ü€😀\\ud800')]",
            "[195,188,226,130,172,240,159,152,128,239,191,189]",
        ),
        (
            "new TextEncoder().encodeInto('aü', new Uint8Array(2))",
            r#"{"read":1,"written":1}"#,
        ),
        (
            "new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x61]))",
            "\"\u{fffd}a\"",
        ),
        (
            "caught(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])))",
            r#""TypeError""#,
        ),
        (
            "caught(() => new TextDecoder('klingon'))",
            r#""RangeError""#,
        ),
        (
            "(() => { const d = new TextDecoder(); let s = ''; for (const b of new TextEncoder().encode('ü€😀')) s += d.decode(new Uint8Array([b]), { stream: true }); return s + d.decode() })()",
            "\"ü€😀\"",
        ),
        (
            "(() => { const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode() })()",
            "\"\u{fffd}\"",
        ),
        (
            "new TextDecoder('utf-16').decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde]))",
            "\"a😀\"",
        ),
        (
            "(() => { const d = new TextDecoder('utf-16le'); let s = ''; for (const b of [0x3d, 0xd8, 0, 0xde, 0x61, 0]) s += d.decode(new Uint8Array([b]), { stream: true }); return s })()",
            "\"😀a\"",
        ),
        (
            "[btoa('aÿ'), atob(' YQ== '), atob('YQ')]",
            r#"["Yf8=","a","a"]"#,
        ),
        (
            "Promise.all([() => btoa('€'), () => atob('Y'), () => atob('*')].map(caught))",
            r#"["InvalidCharacterError","InvalidCharacterError","InvalidCharacterError"]"#,
        ),
    ]);
}

#[test]
fn requests_and_responses() {
    check(&[
        (
            "[new Request('http://a/b', { method: 'post', body: 'x' }).method, await new Request('http://a', { method: 'PUT', body: 'x' }).text()]",
            r#"["POST","x"]"#,
        ),
        (
            "caught(() => new Request('http://a', { body: 'x' }))",
            r#""TypeError""#,
        ),
        (
            "caught(() => new Request('http://a', { method: 'TRACE' }))",
            r#""TypeError""#,
        ),
        (
            "(async () => { const a = new Request('http://a', { method: 'POST', body: 'x', headers: { h: '1' } }); const b = new Request(a); return [a.bodyUsed, await b.text(), b.headers.get('h'), b.headers.get('content-type')] })()",
            r#"[true,"x","1","text/plain;charset=UTF-8"]"#,
        ),
        ("new Request('http://a', null).method", r#""GET""#),
        (
            "Promise.all(['x', new Uint8Array([120]), ReadableStream.from(['x', 'y'])].map(async (body) => { const r = new Response(body); const seen = [r.bodyUsed, r.body.locked, r.bodyUsed]; const reader = r.body.getReader(); await reader.read(); reader.releaseLock(); return [...seen, r.bodyUsed, await caught(() => r.text()), await caught(() => r.clone())] }))",
            r#"[[false,false,false,true,"TypeError","TypeError"],[false,false,false,true,"TypeError","TypeError"],[false,false,false,true,"TypeError","TypeError"]]"#,
        ),
        (
            "(async () => { const s = ReadableStream.from(['x', 'y']); const reader = s.getReader(); await reader.read(); reader.releaseLock(); return caught(() => new Response(s)) })()",
            r#""TypeError""#,
        ),
        (
            "(async () => { const r = new Response('x'); await r.body.cancel(); return r.bodyUsed })()",
            "true",
        ),
        (
            "(({ status, statusText, ok, type, redirected, body, bodyUsed, headers }) => [status, statusText, ok, type, redirected, body, bodyUsed, [...headers]])(new Response())",
            r#"[200,"",true,"default",false,null,false,[]]"#,
        ),
        (
            "(async (r) => [r.status, r.headers.get('content-type'), await r.json()])(Response.json({ a: 1 }, { status: 201 }))",
            r#"[201,"application/json",{"a":1}]"#,
        ),
        (
            "[Response.error().type, Response.error().status]",
            r#"["error",0]"#,
        ),
        (
            "Promise.all([() => new Response('', { status: 600 }), () => Response.redirect('http://a', 200), () => Response.json(undefined), () => new Response('a', { status: 304 })].map(caught))",
            r#"["RangeError","RangeError","TypeError","TypeError"]"#,
        ),
        (
            "(async () => { const r = new Response('x'); const c = r.clone(); return [await r.text(), await c.text(), await caught(() => r.text()), await caught(() => r.clone())] })()",
            r#"["x","x","TypeError","TypeError"]"#,
        ),
        (
            "(async () => { const r = new Response(new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue(new Uint8Array([98])); c.close() } })); const c = r.clone(); return [await r.text(), await c.text()] })()",
            r#"["ab","ab"]"#,
        ),
        (
            "new Response(new URLSearchParams({ a: 'b c' })).text()",
            r#""a=b+c""#,
        ),
        (
            "(async () => { const f = new FormData(); f.append('a', 'x\\ny'); f.append('f', new File(['data'], 'n\"m.txt', { type: 'text/x' })); const g = await new Response(f).formData(); const file = g.get('f'); return [g.get('a'), file.name, file.type, await file.text()] })()",
            r#"["x\r\ny","n\"m.txt","text/x","data"]"#,
        ),
        (
            "[new Response(new Blob(['a'], { type: 'image/png' })).headers.get('content-type'), new Response('a', { headers: { 'content-type': 'x/y' } }).headers.get('content-type')]",
            r#"["image/png","x/y"]"#,
        ),
    ]);
}

#[test]
fn blobs_and_forms() {
    check(&[
        (
            "(async (b) => [b.size, b.type, await b.text(), await b.slice(1, 3).text(), await b.slice(-1).text(), [...await b.bytes()].length])(new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], { type: 'TEXT/Plain' }))",
            r#"[4,"text/plain","abcd","bc","d",4]"#,
        ),
        (
            "(async () => { const a = new Uint8Array([97]); const b = new Blob([a]); a[0] = 98; return await b.text() })()",
            r#""a""#,
        ),
        (
            "(f => [f instanceof Blob, f.name, f.lastModified, f.size])(new File(['x'], 'n', { lastModified: 5 }))",
            r#"[true,"n",5,1]"#,
        ),
        (
            "(f => { f.append('a', 1); f.append('a', 2); f.set('b', 3); f.append('c', new Blob(['x'])); return [f.get('a'), f.getAll('a'), f.has('b'), f.get('c').name, [...f.keys()], f.get('none')] })(new FormData())",
            r#"["1",["1","2"],true,"blob",["a","a","b","c"],null]"#,
        ),
    ]);
}

#[test]
fn streams() {
    check(&[
        (
            "(async () => { const seen = []; for await (const x of ReadableStream.from(['a', Promise.resolve('b')])) seen.push(x); return seen })()",
            r#"["a","b"]"#,
        ),
        (
            "(async () => { let n = 0; const s = new ReadableStream({ pull(c) { c.enqueue(++n); if (n === 3) c.close() } }); const r = s.getReader(); const all = []; for (;;) { const { done, value } = await r.read(); if (done) break; all.push(value) } await r.closed; return [all, s.locked] })()",
            "[[1,2,3],true]",
        ),
        (
            "(async () => { let why; const s = new ReadableStream({ cancel(r) { why = r } }); await s.cancel('enough'); return [why, (await s.getReader().read()).done] })()",
            r#"["enough",true]"#,
        ),
        (
            "(async () => { let cancelled = false; const s = new ReadableStream({ pull(c) { c.enqueue(1) }, cancel() { cancelled = true } }); for await (const x of s) break; return [cancelled, s.locked] })()",
            "[true,false]",
        ),
        (
            "(async () => { const s = new ReadableStream({ start(c) { c.error(new RangeError('x')) } }); return [await caught(() => s.getReader().read()), await caught(() => s.getReader())] })()",
            r#"["RangeError","TypeError"]"#,
        ),
        (
            "(async () => { const [a, b] = ReadableStream.from([1, 2]).tee(); const all = async (s) => { const l = []; for await (const x of s) l.push(x); return l }; return [await all(a), await all(b)] })()",
            "[[1,2],[1,2]]",
        ),
        (
            "(async () => { const s = new ReadableStream({ start(c) { c.enqueue(1); c.close() } }); return [await caught(() => { const c = s.getReader(); s.getReader() }), s.locked] })()",
            r#"["TypeError",true]"#,
        ),
        (
            "(async () => { let sizes = []; new ReadableStream({ start(c) { sizes.push(c.desiredSize); c.enqueue('abc'); sizes.push(c.desiredSize) } }, { highWaterMark: 5, size: (x) => x.length }); return sizes })()",
            "[5,2]",
        ),
        (
            "(async () => { const s = new ReadableStream(); const r = s.getReader(); const read = r.read(); r.releaseLock(); return [await caught(() => read), await caught(() => r.read()), s.locked] })()",
            r#"["TypeError","TypeError",false]"#,
        ),
    ]);
}

#[test]
fn aborting() {
    check(&[
        (
            "(() => { const c = new AbortController(); let seen = []; c.signal.onabort = (e) => seen.push(e.type); c.signal.addEventListener('abort', () => seen.push('once'), { once: true }); c.abort(); c.abort(); return [seen, c.signal.aborted, c.signal.reason.name] })()",
            r#"[["abort","once"],true,"AbortError"]"#,
        ),
        (
            "(async () => [AbortSignal.abort('x').reason, await caught(() => AbortSignal.abort(new RangeError()).throwIfAborted())])()",
            r#"["x","RangeError"]"#,
        ),
        (
            "(async () => { const s = AbortSignal.timeout(5); await new Promise((r) => s.addEventListener('abort', r)); return s.reason.name })()",
            r#""TimeoutError""#,
        ),
        (
            "(() => { const c = new AbortController(); const s = AbortSignal.any([new AbortController().signal, c.signal]); c.abort(7); return s.reason })()",
            "7",
        ),
        (
            "(() => { const t = new EventTarget(); let n = 0; const l = { handleEvent() { n++ } }; t.addEventListener('a', l); t.addEventListener('a', l); t.dispatchEvent(new Event('a')); t.removeEventListener('a', l); t.dispatchEvent(new Event('a')); return n })()",
            "1",
        ),
        (
            "(() => { const t = new EventTarget(); let n = 0; const l = () => n++; t.addEventListener(1, l); t.addEventListener(1, l); t.dispatchEvent(new Event(1)); t.removeEventListener(1, l); t.dispatchEvent(new Event(1)); return n })()",
            "1",
        ),
        (
            "[request.signal.aborted, request.signal instanceof AbortSignal]",
            "[false,true]",
        ),
    ]);
}

#[test]
fn digests_and_random_values() {
    check(&[
        (
            "(async () => { const hex = async (name) => [...new Uint8Array(await crypto.subtle.digest(name, new TextEncoder().encode('abc')))].map((b) => b.toString(16).padStart(2, '0')).join('').slice(0, 16); return [await hex('SHA-1'), await hex('sha-256'), await hex({ name: 'SHA-384' }), await hex('SHA-512')] })()",
            r#"["a9993e364706816a","ba7816bf8f01cfea","cb00753f45a35e8b","ddaf35a193617aba"]"#,
        ),
        (
            "caught(() => crypto.subtle.digest('MD5', new Uint8Array()))",
            r#""NotSupportedError""#,
        ),
        (
            "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())",
            "true",
        ),
        (
            "(a => crypto.getRandomValues(a) === a && new Set(a).size > 2)(new Uint16Array(16))",
            "true",
        ),
        (
            "Promise.all([() => crypto.getRandomValues(new Uint8Array(65537)), () => crypto.getRandomValues(new Float32Array(1)), () => crypto.getRandomValues([1])].map(caught))",
            r#"["QuotaExceededError","TypeMismatchError","TypeMismatchError"]"#,
        ),
    ]);
}

#[test]
fn clones() {
    check(&[
        (
            "(() => { const o = { a: [1, { b: 2n < 3n }], d: new Date(5), m: new Map([[1, new Set([2])]]), r: /x/g, u: undefined, n: null }; o.self = o; const c = structuredClone(o); return [c !== o, c.self === c, c.a, c.d.getTime(), c.m.get(1).has(2), String(c.r), 'u' in c] })()",
            r#"[true,true,[1,{"b":true}],5,true,"/x/g",true]"#,
        ),
        (
            "Promise.all([() => structuredClone(() => 1), () => structuredClone(Symbol()), () => structuredClone(Promise.resolve()), () => structuredClone(new WeakMap())].map(caught))",
            r#"["DataCloneError","DataCloneError","DataCloneError","DataCloneError"]"#,
        ),
        (
            "(() => { const buffer = new ArrayBuffer(4); const [a, b] = structuredClone([new Uint8Array(buffer), new Uint8Array(buffer, 2)]); a[2] = 7; return [b[0], structuredClone(new RangeError('x', { cause: 1 })).cause, structuredClone(Object(5)) + 1] })()",
            "[7,1,6]",
        ),
        (
            "(({ name, code, message }) => [name, code, message])(structuredClone(new DOMException('x', 'AbortError')))",
            r#"["AbortError",20,"x"]"#,
        ),
        (
            "(() => { const c = structuredClone(JSON.parse('{\"__proto__\": 1}')); return [Object.keys(c), Object.getPrototypeOf(c) === Object.prototype] })()",
            r#"[["__proto__"],true]"#,
        ),
    ]);
}

#[test]
fn the_rest() {
    check(&[
        (
            "(async () => { const seen = []; queueMicrotask(() => seen.push('m')); await null; return [seen, performance.now() > 0, typeof performance.timeOrigin] })()",
            r#"[["m"],true,"number"]"#,
        ),
        (
            "[globalThis === self, typeof window, typeof fetch]",
            r#"[true,"undefined","undefined"]"#,
        ),
        (
            "[new DOMException('m', 'AbortError').code, new DOMException() instanceof Error]",
            "[20,true]",
        ),
        ("caught(() => setTimeout('code'))", r#""TypeError""#),
        (
            "new Promise((resolve) => setTimeout(function () { resolve(this === undefined || this === globalThis) }))",
            "true",
        ),
    ]);
}
