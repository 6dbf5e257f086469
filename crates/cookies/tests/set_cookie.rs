//! What lines set: a table after RFC 6265bis and the cases that servers and test suites are known for.

use cookies::{Cookie, SameSite, parse_date};

const HOST: &str = "shop-aaaaaaaaaaaaaaaaaaaa.localhost";
const NOW: u64 = 1_800_000_000;
const YEAR: u64 = 365 * 24 * 60 * 60;

fn read_at(line: &str, path: &str) -> Option<Cookie> {
    Cookie::parse(line, HOST, path, NOW)
}

fn read(line: &str) -> Option<Cookie> {
    read_at(line, "/a/b")
}

fn pair(line: &str) -> Option<(String, String)> {
    read(line).map(|cookie| (cookie.name, cookie.value))
}

#[test]
fn names_and_values_are_what_stands_around_the_first_equals_sign() {
    for (line, name, value) in [
        ("a=b", "a", "b"),
        (" \ta \t=\t b ", "a", "b"),
        ("a=b=c", "a", "b=c"),
        ("a==", "a", "="),
        ("a=", "a", ""),
        ("a", "", "a"),
        ("=a", "", "a"),
        ("==a", "", "=a"),
        ("a=\"b c\"", "a", "\"b c\""),
        ("a=\"b;c\"", "a", "\"b"),
        ("a=b,c=d", "a", "b,c=d"),
        ("a=b\tc", "a", "b\tc"),
        ("ä=ö; Path=/", "ä", "ö"),
        ("a=b;;;", "a", "b"),
        ("a b=c d", "a b", "c d"),
        ("$Version=1; a=b", "$Version", "1"),
    ] {
        assert_eq!(pair(line), Some((name.into(), value.into())), "{line:?}");
    }
}

#[test]
fn empty_lines_and_control_characters_set_nothing() {
    for line in [
        "",
        "=",
        " = ",
        ";",
        "; a=b",
        "a=b\0",
        "a\x01=b",
        "a=b\r\n",
        "a=b\x7f",
        "a=b; Path=/\n",
    ] {
        assert_eq!(read(line), None, "{line:?}");
    }
}

#[test]
fn name_and_value_have_4096_bytes_together() {
    let line = |n: usize| format!("a={}", "x".repeat(n));
    assert!(read(&line(4095)).is_some());
    assert!(read(&line(4096)).is_none());
    assert!(
        read(&format!("a={}", "ö".repeat(2048))).is_none(),
        "bytes, not characters"
    );
}

#[test]
fn paths_are_the_attribute_or_the_folder_of_the_request() {
    for (line, asked, path) in [
        ("a=b", "/", "/"),
        ("a=b", "/a", "/"),
        ("a=b", "/a/", "/a"),
        ("a=b", "/a/b/c", "/a/b"),
        ("a=b", "", "/"),
        ("a=b", "no-slash/x", "/"),
        ("a=b; Path=/x", "/a/b", "/x"),
        ("a=b; path = /x/ ", "/a/b", "/x/"),
        ("a=b; Path=x", "/a/b", "/a"),
        ("a=b; Path=", "/a/b", "/a"),
        ("a=b; Path", "/a/b", "/a"),
        ("a=b; Path=/x; Path=/y", "/a/b", "/y"),
        ("a=b; Path=/x; Path=", "/a/b", "/a"),
        ("a=b; Path=/ä", "/a/b", "/ä"),
    ] {
        assert_eq!(
            read_at(line, asked).unwrap().path,
            path,
            "{line} at {asked}"
        );
    }
    let long = format!("a=b; Path=/{}", "x".repeat(1024));
    assert_eq!(read(&long).unwrap().path, "/a", "too long to be looked at");
}

#[test]
fn max_age_comes_before_expires_and_both_end() {
    let soon = "Fri, 15 Jan 2027 08:00:10 GMT";
    for (attributes, expires) in [
        ("", None),
        ("; Max-Age=60", Some(NOW + 60)),
        ("; max-age= 60 ", Some(NOW + 60)),
        ("; Max-Age=0", Some(0)),
        ("; Max-Age=-5", Some(0)),
        ("; Max-Age=007", Some(NOW + 7)),
        ("; Max-Age=", None),
        ("; Max-Age=-", None),
        ("; Max-Age=+5", None),
        ("; Max-Age=5.5", None),
        ("; Max-Age=1h", None),
        ("; Max-Age=60; Max-Age=bad", Some(NOW + 60)),
        ("; Max-Age=60; Max-Age=30", Some(NOW + 30)),
        (
            "; Max-Age=99999999999999999999999",
            Some(NOW + 400 * 24 * 3600),
        ),
        ("; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ("; Expires=Fri, 15 Jan 2027 08:00:00 GMT", Some(0)),
        (
            "; Expires=Wed, 01 Jan 2200 00:00:00 GMT",
            Some(NOW + 400 * 24 * 3600),
        ),
        ("; Expires=nonsense", None),
        ("; Expires", None),
    ] {
        assert_eq!(
            read(&format!("a=b{attributes}")).unwrap().expires,
            expires,
            "{attributes}"
        );
    }
    let both =
        |first: &str, second: &str| read(&format!("a=b; {first}; {second}")).unwrap().expires;
    let expires = format!("Expires={soon}");
    assert_eq!(
        read(&format!("a=b; {expires}")).unwrap().expires,
        Some(NOW + 10)
    );
    assert_eq!(both("Max-Age=60", &expires), Some(NOW + 60));
    assert_eq!(both(&expires, "Max-Age=0"), Some(0));
}

#[test]
fn dates_are_read_as_servers_have_written_them() {
    let when = 784_111_777;
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06-Nov-1994 08:49:37",
        "06 nov 1994 8:49:37",
        "1994 November 6th 08:49:37",
        "08:49:37 6 NOVX 94",
        "+06/Nov/1994;08:49:37pm",
    ] {
        assert_eq!(parse_date(text), Some(when), "{text}");
    }
    for (text, seconds) in [
        ("01 Jan 1970 00:00:00", 0),
        ("01 Jan 1601 00:00:00", 0),
        ("01 Jan 70 00:00:01", 1),
        ("29 Feb 2000 00:00:00", 951_782_400),
        ("29 Feb 2028 12:00:00", 1_835_438_400),
        ("31 Dec 69 23:59:59", 3_155_759_999),
        ("01 Mar 2100 00:00:00", 4_107_542_400),
        ("31 Dec 9999 23:59:59", 253_402_300_799),
    ] {
        assert_eq!(parse_date(text), Some(seconds), "{text}");
    }
    for text in [
        "",
        "06 Nov 1994",
        "06 Nov 08:49:37",
        "Nov 1994 08:49:37",
        "06 1994 08:49:37",
        "06 Nov 1600 08:49:37",
        "06 Nov 1994 24:00:00",
        "06 Nov 1994 08:60:37",
        "06 Nov 1994 08:49:60",
        "06 Nov 1994 08:49",
        "00 Nov 1994 08:49:37",
        "31 Nov 1994 08:49:37",
        "29 Feb 2100 08:49:37",
        "30 Feb 2000 08:49:37",
        "006 Nov 1994 08:49:37",
        "06 Nov 19945 08:49:37",
        "06 Nov 4 08:49:37",
        "06 Növ 1994 08:49:37",
    ] {
        assert_eq!(parse_date(text), None, "{text}");
    }
}

#[test]
fn flags_and_same_site_are_found_in_any_case() {
    let cookie = read("a=b; SECURE; httponly=no; sAmEsItE=sTrIcT").unwrap();
    assert!(cookie.secure && cookie.http_only);
    assert_eq!(cookie.same_site, SameSite::Strict);
    let cookie = read("a=b; Secured; Http-Only").unwrap();
    assert!(!cookie.secure && !cookie.http_only);
    for (attribute, same_site) in [
        ("", SameSite::Lax),
        ("; SameSite", SameSite::Lax),
        ("; SameSite=odd", SameSite::Lax),
        ("; SameSite=Strict; SameSite=Lax", SameSite::Lax),
        ("; SameSite=None; Secure", SameSite::None),
    ] {
        assert_eq!(
            read(&format!("a=b{attribute}")).unwrap().same_site,
            same_site,
            "{attribute}"
        );
    }
    assert_eq!(
        read("a=b; SameSite=None"),
        None,
        "for all sites, but not secure"
    );
}

#[test]
fn a_cookie_for_another_host_is_refused() {
    for domain in [
        HOST,
        "SHOP-AAAAAAAAAAAAAAAAAAAA.localhost",
        ".shop-aaaaaaaaaaaaaaaaaaaa.localhost",
        "",
        ".",
    ] {
        assert!(read(&format!("a=b; Domain={domain}")).is_some(), "{domain}");
    }
    for domain in [
        "localhost",
        ".localhost",
        "example.com",
        "x.shop-aaaaaaaaaaaaaaaaaaaa.localhost",
        "..localhost",
    ] {
        assert_eq!(read(&format!("a=b; Domain={domain}")), None, "{domain}");
    }
    assert!(
        read(&format!("a=b; Domain=example.com; Domain={HOST}")).is_some(),
        "the last counts"
    );
}

#[test]
fn prefixes_keep_their_promises() {
    for line in [
        "__Secure-a=b; Secure",
        "__Host-a=b; Secure; Path=/",
        "__Http-a=b; Secure; HttpOnly",
        "__Host-Http-a=b; Secure; HttpOnly; Path=/",
        "__Secur-a=b",
    ] {
        assert!(read(line).is_some(), "{line}");
    }
    for line in [
        "__Secure-a=b",
        "__SECURE-a=b",
        "__Host-a=b; Secure",
        "__Host-a=b; Path=/",
        "__Host-a=b; Secure; Path=/x",
        "__host-a=b; Secure; Path=/; Domain=shop-aaaaaaaaaaaaaaaaaaaa.localhost",
        "__Http-a=b; Secure",
        "__Http-a=b; HttpOnly",
        "__Host-Http-a=b; Secure; Path=/",
        "__Host-Http-a=b; Secure; HttpOnly",
        "=__Host-a=b; Secure; Path=/",
        "__Secure-a; Secure",
    ] {
        assert_eq!(read(line), None, "{line}");
    }
    let root = Cookie::parse("__Host-a=b; Secure", HOST, "/", NOW);
    assert_eq!(root, None, "its path must be said");
}

#[test]
fn a_year_is_a_year() {
    assert_eq!(parse_date("15 Jan 2028 08:00:00"), Some(NOW + YEAR));
}

proptest::proptest! {
    #[test]
    fn no_line_panics_and_none_sets_what_could_break_a_header(line in "\\PC*|[a-z=;, \t\\x00-\\x7f-]{0,80}", path in "\\PC*") {
        if let Some(cookie) = read_at(&line, &path) {
            let text = format!("{}={}{}", cookie.name, cookie.value, cookie.path);
            assert!(!text.contains(['\n', '\r', '\0', '\x1f']));
            assert!(!cookie.name.contains([';', '=']) && !cookie.value.contains(';'));
            assert!(cookie.path.starts_with('/'));
        }
    }

    #[test]
    fn no_date_panics(text in "\\PC*|[0-9a-zA-Z:, -]{0,40}") {
        let _ = parse_date(&text);
    }
}
