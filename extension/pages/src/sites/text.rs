//! A file's bytes as a text that can be edited, and back, so that bytes nobody touched stay. No browser here.

/// A text with line ends as `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub content: String,
    /// Its line ends in the file.
    pub line_ends: LineEnds,
}

/// How a file ends its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// `\n`, or some of each.
    Lf,
    /// `\r\n`, all of them.
    CrLf,
}

impl Text {
    /// Reads a file's bytes; `None` if they are no UTF-8, or hold what only binary files do.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        if text.contains('\0') {
            return None;
        }
        let all = text.matches('\n').count();
        let windows = text.matches("\r\n").count();
        let line_ends = match windows > 0 && windows == all && text.matches('\r').count() == all {
            true => LineEnds::CrLf,
            false => LineEnds::Lf,
        };
        Some(Self {
            content: text.replace("\r\n", "\n").replace('\r', "\n"),
            line_ends,
        })
    }
}

impl LineEnds {
    /// The text as the file has it.
    pub fn write(self, content: &str) -> String {
        match self {
            Self::Lf => content.to_owned(),
            Self::CrLf => content.replace('\n', "\r\n"),
        }
    }
}

/// A path, beside which nothing is served, for a text that was changed in two places: `conflicts/public/a.html`, with
/// a number if it `is_taken`.
pub fn conflict_path(path: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let folder = folder.strip_prefix("conflicts").unwrap_or(folder);
    let folder = folder.trim_start_matches('/');
    let slash = if folder.is_empty() { "" } else { "/" };
    let numbered = |number: u32| match number {
        1 => format!("conflicts/{folder}{slash}{stem}{ending}"),
        _ => format!("conflicts/{folder}{slash}{stem}-{number}{ending}"),
    };
    let mut number = 1;
    while is_taken(&numbered(number)) {
        number += 1;
    }
    numbered(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_was() {
        for text in [
            "",
            "a",
            "a\nb\n",
            "a\r\nb\r\n",
            "\u{feff}a\r\n",
            "é\r\n\r\n",
        ] {
            let read = Text::read(text.as_bytes().to_vec()).unwrap();
            assert!(!read.content.contains('\r'), "{text:?}");
            assert_eq!(read.line_ends.write(&read.content), text);
        }
        // Of mixed line ends the simple one is kept.
        assert_eq!(
            Text::read(b"a\r\nb\nc\r".to_vec()).unwrap().content,
            "a\nb\nc\n"
        );
    }

    #[test]
    fn what_is_no_text_is_not_edited() {
        assert_eq!(Text::read(vec![0xff, 0xfe, b'a', 0]), None);
        assert_eq!(Text::read(b"\0".to_vec()), None);
    }

    #[test]
    fn a_text_in_conflict_gets_a_path_of_its_own() {
        let taken = ["conflicts/public/a.html", "conflicts/public/a-2.html"];
        let path = |path| conflict_path(path, |path| taken.contains(&path));
        assert_eq!(path("public/a.html"), "conflicts/public/a-3.html");
        assert_eq!(path("conflicts/public/a.html"), "conflicts/public/a-3.html");
        assert_eq!(path("public/b/.hidden"), "conflicts/public/b/.hidden");
        assert_eq!(path("site.json"), "conflicts/site.json");
    }
}
