//! A request's body on its way to the handler: asked for piece by piece, never more than was asked for.
//!
//! It also knows whether the body comes at all: a visitor who sends nothing, or next to nothing, must not keep a
//! place that others wait for ([`RequestBody::is_silent`]), nor the database ([`RequestBody::gather`]).

use std::collections::VecDeque;
use std::time::Duration;

use crate::form;
use crate::host_calls::reply::Reply;
use crate::limits::{BODY_PROGRESS, BODY_SILENCE_SECONDS};

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

/// How far the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// More may come.
    Coming,
    /// It is complete.
    Complete,
    /// It is larger than it may be. The rest is not looked at.
    TooLarge,
    /// The visitor left before its end.
    Left,
}

/// The body of one request.
pub(crate) struct RequestBody {
    limit: u64,
    received: u64,
    state: State,
    /// What came and nobody has taken yet.
    pieces: VecDeque<Vec<u8>>,
    want: Option<(u32, Want)>,
    /// All of it is to come, whether or not the handler asks.
    gathering: bool,
    /// Since when a piece is awaited.
    asked_at: Option<Duration>,
    /// How long pieces were awaited before that, and how many bytes came, since there was progress.
    waited: Duration,
    recent: u64,
}

/// What has to be done next.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// HostCall the visitor's side for the next piece.
    pub ask: bool,
    /// Answer the handler's question.
    pub settle: Option<(u32, Reply)>,
}

impl RequestBody {
    /// A body of at most `limit` bytes.
    pub fn new(has_body: bool, limit: u64) -> Self {
        Self {
            limit,
            received: 0,
            state: if has_body {
                State::Coming
            } else {
                State::Complete
            },
            pieces: VecDeque::new(),
            want: None,
            gathering: false,
            asked_at: None,
            waited: Duration::ZERO,
            recent: 0,
        }
    }

    /// The handler wants something of the body.
    pub fn want(&mut self, ticket: u32, want: Want, now: Duration) -> Step {
        if self.want.is_some() {
            let reply = failed("TypeError", "the body is being read already".to_owned(), 0);
            return Step {
                ask: false,
                settle: Some((ticket, reply)),
            };
        }
        self.want = Some((ticket, want));
        self.step(now)
    }

    /// All of the body is to come from now on, until [`RequestBody::is_over`].
    pub fn gather(&mut self, now: Duration) -> Step {
        self.gathering = true;
        self.step(now)
    }

    /// Will no more come?
    pub fn is_over(&self) -> bool {
        self.state != State::Coming
    }

    /// A piece came.
    pub fn piece(&mut self, bytes: Vec<u8>, now: Duration) -> Step {
        self.hears(bytes.len() as u64, now);
        self.received = self.received.saturating_add(bytes.len() as u64);
        if self.state == State::Coming && self.received > self.limit {
            self.state = State::TooLarge;
            self.pieces.clear();
        } else if self.state == State::Coming && !bytes.is_empty() {
            self.pieces.push_back(bytes);
        }
        self.step(now)
    }

    /// There is no more.
    pub fn end(&mut self, now: Duration) -> Step {
        self.asked_at = None;
        if self.state == State::Coming {
            self.state = State::Complete;
        }
        self.step(now)
    }

    /// There will be no more: the visitor left. The question to be answered with that, if there is one.
    pub fn abandon(&mut self) -> Option<u32> {
        self.asked_at = None;
        if self.state == State::Coming {
            self.state = State::Left;
            self.pieces.clear();
        }
        self.want.take().map(|(ticket, _)| ticket)
    }

    /// When the body has been silent for too long, if nothing more comes; none while nobody waits for it.
    pub fn silent_at(&self) -> Option<Duration> {
        let asked_at = self.asked_at?;
        Some(asked_at + Duration::from_secs(BODY_SILENCE_SECONDS).saturating_sub(self.waited))
    }

    /// Was next to nothing of it heard for so long that its request gives way to others?
    pub fn is_silent(&self, now: Duration) -> bool {
        self.silent_at().is_some_and(|at| at <= now)
    }

    fn hears(&mut self, bytes: u64, now: Duration) {
        if let Some(asked_at) = self.asked_at.take() {
            self.waited += now.saturating_sub(asked_at);
        }
        self.recent = self.recent.saturating_add(bytes);
        if self.recent >= BODY_PROGRESS {
            self.recent = 0;
            self.waited = Duration::ZERO;
        }
    }

    /// Answers the question if that is possible, and sees whether more is needed.
    fn step(&mut self, now: Duration) -> Step {
        let settle = match &self.want {
            Some((_, Want::Piece)) if !self.pieces.is_empty() => self.answer(),
            Some(_) if self.is_over() => self.answer(),
            _ => None,
        };
        let wanted = self.gathering || self.want.is_some();
        let ask = wanted && !self.is_over() && self.asked_at.is_none();
        if ask {
            self.asked_at = Some(now);
        }
        Step { ask, settle }
    }

    fn answer(&mut self) -> Option<(u32, Reply)> {
        let (ticket, want) = self.want.take()?;
        let reply = match self.state {
            State::TooLarge => too_large(self.limit),
            State::Left => Reply::left(),
            State::Coming | State::Complete => match want {
                Want::Piece => self.pieces.pop_front().map_or(Reply::Nothing, Reply::Bytes),
                Want::Bytes => Reply::Bytes(self.collect()),
                Want::Text => {
                    let bytes = self.collect();
                    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
                    Reply::Text(String::from_utf8_lossy(bytes).into_owned())
                }
                Want::Form(content_type) => match form::parse(&content_type, &self.collect()) {
                    Ok(fields) => Reply::Form(fields),
                    Err(error) => failed("TypeError", error.to_string(), form_status(&error)),
                },
            },
        };
        Some((ticket, reply))
    }

    fn collect(&mut self) -> Vec<u8> {
        let mut whole = self.pieces.pop_front().unwrap_or_default();
        whole.reserve_exact(self.pieces.iter().map(Vec::len).sum());
        for piece in self.pieces.drain(..) {
            whole.extend_from_slice(&piece);
        }
        whole
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn after(seconds: u64) -> Duration {
        NOW + Duration::from_secs(seconds)
    }

    fn shown(step: Step) -> (bool, String) {
        let settle = step
            .settle
            .map(|(ticket, reply)| format!("{ticket} {reply:?}"));
        (step.ask, settle.unwrap_or_default())
    }

    #[test]
    fn a_body_that_is_gathered_is_there_for_whoever_asks_later() {
        let mut body = RequestBody::new(true, 10);
        assert!(body.gather(NOW).ask);
        assert!(body.piece(vec![1, 2], NOW).ask);
        assert!(body.piece(vec![3], NOW).ask);
        assert!(!body.is_over());
        assert!(!body.end(NOW).ask && body.is_over());
        let first = shown(body.want(7, Want::Piece, NOW));
        assert_eq!(first, (false, "7 Bytes([1, 2])".to_owned()));
        let rest = shown(body.want(8, Want::Bytes, NOW));
        assert_eq!(rest, (false, "8 Bytes([3])".to_owned()));
    }

    #[test]
    fn a_body_that_broke_off_is_never_taken_for_whole() {
        let mut body = RequestBody::new(true, 3);
        body.gather(NOW);
        body.piece(vec![1, 2, 3, 4], NOW);
        assert!(body.is_over());
        for _ in 0..2 {
            let (_, answer) = shown(body.want(1, Want::Bytes, NOW));
            assert!(answer.contains("larger than 3 bytes"), "{answer}");
        }
        let mut body = RequestBody::new(true, 3);
        body.want(1, Want::Text, NOW);
        body.piece(vec![1], NOW);
        assert_eq!(body.abandon(), Some(1));
        let (_, answer) = shown(body.want(2, Want::Text, NOW));
        assert!(answer.contains("the visitor left"), "{answer}");
    }

    #[test]
    fn a_body_is_silent_when_next_to_nothing_comes_while_it_is_awaited() {
        let mut body = RequestBody::new(true, 1_000_000);
        assert!(!body.is_silent(after(60)), "nobody waits for it");
        body.want(1, Want::Bytes, NOW);
        assert!(!body.is_silent(after(4)) && body.is_silent(after(5)));
        for second in 1..5 {
            body.piece(vec![0], after(second));
        }
        assert!(body.is_silent(after(5)), "a byte a second is silence too");
        body.piece(vec![0; BODY_PROGRESS as usize], after(5));
        assert!(!body.is_silent(after(9)) && body.is_silent(after(10)));
    }
}
