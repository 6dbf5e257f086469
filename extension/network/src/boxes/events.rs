//! The queue of one request's events from a box, and the bytes that are queued.
//!
//! It must not know what the events mean.

use std::{cell::Cell, rc::Rc};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use messages::file::FileOperation;
use messages::site_box::RequestEvent;

/// Bytes of data in an event.
pub fn queued_bytes(event: &RequestEvent) -> u64 {
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

/// The queue of one request's events. It ends when the box does.
pub struct Events {
    receiver: UnboundedReceiver<RequestEvent>,
    queued: Rc<Cell<u64>>,
}

impl Events {
    /// `queued` counts the bytes in the queues of all requests of a box.
    pub fn new(receiver: UnboundedReceiver<RequestEvent>, queued: Rc<Cell<u64>>) -> Self {
        Self { receiver, queued }
    }

    /// Waits for the next event; `None` after the box has ended.
    pub async fn next(&mut self) -> Option<RequestEvent> {
        let event = self.receiver.next().await?;
        self.remove_bytes(&event);
        Some(event)
    }

    fn remove_bytes(&self, event: &RequestEvent) {
        let queued = self.queued.get().saturating_sub(queued_bytes(event));
        self.queued.set(queued);
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.receiver.close();
        while let Ok(event) = self.receiver.try_recv() {
            self.remove_bytes(&event);
        }
    }
}
