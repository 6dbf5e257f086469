//! Forms in request bodies: `application/x-www-form-urlencoded` (URL Standard) and `multipart/form-data`
//! (RFC 7578), from bytes to fields.

use crate::limits::FORM_FIELDS;

mod field;
mod multipart;
mod parameters;

pub use field::{Field, FieldValue, FormError};

/// Reads a form by the request's content-type.
pub fn parse(content_type: &str, body: &[u8]) -> Result<Vec<Field>, FormError> {
    let (media_type, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    let media_type = media_type.trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return urlencoded(body);
    }
    if media_type.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = parameters::read(rest)
            .into_iter()
            .find(|(name, _)| name == "boundary")
            .map(|(_, value)| value)
            .ok_or(FormError::Boundary)?;
        // RFC 2046, 5.1.1: 1 to 70 characters.
        return match (1..=70).contains(&boundary.len()) {
            true => multipart::read(&boundary, body),
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

    /// The one field of a form whose part has this head.
    fn one(head: &str) -> Result<Field, FormError> {
        let body = format!("--b 1\r\n{head}\r\n\r\nabc\r\n--b 1--");
        parse(TYPE, body.as_bytes()).map(|mut fields| fields.remove(0))
    }

    #[test]
    fn names_of_fields_and_files_are_what_the_visitor_named() {
        for (written, name) in [
            (r#"filename="na%22me.txt""#, "na\"me.txt"),
            (r#"filename="a%0D%0Ab""#, "a\r\nb"),
            (r#"filename="a\"b.txt""#, "a\"b.txt"),
            (r#"filename="C:\up\""#, ""),
            ("filename*=utf-8''file%20name.txt", "file name.txt"),
            (r#"filename*=utf-8''b; filename="a""#, "a"),
        ] {
            let head = format!("Content-Disposition: form-data; name=\"f%22%0A\"; {written}");
            let field = one(&head).unwrap();
            assert_eq!(field.name, "f\"\n");
            let FieldValue::File { filename, .. } = field.value else {
                panic!("{written} is a file");
            };
            assert_eq!(filename, name, "{written}");
        }
        let wrong = one("content-disposition: form-data; name=f; filename*=koi8-r''a");
        assert!(wrong.is_err());
    }

    #[test]
    fn a_file_without_a_type_is_plain_text() {
        let field = one("content-disposition: form-data; name=f; filename=a.bin").unwrap();
        let FieldValue::File { media_type, .. } = field.value else {
            panic!("a file");
        };
        assert_eq!(media_type, "text/plain");
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
