//! Headers as messages have them: names and values, one after the other. It must not know which message.

use wire::Headers;

/// Reads a list; a name without a value is left out.
pub fn read(list: Vec<String>) -> Headers {
    let mut headers = Headers::default();
    let mut texts = list.into_iter();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        headers.push(&name, value);
    }
    headers
}

/// Writes a list.
pub fn write(headers: &Headers) -> Vec<String> {
    let pairs = headers.iter();
    pairs
        .flat_map(|(name, value)| [name.to_owned(), value.to_owned()])
        .collect()
}
