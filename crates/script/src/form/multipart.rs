//! Parts of `multipart/form-data` (RFC 7578; Fetch Standard, "multipart/form-data parser").

use super::field::{Field, FieldValue, FormError};
use super::parameters::{self, unescape};
use crate::limits::{FORM_FIELDS, PART_HEAD};

/// Reads all parts.
pub(super) fn read(boundary: &str, body: &[u8]) -> Result<Vec<Field>, FormError> {
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
        .map(|(_, rest)| parameters::read(rest))
        .ok_or(FormError::Malformed("a part is not form-data"))?;
    let parameter = |wanted: &str| {
        let found = disposition.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone())
    };
    let name = parameter("name").ok_or(FormError::Malformed("a part has no name"))?;
    let filename = match (parameter("filename"), parameter("filename*")) {
        (Some(filename), _) => Some(unescape(&filename)),
        // Nothing should write that (RFC 7578, 4.2), but what does means a file.
        (None, Some(filename)) => {
            let filename = parameters::extended(&filename);
            Some(filename.ok_or(FormError::Malformed("a file's name is not well formed"))?)
        }
        (None, None) => None,
    };
    let value = match filename {
        Some(filename) => FieldValue::File {
            bytes: content.to_vec(),
            filename: last_part(&filename).to_owned(),
            media_type: header("content-type").unwrap_or(PLAIN).to_owned(),
        },
        None => FieldValue::Text(String::from_utf8_lossy(content).into_owned()),
    };
    Ok(Field {
        name: unescape(&name),
        value,
    })
}

/// The type of a file whose part names none (Fetch Standard, "multipart/form-data parser").
const PLAIN: &str = "text/plain";

/// A file's name without its folders, of either kind of system.
fn last_part(filename: &str) -> &str {
    filename.rsplit(['/', '\\']).next().unwrap_or_default()
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
