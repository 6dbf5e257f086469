//! Text, digests, forms and random values.

use rquickjs::{Ctx, Exception, Result, TypedArray, Value};
use sha2::Digest;

use super::reach::{Reach, in_time};
use super::table::Table;
use crate::form;
use crate::host_calls::reply::{bytes_into, form_into};
use crate::host_calls::request_body::form_status;
use crate::limits;

pub(super) fn install<'js>(host: &Table<'js>, reach: &Reach) -> Result<()> {
    host.add("encode", |ctx: Ctx<'js>, text: String| {
        bytes_into(&ctx, text.as_bytes())
    })?;
    host.add("decode", decode)?;
    host.add("decodable", decodable)?;
    let r = reach.clone();
    host.add(
        "digest",
        move |ctx: Ctx<'js>, name: String, bytes: TypedArray<'js, u8>| {
            in_time(&ctx, &r)?;
            digest(ctx, name, bytes)
        },
    )?;
    host.add("form", parse_form)?;
    let platform = reach.platform.clone();
    host.add("random", move |ctx: Ctx<'js>, length: usize| {
        let mut bytes = vec![0; length.min(limits::RANDOM)];
        platform.random(&mut bytes);
        bytes_into(&ctx, &bytes)
    })
}

/// The bytes of a typed array; none if its buffer was taken away.
///
/// They lie in the runtime's memory: whoever has them must be done before any script runs again.
pub(super) fn slice<'a>(bytes: &'a TypedArray<'_, u8>) -> &'a [u8] {
    #[expect(
        unsafe_code,
        reason = "natives copy or read the bytes at once; no script runs meanwhile that could change them"
    )]
    unsafe { bytes.as_bytes() }.unwrap_or_default()
}

fn decode<'js>(
    ctx: Ctx<'js>,
    bytes: TypedArray<'js, u8>,
    encoding: String,
    fatal: bool,
) -> Result<String> {
    let bytes = slice(&bytes);
    let wrong = || Exception::throw_type(&ctx, &format!("the bytes are not {encoding}"));
    if encoding == "utf-8" {
        return match (std::str::from_utf8(bytes), fatal) {
            (Ok(text), _) => Ok(text.to_owned()),
            (Err(_), true) => Err(wrong()),
            (Err(_), false) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        };
    }
    let unit = match encoding.as_str() {
        "utf-16be" => u16::from_be_bytes,
        _ => u16::from_le_bytes,
    };
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len());
    for character in char::decode_utf16(units) {
        match (character, fatal) {
            (Ok(character), _) => text.push(character),
            (Err(_), true) => return Err(wrong()),
            (Err(_), false) => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    match (odd, fatal) {
        (true, true) => return Err(wrong()),
        (true, false) => text.push(char::REPLACEMENT_CHARACTER),
        (false, _) => {}
    }
    Ok(text)
}

/// How many of the bytes can be decoded before more have come: a character that is cut off waits.
fn decodable(bytes: TypedArray<'_, u8>, encoding: String) -> usize {
    let bytes = slice(&bytes);
    if encoding == "utf-8" {
        return bytes.len() - unfinished_utf8(bytes);
    }
    let even = bytes.len() & !1;
    let last = bytes.get(even.wrapping_sub(2)..even).unwrap_or_default();
    let high = match (encoding.as_str(), last) {
        ("utf-16be", [high, _]) | (_, [_, high]) => (0xd8..=0xdb).contains(high),
        _ => false,
    };
    if high { even - 2 } else { even }
}

/// How many bytes at the end are the beginning of a character that may still be completed.
fn unfinished_utf8(bytes: &[u8]) -> usize {
    let tail = bytes
        .get(bytes.len().saturating_sub(3)..)
        .unwrap_or_default();
    for length in 1..=tail.len() {
        let end = &tail[tail.len() - length..];
        let needed = match end.first() {
            Some(0xc2..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf4) => 4,
            Some(0x80..=0xbf) => continue,
            _ => return 0,
        };
        let cut_off = length < needed
            && matches!(std::str::from_utf8(end), Err(error) if error.error_len().is_none());
        return if cut_off { length } else { 0 };
    }
    0
}

fn digest<'js>(ctx: Ctx<'js>, name: String, bytes: TypedArray<'js, u8>) -> Result<Value<'js>> {
    let bytes = slice(&bytes);
    match name.as_str() {
        "SHA-1" => bytes_into(&ctx, &sha1::Sha1::digest(bytes)),
        "SHA-256" => bytes_into(&ctx, &sha2::Sha256::digest(bytes)),
        "SHA-384" => bytes_into(&ctx, &sha2::Sha384::digest(bytes)),
        "SHA-512" => bytes_into(&ctx, &sha2::Sha512::digest(bytes)),
        _ => Err(Exception::throw_type(&ctx, "an unknown digest")),
    }
}

/// A form that did not come with the request, such as a Response's that a handler made.
fn parse_form<'js>(
    ctx: Ctx<'js>,
    bytes: TypedArray<'js, u8>,
    content_type: String,
) -> Result<Value<'js>> {
    match form::parse(&content_type, slice(&bytes)) {
        Ok(fields) => form_into(&ctx, fields),
        Err(error) => Err(Exception::throw_type(
            &ctx,
            &format!("{error} ({})", form_status(&error)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::unfinished_utf8;

    #[test]
    fn a_character_that_is_cut_off_waits() {
        let text = "aé€😀".as_bytes();
        for (end, waiting) in [
            (1, 0),
            (2, 1),
            (3, 0),
            (4, 1),
            (5, 2),
            (6, 0),
            (7, 1),
            (8, 2),
            (9, 3),
            (10, 0),
        ] {
            assert_eq!(unfinished_utf8(&text[..end]), waiting, "{end}");
        }
        for broken in [
            &b"\xff"[..],
            b"\x80\x80\x80",
            b"\xc0",
            b"\xed\xa0",
            b"a\x80",
        ] {
            assert_eq!(unfinished_utf8(broken), 0, "{broken:?}");
        }
    }
}
