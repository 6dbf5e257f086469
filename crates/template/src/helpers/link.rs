//! `link`: an address that a click may follow.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender, RenderContext, RenderError, ScopedJson,
};
use serde_json::Value;

use super::parameters::required;

/// Where a refused link leads: nowhere.
const NOWHERE: &str = "#";

/// Schemes that a link may have. What runs code (`javascript:`, `data:`, `vbscript:`) is not among them.
const SCHEMES: [&str; 7] = ["http", "https", "mailto", "tel", "sms", "geo", "web+peer"];

/// An address for `href`, `src` or `action`; `#` for one whose scheme could run code.
pub(crate) struct Link;

impl HelperDef for Link {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(ScopedJson::Derived(Value::String(
            safe(&required(call, 0)?.render()).to_owned(),
        )))
    }
}

/// The address, or [`NOWHERE`] if it has a scheme that is not on the list.
pub(crate) fn safe(address: &str) -> &str {
    // Browsers pass over these at both ends (WHATWG URL, 4.4), and over tab and newline anywhere.
    let address = address.trim_matches(|c: char| c <= ' ');
    let Some((scheme, _)) = address.split_once(':') else {
        return address;
    };
    if scheme.contains(['/', '?', '#']) {
        return address;
    }
    if SCHEMES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        address
    } else {
        NOWHERE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_code_leads_nowhere() {
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " \u{1}javascript:alert(1)",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "unknown:x",
        ] {
            assert_eq!(safe(address), NOWHERE, "{address:?}");
        }
    }

    #[test]
    fn what_only_leads_somewhere_is_kept() {
        for address in [
            "https://example.org/a?b=c:d",
            "/a:b",
            "?q=a:b",
            "#a:b",
            "a/b:c",
            "mailto:a@b.c",
            "WEB+PEER://x/",
            "",
            "x",
        ] {
            assert_eq!(safe(address), address);
        }
    }
}
