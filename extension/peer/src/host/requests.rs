//! The requests of one visitor with a channel, each given to the backend.
//!
//! It must not know how the channel came about, nor what an answer is.

use std::{cell::Cell, rc::Rc};

use futures_util::{FutureExt, StreamExt, pin_mut, select_biased};
use gloo_timers::future::TimeoutFuture;
use identity::AttemptId;
use js_sys::Date;
use wire::ResetCode;

use super::{backend::Visitor, state::State};
use crate::{
    channel::{Channel, Requests},
    visit::UNUSED,
};

/// Milliseconds between looks whether the channel is used.
const LOOK: u32 = 60_000;
/// Bytes of heads of requests under way: those of 128 requests of a common browser, four times. With 200 visitors
/// 100 MiB.
const MAX_HEADS: usize = 512 * 1024;

/// Answer what comes over a channel until it is closed, or was unused for long.
pub(super) async fn serve(
    state: &Rc<State>,
    id: AttemptId,
    site: &str,
    visitor: Visitor,
    channel: &Channel,
    requests: Requests,
) {
    let mut requests = requests.fuse();
    let closed = channel.closed().fuse();
    pin_mut!(closed);
    let heads = Rc::new(Cell::new(0));
    loop {
        let mut look = TimeoutFuture::new(LOOK).fuse();
        select_biased! {
            incoming = requests.next() => {
                let Some(incoming) = incoming else { return };
                let size = incoming.head.size();
                if heads.get() + size > MAX_HEADS {
                    incoming.stream.reset(ResetCode::Refused);
                    continue;
                }
                heads.set(heads.get() + size);
                state.seats.borrow_mut().request(&id, Date::now());
                let (state, heads) = (state.clone(), heads.clone());
                let (site, visitor) = (site.to_owned(), visitor.clone());
                wasm_bindgen_futures::spawn_local(async move {
                    state.backend.answer(&site, &visitor, incoming).await;
                    heads.set(heads.get().saturating_sub(size));
                    state.seats.borrow_mut().answered(&id, Date::now());
                });
            }
            _ = closed => return,
            () = look => {
                if state.seats.borrow().is_idle(&id, Date::now()) {
                    return channel.leave(UNUSED);
                }
            }
        }
    }
}
