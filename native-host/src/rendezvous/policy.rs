//! The security headers of everything that is served.
//!
//! Two rules. The gateway's own pages run nothing but their own files and cannot be framed. A site's
//! origin carries its owner's pages, which come from the site's worker and never through here: headers
//! given here are for the bootstrap, the bridge and the worker only.

use http::HeaderMap;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};

use identity::Label;

use super::gateway_url::Gateway;
use super::origins::Origins;
use super::plain_page;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const AGENT_CLUSTER: HeaderName = HeaderName::from_static("origin-agent-cluster");

/// Powers that a browser asks a person about in the name of the gateway: granted once they would be
/// every site's in the shell. Full screen, sound, clipboard writing and the like stay.
const DENIED_FEATURES: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), \
     geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), local-fonts=(), \
     magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), publickey-credentials-create=(), \
     publickey-credentials-get=(), screen-wake-lock=(self), serial=(), storage-access=(), usb=(), \
     window-management=(), xr-spatial-tracking=()",
);

/// What is served, as far as its headers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'l> {
    /// The gateway's front page.
    Index,
    /// The page that shows this site in a frame; without a site, the same page where it only explains.
    Shell(Option<&'l Label>),
    /// A file of the gateway's pages.
    GatewayFile,
    /// What the bootstrap page is: served wherever a site's worker does not answer.
    Bootstrap,
    /// The frame through which a site's worker is reached.
    Bridge,
    /// A script, style or other file on a site's origin.
    SiteFile,
    /// Data or a plain page that loads nothing.
    Plain,
}

/// Puts the security headers of a kind of response at a gateway.
pub fn apply(headers: &mut HeaderMap, kind: Kind<'_>, origins: &Origins, gateway: &Gateway) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = content_policy(kind, origins, gateway);
    // Made of origins and words, which are all visible ASCII.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let referrer = match kind {
        Kind::Bootstrap | Kind::Bridge | Kind::SiteFile => "same-origin",
        // By it a site's worker knows that it was the shell that navigated the site's frame, and not another site.
        Kind::Shell(_) => "strict-origin",
        Kind::Index | Kind::GatewayFile | Kind::Plain => "no-referrer",
    };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    match kind {
        Kind::Index | Kind::Shell(_) | Kind::GatewayFile | Kind::Plain => {
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
            headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
            headers.insert(PERMISSIONS_POLICY, DENIED_FEATURES);
            headers.insert(AGENT_CLUSTER, HeaderValue::from_static("?1"));
        }
        Kind::SiteFile => {
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
        }
        // Pages that others may frame (see their policies); an embedder with a COEP of its own needs the
        // resource policy.
        Kind::Bootstrap | Kind::Bridge => {
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
            headers.insert(PERMISSIONS_POLICY, DENIED_FEATURES);
        }
    }
}

fn content_policy(kind: Kind<'_>, origins: &Origins, gateway: &Gateway) -> String {
    let socket = gateway.socket();
    let framers = origins.framers(gateway);
    let own_page = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'";
    match kind {
        Kind::Index => format!(
            "{own_page}; img-src 'self' data:; connect-src 'self' {socket}; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'self'"
        ),
        // The shell's address names one site: its frame shows no other, wherever that site leads it.
        Kind::Shell(label) => {
            let site = label.map_or_else(|| "'none'".to_owned(), |label| gateway.site(label));
            format!(
                "{own_page}; img-src 'self' data:; connect-src 'self' {socket}; frame-src {site}; \
                 frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
            )
        }
        Kind::GatewayFile => {
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'".to_owned()
        }
        Kind::Plain => format!(
            "default-src 'none'; style-src {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            plain_page::STYLE_SOURCE.as_str()
        ),
        // Framed by the shell, and by the site's own pages while its worker sleeps.
        Kind::Bootstrap => format!(
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; frame-ancestors 'self' {framers}; base-uri 'none'; form-action 'none'"
        ),
        Kind::Bridge => format!(
            "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
             frame-ancestors {framers}; base-uri 'none'; form-action 'none'"
        ),
        // The worker's own policy: it may load its parts, and pass a request on to its origin.
        Kind::SiteFile => {
            "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'none'"
                .to_owned()
        }
    }
}
