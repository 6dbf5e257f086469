//! What `/api/names/<name>` says: may a site be called so here?

use identity::{Label, SiteName};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::claims::Claims;
use super::day::Day;

/// The greatest name that is looked at, in bytes as typed; the rest would not change the suggestion.
const MAX_BYTES: usize = 256;

/// The JSON of `/api/names/<name>`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NameReport {
    /// The name as asked for.
    name: String,
    /// Could a site be called so?
    legal: bool,
    /// Is it legal and nobody's?
    free: bool,
    /// Whose it is, if it is somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Label>,
    /// A name that is free, if this one is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<SiteName>,
    /// Why it is not legal or not free, a plain sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Why a name is refused that is another's.
pub const TAKEN: &str = "Another site has this name here already.";

impl NameReport {
    /// The report on a name as it stands in a path.
    pub fn of(claims: &Claims, segment: &str, today: Day) -> Self {
        let name = percent_decode_str(segment).decode_utf8_lossy();
        let name = name
            .get(..name.floor_char_boundary(MAX_BYTES))
            .unwrap_or_default()
            .to_owned();
        let nearest = |near: SiteName| {
            if claims.is_free(&near, today) {
                near
            } else {
                claims.suggestion(&near)
            }
        };
        match SiteName::parse(&name) {
            Err(error) => Self {
                legal: false,
                free: false,
                label: None,
                suggestion: Some(nearest(SiteName::suggest(&name))),
                reason: Some(error.to_string()),
                name,
            },
            Ok(legal) => {
                let taken = !claims.is_free(&legal, today);
                let label = claims.label(&legal).filter(|_| taken);
                Self {
                    name,
                    legal: true,
                    free: !taken,
                    label,
                    suggestion: taken.then(|| claims.suggestion(&legal)),
                    reason: taken.then(|| TAKEN.to_owned()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::PublicKey;

    #[test]
    fn every_verdict_comes_with_a_way_on() {
        let mut claims = Claims::default();
        let shop = SiteName::parse("shop").unwrap();
        let today = Day::of(20_000);
        claims.claim(&shop, &PublicKey::from([0; 32]), (8, 8), today);
        let report = |segment: &str| NameReport::of(&claims, segment, today);

        let free = report("home-page");
        assert!(free.legal && free.free && free.suggestion.is_none() && free.reason.is_none());

        let taken = report("shop");
        assert!(taken.legal && !taken.free);
        assert_eq!(taken.label, claims.label(&shop));
        assert_eq!(taken.suggestion.unwrap().as_str(), "shop-2");

        let illegal = report("Sh%C3%B3p!");
        assert!(!illegal.legal && !illegal.free);
        assert_eq!(illegal.name, "Shóp!");
        assert_eq!(illegal.suggestion.unwrap().as_str(), "shop-2");
        assert!(illegal.reason.is_some());

        assert!(report(&"%C3%A9".repeat(5000)).name.len() <= MAX_BYTES);
    }
}
