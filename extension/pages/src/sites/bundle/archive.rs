//! Archives of 2013: what their routes, templates and rows become, so that they run (`crates/archive-2013`).

use std::collections::{BTreeSet, HashSet};

use archive_2013::{Problem, modernise};
use bundle::part::{ARCHIVE_2013, DATABASE_2013};
use bundle::{Bundle, Kind, Version};

use super::source::BlobSource;
use crate::error::PageError;

/// Longest file of 2013 in bytes that is read here; a database of that time fits in a page's memory.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// Most bytes of all of them.
const MAX_ALL: u64 = 32 * 1024 * 1024;

/// What is made of an archive, beside its own files.
#[derive(Debug, Default)]
pub struct Made {
    /// Files by version, path in the site's tree and text.
    pub files: Vec<(Version, String, String)>,
    /// What cannot be used as it is: each once, though both versions may have it.
    pub problems: Vec<String>,
}

/// A file of 2013.
struct Old {
    version: Version,
    path: String,
    text: String,
}

/// Makes what is missing for the files of 2013 to run. What is there already stays.
pub async fn made_of(bundle: &mut Bundle<BlobSource>) -> Result<Made, PageError> {
    let (files, unread) = read(bundle).await?;
    if files.is_empty() {
        return Ok(Made::default());
    }
    let present: HashSet<(bool, String)> = bundle
        .files()
        .iter()
        .map(|file| {
            let (version, path) = file.in_site();
            (version == Version::Draft, path.to_owned())
        })
        .collect();
    let share_rows = bundle.report().kind == Kind::Archive2013;
    Ok(make(&files, unread, share_rows, |version, path| {
        present.contains(&(version == Version::Draft, path.to_owned()))
    }))
}

async fn read(bundle: &mut Bundle<BlobSource>) -> Result<(Vec<Old>, Vec<String>), PageError> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    let mut all = 0u64;
    for index in 0..bundle.files().len() {
        let Some(file) = bundle.files().get(index).cloned() else {
            break;
        };
        let (version, path) = file.in_site();
        if !path.starts_with(ARCHIVE_2013) {
            continue;
        }
        all = all.saturating_add(file.size);
        if file.size > MAX_FILE || all > MAX_ALL {
            unread.push(format!("{path}: it is too large"));
            continue;
        }
        let mut bytes = Vec::new();
        let mut reader = bundle.read(index).await?;
        while let Some(part) = reader.next().await? {
            bytes.extend(part);
        }
        match String::from_utf8(bytes) {
            Ok(text) => files.push(Old {
                version,
                path: path.to_owned(),
                text,
            }),
            Err(_) => unread.push(format!("{path}: it is not UTF-8")),
        }
    }
    Ok((files, unread))
}

/// `share_rows`: the rows of the live version are the draft's too, for in 2013 a site had one database.
fn make(
    files: &[Old],
    unread: Vec<String>,
    share_rows: bool,
    is_there: impl Fn(Version, &str) -> bool,
) -> Made {
    let mut made = Made::default();
    let mut problems: BTreeSet<String> = unread.into_iter().collect();
    let rows = files
        .iter()
        .find(|file| share_rows && file.path == DATABASE_2013);
    for version in [Version::Live, Version::Draft] {
        let mut own: Vec<&Old> = files
            .iter()
            .filter(|file| file.version == version)
            .collect();
        if own.is_empty() {
            continue;
        }
        if let Some(rows) = rows.filter(|rows| rows.version != version) {
            own.push(rows);
            made.files
                .push((version, rows.path.clone(), rows.text.clone()));
        }
        let texts = own.iter().map(|file| (&*file.path, &*file.text));
        let modern = modernise(texts);
        for Problem { file, message } in modern.problems {
            problems.insert(format!("{file}: {message}"));
        }
        for (path, text) in modern.files {
            if !is_there(version, &path) {
                made.files.push((version, path, text));
            }
        }
    }
    made.problems = problems.into_iter().collect();
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(version: Version, path: &str, text: &str) -> Old {
        Old {
            version,
            path: path.into(),
            text: text.into(),
        }
    }

    const ADD: &str = r#"{"routePath": "/add/<name>", "routeCode": "return name"}"#;

    fn paths(made: &Made, version: Version) -> Vec<&str> {
        let files = made.files.iter().filter(|(of, ..)| *of == version);
        files.map(|(_, path, _)| &**path).collect()
    }

    #[test]
    fn both_versions_of_an_archive_get_their_routes_and_the_one_database() {
        let files = [
            old(Version::Live, "archive-2013/database.json", r#"[{"a": 1}]"#),
            old(Version::Live, "archive-2013/routes/add.route.js", ADD),
            old(Version::Draft, "archive-2013/routes/add.route.js", ADD),
        ];
        let made = make(&files, Vec::new(), true, |_, _| false);
        let live = paths(&made, Version::Live);
        assert!(
            live.contains(&"routes/archive-2013.js") && live.contains(&"data/archive-2013.json")
        );
        let mut draft = paths(&made, Version::Draft);
        draft.retain(|path| *path != "archive-2013/database.json");
        assert_eq!(live.len(), made.files.len() - draft.len() - 1);
        assert_eq!(live, draft);
        assert!(made.problems.is_empty());
    }

    #[test]
    fn what_is_there_already_stays_as_it_is() {
        let files = [
            old(Version::Live, "archive-2013/database.json", "[]"),
            old(Version::Live, "archive-2013/routes/add.route.js", ADD),
        ];
        let made = make(&files, Vec::new(), false, |_, path| {
            path.starts_with("data/") || path.starts_with("lib/")
        });
        assert_eq!(paths(&made, Version::Live), ["routes/archive-2013.js"]);
    }

    #[test]
    fn what_cannot_be_used_is_told_once() {
        let files = [
            old(Version::Live, "archive-2013/routes/a.route.js", "no json"),
            old(Version::Draft, "archive-2013/routes/a.route.js", "no json"),
            old(Version::Draft, "archive-2013/routes/b.route.js", ADD),
        ];
        let unread = vec!["archive-2013/templates/x.tmpl: it is not UTF-8".to_owned()];
        let made = make(&files, unread, true, |_, _| false);
        assert_eq!(made.problems.len(), 2, "{:?}", made.problems);
        assert!(made.problems[0].starts_with("archive-2013/routes/a.route.js: "));
        assert!(paths(&made, Version::Live).is_empty());
        assert!(paths(&made, Version::Draft).contains(&"routes/archive-2013.js"));
    }
}
