//! The side of the page: the sites, and the deleted ones.

use messages::SiteState;
use web_sys::Element;

use crate::{
    error::PageError,
    sites::{address::Address, page::Page},
    ui::{dom, format},
};

impl Page {
    /// Show the list of sites and that of the deleted ones.
    pub(in crate::sites) async fn show_side(&self) -> Result<(), PageError> {
        let deleted = self.shelf.deleted().await?;
        let open = self.opened();
        let list = dom::by_id::<Element>("list")?;
        let sites = self.state.borrow().sites.clone();
        fill(&list, "list-row", sites.len())?;
        for (row, site) in rows(&list).zip(&sites) {
            let link = dom::find::<Element>(&row, ".list-link")?;
            dom::set_attribute(&link, "href", &Address::of_site(&site.id));
            if open.as_ref() == Some(&site.id) {
                dom::set_attribute(&link, "aria-current", "page");
            } else {
                link.remove_attribute("aria-current")?;
            }
            dom::set_text(&dom::find(&row, ".list-name")?, &site.name);
            dom::set_text(&dom::find(&row, ".list-status")?, &standing(site));
        }

        let list = dom::by_id::<Element>("deleted-list")?;
        dom::show(&dom::by_id::<Element>("deleted")?, !deleted.is_empty());
        dom::set_text(
            &dom::by_id("deleted-count")?,
            &format::grouped(deleted.len() as u64),
        );
        fill(&list, "deleted-row", deleted.len())?;
        for (row, site) in rows(&list).zip(&deleted) {
            dom::set_attribute(&row, "data-id", &site.id);
            dom::set_text(&dom::find(&row, ".deleted-name")?, &site.name);
            let restore = dom::find::<Element>(&row, ".deleted-restore")?;
            dom::set_attribute(&restore, "aria-label", &format!("Restore {}", site.name));
        }
        Ok(())
    }
}

/// How a site is doing, in a few words.
fn standing(site: &SiteState) -> String {
    let mut parts = Vec::new();
    match (site.live, site.draft_changed) {
        (false, _) => parts.push("not published".to_owned()),
        (true, true) => parts.push("draft changed".into()),
        (true, false) => {}
    }
    if site.live {
        if !site.hosted {
            parts.push("hosting off".into());
        } else if site.visitors > 0 {
            parts.push(format::count(site.visitors.into(), "visitor", "visitors"));
        } else if parts.is_empty() {
            parts.push("live".into());
        }
    }
    parts.join(" · ")
}

/// Give the list this many rows, keeping those that it has.
fn fill(list: &Element, template: &str, count: usize) -> Result<(), PageError> {
    let have = list.child_element_count() as usize;
    for _ in have..count {
        dom::append(list, &dom::copy_of(template)?)?;
    }
    for _ in count..have {
        if let Some(row) = list.last_element_child() {
            row.remove();
        }
    }
    Ok(())
}

fn rows(list: &Element) -> impl Iterator<Item = Element> {
    std::iter::successors(list.first_element_child(), Element::next_element_sibling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_stands_in_few_words() {
        let site = SiteState {
            live: true,
            hosted: true,
            ..SiteState::default()
        };
        assert_eq!(standing(&site), "live");
        assert_eq!(
            standing(&SiteState {
                visitors: 1,
                ..site.clone()
            }),
            "1 visitor"
        );
        assert_eq!(
            standing(&SiteState {
                visitors: 2,
                draft_changed: true,
                ..site.clone()
            }),
            "draft changed · 2 visitors"
        );
        assert_eq!(
            standing(&SiteState {
                hosted: false,
                ..site.clone()
            }),
            "hosting off"
        );
        assert_eq!(
            standing(&SiteState {
                live: false,
                ..site
            }),
            "not published"
        );
    }
}
