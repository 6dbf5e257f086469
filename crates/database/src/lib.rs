//! A site's database: collections of JSON documents, SQL, sessions and accounts, over SQLite.
//!
//! One database belongs to one site. Everything here is synchronous, and a request is a transaction: the caller
//! begins it, lets the site's code work, and commits or rolls back. A site's code may be wrong or hostile, so what
//! it can do is bounded: time, size, and which statements there are.
//!
//! This crate must not know where the database lies (the caller opens the connection), what time it is, or where
//! random bytes come from (the caller brings both), and nothing of HTTP but a cookie's line.
//!
//! # Layout
//! - [`Database`]: opening, transactions, limits, and the ways to everything else.
//! - [`Collection`], [`Find`]: documents. `filter` reads what they are asked for, `compile` makes SQL of it,
//!   `change` is what an update does. [`transfer`]: documents in and out as JSON.
//! - [`Database::sql`], [`Cell`], [`Rows`]: statements.
//! - [`Sessions`], [`cookie`]: what a site remembers of a visitor.
//! - [`Accounts`]: who a visitor is; `login` is what a session keeps of it,
//!   `attempts` counts wrong passwords, `browsers` knows who logged in before.
//! - `connection`: what all of these run their statements on, and its transaction; `guard`: which statements a site may
//!   run, and for how long.
//! - [`limits`]: every number, with its reason. [`Error`]: what can go wrong, and what it ends.
//!
//! Collections, statements, sessions and accounts know the connection and not the [`Database`].

mod account;
mod accounts;
mod attempts;
mod browsers;
mod cell;
mod change;
mod collection;
mod compile;
mod connection;
pub mod cookie;
mod database;
mod error;
mod filter;
mod find;
mod guard;
mod index;
pub mod limits;
mod login;
mod name;
mod password;
mod random;
mod sessions;
mod sql;
pub mod transfer;

/// The library that the caller opens a connection with.
pub use rusqlite;

pub use account::Account;
pub use accounts::Accounts;
pub use cell::{Cell, Rows};
pub use collection::Collection;
pub use database::Database;
pub use error::{Ends, Error};
pub use find::{Direction, Find};
pub use limits::Limits;
pub use login::{Login, LoginId, Source};
pub use name::{CollectionName, FieldPath};
pub use random::Random;
pub use sessions::{Session, Sessions};
pub use sql::Access;
