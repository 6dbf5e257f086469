//! The events of one request in a box, as they wait to be taken, and the bytes that they hold.
//!
//! It must not know what is done with them.

use std::{cell::Cell, rc::Rc};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use messages::file::FileOperation;
use messages::site_box::RequestEvent;

/// Bytes that an event holds.
pub fn size(event: &RequestEvent) -> u64 {
    match event {
        RequestEvent::Response {
            bytes: Some(bytes), ..
        }
        | RequestEvent::ResponseBody { bytes }
        | RequestEvent::File {
            operation: FileOperation::Write { bytes, .. },
            ..
        } => u64::from(bytes.length()),
        _ => 0,
    }
}

/// The events of one request. They end when the box does.
pub struct Events {
    receiver: UnboundedReceiver<RequestEvent>,
    waiting: Rc<Cell<u64>>,
}

impl Events {
    /// `waiting` counts the bytes that wait in all of a box's.
    pub fn new(receiver: UnboundedReceiver<RequestEvent>, waiting: Rc<Cell<u64>>) -> Self {
        Self { receiver, waiting }
    }

    /// The next.
    pub async fn next(&mut self) -> Option<RequestEvent> {
        let event = self.receiver.next().await?;
        self.taken(&event);
        Some(event)
    }

    fn taken(&self, event: &RequestEvent) {
        let waiting = self.waiting.get().saturating_sub(size(event));
        self.waiting.set(waiting);
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.receiver.close();
        while let Ok(event) = self.receiver.try_recv() {
            self.taken(&event);
        }
    }
}
