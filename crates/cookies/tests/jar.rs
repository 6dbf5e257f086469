//! What is kept, and which request carries what.

#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

use cookies::{Cookie, Initiator, Jar};

const HOST: &str = "shop-aaaaaaaaaaaaaaaaaaaa.localhost";
const NOW: u64 = 1_800_000_000;

/// Has the jar take a line; gives what the browser's store is told: `+name=value` or `-name`, with the path.
fn put(jar: &mut Jar, line: &str) -> String {
    let cookie = Cookie::parse(line, HOST, "/", NOW).unwrap();
    match jar.store(cookie, NOW) {
        None => String::new(),
        Some(gone) if gone.expires == Some(0) => format!("-{} {}", gone.name, gone.path),
        Some(set) => format!("+{}={} {}", set.name, set.value, set.path),
    }
}

fn jar(lines: &[&str]) -> Jar {
    let mut jar = Jar::default();
    for line in lines {
        put(&mut jar, line);
    }
    jar
}

fn header(jar: &Jar, path: &str, initiator: Initiator, visible: &[(&str, &str)]) -> String {
    jar.header(path, initiator, visible.iter().copied(), NOW)
}

fn sent(jar: &Jar, path: &str) -> String {
    header(jar, path, Initiator::Site, &[])
}

#[test]
fn hidden_cookies_stay_in_the_jar_and_visible_ones_go_to_the_browser() {
    let mut jar = Jar::default();
    assert_eq!(
        put(&mut jar, "sid=1; HttpOnly; Path=/"),
        "-sid /",
        "a page's own goes"
    );
    assert_eq!(
        put(&mut jar, "sid=2; HttpOnly; Path=/"),
        "",
        "there can be none now"
    );
    assert_eq!(put(&mut jar, "colour=red; Path=/"), "+colour=red /");
    assert_eq!(sent(&jar, "/"), "sid=2");
    let visible = [("colour", "red"), ("theme", "dark")];
    assert_eq!(
        header(&jar, "/", Initiator::Site, &visible),
        "sid=2; colour=red; theme=dark"
    );
}

#[test]
fn a_cookie_is_taken_back_wherever_it_is() {
    let mut jar = jar(&["sid=1; HttpOnly", "colour=red"]);
    assert_eq!(put(&mut jar, "sid=; Max-Age=0"), "-sid /");
    assert_eq!(sent(&jar, "/"), "");
    assert_eq!(
        put(&mut jar, "colour=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        "-colour /"
    );
}

#[test]
fn a_cookie_of_another_path_is_another_cookie() {
    let mut jar = jar(&["a=1; HttpOnly; Path=/", "a=2; HttpOnly; Path=/x"]);
    assert_eq!(sent(&jar, "/x"), "a=2; a=1");
    put(&mut jar, "a=; Max-Age=0; Path=/");
    assert_eq!(
        (sent(&jar, "/"), sent(&jar, "/x")),
        (String::new(), "a=2".to_owned())
    );
}

#[test]
fn the_host_may_make_a_hidden_cookie_visible_and_the_other_way_round() {
    let mut jar = jar(&["a=1; HttpOnly"]);
    assert_eq!(put(&mut jar, "a=2"), "+a=2 /");
    assert_eq!(header(&jar, "/", Initiator::Site, &[("a", "2")]), "a=2");
    assert_eq!(put(&mut jar, "a=3; HttpOnly"), "-a /");
    assert_eq!(header(&jar, "/", Initiator::Site, &[("a", "2")]), "a=3");
}

#[test]
fn paths_match_by_folder_and_longer_ones_come_first() {
    let jar = jar(&[
        "root=1; HttpOnly; Path=/",
        "shop=1; HttpOnly; Path=/shop",
        "deep=1; HttpOnly; Path=/shop/cart/",
    ]);
    for (path, header) in [
        ("/", "root=1"),
        ("/shopping", "root=1"),
        ("/shop", "shop=1; root=1"),
        ("/shop/", "shop=1; root=1"),
        ("/shop/cart", "shop=1; root=1"),
        ("/shop/cart/", "deep=1; shop=1; root=1"),
        ("/SHOP", "root=1"),
        ("", ""),
    ] {
        assert_eq!(sent(&jar, path), header, "{path}");
    }
}

#[test]
fn a_visible_cookie_of_a_folder_is_sent_though_the_browser_does_not_tell() {
    let mut jar = jar(&["place=here; Path=/shop"]);
    assert_eq!(sent(&jar, "/shop/cart"), "place=here");
    assert_eq!(sent(&jar, "/"), "");
    put(&mut jar, "place=; Path=/shop; Max-Age=0");
    assert_eq!(sent(&jar, "/shop/cart"), "");
}

#[test]
fn what_has_expired_is_not_sent() {
    let jar = jar(&["a=1; HttpOnly; Max-Age=10", "b=1; HttpOnly"]);
    let later = |seconds| jar.header("/", Initiator::Site, [].into_iter(), NOW + seconds);
    assert_eq!(later(9), "a=1; b=1");
    assert_eq!(later(10), "b=1");
    assert_eq!(
        later(24 * 60 * 60),
        "",
        "a cookie without an end lasts a day"
    );
}

#[test]
fn other_sites_do_not_get_strict_cookies_along_nor_forms_lax_ones() {
    let jar = jar(&[
        "strict=1; HttpOnly; SameSite=Strict",
        "lax=1; HttpOnly; SameSite=Lax",
        "none=1; HttpOnly; SameSite=None; Secure",
        "unsaid=1; HttpOnly",
        "vstrict=1; SameSite=Strict",
        "vnone=1; SameSite=None; Secure",
    ]);
    let visible = [("vstrict", "1"), ("vnone", "1"), ("page", "1")];
    let header = |initiator| header(&jar, "/", initiator, &visible);
    assert_eq!(
        header(Initiator::Site),
        "strict=1; lax=1; none=1; unsaid=1; vstrict=1; vnone=1; page=1"
    );
    assert_eq!(
        header(Initiator::Link),
        "lax=1; none=1; unsaid=1; vnone=1; page=1"
    );
    assert_eq!(header(Initiator::Form), "none=1; vnone=1");
}

#[test]
fn a_page_cannot_shadow_a_hidden_cookie_nor_give_itself_the_hosts_names() {
    let jar = jar(&["sid=1; HttpOnly; Path=/account"]);
    for (name, value) in [
        ("sid", "evil"),
        ("", "sid=evil"),
        ("", " sid =evil"),
        ("", "sid"),
        ("peerserver-session", "evil"),
        ("", "peerserver-session=evil"),
        ("PeerServer-Session", "evil"),
        ("__Http-a", "evil"),
        ("__host-http-a", "evil"),
    ] {
        assert_eq!(
            header(&jar, "/", Initiator::Site, &[(name, value)]),
            "",
            "{name}={value}"
        );
    }
    assert_eq!(
        header(&jar, "/", Initiator::Site, &[("Sid", "1"), ("", "x")]),
        "Sid=1; x"
    );
}

#[test]
fn a_page_that_floods_the_header_pushes_out_nothing_of_the_hosts() {
    let mut jar = jar(&["sid=1; HttpOnly"]);
    let big = "x".repeat(4000);
    let visible: Vec<_> = (0..20).map(|_| ("p", big.as_str())).collect();
    let header = header(&jar, "/", Initiator::Site, &visible);
    assert!(header.starts_with("sid=1; p=x") && header.len() <= 12 * 1024);
    for n in 0..20 {
        put(&mut jar, &format!("h{n}={big}; HttpOnly"));
    }
    assert!(sent(&jar, "/").len() <= 12 * 1024);
}

#[test]
fn a_jar_is_bounded_and_keeps_what_was_set_last() {
    let mut jar = Jar::default();
    for n in 0..500 {
        put(&mut jar, &format!("c{n}=1; HttpOnly"));
        put(&mut jar, "sid=1; HttpOnly");
    }
    let header = sent(&jar, "/");
    assert_eq!(header.split("; ").count(), 180);
    assert!(header.contains("sid=1") && header.contains("c499=1") && !header.contains("c5=1"));
    let big = "x".repeat(4000);
    for n in 0..100 {
        put(&mut jar, &format!("big{n}={big}; HttpOnly"));
    }
    assert!(jar.to_text().len() <= 64 * 1024);
    assert!(jar.to_text().contains("big99") && !jar.to_text().contains("sid"));
}

#[test]
fn a_jar_survives_as_text_whatever_is_in_it() {
    let jar = jar(&[
        "sid=a\tb \"c\", d=é; HttpOnly; Path=/ü; SameSite=Strict; Max-Age=50",
        "=nameless; HttpOnly",
        "v=1; Path=/x; SameSite=None; Secure",
        "empty=; HttpOnly",
    ]);
    let again = Jar::parse(&jar.to_text());
    assert_eq!(again.to_text(), jar.to_text());
    for (path, initiator) in [
        ("/ü", Initiator::Site),
        ("/x", Initiator::Form),
        ("/", Initiator::Link),
    ] {
        let header = |jar: &Jar| header(jar, path, initiator, &[("v", "2")]);
        assert_eq!(header(&again), header(&jar));
    }
    assert_eq!(sent(&again, "/ü"), "sid=a\tb \"c\", d=é; nameless; empty=");
    assert_eq!(Jar::default().to_text(), "");
}

proptest::proptest! {
    // A jar's lines are many and long.
    #![proptest_config(proptest::test_runner::Config::with_cases(32))]

    #[test]
    fn a_text_that_is_no_jar_panics_nowhere(text in "\\PC*|[hvsln0-9a=/\x1f\n]{0,200}", path in "\\PC*") {
        let jar = Jar::parse(&text);
        let _ = sent(&jar, &path);
        assert_eq!(Jar::parse(&jar.to_text()).to_text(), jar.to_text());
    }

    #[test]
    fn whatever_lines_come_a_jar_stays_within_its_bounds(
        lines in proptest::collection::vec("[a-c]{1,2}=[a-z]{0,2000}(; (HttpOnly|Path=/[a-b]|Max-Age=[0-9]|SameSite=Strict)){0,3}", 0..60),
    ) {
        let mut jar = Jar::default();
        for line in &lines {
            if let Some(cookie) = Cookie::parse(line, HOST, "/", NOW) {
                jar.store(cookie, NOW);
            }
        }
        assert!(jar.to_text().len() <= 64 * 1024);
        assert!(sent(&jar, "/a/b").len() <= 12 * 1024);
    }
}
