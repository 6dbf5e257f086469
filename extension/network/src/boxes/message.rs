//! What is said to a box and heard from it (`extension/box/src/border.rs`), the latter read once.
//!
//! A box runs code that may be anybody's, so nothing that it says is taken for what it should be: a field that is not
//! of its type makes the whole message one that is not understood, and never an exception in here.

use std::{cell::Cell, rc::Rc};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use js_sys::{Array, Object, Reflect, Uint8Array};
use layout::RouteTable;
use messages::LogEntry;
use wasm_bindgen::{JsCast, JsValue};
use wire::Headers;

use crate::field::get;

/// A message to the box, field by field.
pub struct Message {
    /// The message.
    pub object: Object,
    /// What is handed over with it.
    pub transfer: Array,
}

impl Message {
    /// Of this kind.
    pub fn new(kind: &str) -> Self {
        Self {
            object: Object::new(),
            transfer: Array::new(),
        }
        .with("kind", kind)
    }

    /// Of this kind, about a request.
    pub fn about(kind: &str, id: u64) -> Self {
        Self::new(kind).with("id", id as f64)
    }

    /// With one more field.
    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        // Fails only for frozen objects.
        let _ = Reflect::set(&self.object, &name.into(), &value.into());
        self
    }

    /// With bytes, which are handed over.
    pub fn bytes(self, bytes: &Uint8Array) -> Self {
        self.transfer.push(&bytes.buffer());
        self.with("bytes", bytes)
    }
}

/// What a box said.
pub enum FromBox {
    /// It is alive, and has so many bytes of memory.
    Beat(u64),
    /// This request's code has the thread.
    Turn(u64),
    /// Its code is in use, with these routes.
    Ready(RouteTable),
    /// Its code cannot be used: a sentence.
    Failed(String),
    /// It is of no use any more: a sentence.
    Crashed(String),
    /// Something for the site's log.
    Log(LogEntry),
    /// The answer (JSON, or a sentence) to what the owner asked.
    Told(u64, Result<String, String>),
    /// About a request.
    About(u64, Step),
}

/// What a box said about a request.
pub enum Step {
    /// It wants the next piece of the body.
    BodyWanted,
    /// The answer begins, perhaps with the first piece of its body, and perhaps that is all.
    Head {
        /// The status, from 200.
        status: u16,
        /// As the site's code has them.
        headers: Headers,
        /// The first piece.
        bytes: Option<Uint8Array>,
        /// Is that all?
        end: bool,
    },
    /// The next piece of the answer.
    Chunk(Uint8Array),
    /// The answer is complete.
    End,
    /// The answer breaks off.
    Reset,
    /// Its code wants something of the site's own files, and will know the reply by the ticket.
    File(u32, FileOp),
}

/// What code does with a file.
pub enum FileOp {
    /// Reads it.
    Read(String),
    /// Makes or replaces it.
    Write {
        /// Where.
        path: String,
        /// The whole file.
        bytes: Uint8Array,
        /// Bytes that all files of the site's code may take afterwards.
        most: u64,
    },
    /// Deletes it.
    Delete(String),
    /// Finds those whose paths begin so.
    List(String),
}

impl FromBox {
    /// Reads a message; `None` for what no box of ours says.
    pub fn read(message: &JsValue) -> Option<Self> {
        let text = |name: &str| get(message, name).as_string();
        let id = || whole(&get(message, "id"));
        Some(match text("kind")?.as_str() {
            "beat" => Self::Beat(whole(&get(message, "memory"))?),
            "turn" => Self::Turn(id()?),
            "ready" => Self::Ready(serde_json::from_str(&text("table")?).ok()?),
            "failed" => Self::Failed(text("message")?),
            "crashed" => Self::Crashed(text("message")?),
            "log" => Self::Log(serde_json::from_str(&text("entry")?).ok()?),
            "told" => {
                let answer = match text("error") {
                    Some(error) => Err(error),
                    None => Ok(text("answer")?),
                };
                Self::Told(id()?, answer)
            }
            kind => Self::About(id()?, Step::read(kind, message)?),
        })
    }
}

impl Step {
    fn read(kind: &str, message: &JsValue) -> Option<Self> {
        let bytes = || get(message, "bytes").dyn_into::<Uint8Array>().ok();
        Some(match kind {
            "bodyWanted" => Self::BodyWanted,
            "head" => Self::Head {
                status: u16::try_from(whole(&get(message, "status"))?)
                    .ok()
                    .filter(|status| (200..600).contains(status))?,
                headers: headers(&get(message, "headers"))?,
                bytes: bytes(),
                end: get(message, "end").is_truthy(),
            },
            "chunk" => Self::Chunk(bytes()?),
            "end" => Self::End,
            "reset" => Self::Reset,
            "file" => {
                let path = get(message, "path").as_string()?;
                let op = match get(message, "op").as_string()?.as_str() {
                    "read" => FileOp::Read(path),
                    "write" => FileOp::Write {
                        path,
                        bytes: bytes()?,
                        most: whole(&get(message, "most"))?,
                    },
                    "delete" => FileOp::Delete(path),
                    "list" => FileOp::List(path),
                    _ => return None,
                };
                let ticket = u32::try_from(whole(&get(message, "ticket"))?).ok()?;
                Self::File(ticket, op)
            }
            _ => return None,
        })
    }

    /// Bytes that it holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::Head {
                bytes: Some(bytes), ..
            }
            | Self::Chunk(bytes)
            | Self::File(_, FileOp::Write { bytes, .. }) => u64::from(bytes.length()),
            _ => 0,
        }
    }
}

/// What a box says about one request. It ends when the box does.
pub struct Steps {
    receiver: UnboundedReceiver<Step>,
    waiting: Rc<Cell<u64>>,
}

impl Steps {
    /// `waiting` counts the bytes that wait in all of a box's.
    pub fn new(receiver: UnboundedReceiver<Step>, waiting: Rc<Cell<u64>>) -> Self {
        Self { receiver, waiting }
    }

    /// The next.
    pub async fn next(&mut self) -> Option<Step> {
        let step = self.receiver.next().await?;
        self.waiting
            .set(self.waiting.get().saturating_sub(step.size()));
        Some(step)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.receiver.close();
        while let Ok(step) = self.receiver.try_recv() {
            self.waiting
                .set(self.waiting.get().saturating_sub(step.size()));
        }
    }
}

fn headers(list: &JsValue) -> Option<Headers> {
    let list = list.dyn_ref::<Array>()?;
    let mut texts = list.iter().map(|text| text.as_string());
    let mut headers = Headers::default();
    while let Some(name) = texts.next() {
        headers.push(name?, texts.next()??);
    }
    Some(headers)
}

/// A whole number that a double can hold exactly.
fn whole(value: &JsValue) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=MOST).contains(number))
        .map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use js_sys::JSON;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn read(text: &str) -> Option<FromBox> {
        FromBox::read(&JSON::parse(text).unwrap())
    }

    #[wasm_bindgen_test]
    fn what_no_box_of_ours_says_is_not_understood() {
        let values = ["null", "-1", "0.5", "1e300", "\"1\"", "[1]", "{}", "true"];
        let fields = [
            ("beat", "memory"),
            ("turn", "id"),
            ("bodyWanted", "id"),
            ("end", "id"),
            ("reset", "id"),
        ];
        for (kind, field) in fields {
            for value in values {
                let text = format!(r#"{{"kind":"{kind}","{field}":{value}}}"#);
                assert!(read(&text).is_none(), "{text}");
            }
        }
        for text in [
            "null",
            "7",
            r#""beat""#,
            "[]",
            "{}",
            r#"{"kind":["beat"],"memory":1}"#,
            r#"{"kind":"ready","table":{}}"#,
            r#"{"kind":"ready","table":"["}"#,
            r#"{"kind":"failed"}"#,
            r#"{"kind":"log","entry":"{}"}"#,
            r#"{"kind":"told","id":1}"#,
            r#"{"kind":"head","id":1,"status":101,"headers":[]}"#,
            r#"{"kind":"head","id":1,"status":70000,"headers":[]}"#,
            r#"{"kind":"head","id":1,"status":200,"headers":["odd"]}"#,
            r#"{"kind":"head","id":1,"status":200,"headers":["a",1]}"#,
            r#"{"kind":"head","id":1,"status":200,"headers":{"length":2}}"#,
            r#"{"kind":"chunk","id":1,"bytes":[1,2]}"#,
            r#"{"kind":"chunk","id":1,"bytes":{"length":9}}"#,
            r#"{"kind":"file","id":1,"ticket":4294967296,"op":"read","path":"a"}"#,
            r#"{"kind":"file","id":1,"ticket":1,"op":"run","path":"a"}"#,
            r#"{"kind":"file","id":1,"ticket":1,"op":"read"}"#,
            r#"{"kind":"file","id":1,"ticket":1,"op":"write","path":"a","most":1}"#,
            r#"{"kind":"visit","id":1}"#,
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn what_a_box_says_is_understood() {
        assert!(matches!(
            read(r#"{"kind":"beat","memory":1}"#),
            Some(FromBox::Beat(1))
        ));
        let head = read(r#"{"kind":"head","id":1,"status":200,"headers":["a","b"],"end":true}"#);
        assert!(matches!(
            head,
            Some(FromBox::About(
                1,
                Step::Head {
                    status: 200,
                    end: true,
                    ..
                }
            ))
        ));
        let file = read(r#"{"kind":"file","id":1,"ticket":2,"op":"list","path":""}"#);
        assert!(matches!(
            file,
            Some(FromBox::About(1, Step::File(2, FileOp::List(_))))
        ));
    }
}
