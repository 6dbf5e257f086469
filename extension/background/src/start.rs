//! Starts the background's core, once in the life of the background, and begins what every start catches up with.
//!
//! It must not know what the background is asked.

use std::{cell::RefCell, rc::Rc};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use messages::Failure;

use crate::{core::Core, databases, hosting};

type Starting = Shared<LocalBoxFuture<'static, Result<Rc<Core>, Failure>>>;

thread_local! {
    static CORE: RefCell<Option<Starting>> = const { RefCell::new(None) };
}

/// The core, started at the first call. A start that failed is tried again at the next call.
pub async fn core() -> Result<Rc<Core>, Failure> {
    let starting = CORE.with_borrow_mut(|slot| {
        slot.get_or_insert_with(|| start().boxed_local().shared())
            .clone()
    });
    let result = starting.await;
    if result.is_err() {
        CORE.take();
    }
    result
}

async fn start() -> Result<Rc<Core>, Failure> {
    let core = Rc::new(Core::open().await?);
    let collected = core.clone();
    wasm_bindgen_futures::spawn_local(async move {
        // What cannot be removed now will be at the next start.
        let _ = collected.store.collect_imports().await;
        let _ = databases::collect(&collected).await;
    });
    if core.hosting() {
        let resumed = core.clone();
        // Not awaited: a visitor's request must not wait for the native host.
        wasm_bindgen_futures::spawn_local(async move {
            let _ = hosting::resume(&resumed).await;
        });
    }
    Ok(core)
}
