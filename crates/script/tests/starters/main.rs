//! The starters, as their visitors meet them: each main flow, through the whole engine.
//!
//! [`visitor`] also looks at every page that a visitor gets, see [`page`].
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;
mod html;
mod page;
mod tree;
mod visitor;

mod blog;
mod every;
mod garage_sale;
mod grocery;
mod guestbook;
mod hello;
mod login;
mod poll;
