//! Who has a seat at a host: attempts that are being connected, and open channels.
//!
//! Attempts cost a visitor next to nothing, so they have a small bound of their own and never take an open
//! channel's seat. When something is full, the network that has the most makes room, so that one network cannot
//! keep the others out. It must not know connections, sites or clocks: callers bring the time (milliseconds).

use identity::AttemptId;

/// Attempts under way at one time. An honest one takes about a second.
pub const MAX_ATTEMPTS: usize = 48;
/// Open channels at one time. Chromium allows 500 peer connections in a renderer; with the attempts these are half.
pub const MAX_CHANNELS: usize = 200;
/// Of these, what one network may have: a school behind one address gets far, and others find a seat at once.
pub const MAX_CHANNELS_PER_NETWORK: usize = 150;
/// Milliseconds without a request under way after which a channel is closed. Visitors close theirs after half of
/// it; whose page stays open connects again with its next request, in a tenth of a second.
pub const IDLE: f64 = 600_000.0;
/// Milliseconds without a request under way after which a channel may have to make room for one of its own network.
const SPARE: f64 = 10_000.0;
/// Milliseconds in which none of its requests began or ended, after which a channel with requests under way may.
const STALLED: f64 = 60_000.0;

struct Attempt {
    id: AttemptId,
    network: String,
    /// The visitor gave it up.
    gone: bool,
}

struct Seat {
    id: AttemptId,
    network: String,
    requests: usize,
    /// When a request last began or ended.
    used: f64,
}

impl Seat {
    fn is_spare(&self, now: f64) -> bool {
        let limit = if self.requests == 0 { SPARE } else { STALLED };
        now - self.used >= limit
    }

    /// The one that is idle the longest has the smallest.
    fn rank(&self) -> (bool, f64) {
        (self.requests > 0, self.used)
    }
}

/// There is no seat, nor one that could be made free.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

/// The seats of one host.
#[derive(Default)]
pub struct Seats {
    /// The oldest first.
    attempts: Vec<Attempt>,
    channels: Vec<Seat>,
}

impl Seats {
    /// An attempt begins. Gives the one that has to end for it, if one has.
    pub fn begin(&mut self, id: AttemptId, network: &str) -> Option<AttemptId> {
        let victim = (self.attempts.len() >= MAX_ATTEMPTS)
            .then(|| self.weakest_attempt())
            .flatten();
        if let Some(victim) = victim {
            self.end(&victim);
        }
        self.attempts.push(Attempt {
            id,
            network: network.to_owned(),
            gone: false,
        });
        victim
    }

    /// The oldest that was given up, else the oldest of the network that has the most.
    fn weakest_attempt(&self) -> Option<AttemptId> {
        let gone = self.attempts.iter().find(|attempt| attempt.gone);
        let count = |network: &str| {
            let same = |attempt: &&Attempt| attempt.network == network;
            self.attempts.iter().filter(same).count()
        };
        // `max_by_key` gives the last of equals: backwards, that is the oldest.
        let crowded = || self.attempts.iter().rev().max_by_key(|a| count(&a.network));
        gone.or_else(crowded).map(|attempt| attempt.id)
    }

    /// The visitor gave this attempt up.
    pub fn give_up(&mut self, id: &AttemptId) {
        for attempt in self.attempts.iter_mut().filter(|a| a.id == *id) {
            attempt.gone = true;
        }
    }

    /// The attempt is over.
    pub fn end(&mut self, id: &AttemptId) {
        self.attempts.retain(|attempt| attempt.id != *id);
    }

    /// Which channel would have to close for one of this network: none, if there is room.
    ///
    /// # Errors
    /// [`Full`] if none may be closed for it.
    pub fn room(&self, network: &str, now: f64) -> Result<Option<AttemptId>, Full> {
        let count = |network: &str| {
            let same = |seat: &&Seat| seat.network == network;
            self.channels.iter().filter(same).count()
        };
        let own = count(network);
        let full = self.channels.len() >= MAX_CHANNELS;
        if !full && own < MAX_CHANNELS_PER_NETWORK {
            return Ok(None);
        }
        let idlest = |seats: &mut dyn Iterator<Item = &Seat>| {
            seats
                .min_by(|a, b| {
                    let ((a, since_a), (b, since_b)) = (a.rank(), b.rank());
                    a.cmp(&b).then(since_a.total_cmp(&since_b))
                })
                .map(|seat| seat.id)
        };
        let mut own_spare = self
            .channels
            .iter()
            .filter(|seat| seat.network == network && seat.is_spare(now));
        if !full {
            return idlest(&mut own_spare).map(Some).ok_or(Full);
        }
        let most = self.channels.iter().map(|seat| count(&seat.network)).max();
        if most.is_some_and(|most| most > own + 1) {
            let mut crowded = self
                .channels
                .iter()
                .filter(|seat| Some(count(&seat.network)) == most);
            return Ok(idlest(&mut crowded));
        }
        let mut spare = self.channels.iter().filter(|seat| seat.is_spare(now));
        idlest(&mut spare).map(Some).ok_or(Full)
    }

    /// The attempt's channel is open. Gives the channel that has to close for it, if one has.
    ///
    /// # Errors
    /// [`Full`] if none may be closed for it.
    pub fn open(
        &mut self,
        id: AttemptId,
        network: &str,
        now: f64,
    ) -> Result<Option<AttemptId>, Full> {
        self.end(&id);
        let victim = self.room(network, now)?;
        if let Some(victim) = victim {
            self.close(&victim);
        }
        self.channels.push(Seat {
            id,
            network: network.to_owned(),
            requests: 0,
            used: now,
        });
        Ok(victim)
    }

    /// A request of this channel begins.
    pub fn request(&mut self, id: &AttemptId, now: f64) {
        self.touch(id, now, |requests| requests + 1);
    }

    /// A request of this channel has ended.
    pub fn answered(&mut self, id: &AttemptId, now: f64) {
        self.touch(id, now, |requests| requests.saturating_sub(1));
    }

    fn touch(&mut self, id: &AttemptId, now: f64, count: impl Fn(usize) -> usize) {
        for seat in self.channels.iter_mut().filter(|seat| seat.id == *id) {
            seat.requests = count(seat.requests);
            seat.used = now;
        }
    }

    /// The channel is closed.
    pub fn close(&mut self, id: &AttemptId) {
        self.channels.retain(|seat| seat.id != *id);
    }

    /// Has this channel had no request for so long that it is to be closed?
    pub fn is_idle(&self, id: &AttemptId, now: f64) -> bool {
        let idle = |seat: &Seat| seat.requests == 0 && now - seat.used >= IDLE;
        self.channels
            .iter()
            .any(|seat| seat.id == *id && idle(seat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> AttemptId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
        AttemptId::from_bytes(bytes)
    }

    /// So many silent channels of one network, opened one after the other at 0, 1, 2… milliseconds.
    fn silent(seats: &mut Seats, from: usize, count: usize, network: &str) {
        for n in from..from + count {
            assert_eq!(seats.open(id(n), network, n as f64), Ok(None), "{n}");
        }
    }

    #[test]
    fn attempts_have_a_bound_of_their_own_and_the_oldest_goes() {
        let mut seats = Seats::default();
        for n in 0..MAX_ATTEMPTS {
            assert_eq!(seats.begin(id(n), "a"), None);
        }
        assert_eq!(seats.begin(id(100), "a"), Some(id(0)));
        assert_eq!(seats.begin(id(101), "a"), Some(id(1)));
        assert_eq!(
            seats.room("a", 0.0),
            Ok(None),
            "no attempt takes a channel's seat"
        );
    }

    #[test]
    fn attempts_that_were_given_up_go_first_then_those_of_the_network_that_has_the_most() {
        let mut seats = Seats::default();
        seats.begin(id(0), "honest");
        for n in 1..MAX_ATTEMPTS {
            seats.begin(id(n), "flood");
        }
        seats.give_up(&id(30));
        assert_eq!(seats.begin(id(100), "flood"), Some(id(30)));
        for n in 101..500 {
            assert_ne!(seats.begin(id(n), "flood"), Some(id(0)));
        }
        assert!(
            seats
                .begin(id(500), "other")
                .is_some_and(|gone| gone != id(0))
        );
    }

    #[test]
    fn silent_open_channels_of_one_network_never_fill_all_seats() {
        let mut seats = Seats::default();
        silent(&mut seats, 0, MAX_CHANNELS_PER_NETWORK, "a");
        assert_eq!(
            seats.open(id(900), "a", 200.0),
            Err(Full),
            "none is idle for long"
        );
        silent(
            &mut seats,
            1_000,
            MAX_CHANNELS - MAX_CHANNELS_PER_NETWORK,
            "b",
        );
    }

    #[test]
    fn the_channel_that_is_idle_the_longest_makes_room_for_its_own_network() {
        let mut seats = Seats::default();
        silent(&mut seats, 0, MAX_CHANNELS_PER_NETWORK, "a");
        seats.request(&id(0), 300.0);
        seats.request(&id(1), 300.0);
        seats.answered(&id(1), 400.0);
        let later = SPARE + 1_000.0;
        assert_eq!(seats.open(id(900), "a", later), Ok(Some(id(2))));
        assert_eq!(seats.open(id(901), "a", later), Ok(Some(id(3))));
    }

    #[test]
    fn when_all_is_full_the_network_that_has_the_most_makes_room_though_it_is_busy() {
        let mut seats = Seats::default();
        silent(&mut seats, 0, MAX_CHANNELS_PER_NETWORK, "flood");
        silent(
            &mut seats,
            500,
            MAX_CHANNELS - MAX_CHANNELS_PER_NETWORK,
            "b",
        );
        for n in 0..MAX_CHANNELS_PER_NETWORK {
            seats.request(&id(n), 1_000.0);
        }
        assert_eq!(seats.open(id(900), "c", 1_001.0), Ok(Some(id(0))));
        assert_eq!(seats.open(id(901), "b", 1_001.0), Ok(Some(id(1))));
        assert_eq!(seats.open(id(902), "flood", 1_001.0), Err(Full));
    }

    #[test]
    fn many_networks_with_one_busy_channel_each_are_not_driven_out() {
        let mut seats = Seats::default();
        for n in 0..MAX_CHANNELS {
            seats.open(id(n), &n.to_string(), 0.0).unwrap();
            seats.request(&id(n), 0.0);
        }
        assert_eq!(seats.room("new", 1_000.0), Err(Full));
        assert!(seats.room("new", STALLED).unwrap().is_some());
    }

    #[test]
    fn a_channel_without_requests_is_idle_after_its_time_and_one_with_is_not() {
        let mut seats = Seats::default();
        silent(&mut seats, 0, 2, "a");
        seats.request(&id(1), 1.0);
        assert!(!seats.is_idle(&id(0), IDLE - 1.0));
        assert!(seats.is_idle(&id(0), IDLE));
        assert!(!seats.is_idle(&id(1), 10.0 * IDLE));
        seats.answered(&id(1), IDLE);
        assert!(!seats.is_idle(&id(1), IDLE + 1.0));
        assert!(seats.is_idle(&id(1), 2.0 * IDLE));
    }
}
