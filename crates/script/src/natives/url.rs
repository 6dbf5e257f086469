//! URLs and query strings, by the `url` crate.

use rquickjs::Result;
use rquickjs::prelude::Opt;
use url::{Url, quirks};

use super::table::Table;

pub(super) fn install(host: &Table<'_>) -> Result<()> {
    host.add("urlParse", |url: String, base: Opt<Option<String>>| {
        parts(parse(&url, base.0.flatten().as_deref()))
    })?;
    host.add("urlSet", |href: String, part: String, value: String| {
        parts(set(&href, &part, &value))
    })?;
    host.add("formParse", |text: String| {
        form_urlencoded::parse(text.as_bytes())
            .flat_map(|(name, value)| [name.into_owned(), value.into_owned()])
            .collect::<Vec<_>>()
    })?;
    host.add("formSerialize", |flat: Vec<String>| {
        let pairs = flat.chunks_exact(2).map(|pair| (&pair[0], &pair[1]));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    })
}

fn parse(url: &str, base: Option<&str>) -> Option<Url> {
    match base {
        Some(base) => Url::parse(base).ok()?.join(url).ok(),
        None => Url::parse(url).ok(),
    }
}

/// The URL with one part changed; `None` if the part does not fit.
fn set(href: &str, part: &str, value: &str) -> Option<Url> {
    let mut url = Url::parse(href).ok()?;
    match part {
        "href" => return Url::parse(value).ok(),
        "protocol" => quirks::set_protocol(&mut url, value).ok()?,
        "username" => quirks::set_username(&mut url, value).ok()?,
        "password" => quirks::set_password(&mut url, value).ok()?,
        "host" => quirks::set_host(&mut url, value).ok()?,
        "hostname" => quirks::set_hostname(&mut url, value).ok()?,
        "port" => quirks::set_port(&mut url, value).ok()?,
        "pathname" => quirks::set_pathname(&mut url, value),
        "search" => quirks::set_search(&mut url, value),
        "hash" => quirks::set_hash(&mut url, value),
        _ => return None,
    }
    Some(url)
}

/// The parts in the order of the prelude's `PARTS`; `undefined` if there is no URL.
fn parts(url: Option<Url>) -> Option<Vec<String>> {
    let url = url?;
    let parts = [
        quirks::href(&url),
        &quirks::origin(&url),
        quirks::protocol(&url),
        quirks::username(&url),
        quirks::password(&url),
        quirks::host(&url),
        quirks::hostname(&url),
        quirks::port(&url),
        quirks::pathname(&url),
        quirks::search(&url),
        quirks::hash(&url),
    ];
    Some(parts.map(str::to_owned).to_vec())
}
