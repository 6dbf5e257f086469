//! Sizes and nesting of a source, before the parser sees it.
//!
//! Parser and renderer call themselves for what is nested, so nesting is bounded here, by a reader that calls
//! itself for nothing. It must see tags where the parser sees them, or blocks could be hidden from it; what would
//! be hard to see alike (lists and objects inside a tag, raw blocks) is refused.

use crate::error::{Error, Place};
use crate::limits::{BLOCK_NESTING, BRACKET_NESTING, SOURCE_BYTES};

/// Checks the source of the template `name`.
pub(crate) fn check(name: &str, source: &str) -> Result<(), Error> {
    if source.len() > SOURCE_BYTES {
        return Err(Error::TooLarge {
            at: Place {
                template: name.to_owned(),
                line: 0,
                column: 0,
            },
            what: "its size in bytes",
            size: source.len(),
            limit: SOURCE_BYTES,
            remedy: "Split it into partials, or move what never changes to a static file",
        });
    }
    Scan {
        name,
        source,
        at: 0,
        open: Vec::new(),
    }
    .run()
}

struct Scan<'a> {
    name: &'a str,
    source: &'a str,
    /// Where the rest begins, in bytes.
    at: usize,
    /// The branches so far of each open block: a later branch is rendered inside those before it.
    open: Vec<usize>,
}

impl<'a> Scan<'a> {
    fn run(mut self) -> Result<(), Error> {
        while let Some(start) = self.rest().find("{{") {
            let backslashes = self.rest()[..start]
                .bytes()
                .rev()
                .take_while(|byte| *byte == b'\\')
                .count();
            self.at += start;
            if backslashes == 1 {
                self.skip("{{");
                self.skip("{{");
            } else if let Some(comment) = self.rest().strip_prefix("{{!") {
                let long = comment
                    .strip_prefix("--")
                    .and_then(|inside| inside.find("--}}"));
                let short = comment.find("}}");
                self.at += match (long, short) {
                    (Some(end), _) => "{{!----}}".len() + end,
                    (None, Some(end)) => "{{!}}".len() + end,
                    (None, None) => {
                        return Err(self.wrong(
                            self.at,
                            "a comment has no end",
                            "Close it with `}}`",
                        ));
                    }
                };
            } else {
                self.tag()?;
            }
        }
        Ok(())
    }

    /// One `{{…}}`.
    fn tag(&mut self) -> Result<(), Error> {
        let start = self.at;
        if self.rest().starts_with("{{{{") {
            return Err(self.wrong(
                start,
                "blocks of four braces are not supported",
                "To show braces as they are, put a backslash before them: `\\{{`",
            ));
        }
        let inner = self
            .rest()
            .trim_start_matches(|c: char| c.is_whitespace() || c == '~' || c == '{');
        self.at = self.source.len() - inner.len();
        if inner.starts_with('#') {
            self.open.push(1);
        } else if inner.starts_with('/') {
            self.open.pop();
        } else if (starts_with_word(inner, "else") || inner.starts_with('^'))
            && let Some(branches) = self.open.last_mut()
        {
            *branches += 1;
        }
        if self.open.iter().sum::<usize>() > BLOCK_NESTING {
            return Err(self.too_deep(start, "the depth of blocks and branches", BLOCK_NESTING));
        }
        self.inside()
    }

    /// To the end of a tag.
    fn inside(&mut self) -> Result<(), Error> {
        let mut open = 0_usize;
        let rest = self.rest();
        let start = self.at;
        let mut characters = rest.char_indices();
        while let Some((place, character)) = characters.next() {
            let at = start + place;
            match character {
                '}' => {
                    self.at = at;
                    self.skip("}");
                    return Ok(());
                }
                '{' => {
                    return Err(self.wrong(
                        at,
                        "a `{` stands inside a tag",
                        "Make the object in the route",
                    ));
                }
                '"' | '\'' => {
                    let mut escaped = false;
                    let end = characters.find(|(_, c)| {
                        let ends = *c == character && !escaped;
                        escaped = *c == '\\' && !escaped;
                        ends
                    });
                    if end.is_none() {
                        return Err(self.wrong(at, "a quoted text has no end", "Close the quotes"));
                    }
                }
                '[' => match characters.find(|(_, c)| matches!(c, ']' | '"' | '\'' | '[')) {
                    Some((_, ']')) => {}
                    _ => {
                        return Err(self.wrong(
                            at,
                            "a list stands inside a tag",
                            "Make the list in the route",
                        ));
                    }
                },
                '(' => {
                    open += 1;
                    if open > BRACKET_NESTING {
                        return Err(self.too_deep(at, "the depth of brackets", BRACKET_NESTING));
                    }
                }
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        Err(self.wrong(start, "a tag has no end", "Close it with `}}`"))
    }

    fn skip(&mut self, text: &str) {
        if self.rest().starts_with(text) {
            self.at += text.len();
        }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, at: usize, problem: &str, remedy: &str) -> Error {
        Error::Syntax {
            at: place(self.name, self.source, at),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    fn too_deep(&self, at: usize, what: &'static str, limit: usize) -> Error {
        Error::TooLarge {
            at: place(self.name, self.source, at),
            what,
            size: limit + 1,
            limit,
            remedy: "Move what is inside to a partial, or decide it in the route before rendering",
        }
    }
}

/// Whether `text` starts with `word` and no longer name.
fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|after| {
        !after.starts_with(|c: char| c.is_alphanumeric() || "-_$:.".contains(c))
    })
}

/// The line and column of a byte of the source.
fn place(name: &str, source: &str, at: usize) -> Place {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    Place {
        template: name.to_owned(),
        line,
        column,
    }
}
