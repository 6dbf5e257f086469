//! What the sites page's address names, after the `#`. So Back, a reload and several tabs work. No browser here.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What cannot stand in a fragment as it is (URL Standard, "fragment percent-encode set", and `%` itself).
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'%');

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `#/<site>`, or `#/<site>/edit/<path>` with a file that is edited.
    Site {
        /// The site's id.
        id: String,
        /// The file's path.
        file: Option<String>,
    },
    /// `#export=<site>`: export that site.
    Export(String),
    /// `#new`: the field of a new site.
    New,
    /// `#import`: the button that imports one.
    Import,
    /// Nothing that is known.
    Unknown,
}

impl Address {
    /// Reads an address, with its `#`.
    pub fn parse(hash: &str) -> Self {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        if let Some(id) = text.strip_prefix("export=") {
            return Self::Export(id.to_owned());
        }
        let Some(site) = text.strip_prefix('/') else {
            return match text {
                "new" => Self::New,
                "import" => Self::Import,
                _ => Self::Unknown,
            };
        };
        let (id, place) = site.split_once('/').unwrap_or((site, ""));
        let file = place.strip_prefix("edit/").filter(|path| !path.is_empty());
        Self::Site {
            id: id.to_owned(),
            file: file.map(|path| percent_decode_str(path).decode_utf8_lossy().into_owned()),
        }
    }

    /// The address of a site, with its `#`.
    pub fn of_site(id: &str) -> String {
        format!("#/{id}")
    }

    /// The address of a file that is edited, with its `#`.
    pub fn of_file(id: &str, path: &str) -> String {
        format!("#/{id}/edit/{}", utf8_percent_encode(path, ENCODED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_what_it_was_made_of() {
        for path in [
            "public/index.html",
            "public/100 % é <b>.html",
            "data/a#b?c.json",
        ] {
            let address = Address::of_file("k1", path);
            assert!(!address.contains(' '), "{address}");
            let file = Address::Site {
                id: "k1".into(),
                file: Some(path.into()),
            };
            assert_eq!(Address::parse(&address), file);
        }
        let site = Address::Site {
            id: "k1".into(),
            file: None,
        };
        assert_eq!(Address::parse(&Address::of_site("k1")), site);
        assert_eq!(Address::parse("#/k1/edit/"), site);
        assert_eq!(Address::parse("#/k1/somewhere/else"), site);
    }

    #[test]
    fn what_the_popup_asks_for_has_addresses_too() {
        assert_eq!(Address::parse("#export=k1"), Address::Export("k1".into()));
        assert_eq!(Address::parse("#new"), Address::New);
        assert_eq!(Address::parse("#import"), Address::Import);
        assert_eq!(Address::parse(""), Address::Unknown);
        assert_eq!(Address::parse("#what"), Address::Unknown);
    }
}
