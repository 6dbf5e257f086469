//! The header by which a visitor's side learns that a site has code.

/// The header that tells the visitor's side of a site with code, which may set cookies. Sites without are spared
/// looking for them.
pub const CODE: &str = "peerserver-code";
