//! A site in one file: `NAME.peersite`, an ordinary zip of a site's layout with a signed list of its files.
//! The format is specified in `docs/bundle-format.md`.
//!
//! This crate writes bundles and reads them, and reads plain zips of web sites and the archives of 2013. Both
//! ways it holds only a little of a site at a time. It must not know where bytes come from or go to, who
//! signs, what time it is, or where imported files are kept: callers bring a [`Source`], signatures and
//! random bytes.
//!
//! Everything in an archive is hostile until it is proven right: nothing here panics, takes unbounded memory
//! or trusts one record that another contradicts. [`limits`] has every bound.
//!
//! # Layout
//! - [`writer`] and [`reader`]: the two ways. [`report`]: what was found in an archive; `sorting` finds it.
//!   `file_reader` gives one file's bytes.
//! - [`part`]: where a site's files are in a bundle, and what an export takes along.
//! - [`kind`]: plain zips and archives of 2013, brought into that layout. [`litter`]: names that tools give.
//! - [`manifest`]: `bundle.json`. [`secret`], [`sealed`]: the site's key.
//! - [`source`]: where an archive's bytes come from.
//! - `zip`: the container. `names`, `packed`: rules about paths and media types.

pub mod error;
mod file_reader;
pub mod kind;
pub mod limits;
pub mod litter;
pub mod manifest;
mod names;
mod packed;
pub mod part;
pub mod reader;
pub mod report;
pub mod sealed;
pub mod secret;
mod sorting;
pub mod source;
pub mod writer;
mod zip;

pub use error::{EntryError, Error};
pub use file_reader::FileReader;
pub use identity::{PublicKey, Signature, SiteName};
pub use manifest::{Hash, Head};
pub use names::CaseOnly;
pub use part::{Options, Part, Version};
pub use reader::Bundle;
pub use report::{File, Kind, LeftOut, Report, SignatureState, Why};
pub use sealed::SealedKey;
pub use secret::SecretKey;
pub use site::FilePath;
pub use source::Source;
pub use writer::{FileHead, Unsigned, Writer};
