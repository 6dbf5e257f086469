//! What an archive is, and which path each of its entries has in a bundle.

use layout::place::{PUBLIC, is_tree};

use crate::litter::is_litter;
use crate::part::{self, ARCHIVE_2013, DATABASE_2013, DRAFT, MANIFEST, Part};
use crate::report::{Kind, Why};

const LIVE_2013: &str = "live_version/";
const EDITED_2013: &str = "edited_version/";
const ROWS_2013: &str = "database.db";
const ROUTE_2013: &str = ".route.js";
const TEMPLATES_2013: [&str; 2] = [".handlebars", ".tmpl"];
const INDEX: &str = "index.html";

/// What an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// What it is.
    pub kind: Kind,
    /// The one folder that everything is in, if its name is left away.
    pub top: Option<&'a str>,
}

impl<'a> Found<'a> {
    /// By the names of all files, relative, with `/`.
    pub fn in_names(names: &[&'a str]) -> Self {
        let kept: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !is_litter(name))
            .collect();
        if let Some(kind) = special(&kept) {
            return Self { kind, top: None };
        }
        let Some(top) = common_folder(&kept) else {
            return Self {
                kind: Kind::Web,
                top: None,
            };
        };
        let within: Vec<&str> = kept.iter().filter_map(|name| below(name, top)).collect();
        if let Some(kind) = special(&within) {
            return Self {
                kind,
                top: Some(top),
            };
        }
        // A folder that is not a whole site keeps its name: its pages have it in their addresses.
        let top = within.contains(&INDEX).then_some(top);
        Self {
            kind: Kind::Web,
            top,
        }
    }

    /// The path in a bundle of one of these names; `Err` if it has none.
    pub fn place(&self, name: &str) -> Result<String, Why> {
        let is_bundle = self.kind == Kind::Bundle;
        if !is_bundle && is_litter(name) {
            return Err(Why::Litter);
        }
        let name = match self.top {
            Some(top) => below(name, top).ok_or(Why::Litter)?,
            None => name,
        };
        let placed = match self.kind {
            Kind::Web => Some(format!("{PUBLIC}{name}")),
            Kind::Archive2013 => place_2013(name),
            Kind::Bundle | Kind::Tree => Part::of(name).map(|_| name.to_owned()),
        };
        placed.ok_or(Why::OwnName)
    }
}

/// What the names alone tell, if they do.
fn special(names: &[&str]) -> Option<Kind> {
    if names.contains(&MANIFEST) {
        return Some(Kind::Bundle);
    }
    let is_version = |name: &&str| name.starts_with(LIVE_2013) || name.starts_with(EDITED_2013);
    if names.iter().any(is_version) && names.iter().all(|name| place_2013(name).is_some()) {
        return Some(Kind::Archive2013);
    }
    let paths = names.iter().map(|name| part::split(name).1);
    is_tree(paths).then_some(Kind::Tree)
}

/// The place of a file of a 2013 archive: pages and the like in `public/`, what the server alone reads in
/// [`ARCHIVE_2013`].
fn place_2013(name: &str) -> Option<String> {
    if name == ROWS_2013 {
        return Some(DATABASE_2013.to_owned());
    }
    let (version, file) = match name.strip_prefix(LIVE_2013) {
        Some(file) => ("", file),
        None => (DRAFT, name.strip_prefix(EDITED_2013)?),
    };
    let is_template = TEMPLATES_2013.iter().any(|ending| file.ends_with(ending));
    Some(if file.ends_with(ROUTE_2013) {
        format!("{version}{ARCHIVE_2013}routes/{file}")
    } else if is_template {
        format!("{version}{ARCHIVE_2013}templates/{file}")
    } else {
        format!("{version}{PUBLIC}{file}")
    })
}

/// The one folder that all are in.
fn common_folder<'a>(names: &[&'a str]) -> Option<&'a str> {
    let (top, _) = names.first()?.split_once('/')?;
    names
        .iter()
        .all(|name| below(name, top).is_some())
        .then_some(top)
}

fn below<'a>(name: &'a str, folder: &str) -> Option<&'a str> {
    name.strip_prefix(folder)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(names: &[&str]) -> (Kind, Vec<String>) {
        let found = Found::in_names(names);
        let place = |name: &&str| found.place(name).unwrap_or_else(|why| format!("{why:?}"));
        (found.kind, names.iter().map(place).collect())
    }

    #[test]
    fn a_web_site_becomes_public_with_or_without_its_folder() {
        let expected = ["public/index.html", "public/a/b.css"];
        for names in [
            ["index.html", "a/b.css"],
            ["site/index.html", "site/a/b.css"],
        ] {
            assert_eq!(
                placed(&names),
                (Kind::Web, expected.map(str::to_owned).into())
            );
        }
        let (kind, places) = placed(&["img/a.png", "img/b.png"]);
        assert_eq!((kind, places[0].as_str()), (Kind::Web, "public/img/a.png"));
    }

    #[test]
    fn litter_stays_out_and_hides_nothing() {
        let names = [
            "s/index.html",
            "__MACOSX/s/._index.html",
            "s/.git/config",
            "s/.GIT/config",
            ".DS_Store",
        ];
        let (kind, places) = placed(&names);
        assert_eq!(kind, Kind::Web);
        assert_eq!(places[0], "public/index.html");
        assert!(places[1..].iter().all(|place| place == "Litter"));
    }

    #[test]
    fn folders_of_a_site_are_taken_as_they_are() {
        for top in ["", "shop/"] {
            let names = [
                "public/index.html",
                "routes/a.js",
                "site.json",
                "draft/public/x",
            ];
            let names = names.map(|name| format!("{top}{name}"));
            let (kind, places) = placed(&names.each_ref().map(String::as_str));
            assert_eq!(kind, Kind::Tree);
            assert_eq!(places[1], "routes/a.js");
        }
        assert_eq!(placed(&["public/index.html"]).1, ["public/index.html"]);
        assert_eq!(
            placed(&["top/routes/a.js", "top/lib/b.js"]).1,
            ["routes/a.js", "lib/b.js"]
        );
    }

    #[test]
    fn a_bundle_is_known_by_its_list() {
        let (kind, places) = placed(&["x/bundle.json", "x/public/.env", "x/new/thing"]);
        assert_eq!(kind, Kind::Bundle);
        assert_eq!(places[1..], ["public/.env", "new/thing"]);
    }

    #[test]
    fn a_2013_archive_finds_its_places() {
        let (kind, places) = placed(&[
            "live_version/index.html",
            "live_version/add.route.js",
            "live_version/list.handlebars",
            "edited_version/index.html",
            "edited_version/add.route.js",
            "database.db",
        ]);
        assert_eq!(kind, Kind::Archive2013);
        assert_eq!(
            places,
            [
                "public/index.html",
                "archive-2013/routes/add.route.js",
                "archive-2013/templates/list.handlebars",
                "draft/public/index.html",
                "draft/archive-2013/routes/add.route.js",
                "archive-2013/database.json",
            ]
        );
        let (kind, _) = placed(&["live_version/index.html", "other.txt"]);
        assert_eq!(kind, Kind::Web);
    }

    #[test]
    fn nothing_is_a_web_site_of_nothing() {
        assert_eq!(placed(&[]), (Kind::Web, vec![]));
    }
}
