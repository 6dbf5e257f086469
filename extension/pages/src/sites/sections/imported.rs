//! What can be decided of a site that was imported: to have it as it was before, and to allow the limits that it asks
//! for.

use layout::capped::Raised;
use web_sys::Element;

use crate::{
    error::PageError,
    sites::{page::Page, shelf::Standing},
    ui::dom,
};

impl Page {
    /// Show what can be decided of the site that is open.
    pub(in crate::sites) fn show_imported(&self, standing: &Standing) -> Result<(), PageError> {
        dom::show(&dom::by_id::<Element>("previous")?, standing.is_replaced);
        dom::show(
            &dom::by_id::<Element>("limits")?,
            !standing.capped.is_empty(),
        );
        dom::set_text(&dom::by_id("limits-text")?, &limits(&standing.capped));
        Ok(())
    }
}

/// What the code asks for, and what it gets.
fn limits(capped: &[Raised]) -> String {
    let each: Vec<String> = capped
        .iter()
        .map(
            |Raised {
                 name,
                 wanted,
                 usual,
             }| format!("{name} {wanted} instead of {usual}"),
        )
        .collect();
    format!(
        "This site was imported, and its site.json asks for more of this computer than usual: {}. It gets the usual until \
         you allow more.",
        each.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named_as_in_site_json_with_both_values() {
        let raised = |name, wanted, usual| Raised {
            name,
            wanted,
            usual,
        };
        let text = limits(&[raised("memoryMiB", 128, 32), raised("cpuMs", 10_000, 1_000)]);
        assert!(
            text.contains("usual: memoryMiB 128 instead of 32, cpuMs 10000 instead of 1000. It"),
            "{text}"
        );
    }
}
