//! The messages between the extension's parts: pages, background, network document and content script.
//!
//! Every message is plain data that travels through `runtime.sendMessage` (or a direct call where two
//! parts share a document, as in Firefox). This crate must not know the browser: it is types only.
//!
//! An envelope names its receiver, because `runtime.sendMessage` reaches every extension page:
//! [`ToBackground`] is answered by the background alone, [`ToNetwork`] by the network document alone,
//! and [`Notice`] is a broadcast that nobody answers.

#![expect(missing_docs, reason = "a variant's sentence explains its fields")]

mod control;
mod dynamic;
mod failure;
mod gateway;
mod network;

pub use control::*;
pub use dynamic::*;
pub use failure::*;
pub use gateway::*;
pub use network::*;
