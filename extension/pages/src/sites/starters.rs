//! What a new site can start with: small whole sites that come with the extension as plain files.

use serde::Deserialize;
use site::FilePath;
use store::NewFile;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Element, HtmlDetailsElement, HtmlInputElement, Response};

use super::Page;
use crate::{error::PageError, ui::dom};

/// Where they lie in the extension.
const FOLDER: &str = "/starters";
const LIST: &str = "/starters/starters.json";
/// The value of the choice that has no files.
const EMPTY: &str = "";

/// A site to start with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Starter {
    /// The name of its folder.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// The paths of its files in a site's tree.
    pub files: Vec<String>,
}

#[wasm_bindgen]
extern "C" {
    fn fetch(url: &str) -> js_sys::Promise;
}

impl Page {
    /// Offer what there is. Without a list there is the empty site still.
    pub(super) async fn show_starters(&self) -> Result<(), PageError> {
        let starters = list().await.unwrap_or_default();
        let rows = dom::by_id::<Element>("starter-list")?;
        for starter in &starters {
            let row = dom::copy_of("starter-row")?;
            let radio = dom::find::<HtmlInputElement>(&row, "input")?;
            radio.set_value(&starter.id);
            dom::set_text(&dom::find(&row, ".starter-title")?, &starter.title);
            dom::set_text(
                &dom::find(&row, ".starter-description")?,
                &starter.description,
            );
            dom::append(&rows, &row)?;
        }
        dom::show(&dom::by_id::<Element>("starters")?, !starters.is_empty());
        self.starters.replace(starters);
        Ok(())
    }

    /// The one that is chosen; `None` for the empty site.
    pub(super) fn chosen_starter(&self) -> Result<Option<Starter>, PageError> {
        let starters = self.starters.borrow();
        for starter in &*starters {
            if radio(&starter.id)?.checked() {
                return Ok(Some(starter.clone()));
            }
        }
        Ok(None)
    }

    /// Say beside the folded list which one is chosen.
    pub(super) fn name_starter(&self) -> Result<(), PageError> {
        let chosen = self.chosen_starter()?;
        let name = chosen.map_or_else(|| "an empty site".to_owned(), |starter| starter.title);
        dom::set_text(&dom::by_id("starter-name")?, &name);
        Ok(())
    }

    /// The next site starts empty again.
    pub(super) fn reset_starters(&self) -> Result<(), PageError> {
        radio(EMPTY)?.set_checked(true);
        dom::by_id::<HtmlDetailsElement>("starters")?.set_open(false);
        self.name_starter()
    }

    /// Give a new site the files of a starter.
    pub(super) async fn fill(&self, site: &str, starter: &Starter) -> Result<(), PageError> {
        let mut files = Vec::with_capacity(starter.files.len());
        for path in &starter.files {
            let path = FilePath::parse(path)
                .map_err(|error| PageError::Input(format!("{path:?}: {error}.")))?;
            let from = format!("{FOLDER}/{}{}", starter.id, path.url_path());
            let blob: Blob = JsFuture::from(get(&from).await?.blob()?)
                .await?
                .dyn_into()?;
            files.push(NewFile {
                path,
                blob,
                // Its name tells; what the browser takes it for depends on the machine.
                media_type: String::new(),
                sha256: None,
            });
        }
        self.shelf.put(site, &files).await
    }
}

async fn list() -> Result<Vec<Starter>, PageError> {
    let text = JsFuture::from(get(LIST).await?.text()?).await?;
    let text = text.as_string().unwrap_or_default();
    serde_json::from_str(&text).map_err(|error| PageError::Browser(error.to_string()))
}

async fn get(path: &str) -> Result<Response, PageError> {
    let response: Response = JsFuture::from(fetch(path)).await?.dyn_into()?;
    match response.ok() {
        true => Ok(response),
        false => Err(PageError::Browser(format!("{path} is not there"))),
    }
}

fn radio(id: &str) -> Result<HtmlInputElement, PageError> {
    dom::find(
        &dom::by_id("starter-list")?,
        &format!("input[value=\"{id}\"]"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_starter_can_be_chosen_and_its_files_can_be_in_a_site() {
        let list = include_str!("../../../starters/starters.json");
        let starters: Vec<Starter> = serde_json::from_str(list).unwrap();
        assert!(!starters.is_empty());
        for starter in starters {
            // It stands in a selector and in an address.
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(!starter.id.is_empty() && starter.id.chars().all(legal));
            assert!(layout::place::is_tree(
                starter.files.iter().map(String::as_str)
            ));
            for path in &starter.files {
                FilePath::parse(path).unwrap();
            }
        }
    }
}
