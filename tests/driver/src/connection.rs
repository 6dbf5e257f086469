//! Commands and events over one WebSocket. CDP and BiDi share the form: `{id, method, params}` out; `{id, result}`,
//! `{id, error}` and `{method, params}` in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::{DriverError, Result};

/// How long a command may take that does not run a page's code.
pub(crate) const COMMAND: Duration = Duration::from_secs(30);

/// An event: its method, its parameters and, in CDP, the session it came from.
pub(crate) struct Event {
    /// The protocol's name of it.
    pub method: String,
    /// The session, empty for the browser's own.
    pub session: String,
    /// Its parameters.
    pub params: Value,
}

type Answer = std::result::Result<Value, String>;

/// A connection to a browser; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    next: AtomicU64,
    closed: AtomicBool,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    out: mpsc::UnboundedSender<Message>,
}

impl Connection {
    /// Connects to `url`; `on_event` is called for every event, in order, and must not block.
    pub async fn open(url: &str, mut on_event: impl FnMut(Event) + Send + 'static) -> Result<Self> {
        // A page's answers (a screenshot, a file's bytes) may be large, and the browser is ours.
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let (socket, _) = connect_async_with_config(url, Some(config), true)
            .await
            .map_err(|error| DriverError::Command {
                method: format!("connecting to {url}"),
                message: error.to_string(),
            })?;
        let (mut sink, mut stream) = socket.split();
        let (out, mut outgoing) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            next: AtomicU64::new(1),
            closed: AtomicBool::new(false),
            waiting: Mutex::default(),
            out,
        });

        tokio::spawn(async move {
            while let Some(message) = outgoing.recv().await {
                if sink.send(message).await.is_err() {
                    break;
                }
            }
            let _ = sink.close().await;
        });
        let weak = Arc::downgrade(&shared);
        tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                let Message::Text(text) = message else {
                    continue;
                };
                let Ok(value) = serde_json::from_str::<Value>(&text) else {
                    continue;
                };
                match value.get("id").and_then(Value::as_u64) {
                    Some(id) => {
                        let Some(shared) = weak.upgrade() else { break };
                        if let Some(waiting) = locked(&shared.waiting).remove(&id) {
                            let _ = waiting.send(answer(value));
                        }
                    }
                    None => {
                        if let Some(event) = event(value) {
                            on_event(event);
                        }
                    }
                }
            }
            // Whoever waits learns that the browser is gone.
            if let Some(shared) = weak.upgrade() {
                shared.closed.store(true, Ordering::SeqCst);
                locked(&shared.waiting).clear();
            }
        });
        Ok(Self { shared })
    }

    /// Sends a command and waits at most `limit` for its result. `session` is empty for the browser itself.
    pub async fn call(
        &self,
        session: &str,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> Result<Value> {
        let gone = || DriverError::Disconnected {
            during: method.to_owned(),
        };
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty()
            && let Some(fields) = command.as_object_mut()
        {
            fields.insert("sessionId".to_owned(), session.into());
        }
        let (tell, told) = oneshot::channel();
        locked(&self.shared.waiting).insert(id, tell);
        if self.shared.closed.load(Ordering::SeqCst) {
            return Err(gone());
        }
        self.shared
            .out
            .send(Message::text(command.to_string()))
            .map_err(|_| gone())?;
        match tokio::time::timeout(limit, told).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(message))) => Err(DriverError::Command {
                method: method.to_owned(),
                message,
            }),
            Ok(Err(_)) => Err(gone()),
            Err(_) => {
                locked(&self.shared.waiting).remove(&id);
                Err(DriverError::Unanswered {
                    method: method.to_owned(),
                    limit,
                })
            }
        }
    }
}

/// The content of a mutex; a panic elsewhere does not matter to it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The string in `field` of an answer to `method`.
pub(crate) fn text(answer: &Value, method: &str, field: &'static str) -> Result<String> {
    answer
        .get(field)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| DriverError::Answer {
            method: method.to_owned(),
            field,
        })
}

fn answer(mut value: Value) -> Answer {
    match value.get("error") {
        // CDP: {error: {message}}. BiDi: {error: "code", message}.
        Some(error) => {
            let message = error.get("message").or_else(|| value.get("message"));
            Err(message
                .and_then(Value::as_str)
                .map_or_else(|| error.to_string(), str::to_owned))
        }
        None => Ok(value.get_mut("result").map(Value::take).unwrap_or_default()),
    }
}

fn event(mut value: Value) -> Option<Event> {
    let method = value.get("method")?.as_str()?.to_owned();
    let session = value
        .get("sessionId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let params = value.get_mut("params").map(Value::take).unwrap_or_default();
    Some(Event {
        method,
        session,
        params,
    })
}
