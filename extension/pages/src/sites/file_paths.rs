//! Which paths in the site the added files get, and which files stay out. No browser here.

use bundle::litter::is_litter;
use layout::place::{PUBLIC, Place, is_tree};
use site::{FilePath, PathError};

/// Most files taken in at once: what the page lists and the store writes without trouble.
pub const MOST_FILES: usize = 20_000;

/// What becomes of the files that were given.
#[derive(Debug, Default, PartialEq)]
pub struct Intake {
    /// The files that are taken: their place in what was given, and their path in the site.
    pub taken: Vec<(usize, FilePath)>,
    /// How many stay out because tools leave them behind ([`is_litter`]).
    pub litter: usize,
    /// The paths that no site can have, each with the reason.
    pub illegal: Vec<(String, PathError)>,
    /// The folder whose content came to the top of the site, if that happened.
    pub unpacked: Option<String>,
    /// Are they a site's own tree, taken as it is? Else they are in `public/`.
    pub tree: bool,
}

/// Plan what becomes of files with these paths (relative, with `/`).
///
/// A single folder that holds a whole site (an `index.html`, or what only a site's own tree has) is
/// unpacked: its content comes to the top. Every other folder keeps its name. A site's own tree (see [`is_tree`])
/// is taken as it is; all else is what visitors get, and lies in `public/`.
pub fn plan(paths: &[String]) -> Intake {
    let mut intake = Intake::default();
    let unpacked = whole_site(paths);
    let unpack = |path| within(path, unpacked).unwrap_or(path);
    intake.tree = is_tree(paths.iter().map(|path| unpack(path)));
    let folder = if intake.tree { "" } else { PUBLIC };
    for (place, path) in paths.iter().enumerate() {
        let path = unpack(path);
        if is_litter(path) {
            intake.litter += 1;
            continue;
        }
        match site_path(path, folder) {
            Ok(path) => intake.taken.push((place, path)),
            Err(reason) => intake.illegal.push((path.to_owned(), reason)),
        }
    }
    intake.unpacked = unpacked.map(str::to_owned);
    intake
}

/// The path of a file in the site's tree: `path` in `folder`, which is empty or ends with a slash.
///
/// # Errors
/// What is wrong with the path, also as the path of a visitor's request if it is a static file's.
pub fn site_path(path: &str, folder: &str) -> Result<FilePath, PathError> {
    let whole = format!("{folder}{path}");
    if let Some(Place::Public(address)) = Place::of(&whole) {
        FilePath::parse(address)?;
    }
    FilePath::parse(&whole)
}

/// The one folder that all paths are in, if it holds a whole site.
fn whole_site(paths: &[String]) -> Option<&str> {
    let (folder, _) = paths.first()?.split_once('/')?;
    // A tree's own folder of static files: its name says where they belong.
    if PUBLIC.strip_suffix('/') == Some(folder) {
        return None;
    }
    let mut within_it = Vec::with_capacity(paths.len());
    for path in paths {
        within_it.push(within(path, Some(folder))?);
    }
    let is_site =
        within_it.contains(&"index.html") || within_it.contains(&"index.htm") || is_tree(within_it);
    is_site.then_some(folder)
}

/// The path in this folder, if it is in it.
fn within<'p>(path: &'p str, folder: Option<&str>) -> Option<&'p str> {
    path.strip_prefix(folder?)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(paths: &[&str]) -> Intake {
        plan(
            &paths
                .iter()
                .map(|&path| path.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    fn targets(intake: &Intake) -> Vec<&str> {
        intake.taken.iter().map(|(_, path)| path.as_str()).collect()
    }

    #[test]
    fn plain_files_are_for_visitors() {
        assert_eq!(
            targets(&planned(&["index.html", "img/a.png"])),
            ["public/index.html", "public/img/a.png"]
        );
    }

    #[test]
    fn a_folder_with_an_index_is_a_whole_site() {
        let intake = planned(&["site/index.html", "site/css/style.css"]);
        assert_eq!(
            targets(&intake),
            ["public/index.html", "public/css/style.css"]
        );
        assert_eq!(intake.unpacked.as_deref(), Some("site"));
    }

    #[test]
    fn a_sites_own_tree_is_taken_as_it_is() {
        for top in ["", "guests/"] {
            let paths = ["site.json", "routes/book.js", "public/index.html"];
            let given: Vec<String> = paths.iter().map(|path| format!("{top}{path}")).collect();
            assert_eq!(targets(&plan(&given)), paths, "in {top:?}");
            assert_eq!(
                targets(&plan(given.get(1..).unwrap())),
                paths[1..],
                "in {top:?}"
            );
        }
        assert_eq!(targets(&planned(&["routes/a.js"])), ["routes/a.js"]);
        let only_code = planned(&["guests/routes/a.js", "guests/templates/a.hbs"]);
        assert_eq!(targets(&only_code), ["routes/a.js", "templates/a.hbs"]);
        assert!(only_code.tree && !planned(&["a.js"]).tree);
        assert_eq!(
            targets(&planned(&["app/index.html", "app/routes/a.js"])),
            ["public/index.html", "public/routes/a.js"]
        );
        assert_eq!(targets(&planned(&["public/a.png"])), ["public/a.png"]);
        assert_eq!(
            targets(&planned(&["public/index.html"])),
            ["public/index.html"]
        );
        assert_eq!(
            targets(&planned(&["public/public/a.png"])),
            ["public/public/a.png"]
        );
    }

    #[test]
    fn other_folders_keep_their_names() {
        for paths in [
            &["img/a.png", "img/b.png"][..],
            &["a/index.html", "b/index.html"],
            &["a/index.html", "x.txt"],
            &["a/b/index.html"],
            &["index.html"],
        ] {
            let kept: Vec<String> = paths.iter().map(|path| format!("public/{path}")).collect();
            assert_eq!(targets(&planned(paths)), kept);
        }
    }

    #[test]
    fn litter_stays_out_and_is_counted() {
        let intake = planned(&[
            "s/index.html",
            "s/.git/config",
            "s/.DS_Store",
            "s/a/Thumbs.db",
            "s/.env",
            "s/git",
        ]);
        assert_eq!(targets(&intake), ["public/index.html", "public/git"]);
        assert_eq!(intake.litter, 4);
        assert_eq!(
            intake.taken.last(),
            Some(&(5, FilePath::parse("public/git").unwrap()))
        );
    }

    #[test]
    fn paths_that_no_site_can_have_are_named() {
        let intake = planned(&[
            "../up",
            "a//b",
            "/x",
            ".well-known/peerserver/x",
            ".well-known/x",
            "a b/é",
        ]);
        assert_eq!(targets(&intake), ["public/.well-known/x", "public/a b/é"]);
        assert_eq!(intake.illegal.len(), 4);
        assert_eq!(
            intake.illegal.first(),
            Some(&("../up".into(), PathError::DotSegment("..".into())))
        );
        let tree = planned(&["site.json", "public/.well-known/peerserver/x"]);
        assert_eq!(tree.illegal.len(), 1);
    }

    #[test]
    fn nothing_given_is_nothing_taken() {
        assert_eq!(planned(&[]), Intake::default());
    }
}
