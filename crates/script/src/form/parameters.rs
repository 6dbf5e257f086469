//! The parameters of a part's `Content-Disposition`, as browsers write them and as others do.

/// Names and values, in their order. `rest` is what stands after the header's first `;`.
pub(super) fn read(rest: &str) -> Vec<(String, String)> {
    let mut rest = rest;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return found;
        }
        let Some(end) = rest.find(['=', ';']) else {
            return found;
        };
        let (name, after) = rest.split_at(end);
        let Some(after) = after.strip_prefix('=') else {
            // A name without a value says nothing.
            rest = after;
            continue;
        };
        let (value, next) = match after.trim_start_matches([' ', '\t']).strip_prefix('"') {
            Some(quoted) => quoted_string(quoted),
            None => {
                let end = after.find(';').unwrap_or(after.len());
                let (value, next) = after.split_at(end);
                (value.trim().to_owned(), next)
            }
        };
        found.push((name.trim().to_ascii_lowercase(), value));
        rest = next;
    }
}

/// What stands before the quote that ends the string, and what after it.
///
/// Browsers write a quote in a name as `%22`, and a backslash as it is, also right before the last quote. Others
/// write `\"`. So a quote after a backslash ends the string if the parameter ends there as well.
fn quoted_string(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        let ends = after.trim_start_matches([' ', '\t']);
        let is_end = ends.is_empty() || ends.starts_with(';');
        match before.strip_suffix('\\') {
            Some(before) if !is_end => {
                value.push_str(before);
                value.push('"');
                rest = after;
            }
            _ => {
                value.push_str(before);
                return (value, after);
            }
        }
    }
    // A quote that nobody closed: all that follows.
    value.push_str(rest);
    (value, "")
}

/// Browsers write quotes and line breaks in names so (HTML Standard, "multipart/form-data encoding algorithm").
pub(super) fn unescape(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// The text of an extended value such as `utf-8'en'file%20name.txt` (RFC 8187); none if it is none.
pub(super) fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let bytes = percent_decoded(encoded)?;
    if charset.eq_ignore_ascii_case("utf-8") {
        String::from_utf8(bytes).ok()
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            byte => byte,
        });
    }
    Some(bytes)
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_browsers_and_others_write_them() {
        for (text, name, value) in [
            (r#" name="a""#, "name", "a"),
            (r#"form; Name = "a;b" ;c=d"#, "name", "a;b"),
            (r#"name="a\"b.txt"; x=1"#, "name", "a\"b.txt"),
            (r#"name="C:\"; filename="b""#, "name", "C:\\"),
            (r#"name="a\""#, "name", "a\\"),
            (r#"name="a\\b""#, "name", "a\\\\b"),
            (r#"name="no end"#, "name", "no end"),
            ("name=a b ;c", "name", "a b"),
        ] {
            let found = read(text);
            let found = found.iter().find(|(found, _)| found == name);
            assert_eq!(
                found.map(|(_, value)| value.as_str()),
                Some(value),
                "{text}"
            );
        }
        assert_eq!(read(" ; ;name"), []);
    }

    #[test]
    fn extended_values_have_a_charset() {
        for (text, value) in [
            ("utf-8''file%20name.txt", Some("file name.txt")),
            ("UTF-8'de'%C3%A4%e2%82%ac", Some("ä€")),
            ("iso-8859-1''%E4", Some("ä")),
            ("utf-8''%ff", None),
            ("utf-8''%4", None),
            ("koi8-r''a", None),
            ("a", None),
        ] {
            assert_eq!(extended(text).as_deref(), value, "{text}");
        }
    }
}
