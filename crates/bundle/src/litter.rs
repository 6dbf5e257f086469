//! Names that tools give to files of their own: which an import leaves out, and which no bundle may have.
//!
//! Two reasons, two rules:
//! - [`is_litter`]: published, such a file says what nobody meant to say (passwords, deleted files). An export and
//!   an import leave it out; a bundle whose list has it all the same was meant so.
//! - [`is_repository`]: a folder in which a version-control program keeps its settings. They name commands, which the
//!   program runs without asking as soon as anything wants the state of that folder; many shells and editors do
//!   by themselves. So who unpacks a bundle would run what its author wrote. No bundle has such a path.
//!
//! Settings of programs that ask before they run anything from a new folder (`.envrc`, `.vscode`, `.idea`,
//! `.devcontainer`) are files like others, and so are those that do nothing outside a repository (`.gitmodules`,
//! `.gitattributes`) or in a folder without the system attribute, which unpacking never sets (`desktop.ini`).

/// Files and folders that tools leave behind.
const LITTER: [&str; 6] = [
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "__MACOSX",
    ".env",
    ".envrc",
];

/// The folders of Git, Mercurial, Subversion, Bazaar, Jujutsu, Sapling, Pijul and Darcs, in lower case.
const REPOSITORIES: [&str; 8] = [
    ".git", ".hg", ".svn", ".bzr", ".jj", ".sl", ".pijul", "_darcs",
];

/// How `.env` begins where there is one for each surrounding (`.env.local`).
const ENVIRONMENT: &str = ".env.";

/// Is a part of this path a file or folder that tools leave behind?
pub fn is_litter(path: &str) -> bool {
    let is_one = |part: &str| {
        LITTER.iter().any(|name| name.eq_ignore_ascii_case(part))
            || part
                .get(..ENVIRONMENT.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(ENVIRONMENT))
    };
    path.split('/').any(is_one) || is_repository(path)
}

/// Would a file system take a part of this path for the folder of a version-control program?
pub fn is_repository(path: &str) -> bool {
    path.split('/').any(is_repository_part)
}

fn is_repository_part(part: &str) -> bool {
    // Nearly all names: nothing to fold.
    if !part.starts_with(['.', '_']) && !part.contains('~') && part.is_ascii() {
        return false;
    }
    let name = folded(part);
    REPOSITORIES
        .iter()
        .any(|repository| name == *repository || is_short_name(&name, repository))
}

/// What of a name decides which file it is, at the least strict of file systems: NTFS takes off a stream's name
/// and what Windows does not keep at the end; HFS+ takes off characters that nobody sees; both, and APFS, ignore case.
fn folded(part: &str) -> String {
    let name = part.split(':').next().unwrap_or_default();
    let seen: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    // First to upper case: so letters that share their capital are the same (ſ and s).
    let name = seen.to_uppercase().to_lowercase();
    name.trim_end_matches(['.', ' ']).to_owned()
}

/// The characters that HFS+ ignores in names (Apple's Technical Note TN1150, "Case-Insensitive String Comparison").
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// The second name of 8.3 characters that Windows gives to such a folder: `GIT~1`.
fn is_short_name(name: &str, repository: &str) -> bool {
    let number = name
        .strip_prefix(repository.trim_start_matches('.'))
        .and_then(|rest| rest.strip_prefix('~'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_system_takes_for_a_repository_is_one() {
        for path in [
            ".git",
            "public/.git/config",
            "a/.GIT",
            "a/.Git/hooks/x",
            ".git.",
            ".git . .",
            ".git::$INDEX_ALLOCATION/config",
            "git~1",
            "public/GIT~1/config",
            ".g\u{200c}it",
            ".gi\u{feff}t/config",
            "\u{202e}.git",
            ".hg/hgrc",
            "HG~1",
            ".\u{17f}vn",
            ".svn",
            ".bzr",
            ".jj",
            ".sl",
            ".pijul",
            "x/_darcs/prefs/defaults",
        ] {
            assert!(is_repository(path) && is_litter(path), "{path:?}");
        }
    }

    #[test]
    fn names_that_only_begin_so_are_files_like_others() {
        for path in [
            ".gitignore",
            ".gitattributes",
            ".github/workflows/a.yml",
            "git",
            "a.git",
            "git~",
            "git~x",
            "g\u{fc}~1",
            ".",
            "~",
            ".vscode/settings.json",
            ".idea/a.xml",
            "_darcsy",
            ".g i t",
        ] {
            assert!(!is_repository(path) && !is_litter(path), "{path:?}");
        }
    }

    #[test]
    fn what_would_be_told_by_mistake_is_litter_and_no_repository() {
        for path in [
            ".DS_Store",
            "a/thumbs.db",
            "Desktop.ini",
            "__MACOSX/x",
            ".env",
            ".envrc",
            "a/.env.local",
        ] {
            assert!(is_litter(path) && !is_repository(path), "{path:?}");
        }
    }
}
