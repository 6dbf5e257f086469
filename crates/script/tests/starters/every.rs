//! What is true of every starter.

use std::collections::BTreeSet;
use std::fs;

use crate::html::tags;
use crate::page;
use crate::tree::{Tree, folder, offered};

#[test]
fn the_list_names_every_starter_and_all_its_files() {
    let listed = offered();
    let ids: BTreeSet<_> = listed
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    let folders = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let folders = folders.filter(|entry| entry.path().is_dir());
    let folders: Vec<_> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(ids, folders.iter().map(String::as_str).collect());
    for starter in &listed {
        let tree = Tree::of(starter["id"].as_str().unwrap());
        let files: Vec<_> = tree.files.keys().map(String::as_str).collect();
        let named = starter["files"].as_array().unwrap().iter();
        assert_eq!(
            named.map(|file| file.as_str().unwrap()).collect::<Vec<_>>(),
            files
        );
        assert!(!starter["description"].as_str().unwrap().is_empty());
        assert_eq!(
            starter["title"].as_str(),
            tree.site().program.site().title.as_deref()
        );
    }
}

#[test]
fn every_file_has_its_place_and_says_what_it_is_for() {
    for (id, tree) in all() {
        for (path, text) in &tree.files {
            assert!(layout::Place::of(path).is_some(), "{id}: {path}");
            assert!(text.ends_with('\n'), "{id}: {path}");
            let begins = match path.rsplit_once('.').unwrap().1 {
                "js" => "// ",
                "css" => "/* ",
                "html" => "<!doctype html>\n<!-- ",
                // A page of a layout says so itself.
                "hbs" if text.starts_with("{{#> layout}}") => continue,
                "hbs" => "{{!-- ",
                _ => continue,
            };
            assert!(text.starts_with(begins), "{id}: {path}");
        }
    }
}

#[test]
fn nothing_comes_from_elsewhere() {
    for (id, tree) in all() {
        for (path, text) in &tree.files {
            // A name space is a name, though it looks like an address.
            let text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
            for forbidden in ["http:", "https:", "@import", "url(", "eval(", "src=\"//"] {
                assert!(!text.contains(forbidden), "{id}: {path} has {forbidden}");
            }
        }
    }
}

#[test]
fn static_pages_are_like_the_others() {
    for (_, tree) in all() {
        let site = tree.site();
        let pages = tree.files.iter();
        for (_, text) in pages.filter(|(path, _)| path.ends_with(".html")) {
            page::check(&site, text);
        }
    }
}

#[test]
fn style_sheets_are_small_and_know_dark_and_focus() {
    for (id, tree) in all() {
        let css = &tree.files["public/style.css"];
        assert!(css.lines().count() <= 150, "{id}");
        for wanted in ["color-scheme: light dark;", ":focus-visible {"] {
            assert!(css.contains(wanted), "{id} lacks {wanted}");
        }
    }
}

#[test]
fn texts_can_be_read_in_light_and_dark() {
    for (id, tree) in all() {
        let css = &tree.files["public/style.css"];
        for (text, ground) in [
            ("ink", "paper"),
            ("ink", "card"),
            ("soft", "paper"),
            ("soft", "card"),
            ("accent", "paper"),
            ("accent", "card"),
            ("on-accent", "accent"),
            ("bad", "paper"),
            ("bad", "card"),
            ("good", "paper"),
        ] {
            let (Some(text_colours), Some(grounds)) = (colours(css, text), colours(css, ground))
            else {
                continue; // Not every starter has every colour.
            };
            for (text_colour, ground_colour) in text_colours.iter().zip(grounds) {
                let (a, b) = (luminance(*text_colour), luminance(ground_colour));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                // WCAG 2.2, 1.4.3, level AA.
                assert!(contrast >= 4.5, "{id}: {text} on {ground}: {contrast:.2}");
            }
        }
    }
}

#[test]
fn the_script_for_live_pages_is_the_same_everywhere() {
    let scripts: Vec<_> = all()
        .into_iter()
        .filter_map(|(_, mut tree)| tree.files.remove("public/live.js"))
        .collect();
    assert_eq!(scripts.len(), 4);
    assert!(scripts.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn the_reader_of_tags_finds_what_it_must() {
    let found = tags("<!doctype html><p id=\"a>b\" hidden>1 < 2<!-- <i> --></p>");
    let names: Vec<_> = found.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "/p"]);
    assert_eq!(found[0].attribute("id"), Some("a>b"));
    assert_eq!(found[0].attribute("hidden"), Some(""));
}

fn all() -> Vec<(String, Tree)> {
    let ids = offered().into_iter();
    ids.map(|one| {
        let id = one["id"].as_str().unwrap().to_owned();
        let tree = Tree::of(&id);
        (id, tree)
    })
    .collect()
}

/// A colour's two values: for light, for dark.
fn colours(css: &str, name: &str) -> Option<[u32; 2]> {
    let (_, after) = css.split_once(&format!("  --{name}: light-dark("))?;
    let (light, dark) = after.split_once(");").unwrap().0.split_once(", ").unwrap();
    Some([light, dark].map(|hex| u32::from_str_radix(hex.strip_prefix('#').unwrap(), 16).unwrap()))
}

/// Relative luminance of an sRGB colour (WCAG 2.2).
fn luminance(colour: u32) -> f64 {
    let [_, r, g, b] = colour.to_be_bytes().map(|channel| {
        let part = f64::from(channel) / 255.0;
        match part <= 0.04045 {
            true => part / 12.92,
            false => ((part + 0.055) / 1.055).powf(2.4),
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}
