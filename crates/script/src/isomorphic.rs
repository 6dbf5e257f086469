//! Header values between bytes and text: one character a byte (Infra Standard, "isomorphic encode"). So a value goes
//! through a handler as its bytes, whatever they mean.

/// A visitor's value as a handler sees it: without the spaces around it. What has characters that are no bytes was
/// text (a cookie that a page set, say), and its bytes on the network are UTF-8.
pub(crate) fn from_visitor(value: &str) -> String {
    let value = value.trim_matches(is_space);
    match value.chars().all(is_byte) {
        true => value.to_owned(),
        false => value.bytes().map(char::from).collect(),
    }
}

/// Can this be the value of a header? (Fetch Standard, "header value")
pub(crate) fn is_value(value: &str) -> bool {
    value
        .chars()
        .all(|c| is_byte(c) && !matches!(c, '\0' | '\r' | '\n'))
}

fn is_byte(character: char) -> bool {
    u32::from(character) <= 0xff
}

/// RFC 9110, 5.6.3. Other characters that Unicode calls white space are bytes like any others here.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_bytes_and_only_spaces_and_tabs_around_it_fall_away() {
        assert_eq!(from_visitor(" \t caf\u{e9} "), "caf\u{e9}");
        // "\u{e0}" in UTF-8, byte by byte: its last byte is no white space here.
        assert_eq!(from_visitor("\u{c3}\u{a0}"), "\u{c3}\u{a0}");
        assert_eq!(from_visitor("\u{85}"), "\u{85}");
        assert_eq!(from_visitor("\u{20ac}"), "\u{e2}\u{82}\u{ac}");
    }

    #[test]
    fn all_bytes_but_those_that_end_a_header_can_be_sent() {
        assert!(is_value("a\t\u{7f}\u{80}\u{9f}\u{a0}\u{ff}"));
        for value in ["\0", "a\r", "\n", "\u{100}", "\u{20ac}"] {
            assert!(!is_value(value), "{value:?}");
        }
    }
}
