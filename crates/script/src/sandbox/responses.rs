//! What visitors get: answers, streams, and pages that say why there is none.

use super::Sandbox;
use crate::effect::{Effect, Level, LogEntry};
use crate::host_calls::call::Whole;
use crate::natives::answer::NO_SNIFFING;
use crate::request::{RequestHead, RequestId};
use crate::sandbox::exchange::Phase;
use crate::sandbox::failure::Failure;
use crate::sandbox::shares::Share;

impl Sandbox {
    pub(super) fn respond(
        &mut self,
        id: RequestId,
        status: u16,
        mut headers: Vec<(String, String)>,
        whole: Whole,
    ) {
        self.answered(id);
        let Some(exchange) = self.under_way.get(&id) else {
            return;
        };
        let head_only = exchange.head_only;
        let bytes = match whole {
            Whole::Bytes(bytes) => bytes,
            Whole::None => Vec::new(),
        };
        let unknown = head_only && bytes.is_empty(); // A streamed body's length.
        if !unknown && !matches!(status, 204 | 205 | 304) {
            headers.push(("content-length".to_owned(), bytes.len().to_string()));
        }
        self.send(id, |request| Effect::Head {
            request,
            status,
            headers,
        });
        if !bytes.is_empty() && !head_only {
            self.send(id, |request| Effect::Chunk { request, bytes });
        }
        self.send(id, Effect::End);
        self.forget(id);
    }

    pub(super) fn stream(&mut self, id: RequestId, status: u16, headers: Vec<(String, String)>) {
        let Some(exchange) = self.under_way.get(&id) else {
            return;
        };
        let share = Share::of_streams(self.limits());
        if !share.has_room(&exchange.visitor, self.visitors(Phase::Streaming)) {
            return self.fail(id, Failure::TooManyStreams);
        }
        self.answered(id);
        if let Some(exchange) = self.under_way.get_mut(&id) {
            exchange.phase = Phase::Streaming;
            if !exchange.gone {
                exchange.deadline = None;
            }
        }
        self.send(id, |request| Effect::Head {
            request,
            status,
            headers,
        });
    }

    /// An effect that the visitor sees, unless nobody is there to see it.
    pub(super) fn send(&mut self, id: RequestId, effect: impl FnOnce(RequestId) -> Effect) {
        if self.under_way.get(&id).is_some_and(|one| !one.gone) {
            self.effects.push_back(effect(id));
        }
    }

    pub(super) fn head(&mut self, request: RequestId, status: u16, headers: Vec<(String, String)>) {
        self.effects.push_back(Effect::Head {
            request,
            status,
            headers,
        });
    }

    pub(super) fn page<const N: usize>(
        &mut self,
        id: RequestId,
        page: site::Response<()>,
        more: [(String, String); N],
        head_only: bool,
    ) {
        let headers = page
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_string(), value));
        let safe = (NO_SNIFFING.to_owned(), "nosniff".to_owned());
        self.head(id, page.status, headers.chain(more).chain([safe]).collect());
        if let (site::Body::Bytes(bytes), false) = (page.body, head_only) {
            self.effects.push_back(Effect::Chunk { request: id, bytes });
        }
        self.effects.push_back(Effect::End(id));
    }

    /// A request went wrong: its visitor sees a page, or an answer that breaks off; the log says why.
    pub(super) fn fail(&mut self, id: RequestId, fault: Failure) {
        let Some(exchange) = self.under_way.get(&id) else {
            return;
        };
        let (gone, phase, head_only) = (exchange.gone, exchange.phase, exchange.head_only);
        let route = exchange.route.clone();
        self.forget(id);
        if gone {
            // Code that is interrupted by its visitor's leaving fails as a rule; that is no news.
            return;
        }
        let incident = self.report(id, route, &fault);
        match phase {
            Phase::Streaming => self.effects.push_back(Effect::Reset(id)),
            Phase::Handling => self.error_page(id, &fault, &incident, head_only),
        }
    }

    /// Refuses a request that never ran.
    pub(super) fn refuse(
        &mut self,
        id: RequestId,
        route: &str,
        head: &RequestHead,
        fault: &Failure,
    ) {
        let incident = self.report(id, route.to_owned(), fault);
        self.error_page(id, fault, &incident, head.method == "HEAD");
    }

    pub(super) fn error_page(
        &mut self,
        id: RequestId,
        fault: &Failure,
        incident: &str,
        head_only: bool,
    ) {
        let shown = fault.shown();
        let about = format!("Incident {incident}");
        let page = site::page::page(shown.status, shown.title, shown.sentence, Some(&about));
        let retry = matches!(fault, Failure::Busy | Failure::TooManyStreams);
        let cache = ("cache-control".to_owned(), "no-store".to_owned());
        match retry {
            true => self.page(
                id,
                page,
                [cache, ("retry-after".to_owned(), "2".to_owned())],
                head_only,
            ),
            false => self.page(id, page, [cache], head_only),
        }
    }

    pub(super) fn report(&mut self, request: RequestId, route: String, fault: &Failure) -> String {
        let mut bytes = [0; 5];
        self.engine.platform.random(&mut bytes);
        let incident = data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase();
        let (at, stack) = fault.place();
        self.effects.push_back(Effect::Log(LogEntry {
            level: if fault.is_visitors() {
                Level::Warn
            } else {
                Level::Error
            },
            request,
            route,
            message: fault.message(),
            incident: Some(incident.clone()),
            at,
            stack,
            time: self.now(),
        }));
        incident
    }

    pub(super) fn log(&mut self, request: RequestId, level: Level, route: String, message: String) {
        self.effects.push_back(Effect::Log(LogEntry {
            level,
            request,
            route,
            message,
            incident: None,
            at: None,
            stack: String::new(),
            time: self.now(),
        }));
    }
}
