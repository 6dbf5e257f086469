//! A request's body on its way to the handler: asked for piece by piece, never more than was asked for.

use crate::form;
use crate::reply::Reply;

/// What a handler wants of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Want {
    /// The next piece, or nothing at the end.
    Piece,
    /// All of it, as bytes.
    Bytes,
    /// All of it, as text (UTF-8; what is not becomes U+FFFD; a byte order mark is left out).
    Text,
    /// All of it, as the form that this content-type says.
    Form(String),
}

/// The body of one request.
pub(crate) struct Inbound {
    limit: u64,
    received: u64,
    collected: Vec<u8>,
    ended: bool,
    want: Option<(u32, Want)>,
}

/// What has to be done next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Ask the visitor's side for the next piece.
    Ask,
    /// Answer the handler's question.
    Settle(u32, Reply),
    /// Nothing: nobody waits for it.
    Wait,
}

impl Inbound {
    /// A body of at most `limit` bytes.
    pub fn new(has_body: bool, limit: u64) -> Self {
        Self {
            limit,
            received: 0,
            collected: Vec::new(),
            ended: !has_body,
            want: None,
        }
    }

    /// The handler wants something of the body.
    pub fn want(&mut self, ticket: u32, want: Want) -> Step {
        if self.want.is_some() {
            return Step::Settle(
                ticket,
                failed("TypeError", "the body is being read already".to_owned(), 0),
            );
        }
        self.want = Some((ticket, want));
        match self.ended {
            true => self.finish(),
            false => Step::Ask,
        }
    }

    /// A piece came.
    pub fn piece(&mut self, bytes: Vec<u8>) -> Step {
        self.received = self.received.saturating_add(bytes.len() as u64);
        if self.received > self.limit {
            self.ended = true;
            self.collected = Vec::new();
            return match self.want.take() {
                Some((ticket, _)) => Step::Settle(ticket, too_large(self.limit)),
                None => Step::Wait,
            };
        }
        match self.want.take() {
            None => Step::Wait,
            Some((ticket, Want::Piece)) if !bytes.is_empty() => {
                Step::Settle(ticket, Reply::Bytes(bytes))
            }
            Some(want) => {
                self.collected.extend_from_slice(&bytes);
                self.want = Some(want);
                Step::Ask
            }
        }
    }

    /// There is no more.
    pub fn end(&mut self) -> Step {
        self.ended = true;
        self.finish()
    }

    /// There will be no more: the visitor left. The question to be answered with that, if there is one.
    pub fn abandon(&mut self) -> Option<u32> {
        self.ended = true;
        self.want.take().map(|(ticket, _)| ticket)
    }

    fn finish(&mut self) -> Step {
        let Some((ticket, want)) = self.want.take() else {
            return Step::Wait;
        };
        let bytes = std::mem::take(&mut self.collected);
        let reply = match want {
            Want::Piece => Reply::Nothing,
            Want::Bytes => Reply::Bytes(bytes),
            Want::Text => {
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
                Reply::Text(String::from_utf8_lossy(bytes).into_owned())
            }
            Want::Form(content_type) => match form::parse(&content_type, &bytes) {
                Ok(fields) => Reply::Form(fields),
                Err(error) => failed("TypeError", error.to_string(), form_status(&error)),
            },
        };
        Step::Settle(ticket, reply)
    }
}

/// Whose fault a bad form is: 415 if the visitor sent something else, 400 if a broken one.
pub(crate) fn form_status(error: &form::FormError) -> u16 {
    match error {
        form::FormError::Type(_) => 415,
        _ => 400,
    }
}

fn too_large(limit: u64) -> Reply {
    failed(
        "RangeError",
        format!("the request's body is larger than {limit} bytes"),
        413,
    )
}

fn failed(name: &'static str, message: String, status: u16) -> Reply {
    Reply::Failed {
        name,
        message,
        status,
    }
}
