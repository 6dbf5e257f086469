//! The links to a site that a person shares. Pure functions of the state.

use messages::SiteState;

/// The link that carries the whole label, where the site's link has only its bare name. By the label browsers check
/// that they are at this site; by the name they go where the rendezvous leads them.
pub fn with_whole_label(site: &SiteState) -> Option<String> {
    let link = site.link.as_deref()?;
    let (gateway, _) = link.split_once("/connect/")?;
    let whole = format!("{gateway}/connect/{}/", site.label);
    (whole != link).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(link: Option<&str>) -> SiteState {
        SiteState {
            label: "shop-aaaaaaaaaaaaaaaaaaaa".to_owned(),
            link: link.map(str::to_owned),
            ..SiteState::default()
        }
    }

    #[test]
    fn a_link_by_name_has_one_by_label_beside_it() {
        let whole = "http://localhost:8890/connect/shop-aaaaaaaaaaaaaaaaaaaa/";
        let by_name = site(Some("http://localhost:8890/connect/shop/"));
        assert_eq!(with_whole_label(&by_name).as_deref(), Some(whole));
        assert_eq!(with_whole_label(&site(Some(whole))), None);
        assert_eq!(with_whole_label(&site(None)), None);
    }
}
