//! Templates of Handlebars 1.0 in today's words.
//!
//! Some things were said otherwise then: `{{^name}}…{{/name}}` shows a block if there is nothing (today
//! `{{#unless name}}`); `{{#a.b}}` is a block named after a path (today `{{#section a.b}}`); `../` goes out of an
//! `{{#if}}` too (today only out of blocks that change the data); and `list.length` is a list's length (today
//! `len list`).

use std::fmt::Write as _;

/// Why a template cannot be said in today's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A tag or comment begins and does not end.
    #[error("line {line}: a tag has no end; close it with `}}}}`")]
    Open {
        /// The line, from 1.
        line: usize,
    },
    /// A block is closed that is not open.
    #[error("line {line}: `{{{{/{name}}}}}` closes a block that is not open")]
    NotOpen {
        /// The line, from 1.
        line: usize,
        /// The name in the tag.
        name: String,
    },
}

/// A block that is open.
struct Block {
    /// What it was called.
    name: String,
    /// What closes it today.
    closing: String,
    /// Whether `../` goes out of it today.
    changes_data: bool,
}

/// Says a template in today's words.
///
/// # Errors
/// If its tags or blocks are not closed.
pub fn translate(source: &str) -> Result<String, TemplateError> {
    let mut text = String::with_capacity(source.len() + source.len() / 8);
    let mut blocks: Vec<Block> = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find("{{") {
        let line = 1 + source
            .get(..source.len() - rest.len() + start)
            .unwrap_or_default()
            .matches('\n')
            .count();
        let (plain, tag) = rest.split_at(start);
        text.push_str(plain);
        let closing = if tag.starts_with("{{!--") {
            "--}}"
        } else if tag.starts_with("{{{") {
            "}}}"
        } else {
            "}}"
        };
        let end = tag.find(closing).ok_or(TemplateError::Open { line })? + closing.len();
        let (tag, after) = tag.split_at(end);
        rest = after;
        let inside = tag
            .strip_prefix("{{")
            .and_then(|tag| tag.strip_suffix("}}"))
            .unwrap_or_default();
        let is_said_as_it_is = plain.ends_with('\\') || inside.starts_with('!');
        if is_said_as_it_is {
            text.push_str(tag);
            continue;
        }
        let said = say(inside, &mut blocks, line)?;
        // Writing to a text cannot fail.
        let _ = write!(text, "{{{{{said}}}}}");
    }
    text.push_str(rest);
    Ok(text)
}

/// What stands between the braces.
fn say(inside: &str, blocks: &mut Vec<Block>, line: usize) -> Result<String, TemplateError> {
    let trimmed = inside.trim();
    let (sign, words) = match trimmed.chars().next() {
        Some(sign @ ('#' | '/' | '^' | '>' | '&' | '{')) => {
            (Some(sign), trimmed.get(1..).unwrap_or_default().trim())
        }
        _ => (None, trimmed),
    };
    match sign {
        Some('#') => {
            let name = words.split_whitespace().next().unwrap_or_default();
            // A block can only be named after a value that has a plain name.
            let is_path = name == words && name.contains(['.', '/']);
            let section = if is_path { "section " } else { "" };
            let said = format!("#{section}{}", values(words, blocks, !is_path));
            let closing = if is_path { "section" } else { name };
            let changes_data = !matches!(name, "if" | "unless");
            blocks.push(Block {
                name: name.to_owned(),
                closing: closing.to_owned(),
                changes_data,
            });
            Ok(said)
        }
        Some('^') if !words.is_empty() => {
            let said = format!("#unless {}", values(words, blocks, false));
            blocks.push(Block {
                name: words.to_owned(),
                closing: "unless".to_owned(),
                changes_data: false,
            });
            Ok(said)
        }
        Some('/') => {
            let block = blocks.pop().filter(|block| block.name == words);
            let block = block.ok_or_else(|| TemplateError::NotOpen {
                line,
                name: words.to_owned(),
            })?;
            Ok(format!("/{}", block.closing))
        }
        Some('{') => {
            let value = words.strip_suffix('}').unwrap_or(words).trim();
            Ok(format!("{{{}}}", values(value, blocks, true)))
        }
        None | Some('^') if sign.is_some() || words == "else" => {
            // After `else`, `each` shows nothing of its own.
            if let Some(block) = blocks.last_mut() {
                block.changes_data = false;
            }
            Ok("else".to_owned())
        }
        Some('>') => Ok(format!("> {words}")),
        Some(sign) => Ok(format!("{sign}{}", values(words, blocks, true))),
        None => Ok(values(words, blocks, true)),
    }
}

/// Words with their values said as today; `leads` if the first one may be the name of a helper.
fn values(words: &str, blocks: &[Block], leads: bool) -> String {
    let mut said = Vec::new();
    for (at, word) in split(words).into_iter().enumerate() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if !word.starts_with(['"', '\'']) => (Some(name), value),
            _ => (None, word),
        };
        let is_text = value.starts_with(['"', '\'']);
        let value = if is_text {
            value.to_owned()
        } else {
            outwards(value, blocks)
        };
        let value = match value.strip_suffix(".length").filter(|_| !is_text) {
            Some(list) if leads && at == 0 => format!("len {list}"),
            Some(list) => format!("(len {list})"),
            None => value,
        };
        said.push(match name {
            Some(name) => format!("{name}={value}"),
            None => value,
        });
    }
    said.join(" ")
}

/// A value's path with as many `../` as it has today.
fn outwards(value: &str, blocks: &[Block]) -> String {
    let mut name = value;
    let mut said = String::new();
    let mut around = blocks.iter().rev();
    while let Some(outer) = name.strip_prefix("../") {
        name = outer;
        if around.next().is_none_or(|block| block.changes_data) {
            said.push_str("../");
        }
    }
    if name == ".." {
        if around.next().is_none_or(|block| block.changes_data) {
            return format!("{said}..");
        }
        name = "this";
    }
    said + if name == "." { "this" } else { name }
}

/// Words, where a quoted text is one word.
fn split(words: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut quote = None;
    for (at, character) in words.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, space) if space.is_whitespace() => {
                found.extend(words.get(start..at).filter(|word| !word.is_empty()));
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    found.extend(words.get(start..).filter(|word| !word.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_alike_stays_as_it_is() {
        for source in [
            "plain { } }} text",
            "{{a}} {{{b}}} {{&c}} {{! note }}{{!-- {{#if}} --}}",
            "{{#if a}}x{{else}}y{{/if}}{{#each rows}}{{this}}{{@index}}{{/each}}",
            "{{#with a}}{{../b}}{{/with}}{{#rows}}{{../b}}{{/rows}}",
            "\\{{a}}",
        ] {
            assert_eq!(translate(source).unwrap(), source);
        }
    }

    #[test]
    fn what_was_said_otherwise_is_said_as_today() {
        for (source, said) in [
            ("{{^rows}}none{{/rows}}", "{{#unless rows}}none{{/unless}}"),
            ("{{#rows}}a{{^}}b{{/rows}}", "{{#rows}}a{{else}}b{{/rows}}"),
            (
                "{{#each rows}}{{#if x}}{{../../y}}{{../z}}{{/if}}{{/each}}",
                "{{#each rows}}{{#if x}}{{../y}}{{z}}{{/if}}{{/each}}",
            ),
            (
                "{{#if rows.length}}{{rows.length}}{{/if}}",
                "{{#if (len rows)}}{{len rows}}{{/if}}",
            ),
            (
                "{{#each ../a.length}}{{/each}}",
                "{{#each (len ../a)}}{{/each}}",
            ),
            (
                "{{#a.b}}{{../c}}{{/a.b}}{{^a.b}}{{/a.b}}",
                "{{#section a.b}}{{../c}}{{/section}}{{#unless a.b}}{{/unless}}",
            ),
            (
                "{{#with a}}{{#../b}}x{{/../b}}{{/with}}",
                "{{#with a}}{{#section ../b}}x{{/section}}{{/with}}",
            ),
            ("{{ #if a }}{{ b }}{{ /if }}", "{{#if a}}{{b}}{{/if}}"),
            (
                "{{#if x}}{{#with ..}}{{/with}}{{/if}}",
                "{{#if x}}{{#with this}}{{/with}}{{/if}}",
            ),
        ] {
            assert_eq!(translate(source).unwrap(), said);
        }
    }

    #[test]
    fn what_is_not_closed_is_told_with_its_line() {
        assert_eq!(translate("a\n{{b"), Err(TemplateError::Open { line: 2 }));
        assert_eq!(
            translate("a\n\n{{/if}}"),
            Err(TemplateError::NotOpen {
                line: 3,
                name: "if".to_owned()
            })
        );
    }
}
