//! The database, sessions, accounts and templates, as handlers see them.

mod common;

use std::time::Duration;

use common::{Site, of, result};
use script::{Input, RequestHead};

#[test]
fn documents_are_put_in_found_and_changed() {
    let text = result(
        "const guests = context.db.collection('guests');
         await guests.index('name', { unique: true });
         const id = await guests.insert({ name: 'Ann', age: 30 });
         for (const [name, age] of [['Bob', 20], ['Cid', 40]]) await guests.insert({ name, age });
         const names = async (query) => (await query).map((guest) => guest.name).join('');
         const out = [await names(guests.find({ age: { $gt: 25 } }).sort('age', -1)), await names(guests.find().sort({ name: 1 }).skip(1).limit(1))];
         out.push((await guests.get(id)).age, await guests.update(id, { $inc: { age: 1 } }), (await guests.get(id)).age);
         out.push(await guests.count(), await guests.find({ age: { $lt: 25 } }).count(), (await guests.find({ name: 'Bob' }).first()).age, await guests.find({ name: 'Zoe' }).first());
         try { await guests.insert({ name: 'Ann' }) } catch (error) { out.push(error.message) }
         let all = ''; for await (const { name } of guests.find().sort('name')) all += name;
         out.push(all, await guests.delete({ name: 'Bob' }), await guests.get('none'));
         await guests.put('x', { name: 'Xi' }); await guests.put('y', { name: 'Yu' }); out.push(await guests.delete('y'), await guests.update('x', { age: 3 }));
         return [...out, (await guests.get('x')).name]",
    );
    assert_eq!(
        text,
        r#"["CidAnn","Bob",30,1,31,3,1,20,null,"`guests` has a document with the same name already","AnnBobCid",1,null,1,1,"Xi"]"#
    );
}

#[test]
fn what_json_would_drop_selects_no_documents() {
    let text = result(
        "const guests = context.db.collection('guests');
         for (const n of [1, 2, 3]) await guests.insert({ n });
         const out = [];
         for (const act of [
             () => guests.delete({ owner: context.session.me }),
             () => guests.update({ $or: [{ n: 1 }, undefined] }, { n: 0 }),
             () => guests.find({ n: { $gt: Number('x') } }),
             () => guests.count({ n: () => 1 }),
             () => guests.delete(),
             () => guests.put(undefined, {}),
             () => guests.find().limit(undefined),
             () => guests.find().skip('x'),
         ]) try { await act(); out.push('done') } catch (error) { out.push(`${error.name}: ${error.message}`) }
         return [...out, await guests.count({})]",
    );
    let expected = [
        "TypeError: in the filter, `owner` is undefined, which no document can have",
        "TypeError: in the filter, `1` is undefined, which no document can have",
        "TypeError: in the filter, `$gt` is NaN, which no document can have",
        "TypeError: in the filter, `n` is a function, which no document can have",
        "TypeError: the filter is undefined; write {} for all documents",
        "TypeError: the id is undefined; insert() makes one",
        "TypeError: limit() needs a number, not undefined",
        "TypeError: skip() needs a number, not x",
    ];
    let mut all: Vec<serde_json::Value> = expected.map(Into::into).into();
    all.push(3.into());
    assert_eq!(text, serde_json::Value::from(all).to_string());
}

#[test]
fn a_query_can_be_run_again() {
    let text = result(
        "const rows = context.db.collection('rows');
         for (const n of [1, 2, 3, 4]) await rows.insert({ n });
         const query = rows.find().sort('n').skip(1).limit(2);
         const numbers = async () => (await query).map(({ n }) => n);
         return [(await query.first()).n, await numbers(), await query.count(), await numbers(),
             await query.limit(0).first(), await query.limit(Infinity).count(), await query.skip(9).count()]",
    );
    assert_eq!(text, "[2,[2,3],2,[2,3],null,3,0]");
}

#[test]
fn a_sessions_methods_cannot_be_hidden() {
    let text = result(
        "const { session } = context; session.name = 'Ann';
         let wrong; try { session.renew = 1 } catch (error) { wrong = error.name }
         session.renew();
         return [wrong, typeof session.destroy, Object.keys(session)]",
    );
    assert_eq!(text, r#"["TypeError","function",["name"]]"#);
}

#[test]
fn sql_takes_values_as_values() {
    let text = result(
        "const { db } = context; const name = \"x'; drop table t; --\";
         await db.sql`create table t (a text, b)`;
         const { changes } = await db.sql`insert into t values (${name}, ${7}), (${null}, ${true})`;
         const rows = await db.sql`select * from t where a = ${name}`;
         const wrong = await db.sql('select 1').catch((error) => error.message);
         const [{ type, more }] = await db.sql`select typeof(${2n ** 62n}) as type, ${2n ** 62n} + 1 as more`;
         return [changes, rows, wrong, type, more]",
    );
    assert_eq!(
        text,
        r#"[2,[{"a":"x'; drop table t; --","b":7}],"write db.sql`select …`, without parentheses; values go in as ${value}","integer","4611686018427387905"]"#
    );
}

const COUNTER: &str = "
    const rows = context.db.collection('rows');
    switch (request.url.split('/').pop()) {
        case 'add': await rows.insert({}); return 'added';
        case 'throw': await rows.insert({}); throw new Error('late');
        case 'answer': await rows.insert({}); throw new Response('no', { status: 409 });
        case 'loop': await rows.insert({}); for (;;) {}
        case 'slow': await rows.insert({}); await request.text(); return 'slow';
        case 'hold':
            await rows.insert({});
            await new Promise((resolve, reject) => {
                setTimeout(resolve, 1000);
                request.signal.addEventListener('abort', () => reject(request.signal.reason));
            });
            return 'held';
        case 'stuck': await rows.insert({}); await new Promise(() => {});
        default: return String(await rows.count());
    }";

#[test]
fn a_request_is_a_transaction() {
    let mut site = Site::with_limits(COUNTER, r#"{"cpuMs": 200}"#);
    for (path, status, count) in [
        ("/add", 200, "1"),
        ("/throw", 500, "1"),
        ("/answer", 409, "1"),
        ("/loop", 503, "1"),
        ("/stuck", 500, "1"),
        ("/add", 200, "2"),
    ] {
        assert_eq!(site.get(path).status, status, "{path}: {:?}", site.log);
        assert_eq!(site.get("/").text(), count, "{path}");
    }
}

#[test]
fn errors_of_the_database_name_the_place() {
    for code in [
        "const t = context.db.collection('t');\nawait t.count();\nawait t.insert(1)",
        "const t = context.db.collection('t');\nawait t.count();\nreturn t.find({ a: { $no: 1 } })",
        "await null;\nconst query = 'selct 1';\nawait context.db.sql([query].map((q) => Object.assign([q], { raw: [q] }))[0])",
        "await null;\n\nawait context.files.write('no', '')",
    ] {
        let mut site = Site::handler(code);
        assert_eq!(site.get("/").status, 500, "{code}");
        // The handler's first line is the file's third.
        let at = site.log[0]
            .at
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(at.starts_with("routes/a.js:5:"), "{code}: {:?}", site.log);
    }
}

#[test]
fn writers_take_turns_in_their_order() {
    let mut site = Site::handler(COUNTER);
    site.start(RequestHead::new("POST", "/hold"));
    let others: Vec<_> = ["/add", "/", "/add", "/"]
        .into_iter()
        .enumerate()
        .map(|(n, path)| site.start(of(&n.to_string(), "", RequestHead::new("GET", path))))
        .collect();
    assert!(others.iter().all(|id| site.answer(*id).status == 0));
    site.pass(Duration::from_secs(2));
    let texts: Vec<_> = others.iter().map(|id| site.answer(*id).text()).collect();
    assert_eq!(texts, ["added", "2", "added", "3"]);

    let held = site.start(RequestHead::new("POST", "/hold"));
    let waits = site.start(RequestHead::new("GET", "/"));
    site.input(held, Input::Left);
    assert_eq!(
        site.answer(waits).text(),
        "3",
        "what was interrupted is undone"
    );
}

#[test]
fn a_request_whose_body_has_not_come_does_not_hold_the_database() {
    let mut site = Site::handler(COUNTER);
    let slow = site.start_unfinished(RequestHead::new("POST", "/slow"));
    assert_eq!(site.get("/add").text(), "added");
    assert_eq!(site.get("/").text(), "1");
    site.input(slow, Input::Body(b"a".to_vec()));
    assert_eq!(site.get("/").text(), "1");
    site.input(slow, Input::BodyEnd);
    assert_eq!(site.answer(slow).text(), "slow");
    assert_eq!(site.get("/").text(), "2");
    // A visitor who leaves in the middle of the body leaves nothing of its request.
    let slow = site.start_unfinished(RequestHead::new("POST", "/slow"));
    site.input(slow, Input::Left);
    assert_eq!(site.get("/").text(), "2");
    assert_eq!(site.sandbox.load(), 0);
}

#[test]
fn a_body_is_read_as_ever_after_the_database_was_used() {
    let mut site = Site::handler(
        "await context.db.collection('rows').count();
         if (request.url.endsWith('text')) return request.text();
         let pieces = []; for await (const piece of request.body) pieces.push(piece.length);
         return pieces",
    );
    let pieces: [&[u8]; 3] = [b"ab", b"cde", b"f"];
    let post = |path| RequestHead::new("POST", path);
    assert_eq!(site.ask_with(post("/text"), &pieces).text(), "abcdef");
    assert_eq!(site.ask_with(post("/"), &pieces).text(), "[2,3,1]");
    let mut site = Site::with_limits(
        "await context.db.collection('rows').insert({}); return request.text()",
        r#"{"bodyMiB": 1}"#,
    );
    let large = vec![b'x'; 1024 * 1024];
    assert_eq!(site.ask_with(post("/"), &[&large, b"y"]).status, 413);
}

#[test]
fn what_a_stream_does_is_kept_piece_by_piece() {
    let mut site = Site::handler(
        "const rows = context.db.collection('rows');
         if (request.url.endsWith('count')) return String(await rows.count());
         return (async function* () {
            for (let i = 0; i < 3; i++) { await rows.insert({ i }); yield String(i); }
            await rows.insert('no document');
         })()",
    );
    let answer = site.get("/");
    assert!(answer.reset);
    assert_eq!(answer.text(), "012");
    assert_eq!(site.get("/count").text(), "3");
}

#[test]
fn a_session_is_the_visitors_own() {
    let mut site = Site::handler(
        "const { session } = context;
         switch (request.url.split('/').pop()) {
            case 'look': return { n: session.n, list: session.list };
            case 'renew': session.renew(); return 'ok';
            case 'destroy': session.destroy(); return 'ok';
            case 'throw': session.n = 99; throw new Error('late');
            case 'set': context.session = { n: 5, list: [1] }; return 'ok';
            default: session.n = (session.n ?? 0) + 1; return { n: session.n };
         }",
    );
    let cookie = |answer: &common::Answer| {
        let line = answer.header("set-cookie")?.to_owned();
        assert!(
            line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"),
            "{line}"
        );
        Some(line.split(';').next().unwrap().to_owned())
    };
    assert_eq!(
        cookie(&site.get("/look")),
        None,
        "who has no session gets no cookie"
    );
    let first = site.get("/");
    let ann = cookie(&first).unwrap();
    let bob = cookie(&site.get("/")).unwrap();
    assert_ne!(ann, bob);
    let ask = |site: &mut Site, path: &str, cookie: &str| {
        site.ask(RequestHead::new("GET", path).with("cookie", format!("a=b; {cookie}")))
    };
    assert_eq!(ask(&mut site, "/", &ann).text(), r#"{"n":2}"#);
    assert_eq!(ask(&mut site, "/look", &bob).text(), r#"{"n":1}"#);
    assert_eq!(ask(&mut site, "/throw", &ann).status, 500);
    assert_eq!(ask(&mut site, "/look", &ann).text(), r#"{"n":2}"#);
    assert_eq!(ask(&mut site, "/set", &ann).status, 200);
    assert_eq!(
        ask(&mut site, "/look", &ann).text(),
        r#"{"n":5,"list":[1]}"#
    );
    let renewed = cookie(&ask(&mut site, "/renew", &ann)).unwrap();
    assert_eq!(
        ask(&mut site, "/look", &ann).text(),
        "{}",
        "the old one is worthless"
    );
    assert_eq!(
        ask(&mut site, "/look", &renewed).text(),
        r#"{"n":5,"list":[1]}"#
    );
    let gone = ask(&mut site, "/destroy", &renewed);
    assert!(gone.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(ask(&mut site, "/look", &renewed).text(), "{}");
    assert_eq!(
        ask(&mut site, "/look", "peerserver-session=AAAA").text(),
        "{}"
    );
}

#[test]
fn accounts_log_in_and_out() {
    let mut site = Site::with_limits(
        "const { accounts } = context;
         switch (request.url.split('/').pop()) {
            case 'create': return await accounts.create('Ann', 'correct horse');
            case 'wrong': return await accounts.login('Ann', 'battery');
            case 'login': return await accounts.login('ann', 'correct horse');
            case 'logout': accounts.logout(); return 'out';
            default: return accounts.required('/login');
         }",
        r#"{"cpuMs": 10000}"#,
    );
    assert!(
        site.get("/create").text().contains("\"name\":\"Ann\""),
        "{:?}",
        site.log
    );
    assert_eq!(site.get("/wrong").text(), "null");
    let away = site.get("/");
    assert_eq!(
        (away.status, away.header("location")),
        (303, Some("/login"))
    );
    let login = site.get("/login");
    assert!(login.text().contains("Ann"), "{:?}", site.log);
    let cookie = login
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        site.ask(RequestHead::new("GET", "/").with("cookie", &cookie))
            .text(),
        "Ann"
    );
    site.ask(RequestHead::new("GET", "/logout").with("cookie", &cookie));
    assert_eq!(
        site.ask(RequestHead::new("GET", "/").with("cookie", &cookie))
            .status,
        303
    );
}

#[test]
fn a_handler_can_tell_what_was_wrong_with_an_account() {
    let mut site = Site::with_limits(
        "const { accounts } = context;
         const wrong = async (attempt) => { try { await attempt() } catch (error) { return [error instanceof Error, error.name, error.message] } };
         switch (request.url.split('/').pop()) {
            case 'short': return await accounts.create('Ann', 'short');
            case 'caught': return [await wrong(() => accounts.create('', 'correct horse')), await wrong(() => context.db.collection('no name').count())];
            default: return await accounts.login('Ann', 'battery');
         }",
        r#"{"cpuMs": 10000}"#,
    );
    assert_eq!(site.get("/short").status, 422, "{:?}", site.log);
    assert!(site.log[0].at.is_some(), "{:?}", site.log);
    let caught = site.get("/caught").text();
    assert!(
        caught.starts_with(r#"[[true,"AccountError","a name has"#)
            && caught.contains(r#"[true,"Error","#),
        "{caught}"
    );
    let answers: Vec<_> = (0..=database::limits::ATTEMPTS_OF_VISITOR)
        .map(|_| site.get("/login"))
        .collect();
    let (last, before) = answers.split_last().unwrap();
    assert!(before.iter().all(|answer| answer.text() == "null"));
    assert_eq!(last.status, 429, "{:?}", site.log);
    assert!(last.text().contains("Too many attempts"));
}

#[test]
fn templates_are_rendered_with_what_they_need() {
    let route = "export const pattern = 'GET /:name';
        export default (request, { params, render }) => render('pages/hello', { ...params, list: [1, 2] });";
    let mut site = Site::new(&[
        ("routes/a.js", route),
        (
            "templates/pages/hello.hbs",
            "<h1>{{name}}</h1>{{#each list}}{{this}},{{/each}}{{> foot}}",
        ),
        ("templates/foot.hbs", "<i>foot</i>"),
        ("templates/broken.hbs", "fine\n{{#if}}"),
    ]);
    let answer = site.get("/%3Cb%3E");
    assert_eq!(answer.text(), "<h1>&lt;b&gt;</h1>1,2,<i>foot</i>");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html;charset=utf-8")
    );
    assert_eq!(site.program.problems().len(), 1);
    let problem = &site.program.problems()[0];
    assert_eq!(problem.file, "templates/broken.hbs");
    assert_eq!(problem.at.as_ref().map(|at| at.line), Some(2), "{problem}");

    let mut site = Site::handler("return context.render('none', {})");
    assert_eq!(site.get("/").status, 500);
    assert!(
        site.log[0].message.contains("no template `none`"),
        "{:?}",
        site.log
    );
    assert_eq!(
        site.log[0].at.as_ref().map(|at| at.file.as_str()),
        Some("routes/a.js")
    );
}
