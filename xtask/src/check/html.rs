//! The tags of an HTML file, well enough to find scripts, styles and their attributes in our own pages.

/// A start tag: its name and attributes, names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// The element's name.
    pub name: String,
    /// Names and values; a value may be empty.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All start tags, without those in comments.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = match after.strip_prefix("!--") {
            Some(comment) => comment.split_once("-->").map_or("", |(_, after)| after),
            None if after.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                let (tag, after) = tag(after);
                found.push(tag);
                after
            }
            None => after,
        };
    }
    found
}

/// Reads a tag after its `<`; gives what follows its `>`.
fn tag(text: &str) -> (Tag, &str) {
    let (name, mut rest) = split(text, |letter| {
        letter.is_ascii_whitespace() || letter == '/' || letter == '>'
    });
    let mut attributes = Vec::new();
    loop {
        rest =
            rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        if rest.is_empty() || rest.starts_with('>') {
            let rest = rest.strip_prefix('>').unwrap_or(rest);
            return (
                Tag {
                    name: name.to_ascii_lowercase(),
                    attributes,
                },
                rest,
            );
        }
        let (attribute, after) = split(rest, |letter| {
            letter.is_ascii_whitespace() || "=/>".contains(letter)
        });
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => quoted(value.trim_start()),
            None => ("", after),
        };
        attributes.push((attribute.to_ascii_lowercase(), value.to_owned()));
        // A stray quote or sign is stepped over.
        rest = if after.len() == rest.len() {
            after.get(1..).unwrap_or("")
        } else {
            after
        };
    }
}

fn quoted(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    split(text, |letter| letter.is_ascii_whitespace() || letter == '>')
}

fn split(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_attributes_are_read() {
        let found = tags(
            "<!doctype html><A HREF='x>y' b=c d><!-- <script> --><br/></a><p\nonclick = \"z\">",
        );
        let names: Vec<&str> = found.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["a", "br", "p"]);
        assert_eq!(found[0].attribute("href"), Some("x>y"));
        assert_eq!(found[0].attribute("b"), Some("c"));
        assert_eq!(found[0].attribute("d"), Some(""));
        assert_eq!(found[2].attribute("onclick"), Some("z"));
    }
}
