//! A site's templates: names and sources in, text out, within limits.
//!
//! The language is handlebars, as the `handlebars` crate speaks it: values are escaped, templates include each
//! other as partials and layouts. This crate adds what a site that somebody else wrote needs: limits that hold
//! before a template is parsed and while it is rendered, a small set of helpers, and errors that say where and
//! what to do. What an author may write stands in `docs/templates.md`.
//!
//! It must not know where templates come from, who asks for a page, or what time it is.
//!
//! # Layout
//! - [`Templates`]: compiles all templates of a site once and renders them.
//! - [`limits`]: every number that bounds a template, with its reason.
//! - [`Error`], [`Place`]: what went wrong, and where.
//! - `scan`: sizes and nesting, before the parser sees the text.
//! - `instrument`: puts the counting of steps into a parsed template.
//! - `budget`: what one rendering may use.
//! - `helpers`: `date`, `number`, `json`, `link`, `markdown`, `default`, and the logic.

mod budget;
mod error;
mod helpers;
mod instrument;
pub mod limits;
mod scan;
mod templates;

pub use budget::Allowance;
pub use error::{Error, Place};
pub use templates::Templates;
