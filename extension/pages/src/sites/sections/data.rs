//! A site's data: its collections with their sizes, out of the site's box as one file and into it again.

use std::{collections::BTreeMap, rc::Rc};

use messages::{BoxAsk, Collection};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, File, HtmlDetailsElement};

use crate::{
    background,
    error::PageError,
    sites::{
        bundle::{JSON, Sink},
        page::Page,
    },
    ui::{self, dom, format, toast},
};

/// Largest file that is imported, in bytes: it goes to the box in one message, of which browsers allow 64 MiB.
const MAX_IMPORT: f64 = 32.0 * 1024.0 * 1024.0;

impl Page {
    /// Show no data until the person wants to see them: asking starts the site's box.
    pub(in crate::sites) fn clear_data(&self) -> Result<(), PageError> {
        let section = dom::by_id::<HtmlDetailsElement>("data")?;
        dom::show(&section, false);
        section.set_open(false);
        dom::by_id::<Element>("data-list")?.set_text_content(None);
        dom::set_text(&dom::by_id("data-state")?, "");
        Ok(())
    }

    /// Show the collections, if their section is open.
    pub(in crate::sites) async fn show_data(&self) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        if !dom::by_id::<HtmlDetailsElement>("data")?.open() {
            return Ok(());
        }
        let state = dom::by_id::<Element>("data-state")?;
        dom::set_text(&state, "Reading…");
        let collections = collections(&site).await;
        if self.opened().as_deref() != Some(site.as_str()) {
            // Another site was opened meanwhile.
            return Ok(());
        }
        let list = dom::by_id::<Element>("data-list")?;
        list.set_text_content(None);
        let collections = match collections {
            Ok(collections) => collections,
            Err(error) => {
                dom::set_text(&state, &error.to_string());
                return Ok(());
            }
        };
        let none = "There are no collections yet. The site’s code makes them.";
        dom::set_text(&state, if collections.is_empty() { none } else { "" });
        for (name, text) in &collections {
            let row = dom::copy_of("data-row")?;
            dom::set_text(&dom::find(&row, ".data-name")?, name);
            let count = format::count(count(text), "document", "documents");
            dom::set_text(&dom::find(&row, ".number")?, &count);
            dom::append(&list, &row)?;
        }
        Ok(())
    }

    /// Write all collections into a file.
    pub(in crate::sites) async fn export_data(&self) -> Result<(), PageError> {
        let Some(site) = self.site() else {
            return Ok(());
        };
        // First, while the browser remembers the click.
        let mut sink = match Sink::open(&format!("{}-data", site.name), JSON).await {
            Err(PageError::Stopped) => return Ok(()),
            sink => sink?,
        };
        let text = match collections(&site.id).await {
            Ok(collections) => file(&collections),
            Err(error) => {
                sink.give_up().await;
                return Err(error);
            }
        };
        if let Err(error) = sink.write(text.as_bytes()).await {
            sink.give_up().await;
            return Err(error);
        }
        sink.close().await?;
        let size = format::size(text.len() as u64);
        toast::show(&format!("Exported the data: {size}."));
        Ok(())
    }

    /// Make the collections of a file those of the site.
    pub(in crate::sites) async fn import_data(
        self: Rc<Self>,
        picked: File,
    ) -> Result<(), PageError> {
        let Some(site) = self.opened() else {
            return Ok(());
        };
        if picked.size() > MAX_IMPORT {
            let most = format::size(MAX_IMPORT as u64);
            return Err(PageError::Input(format!(
                "The file is larger than {most}. Import it in parts."
            )));
        }
        let text = JsFuture::from(picked.text()).await?;
        let text = text.as_string().unwrap_or_default();
        let new = read(&picked.name(), &text).map_err(PageError::Input)?;
        let before = collections(&site).await?;
        let before = replaced(&before, &new);
        let number = new.len() as u64;
        put(&site, new).await?;
        self.show_data().await?;
        let page = self.clone();
        let text = format::count(number, "collection", "collections");
        toast::offer_undo(&format!("Imported {text}."), move || {
            ui::run(async move {
                put(&site, before).await?;
                page.show_data().await
            });
        });
        Ok(())
    }
}

/// The collections of a site as they are now.
pub(in crate::sites) async fn collections(site: &str) -> Result<Vec<Collection>, PageError> {
    background::ask_box(site, BoxAsk::ExportData).await
}

async fn put(site: &str, collections: Vec<Collection>) -> Result<(), PageError> {
    let ask = BoxAsk::ImportData { collections };
    background::ask_box::<IgnoredAny>(site, ask).await.map(drop)
}

/// How many documents are in the JSON text of a list.
fn count(text: &str) -> u64 {
    serde_json::from_str::<Vec<IgnoredAny>>(text).map_or(0, |list| list.len() as u64)
}

/// The text of a file with these collections: an object with a list for each.
fn file(collections: &[Collection]) -> String {
    let lists: Vec<String> = collections
        .iter()
        .map(|(name, text)| format!("{}: {}", serde_json::Value::from(&**name), text.trim()))
        .collect();
    match lists.is_empty() {
        true => "{}\n".to_owned(),
        false => format!("{{\n{}\n}}\n", lists.join(",\n")),
    }
}

/// The collections of a file: an object with a list for each, or one list, whose name is the file's.
fn read(file: &str, text: &str) -> Result<Vec<Collection>, String> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lists = match text.starts_with('[') {
        true => {
            let stem = file.strip_suffix(".json").unwrap_or(file);
            serde_json::from_str::<&RawValue>(text)
                .map(|list| BTreeMap::from([(stem.to_owned(), list)]))
        }
        false => serde_json::from_str::<BTreeMap<String, &RawValue>>(text),
    };
    let lists = lists.map_err(|error| format!("“{file}” is not a file of data: {error}."))?;
    match lists.iter().find(|(_, list)| !list.get().starts_with('[')) {
        Some((name, _)) => Err(format!("“{name}” in “{file}” is not a list of documents.")),
        None => Ok(lists
            .into_iter()
            .map(|(name, list)| (name, list.get().to_owned()))
            .collect()),
    }
}

/// What the collections that are about to be replaced have now; nothing, if they are not there.
fn replaced(before: &[Collection], new: &[Collection]) -> Vec<Collection> {
    new.iter()
        .map(|(name, _)| {
            let old = before.iter().find(|(own, _)| own == name);
            let text = old.map_or_else(|| "[]".to_owned(), |(_, text)| text.clone());
            (name.clone(), text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(name: &str, text: &str) -> Collection {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn what_is_exported_can_be_imported() {
        let guests = "[\n{\"id\":\"1\",\"z\":1,\"a\":1.0},\n{\"id\":\"2\"}\n]\n";
        let data = [list("guests", guests), list("photos \"x\"", "[]")];
        assert_eq!((count(guests), count("[]"), count("oh")), (2, 0, 0));
        let text = file(&data);
        let again = read("shop-data.json", &text).unwrap();
        let trimmed = data.map(|(name, text)| (name, text.trim().to_owned()));
        assert_eq!(again, trimmed);
        assert_eq!(read("a.json", &file(&[])), Ok(vec![]));
    }

    #[test]
    fn a_list_alone_is_the_collection_that_the_file_is_called_like() {
        let text = "\u{feff}\n [{\"id\":\"1\"}]";
        assert_eq!(
            read("guests.json", text),
            Ok(vec![list("guests", "[{\"id\":\"1\"}]")])
        );
    }

    #[test]
    fn what_is_no_data_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "is not a file of data"),
            ("{\"guests\": 1}", "“guests” in “x.json” is not a list"),
            ("{\"guests\": [}", "is not a file of data"),
            ("7", "is not a file of data"),
        ] {
            let error = read("x.json", text).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn undo_gives_replaced_collections_back_and_empties_new_ones() {
        let before = [list("a", "[1]"), list("b", "[2]")];
        let new = [list("b", "[3]"), list("c", "[4]")];
        assert_eq!(replaced(&before, &new), [list("b", "[2]"), list("c", "[]")]);
    }
}
