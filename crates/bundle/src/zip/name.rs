//! The names of entries.

use super::FLAG_UTF8;

/// The upper half of code page 437, in which names without the UTF-8 flag are (APPNOTE appendix D.1).
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// An entry's name as text. `None` if it is flagged as UTF-8 and is not. Without the flag it is taken as UTF-8
/// if it is, since many tools forget the flag, and as code page 437 else.
pub fn decode(raw: &[u8], flags: u16) -> Option<String> {
    match std::str::from_utf8(raw) {
        Ok(name) => Some(name.to_owned()),
        Err(_) if flags & FLAG_UTF8 != 0 => None,
        Err(_) => Some(raw.iter().map(|byte| code_page_437(*byte)).collect()),
    }
}

fn code_page_437(byte: u8) -> char {
    match byte.checked_sub(128) {
        None => char::from(byte),
        Some(upper) => CODE_PAGE_437
            .chars()
            .nth(usize::from(upper))
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_were_meant() {
        assert_eq!(decode("ü日".as_bytes(), FLAG_UTF8).unwrap(), "ü日");
        assert_eq!(decode("ü日".as_bytes(), 0).unwrap(), "ü日");
        assert_eq!(decode(b"\x81ber \xe1\xff", 0).unwrap(), "über ß\u{a0}");
        assert_eq!(decode(b"\x81ber", FLAG_UTF8), None);
        assert_eq!(CODE_PAGE_437.chars().count(), 128);
    }
}
