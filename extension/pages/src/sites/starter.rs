//! What a new site can start with: small whole sites that come with the extension as plain files.

use serde::Deserialize;
use site::FilePath;
use store::NewFile;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::error::PageError;

/// Where they lie in the extension.
const FOLDER: &str = "/starters";
const LIST: &str = "/starters/starters.json";

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

impl Starter {
    /// Its files, as a site takes them.
    pub async fn files(&self) -> Result<Vec<NewFile>, PageError> {
        let mut files = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let path = FilePath::parse(path)
                .map_err(|error| PageError::Input(format!("{path:?}: {error}.")))?;
            let from = format!("{FOLDER}/{}{}", self.id, path.url_path());
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
        Ok(files)
    }
}

/// All of them, as the extension lists them.
pub async fn list() -> Result<Vec<Starter>, PageError> {
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
