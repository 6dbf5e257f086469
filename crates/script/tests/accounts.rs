//! Who is logged in, and for how long; and who may try passwords.

mod common;

use std::time::Duration;

use common::{Answer, Site, cookies, of};
use database::limits;
use script::RequestHead;

const ROUTE: &str = "const { accounts, session } = context;
    const [word, password] = request.url.split('/').slice(3);
    switch (word) {
        case 'create': return await accounts.create('Ann', password);
        case 'login': return (await accounts.login('ann', password)) !== null;
        case 'password': await accounts.setPassword('ANN', password); return accounts.current;
        case 'delete': return await accounts.delete('ann');
        case 'forge': session.account = 'Ann'; return 'forged';
        case 'session': return session;
        default: return accounts.current;
    }";

fn site() -> Site {
    let mut site = Site::with_limits(ROUTE, r#"{"cpuMs": 10000}"#);
    assert_eq!(site.get("/create/correct-horse").status, 200);
    site
}

fn ask(site: &mut Site, path: &str, cookies: &str) -> Answer {
    site.ask(RequestHead::new("GET", path).with("cookie", cookies))
}

/// A browser that has logged in: its cookies.
fn log_in(site: &mut Site, password: &str) -> String {
    let answer = site.get(&format!("/login/{password}"));
    assert_eq!(answer.text(), "true", "{:?}", site.log);
    cookies(&answer)
}

#[test]
fn who_is_logged_in_is_out_when_the_account_is_gone_and_stays_out_of_one_of_the_same_name() {
    let mut site = site();
    let browser = log_in(&mut site, "correct-horse");
    assert_eq!(ask(&mut site, "/", &browser).text(), "Ann");
    site.get("/delete");
    assert_eq!(ask(&mut site, "/", &browser).text(), "null");
    site.get("/create/correct-horse");
    assert_eq!(ask(&mut site, "/", &browser).text(), "null");
}

#[test]
fn another_password_ends_all_sessions_but_the_one_that_set_it() {
    let mut site = site();
    let own = log_in(&mut site, "correct-horse");
    let stolen = log_in(&mut site, "correct-horse");
    let changed = ask(&mut site, "/password/battery-staple", &own);
    assert_eq!(changed.text(), "Ann", "{:?}", site.log);
    assert_eq!(ask(&mut site, "/", &own).text(), "Ann");
    assert_eq!(ask(&mut site, "/", &stolen).text(), "null");
    // The same password again is another one.
    ask(&mut site, "/password/battery-staple", &stolen);
    assert_eq!(ask(&mut site, "/", &own).text(), "null");
}

#[test]
fn a_name_in_the_session_alone_is_not_a_login() {
    let mut site = site();
    let forged = cookies(&site.get("/forge"));
    assert_eq!(ask(&mut site, "/", &forged).text(), "null");
    // As every session is that was begun before log-ins had ids.
    let session = ask(&mut site, "/session", &forged).text();
    assert_eq!(session, "{\"account\":\"Ann\"}");
}

#[test]
fn strangers_lock_out_strangers_but_not_the_owner_in_her_own_browser() {
    let mut site = site();
    let browser = log_in(&mut site, "correct-horse");
    assert!(browser.contains("peerserver-session-browser="), "{browser}");
    let known = browser.split("; ").nth(1).unwrap().to_owned();
    let wrong = |connection: u32, network: u32| {
        let head = RequestHead::new("GET", "/login/wrong-horse");
        of(&connection.to_string(), &network.to_string(), head)
    };
    for n in 0..limits::ATTEMPTS_OF_ACCOUNT {
        // Passwords have a share of the time only.
        site.pass(Duration::from_secs(5));
        assert_eq!(site.ask(wrong(n, n / 9)).text(), "false", "{:?}", site.log);
    }
    let right = RequestHead::new("GET", "/login/correct-horse");
    let stranger = site.ask(of("new", "new", right.clone()));
    assert_eq!(stranger.status, 429, "{:?}", site.log);
    let owner = of("a", "1", right.with("cookie", &known));
    assert_eq!(site.ask(owner).text(), "true", "{:?}", site.log);
}

#[test]
fn reconnecting_gives_no_more_attempts() {
    let mut site = site();
    let answers: Vec<_> = (0..=limits::ATTEMPTS_OF_VISITOR)
        .map(|n| {
            let head = RequestHead::new("GET", "/login/wrong-horse");
            site.ask(of(&n.to_string(), "one network", head)).status
        })
        .collect();
    let (last, before) = answers.split_last().unwrap();
    assert!(before.iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(*last, 429);
}
