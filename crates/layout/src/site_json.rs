//! `site.json`: what a site is called and how it is served. Its form stands in `docs/site-format.md` and, for
//! editors, in `docs/site.schema.json`.

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::Limits;

/// Largest `site.json` in bytes; it holds settings and no content.
pub const MAX_SITE_JSON: usize = 64 * 1024;
/// Longest title in characters: what fits a browser's tab and a list of sites.
pub const MAX_TITLE: usize = 200;
/// Most characters of a path setting: as for any file of a site.
const MAX_PATH: usize = 1024;

/// The settings of a site. Every field may be left out; an unknown one is an error, since it is most often
/// a slip that would otherwise stay silent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SiteJson {
    /// Where editors find the schema. Not read.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The name that the site asks for when it is imported: the first part of its label. The host may have
    /// given it another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What people call it, in lists and on the sites page.
    #[serde(deserialize_with = "title", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it is served.
    pub settings: SiteSettings,
    /// What its scripts may use.
    pub limits: Limits,
}

/// How a site is served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SiteSettings {
    /// The static file (its path in `public/`) that answers navigations to paths that do not exist, for
    /// single-page applications.
    #[serde(
        deserialize_with = "public_path",
        skip_serializing_if = "Option::is_none"
    )]
    pub single_page_fallback: Option<String>,
}

/// Why a `site.json` is refused: where, what and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteJsonError {
    /// Larger than [`MAX_SITE_JSON`].
    #[error("site.json is {0} bytes long; at most {MAX_SITE_JSON} are possible")]
    TooLong(usize),
    /// Not JSON, or a field that is unknown or wrong.
    #[error("site.json:{line}:{column}: {message}")]
    Wrong {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong and what to do.
        message: String,
    },
}

impl SiteJson {
    /// Reads a `site.json`. Its text is UTF-8; a byte order mark is taken for what it is.
    pub fn parse(bytes: &[u8]) -> Result<Self, SiteJsonError> {
        if bytes.len() > MAX_SITE_JSON {
            return Err(SiteJsonError::TooLong(bytes.len()));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if bytes.trim_ascii_start().starts_with(b"[") {
            // serde would take a list for the fields in their order.
            return Err(SiteJsonError::Wrong {
                line: 1,
                column: 1,
                message: "site.json is an object: { … }".to_owned(),
            });
        }
        serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let text = error.to_string();
            let message = text
                .strip_suffix(&format!(" at line {line} column {column}"))
                .unwrap_or(&text)
                .to_owned();
            SiteJsonError::Wrong {
                line,
                column,
                message,
            }
        })
    }
}

fn title<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let title = Option::<String>::deserialize(from)?;
    let length = title.as_deref().map_or(0, |title| title.chars().count());
    if length > MAX_TITLE {
        return Err(de::Error::custom(format_args!(
            "the title has {length} characters; at most {MAX_TITLE} are possible"
        )));
    }
    Ok(title)
}

fn public_path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let path = Option::<String>::deserialize(from)?;
    match path {
        Some(path) if path.is_empty() || path.starts_with('/') || path.len() > MAX_PATH => {
            Err(de::Error::custom(
                "singlePageFallback is the path of a file in public/, such as \"index.html\"",
            ))
        }
        path => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        SiteJson::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn all_may_be_left_out() {
        assert_eq!(SiteJson::parse(b"{}").unwrap(), SiteJson::default());
    }

    #[test]
    fn all_fields_are_read_and_written_back() {
        let text = r#"{"$schema":"site.schema.json","name":"guests","title":"Guests",
            "settings":{"singlePageFallback":"app.html"},
            "limits":{"cpuMs":500,"deadlineSeconds":10,"memoryMiB":16,"bodyMiB":0,"outputMiB":2,
                      "fileWritesMiB":0,"filesMiB":4,"concurrency":1,"queue":0,"streams":3}}"#;
        let site = SiteJson::parse(text.as_bytes()).unwrap();
        assert_eq!(
            site.settings.single_page_fallback.as_deref(),
            Some("app.html")
        );
        assert_eq!(site.limits.memory_bytes(), 16 * 1024 * 1024);
        let again = serde_json::to_vec(&site).unwrap();
        assert_eq!(SiteJson::parse(&again).unwrap(), site);
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        for (text, expected) in [
            (
                "{\n  \"titel\": 1}",
                "site.json:2:9: unknown field `titel`, expected one of",
            ),
            (
                "{\"limits\": {\"cpuMs\": 99999}}",
                "99999 is out of range; at least 1 and at most 10000",
            ),
            (
                "{\"limits\": {\"cpuMs\": \"1\"}}",
                "site.json:1:24: invalid type",
            ),
            (
                "{\"settings\": {\"singlePageFallback\": \"/a\"}}",
                "such as \"index.html\"",
            ),
            ("", "site.json:1:0: EOF"),
            ("[]", "site.json:1:"),
        ] {
            let error = refused(text);
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!error.contains(" at line "), "{error}");
        }
        let long = format!("{{\"title\": \"{}\"}}", "ü".repeat(MAX_TITLE + 1));
        assert!(refused(&long).contains("201 characters"));
        assert!(refused(&" ".repeat(MAX_SITE_JSON + 1)).contains("65537 bytes"));
    }

    #[test]
    fn a_byte_order_mark_does_no_harm() {
        assert!(SiteJson::parse(b"\xEF\xBB\xBF{}").is_ok());
    }
}
