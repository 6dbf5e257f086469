//! The messages between the extension's parts: pages, background, network document and content script.
//!
//! One file for each channel. This crate is types only: it must not know who sends what when.
//!
//! Two kinds of channels:
//! - `runtime.sendMessage` takes JSON: these messages are serde's. It reaches every page of the extension, so an envelope
//!   names the receiver: [`ToBackground`] is answered by the background alone, [`ToNetwork`] by the network document
//!   alone, and [`Notice`] is a broadcast that nobody answers.
//! - `postMessage` takes bytes, Blobs and ports as well: these are [`Message`]s ([`bridge`], [`site_worker`], [`server`],
//!   [`site_box`]). Where the other side is a script, it is checked against `messages.d.ts`, which the build makes of
//!   them.

#![expect(missing_docs, reason = "a variant's sentence explains its fields")]

pub mod bridge;
pub mod content_script;
mod control;
mod dynamic;
mod failure;
pub mod file;
mod gateway;
mod network;
pub mod object;
pub mod server;
pub mod site_box;
pub mod site_worker;
#[cfg(feature = "typescript")]
pub mod typescript;

pub use control::*;
pub use dynamic::*;
pub use failure::*;
pub use gateway::*;
pub use network::*;
pub use object::Message;
