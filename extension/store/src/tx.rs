//! Transactions that are committed as a whole or not at all, whether their work fails, is dropped half-way or runs out of
//! disk space.

use futures_channel::oneshot;
use idb::{ObjectStore, TransactionMode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, IdbTransaction};

use crate::Error;

/// An open transaction. Dropping a read-write one that was not [`Tx::finish`]ed aborts it.
pub struct Tx {
    raw: IdbTransaction,
    /// Only for read-write transactions: the end of a read-only one does not matter.
    end: Option<End>,
}

struct End {
    receiver: oneshot::Receiver<Result<(), Error>>,
    /// Kept alive while JavaScript may call them.
    _callbacks: [Closure<dyn FnMut(Event)>; 2],
}

impl Tx {
    /// Opens a transaction. From here on await nothing but requests of this transaction.
    pub fn open(
        database: &idb::Database,
        stores: &[&str],
        mode: TransactionMode,
    ) -> Result<Self, Error> {
        let raw: IdbTransaction = database.transaction(stores, mode)?.into();
        let end = (mode == TransactionMode::ReadWrite).then(|| End::watch(&raw));
        Ok(Self { raw, end })
    }

    /// One of its object stores.
    pub fn store(&self, name: &str) -> Result<ObjectStore, Error> {
        Ok(idb::Transaction::from(self.raw.clone()).object_store(name)?)
    }

    /// Waits until all is written. An error means that nothing was.
    pub async fn finish(mut self) -> Result<(), Error> {
        match self.end.as_mut() {
            // Stays in place while waiting: a future dropped here aborts, or comes too late.
            Some(end) => {
                let result = (&mut end.receiver).await.unwrap_or(Err(Error::Closed));
                self.detach();
                result
            }
            None => Ok(()),
        }
    }

    /// Aborts because of `error`; returns the transaction's own error if `error` only followed from it.
    pub fn fail(self, error: Error) -> Error {
        let cause = self.raw.error().map(|e| Error::from_js(e.unchecked_ref()));
        match cause {
            Some(cause) if error.is_consequence() => cause,
            _ => error,
        }
    }

    fn detach(&mut self) {
        if self.end.take().is_some() {
            self.raw.set_oncomplete(None);
            self.raw.set_onabort(None);
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.end.is_some() {
            self.detach();
            // Fails only if the transaction has already ended.
            let _ = self.raw.abort();
        }
    }
}

impl End {
    fn watch(raw: &IdbTransaction) -> Self {
        let (sender, receiver) = oneshot::channel();
        let sender = std::rc::Rc::new(std::cell::Cell::new(Some(sender)));
        let callback = |outcome: fn(&Event) -> Result<(), Error>| {
            let sender = sender.clone();
            Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                if let Some(sender) = sender.take() {
                    let _ = sender.send(outcome(&event));
                }
            })
        };
        let complete = callback(|_| Ok(()));
        // A quota that shows only on commit fires no error event, but the abort carries the reason.
        let abort = callback(|event| Err(reason(event)));
        raw.set_oncomplete(Some(complete.as_ref().unchecked_ref()));
        raw.set_onabort(Some(abort.as_ref().unchecked_ref()));
        Self {
            receiver,
            _callbacks: [complete, abort],
        }
    }
}

fn reason(event: &Event) -> Error {
    let transaction = event
        .target()
        .and_then(|target| target.dyn_into::<IdbTransaction>().ok());
    match transaction.and_then(|transaction| transaction.error()) {
        Some(error) => Error::from_js(error.unchecked_ref()),
        None => Error::Closed,
    }
}
