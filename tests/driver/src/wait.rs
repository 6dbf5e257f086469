//! Waiting for conditions. Nothing in this crate sleeps for a fixed time and hopes.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::error::shortened;
use crate::{DriverError, Result};

/// How often a condition is tried.
pub(crate) const INTERVAL: Duration = Duration::from_millis(20);

/// How a condition that did not become true is reported.
pub(crate) struct Late {
    /// The last value or error.
    pub last: String,
}

/// Tries `probe` until it gives something, or `limit` is over. An error that may pass is tried again.
pub(crate) async fn until<T>(
    limit: Duration,
    mut probe: impl AsyncFnMut(Duration) -> Result<Probe<T>>,
) -> Result<std::result::Result<T, Late>> {
    let end = Instant::now() + limit;
    let mut last = "nothing".to_owned();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Late { last }));
        }
        match probe(left).await {
            Ok(Probe::Done(value)) => return Ok(Ok(value)),
            Ok(Probe::NotYet(seen)) => last = seen,
            // What is left was all spent on it: the earlier observation may say more.
            Err(DriverError::Unanswered { .. }) if end <= Instant::now() => {}
            Err(error) if error.passes() => last = shortened(&error.to_string()),
            Err(error) => return Err(error),
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// One look at a condition.
pub(crate) enum Probe<T> {
    /// It holds.
    Done(T),
    /// It does not; this was seen.
    NotYet(String),
}

/// A JavaScript value as a condition.
pub(crate) fn truthy(value: Value) -> Probe<Value> {
    let holds = match &value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    };
    if holds {
        Probe::Done(value)
    } else {
        Probe::NotYet(value.to_string())
    }
}
