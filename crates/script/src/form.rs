//! Forms in request bodies: `application/x-www-form-urlencoded` (URL Standard) and `multipart/form-data`
//! (RFC 7578), from bytes to fields.

use crate::bounds::{FORM_FIELDS, PART_HEAD};

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// What was typed or chosen.
    Text(String),
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its name at the visitor, without folders; only text, never a path to be trusted.
        filename: String,
        /// The media type that the visitor's browser gave it.
        media_type: String,
    },
}

/// Why a body is no form: what the visitor's browser sent is wrong, or the handler expected another type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// The content-type is neither of a form's two.
    #[error("a form was expected, and the request's content-type is {0:?}")]
    Type(String),
    /// No usable boundary.
    #[error("the form's content-type names no boundary")]
    Boundary,
    /// The parts do not follow RFC 7578.
    #[error("the form is not well formed: {0}")]
    Malformed(&'static str),
    /// More than [`FORM_FIELDS`].
    #[error("the form has more than {FORM_FIELDS} fields")]
    TooMany,
}

/// Reads a form by the request's content-type.
pub fn parse(content_type: &str, body: &[u8]) -> Result<Vec<Field>, FormError> {
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let media_type = media_type.trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return urlencoded(body);
    }
    if media_type.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = parameter(parameters, "boundary").ok_or(FormError::Boundary)?;
        // RFC 2046, 5.1.1: 1 to 70 characters.
        return match (1..=70).contains(&boundary.len()) {
            true => multipart(&boundary, body),
            false => Err(FormError::Boundary),
        };
    }
    Err(FormError::Type(content_type.chars().take(100).collect()))
}

fn urlencoded(body: &[u8]) -> Result<Vec<Field>, FormError> {
    let fields: Vec<_> = form_urlencoded::parse(body)
        .take(FORM_FIELDS + 1)
        .map(|(name, value)| Field {
            name: name.into_owned(),
            value: FieldValue::Text(value.into_owned()),
        })
        .collect();
    match fields.len() > FORM_FIELDS {
        true => Err(FormError::TooMany),
        false => Ok(fields),
    }
}

fn multipart(boundary: &str, body: &[u8]) -> Result<Vec<Field>, FormError> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter may stand at the very beginning.
    let mut rest = match body.strip_prefix(delimiter.trim_start().as_bytes()) {
        Some(rest) => rest,
        None => {
            after(body, delimiter.as_bytes())
                .ok_or(FormError::Malformed("its first boundary is missing"))?
                .1
        }
    };
    let mut fields = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(fields);
        }
        // RFC 2046 allows spaces after a boundary.
        let padding = rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        rest = rest
            .get(padding..)
            .and_then(|rest| rest.strip_prefix(b"\r\n"))
            .ok_or(FormError::Malformed(
                "a boundary is not at the end of its line",
            ))?;
        let (head, content) = match rest.strip_prefix(b"\r\n") {
            Some(content) => (&b""[..], content),
            None => {
                after(rest, b"\r\n\r\n").ok_or(FormError::Malformed("a part has no content"))?
            }
        };
        let (content, next) = after(content, delimiter.as_bytes())
            .ok_or(FormError::Malformed("its last boundary is missing"))?;
        if fields.len() == FORM_FIELDS {
            return Err(FormError::TooMany);
        }
        fields.push(part(head, content)?);
        rest = next;
    }
}

/// One part: its headers and its content.
fn part(head: &[u8], content: &[u8]) -> Result<Field, FormError> {
    if head.len() > PART_HEAD {
        return Err(FormError::Malformed("the head of a part is too long"));
    }
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then_some(value.trim())
        })
    };
    let disposition = header("content-disposition")
        .and_then(|value| value.split_once(';'))
        .filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("form-data"))
        .map(|(_, parameters)| parameters)
        .ok_or(FormError::Malformed("a part is not form-data"))?;
    let name = parameter(disposition, "name").ok_or(FormError::Malformed("a part has no name"))?;
    let value = match parameter(disposition, "filename") {
        Some(filename) => FieldValue::File {
            bytes: content.to_vec(),
            filename: last_part(&filename).to_owned(),
            media_type: header("content-type")
                .unwrap_or("application/octet-stream")
                .to_owned(),
        },
        None => FieldValue::Text(String::from_utf8_lossy(content).into_owned()),
    };
    Ok(Field {
        name: unescape(&name),
        value,
    })
}

/// A file's name without its folders, of either kind of system.
fn last_part(filename: &str) -> &str {
    filename.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Browsers write `"` and line breaks so (HTML Standard, "multipart/form-data encoding algorithm").
fn unescape(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// A parameter of a header: a token, or a quoted string, in which browsers do not escape backslashes.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => match after.find(';') {
                Some(end) => after.split_at(end),
                None => (after, ""),
            },
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
        rest = next;
    }
}

/// What stands before and after the first `needle`.
fn after<'b>(hay: &'b [u8], needle: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = find(hay, needle)?;
    Some((hay.get(..at)?, hay.get(at + needle.len()..)?))
}

/// Needles begin with `\r`, which is rare in what browsers send: looking for that one byte first is quick.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = hay.get(from..)?;
        let at = rest.iter().position(|byte| Some(byte) == needle.first())?;
        if rest.get(at..)?.starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"b 1\"";

    fn text(name: &str, value: &str) -> Field {
        Field {
            name: name.to_owned(),
            value: FieldValue::Text(value.to_owned()),
        }
    }

    #[test]
    fn both_kinds_of_forms_are_read() {
        let fields = parse(
            "application/x-www-form-urlencoded;charset=UTF-8",
            b"a=1&b=%C3%BC+x&a=&c",
        )
        .unwrap();
        assert_eq!(
            fields,
            [
                text("a", "1"),
                text("b", "ü x"),
                text("a", ""),
                text("c", "")
            ]
        );

        let body = "preamble\r\n--b 1\r\ncontent-disposition: form-data; name=\"a%22\"\r\n\r\nx\r\n--no\r\n\r\n--b 1 \r\n\
            Content-Type: image/png\r\nContent-Disposition: form-data; filename=\"C:\\up\\p;1.png\"; name=f\r\n\r\n\0\u{1}\r\n\r\n--b 1--\r\nrest";
        let fields = parse(TYPE, body.as_bytes()).unwrap();
        assert_eq!(fields[0], text("a\"", "x\r\n--no\r\n"));
        assert_eq!(
            fields[1],
            Field {
                name: "f".to_owned(),
                value: FieldValue::File {
                    bytes: b"\0\x01\r\n".to_vec(),
                    filename: "p;1.png".to_owned(),
                    media_type: "image/png".to_owned(),
                }
            }
        );
        assert_eq!(parse(TYPE, b"--b 1--").unwrap(), []);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (content_type, body, expected) in [
            ("text/plain", "a=1", "content-type is \"text/plain\""),
            ("multipart/form-data", "", "no boundary"),
            ("multipart/form-data; boundary=", "", "no boundary"),
            (TYPE, "", "first boundary"),
            (TYPE, "--b 1x", "end of its line"),
            (TYPE, "--b 1\r\nx", "no content"),
            (TYPE, "--b 1\r\n\r\nx\r\n--b 1--", "not form-data"),
            (
                TYPE,
                "--b 1\r\ncontent-disposition: form-data; x=1\r\n\r\nx\r\n--b 1--",
                "no name",
            ),
            (
                TYPE,
                "--b 1\r\ncontent-disposition: form-data; name=a\r\n\r\nx",
                "last boundary",
            ),
        ] {
            let error = parse(content_type, body.as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{body:?}: {error}");
        }
    }

    #[test]
    fn the_number_of_fields_is_bounded() {
        let body = "a&".repeat(FORM_FIELDS + 1);
        assert_eq!(
            parse("application/x-www-form-urlencoded", body.as_bytes()),
            Err(FormError::TooMany)
        );
        let part = "--b\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n";
        let body = format!("{}--b--", part.repeat(FORM_FIELDS + 1));
        assert_eq!(
            parse("multipart/form-data; boundary=b", body.as_bytes()),
            Err(FormError::TooMany)
        );
    }
}
