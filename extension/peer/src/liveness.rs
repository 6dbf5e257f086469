//! Does the other end of a connection still live: when to ask it for a sign, and when to take it for gone.
//!
//! It must not know what is asked, nor read a clock: times are milliseconds that the caller brings.

/// Milliseconds between looks.
pub const LOOK: f64 = 1_000.0;
/// Milliseconds of silence, with requests under way, after which a sign is asked for.
const SILENCE: f64 = 2_000.0;
/// Milliseconds that the sign may then take: the other end may be busy.
const PATIENCE: f64 = 4_000.0;
/// Milliseconds by which a look may be late before the machine is taken to have slept.
const SLEPT: f64 = 2_000.0;
/// Milliseconds that the sign may take after a sleep or another cause of doubt, at the least.
const PROMPT: f64 = 600.0;
/// How many round trips that is on a slow line.
const ROUND_TRIPS: f64 = 4.0;

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Look again after so many milliseconds.
    Wait(f64),
    /// Ask for a sign of life now, and look again after so many milliseconds.
    Ask(f64),
    /// It is gone.
    Gone,
}

/// What is known of the other end when it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The time now.
    pub now: f64,
    /// When it was last heard from.
    pub heard: f64,
    /// Are requests under way?
    pub busy: bool,
    /// Is there a cause of doubt, such as a network that changed, or a request after a long silence?
    pub doubted: bool,
    /// Milliseconds that a sign of life took last.
    pub round_trip: f64,
}

/// The state between looks.
#[derive(Debug, Default)]
pub struct Liveness {
    next: Option<f64>,
    asked: Option<(f64, f64)>,
}

impl Liveness {
    /// Looks once.
    pub fn look(&mut self, seen: Seen) -> Verdict {
        let Seen { now, heard, .. } = seen;
        let slept = self.next.is_some_and(|next| now - next > SLEPT);
        let prompt = now + PROMPT.max(ROUND_TRIPS * seen.round_trip);
        let ask = match self.asked {
            Some((since, _)) if heard > since => None,
            // What was asked before a sleep may be lost: its time begins anew.
            Some(_) if slept => Some(prompt),
            Some((_, until)) if now >= until => return Verdict::Gone,
            // A doubt shortens the wait.
            Some((since, until)) if seen.doubted => {
                self.asked = Some((since, until.min(prompt)));
                None
            }
            Some(_) => None,
            None if slept || (seen.doubted && now - heard > PROMPT) => Some(prompt),
            None if seen.busy && now - heard >= SILENCE => Some(now + PATIENCE),
            None => None,
        };
        if self.asked.is_some_and(|(since, _)| heard > since) {
            self.asked = None;
        }
        if let Some(until) = ask {
            self.asked = Some((now, until));
        }
        let wait = self
            .asked
            .map_or(LOOK, |(_, until)| (until - now).clamp(0.0, LOOK));
        self.next = Some(now + wait);
        match ask {
            Some(_) => Verdict::Ask(wait),
            None => Verdict::Wait(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(now: f64, heard: f64) -> Seen {
        Seen {
            now,
            heard,
            busy: false,
            doubted: false,
            round_trip: 1.0,
        }
    }

    #[test]
    fn an_idle_connection_is_left_in_peace() {
        let mut liveness = Liveness::default();
        for second in 0..100 {
            let now = f64::from(second) * LOOK;
            assert_eq!(liveness.look(seen(now, 0.0)), Verdict::Wait(LOOK));
        }
    }

    #[test]
    fn a_busy_one_that_is_silent_is_asked_and_then_gone() {
        let mut liveness = Liveness::default();
        let busy = |now| Seen {
            busy: true,
            ..seen(now, 0.0)
        };
        assert_eq!(liveness.look(busy(1_000.0)), Verdict::Wait(LOOK));
        assert_eq!(liveness.look(busy(2_000.0)), Verdict::Ask(LOOK));
        assert_eq!(liveness.look(busy(3_000.0)), Verdict::Wait(LOOK));
        for second in 4..6 {
            liveness.look(busy(f64::from(second) * LOOK));
        }
        assert_eq!(liveness.look(busy(6_000.0)), Verdict::Gone);
    }

    #[test]
    fn a_sign_of_life_ends_the_asking() {
        let mut liveness = Liveness::default();
        let busy = |now, heard| Seen {
            busy: true,
            ..seen(now, heard)
        };
        assert_eq!(liveness.look(busy(2_000.0, 0.0)), Verdict::Ask(LOOK));
        assert_eq!(liveness.look(busy(3_000.0, 2_001.0)), Verdict::Wait(LOOK));
        assert_eq!(liveness.look(busy(4_000.0, 2_001.0)), Verdict::Wait(LOOK));
        assert_eq!(liveness.look(busy(4_001.0, 2_001.0)), Verdict::Ask(LOOK));
    }

    #[test]
    fn after_a_sleep_the_sign_has_to_come_at_once() {
        let mut liveness = Liveness::default();
        liveness.look(seen(0.0, 0.0));
        assert_eq!(liveness.look(seen(60_000.0, 0.0)), Verdict::Ask(PROMPT));
        assert_eq!(liveness.look(seen(60_600.0, 0.0)), Verdict::Gone);
    }

    #[test]
    fn a_slow_line_gets_its_round_trips() {
        let mut liveness = Liveness::default();
        let slow = |now| Seen {
            doubted: true,
            round_trip: 700.0,
            ..seen(now, 0.0)
        };
        assert_eq!(liveness.look(slow(10_000.0)), Verdict::Ask(LOOK));
        for late in [11_000.0, 12_000.0] {
            assert!(matches!(liveness.look(slow(late)), Verdict::Wait(_)));
        }
        assert_eq!(liveness.look(slow(12_800.0)), Verdict::Gone);
    }

    #[test]
    fn a_question_that_slept_is_asked_anew() {
        let mut liveness = Liveness::default();
        let busy = |now| Seen {
            busy: true,
            ..seen(now, 0.0)
        };
        liveness.look(busy(3_000.0));
        assert_eq!(liveness.look(busy(90_000.0)), Verdict::Ask(PROMPT));
    }

    #[test]
    fn a_doubt_about_what_was_just_heard_is_none() {
        let mut liveness = Liveness::default();
        let doubted = Seen {
            doubted: true,
            ..seen(1_000.0, 900.0)
        };
        assert_eq!(liveness.look(doubted), Verdict::Wait(LOOK));
    }
}
