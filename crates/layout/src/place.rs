//! Which kind of file a path of the layout names.

/// The settings file.
pub const SITE_JSON: &str = "site.json";
/// The folder of the files that visitors get as they are.
pub const PUBLIC: &str = "public/";
/// The folder of routes. Each `.js` file in it, at any depth, is one.
pub const ROUTES: &str = "routes/";
/// The folder of modules that routes import.
pub const LIB: &str = "lib/";
/// The folder of templates and partials.
pub const TEMPLATES: &str = "templates/";
/// The folder of seed rows by collection.
pub const DATA: &str = "data/";
/// The page that answers for a folder.
const INDEX: &str = "index.html";
/// What ends the name of a template.
pub const TEMPLATE_SUFFIX: &str = ".hbs";

/// What a file of a site is for, by where it lies. Paths are relative and separated by `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'p> {
    /// `site.json`.
    SiteJson,
    /// A static file: its path on the site's origin, without the slash at its beginning.
    Public(&'p str),
    /// A module with a handler: its path in the layout.
    Route(&'p str),
    /// A module or JSON file that others import: its path in the layout.
    Lib(&'p str),
    /// A template: its name, which is the path in `templates/` without `.hbs`.
    Template(&'p str),
    /// Seed rows: the name of their collection.
    Data(&'p str),
}

impl<'p> Place<'p> {
    /// What a file is for; `None` if the layout has no place for it, in which case nothing reads it.
    pub fn of(path: &'p str) -> Option<Self> {
        if path == SITE_JSON {
            return Some(Self::SiteJson);
        }
        if let Some(file) = path.strip_prefix(PUBLIC).filter(|file| !file.is_empty()) {
            return Some(Self::Public(file));
        }
        if let Some(file) = path.strip_prefix(ROUTES) {
            return match stem(file, ".js") {
                Some(_) => Some(Self::Route(path)),
                None => is_importable(file).then_some(Self::Lib(path)),
            };
        }
        if let Some(file) = path.strip_prefix(LIB) {
            return is_importable(file).then_some(Self::Lib(path));
        }
        if let Some(file) = path.strip_prefix(TEMPLATES) {
            return stem(file, TEMPLATE_SUFFIX).map(Self::Template);
        }
        let rows = path
            .strip_prefix(DATA)
            .and_then(|file| stem(file, ".json"))?;
        (!rows.contains('/')).then_some(Self::Data(rows))
    }
}

/// Are files with these paths a site's own tree, and not those of a plain web site?
///
/// `site.json` and `public/` tell, and so do routes, unless there is an `index.html` beside them: that is what a
/// plain web site has, whose folder `routes/` has another meaning.
pub fn is_tree<'p>(paths: impl IntoIterator<Item = &'p str>) -> bool {
    let (mut has_route, mut has_index) = (false, false);
    for path in paths {
        match Place::of(path) {
            Some(Place::SiteJson | Place::Public(_)) => return true,
            Some(Place::Route(_)) => has_route = true,
            _ => has_index |= path == INDEX,
        }
    }
    has_route && !has_index
}

/// What can be imported without being a route: modules and JSON.
fn is_importable(file: &str) -> bool {
    [".js", ".mjs", ".json"]
        .iter()
        .any(|suffix| stem(file, suffix).is_some())
}

/// A file's path without its suffix, unless nothing is left of its name.
fn stem<'p>(file: &'p str, suffix: &str) -> Option<&'p str> {
    file.strip_suffix(suffix)
        .filter(|stem| !stem.is_empty() && !stem.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_place() {
        for (path, place) in [
            ("site.json", Some(Place::SiteJson)),
            ("public/img/a.png", Some(Place::Public("img/a.png"))),
            ("public/routes/a.js", Some(Place::Public("routes/a.js"))),
            ("routes/guests.js", Some(Place::Route("routes/guests.js"))),
            ("routes/api/a.js", Some(Place::Route("routes/api/a.js"))),
            ("routes/words.json", Some(Place::Lib("routes/words.json"))),
            ("lib/dates.js", Some(Place::Lib("lib/dates.js"))),
            ("lib/words.json", Some(Place::Lib("lib/words.json"))),
            (
                "templates/parts/head.hbs",
                Some(Place::Template("parts/head")),
            ),
            ("data/guests.json", Some(Place::Data("guests"))),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }

    #[test]
    fn a_tree_is_told_from_a_plain_web_site() {
        for (paths, tree) in [
            (&["site.json"][..], true),
            (&["index.html", "public/a.css"], true),
            (&["routes/a.js", "templates/a.hbs"], true),
            (&["routes/a.js", "index.html"], false),
            (&["routes/map.png"], false),
            (&["index.html", "lib/jquery.js"], false),
            (&["templates/a.hbs"], false),
            (&["public/"], false),
            (&[], false),
        ] {
            assert_eq!(is_tree(paths.iter().copied()), tree, "{paths:?}");
        }
    }

    #[test]
    fn what_has_no_place_is_nothing() {
        for path in [
            "",
            "index.html",
            "public/",
            "routes/",
            "routes/.js",
            "routes/a/.js",
            "routes/notes.txt",
            "templates/a.html",
            "data/a/b.json",
            "data/.json",
            "Site.json",
            "publicity/a.html",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
