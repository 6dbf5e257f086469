//! The messages' declarations in TypeScript, which the project's scripts are checked against.

use std::fmt::Write as _;

use crate::Message;
use crate::{bridge, content_script, file, server, site_box, site_worker};

/// The file of declarations.
pub fn declarations() -> String {
    let mut text =
        "// Made by the build from extension/messages: what is changed here is lost.\n".to_owned();
    for declaration in [
        content_script::FromContentScript::declaration(),
        content_script::VisitAnswer::declaration(),
        bridge::ToBridge::declaration(),
        bridge::FromBridge::declaration(),
        bridge::FromBootstrap::declaration(),
        bridge::BridgeToWorker::declaration(),
        bridge::EventId::declaration(),
        bridge::WorkerToWindow::declaration(),
        site_worker::FromSiteWorker::declaration(),
        site_worker::Initiator::declaration(),
        site_worker::ToSiteWorker::declaration(),
        site_worker::VisibleCookie::declaration(),
        server::ToServiceWorker::declaration(),
        server::NumberedRequest::declaration(),
        server::NumberedReply::declaration(),
        server::ServerRequest::declaration(),
        server::ServerReply::declaration(),
        file::FileOperation::declaration(),
        file::FileResult::declaration(),
        file::FileSize::declaration(),
        file::NamedFile::declaration(),
        file::Body::declaration(),
        site_box::ToBox::declaration(),
        site_box::FromBox::declaration(),
        site_box::RequestEvent::declaration(),
    ] {
        // Writing to a string does not fail.
        let _ = write!(text, "\n{declaration}");
    }
    text
}

/// A documentation comment, if there is something to document.
pub(crate) fn doc(indent: &str, text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!("{indent}/** {text} */\n"),
    }
}
