//! The tags of a page, well enough to find in the starters' pages what must be there and what must not.

/// A start tag, or an end tag, which has no attributes.
#[derive(Debug)]
pub struct Tag {
    /// In lower case; `/` stands before that of an end tag.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

/// All tags in order, without those in comments.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").unwrap().1;
        } else if after.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') {
            rest = tag(after, &mut found);
        }
    }
    found
}

/// Reads a tag after its `<`; gives what follows its `>`.
fn tag<'h>(text: &'h str, found: &mut Vec<Tag>) -> &'h str {
    let end = |letter: char| letter.is_ascii_whitespace() || letter == '>';
    let (name, mut rest) = text.split_at(text.find(end).unwrap());
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            let name = name.to_ascii_lowercase();
            found.push(Tag { name, attributes });
            return after;
        }
        let end = |letter: char| letter.is_ascii_whitespace() || "=>".contains(letter);
        let (attribute, after) = rest.split_at(rest.find(end).unwrap());
        assert!(!attribute.is_empty(), "a tag is broken: {text}");
        let (value, after) = match after.strip_prefix('=') {
            // Values without quotes are nowhere needed, and easily a mistake.
            Some(after) => after.strip_prefix('"').unwrap().split_once('"').unwrap(),
            None => ("", after),
        };
        attributes.push((attribute.to_owned(), value.to_owned()));
        rest = after;
    }
}
