//! The names of entries.

use super::field::Fields;
use super::{EXTRA_UNICODE_PATH, FLAG_UTF8};

/// The upper half of code page 437, in which names without the UTF-8 flag are (APPNOTE appendix D.1).
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// An entry's path, as its header has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Parts separated by `/`, none of them `.`; not otherwise checked. Empty for the archive's own folder.
    pub path: String,
    /// Is it marked as a folder, by a separator at the end?
    pub is_folder: bool,
    /// Were its parts separated by `\`?
    pub had_backslash: bool,
}

impl Name {
    /// By the raw name and extra fields of a header. `is_dos`: it was made by a system on which `\` separates folders
    /// and so is in no name. `None` if the name is flagged as UTF-8 and is not.
    pub fn read(raw: &[u8], flags: u16, extra: &[u8], is_dos: bool) -> Option<Self> {
        let text = match in_extra(raw, flags, extra) {
            Some(text) => text.to_owned(),
            None => decode(raw, flags)?,
        };
        let had_backslash = is_dos && text.contains('\\');
        let text = match had_backslash {
            true => text.replace('\\', "/"),
            false => text,
        };
        let is_folder = text.ends_with('/');
        let path = text.strip_suffix('/').unwrap_or(&text);
        let path = match path.split('/').any(|part| part == ".") {
            true => without_dots(path, is_folder),
            false => path.to_owned(),
        };
        Some(Self {
            path,
            is_folder,
            had_backslash,
        })
    }
}

/// A path without its `.` parts, which mean nothing. As the last one of a file's path `.` stays, and is refused.
fn without_dots(path: &str, is_folder: bool) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let last = parts.len().saturating_sub(1);
    let means = |(place, part): (usize, &&str)| *part != "." || (place == last && !is_folder);
    let kept = parts.iter().enumerate().filter(|pair| means(*pair));
    kept.map(|(_, part)| *part).collect::<Vec<_>>().join("/")
}

/// The name in the Info-ZIP Unicode Path extra field (APPNOTE 4.6.9): of a name in some code page, and only if the
/// field was made for this very name.
pub fn in_extra<'a>(raw: &[u8], flags: u16, extra: &'a [u8]) -> Option<&'a str> {
    if flags & FLAG_UTF8 != 0 {
        return None;
    }
    let mut content = Fields(extra).extra(EXTRA_UNICODE_PATH)?;
    let [version] = content.bytes(1)? else {
        return None;
    };
    if *version != 1 || content.u32()? != crc32fast::hash(raw) {
        return None;
    }
    std::str::from_utf8(content.0).ok()
}

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

    fn path(text: &str, is_dos: bool) -> (String, bool) {
        let name = Name::read(text.as_bytes(), FLAG_UTF8, &[], is_dos).unwrap();
        (name.path, name.is_folder)
    }

    #[test]
    fn parts_that_mean_nothing_fall_away() {
        for (text, expected, is_folder) in [
            ("./index.html", "index.html", false),
            ("./a/./b.html", "a/b.html", false),
            ("././a/", "a", true),
            ("a/./", "a", true),
            ("./", "", true),
            ("a/.", "a/.", false),
            (".", ".", false),
            ("./..", "..", false),
            ("a/.b/c", "a/.b/c", false),
        ] {
            assert_eq!(
                path(text, false),
                (expected.to_owned(), is_folder),
                "{text}"
            );
        }
    }

    #[test]
    fn backslashes_separate_folders_where_no_name_can_have_them() {
        for (text, expected, is_folder) in [
            ("img\\logo.png", "img/logo.png", false),
            ("img\\", "img", true),
            (".\\a\\b", "a/b", false),
            ("..\\up", "../up", false),
            ("\\\\server\\x", "//server/x", false),
        ] {
            assert_eq!(path(text, true), (expected.to_owned(), is_folder), "{text}");
            assert_eq!(path(text, false).0, text);
        }
    }

    #[test]
    fn the_unicode_path_counts_if_it_is_of_this_name() {
        let raw = b"caf_.html";
        let field = |version: u8, crc: u32, name: &[u8]| {
            let mut field = vec![0x75, 0x70, 5 + name.len() as u8, 0, version];
            field.extend(crc.to_le_bytes());
            field.extend(name);
            field
        };
        let (crc, name) = (crc32fast::hash(raw), "caf\u{e9}.html");
        let read = |flags, extra: &[u8]| Name::read(raw, flags, extra, false).unwrap().path;
        assert_eq!(read(0, &field(1, crc, name.as_bytes())), name);
        let other_first = [&[1, 0, 2, 0, 9, 9][..], &field(1, crc, name.as_bytes())].concat();
        assert_eq!(read(0, &other_first), name);
        for (flags, extra) in [
            (0, field(1, crc ^ 1, name.as_bytes())),
            (0, field(2, crc, name.as_bytes())),
            (0, field(1, crc, b"caf\xe9.html")),
            (0, vec![0x75, 0x70, 3, 0, 1, 0, 0]),
            (0, vec![0x75, 0x70, 200, 0, 1]),
            (FLAG_UTF8, field(1, crc, name.as_bytes())),
        ] {
            assert_eq!(read(flags, &extra), "caf_.html", "{extra:?}");
        }
    }
}
