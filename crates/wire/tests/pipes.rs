//! Any splitting, delay, reset or cut of the channel leaves both sides honest: bodies arrive whole and in
//! order, or visibly incomplete.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Peer, World, body, get, ok};
use proptest::prelude::*;
use wire::{Config, Event, RequestHead, ResetCode, Role, StreamId};

/// One request of a run.
#[derive(Debug, Clone)]
struct Plan {
    request: usize,
    response: usize,
    slow: bool,
}

/// One thing that happens in a run.
#[derive(Debug, Clone)]
enum Step {
    Open,
    Transmit(Role, usize),
    Deliver(Role, usize),
    Work(Role),
    Reset(Role, u32),
    TakeHeld,
    Ping(Role, u64),
}

fn plan() -> impl Strategy<Value = Plan> {
    let size = || prop_oneof![Just(0usize), 1..100usize, 1..200_000usize];
    (size(), size(), any::<bool>()).prop_map(|(request, response, slow)| Plan {
        request,
        response,
        slow,
    })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Visitor), Just(Role::Host)]
}

fn step() -> impl Strategy<Value = Step> {
    let size = || prop_oneof![1..20usize, 1..3000usize, Just(65536usize), 1..300_000usize];
    prop_oneof![
        2 => Just(Step::Open),
        6 => (role(), size()).prop_map(|(r, n)| Step::Transmit(r, n)),
        6 => (role(), size()).prop_map(|(r, n)| Step::Deliver(r, n)),
        4 => role().prop_map(Step::Work),
        1 => (role(), 1..8u32).prop_map(|(r, id)| Step::Reset(r, id)),
        1 => Just(Step::TakeHeld),
        1 => (role(), any::<u64>()).prop_map(|(r, t)| Step::Ping(r, t)),
    ]
}

/// A frame that could be, on one of a few streams, in no sensible order.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        Just(common::GET.to_vec()),
        Just(common::OK.to_vec()),
        prop::collection::vec(any::<u8>(), 0..12),
        any::<u16>().prop_map(|n| n.to_be_bytes().to_vec()),
        (1..9u32).prop_map(|n| n.to_be_bytes().to_vec()),
        any::<u64>().prop_map(|n| n.to_be_bytes().to_vec()),
    ];
    let lawful = (1..8u8, any::<bool>(), 1..5u32, payload);
    lawful.prop_map(|(kind, flag, id, payload)| {
        // Mostly what fits its kind, so that the sequences get somewhere.
        let payload = match kind {
            1 => common::GET.to_vec(),
            2 => common::OK.to_vec(),
            4 => vec![0, 1],
            _ => payload,
        };
        let flag = flag && matches!(kind, 1 | 2 | 3 | 6);
        common::frame(kind, flag, if kind > 5 { 0 } else { id }, &payload)
    })
}

fn config() -> impl Strategy<Value = Config> {
    (
        0..400_000u32,
        0..600_000u32,
        1..200_000usize,
        1..70_000usize,
    )
        .prop_map(
            |(stream_window, connection_window, send_buffer, frame_payload)| Config {
                stream_window,
                connection_window,
                send_buffer,
                frame_payload,
                ..Config::default()
            },
        )
}

/// The path tells the host which plan to follow.
fn respond(peer: &mut Peer, plans: &[Plan], id: StreamId, head: &RequestHead) {
    let n: usize = head.path[1..].parse().unwrap();
    if plans[n].slow {
        peer.slow.insert(id);
    }
    peer.conn
        .respond(id, &ok(), plans[n].response == 0)
        .unwrap();
    if plans[n].response > 0 {
        peer.offering
            .insert(id, body(1000 + n as u32, plans[n].response).into());
    }
}

struct Run {
    world: World,
    plans: Vec<Plan>,
    /// The stream of each plan that was begun.
    ids: Vec<StreamId>,
}

impl Run {
    fn open(&mut self) {
        let n = self.ids.len();
        let Some(plan) = self.plans.get(n) else {
            return;
        };
        let visitor = &mut self.world.visitor;
        let id = visitor
            .conn
            .open(&get(&format!("/{n}")), plan.request == 0)
            .unwrap();
        if plan.request > 0 {
            visitor
                .offering
                .insert(id, body(n as u32, plan.request).into());
        }
        if plan.slow {
            visitor.slow.insert(id);
        }
        self.ids.push(id);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Open => self.open(),
            Step::Transmit(role, max) => {
                self.world.transmit(role, max);
            }
            Step::Deliver(role, max) => {
                self.world.deliver(role, max).unwrap();
            }
            Step::Work(Role::Visitor) => {
                self.world.visitor.work();
            }
            Step::Work(Role::Host) => {
                for (id, head) in self.world.host.work() {
                    respond(&mut self.world.host, &self.plans, id, &head);
                }
            }
            Step::Reset(role, id) => {
                let peer = if role == Role::Visitor {
                    &mut self.world.visitor
                } else {
                    &mut self.world.host
                };
                // An application resets what it knows: take the events first.
                let known = if role == Role::Visitor {
                    self.ids.contains(&StreamId(id))
                } else {
                    peer.requests.contains_key(&StreamId(id))
                };
                if known {
                    peer.reset(StreamId(id), ResetCode::Cancelled);
                }
            }
            Step::TakeHeld => {
                self.world.visitor.take_held();
                self.world.host.take_held();
            }
            Step::Ping(Role::Visitor, token) => self.world.visitor.conn.ping(token),
            Step::Ping(Role::Host, token) => self.world.host.conn.ping(token),
        }
    }

    /// Whatever arrived is a beginning of what was sent, and whoever ended has it all.
    fn check(&self) {
        for (n, (plan, id)) in self.plans.iter().zip(&self.ids).enumerate() {
            let sides = [
                (&self.world.host, body(n as u32, plan.request)),
                (&self.world.visitor, body(1000 + n as u32, plan.response)),
            ];
            for (peer, sent) in sides {
                let got = peer.got.get(id).map(Vec::as_slice).unwrap_or_default();
                assert!(sent.starts_with(got), "stream {id}: body differs");
                assert!(
                    !peer.ended.contains(id) || got.len() == sent.len(),
                    "stream {id}: false completion"
                );
            }
        }
    }
}

fn run(plans: Vec<Plan>, steps: Vec<Step>, visitor: Config, host: Config) -> Run {
    let mut run = Run {
        world: World::new(visitor, host),
        plans,
        ids: Vec::new(),
    };
    for step in steps {
        run.step(step);
    }
    run.check();
    run
}

/// A request whose events lie unpolled when the host resets it would never be answered: so the host's
/// application takes its events before anything else happens in the steps below.
fn settled(steps: Vec<Step>) -> Vec<Step> {
    steps
        .into_iter()
        .flat_map(|s| [Step::Work(Role::Host), Step::Work(Role::Visitor), s])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_bodies_are_whole_or_visibly_incomplete(
        plans in prop::collection::vec(plan(), 1..7),
        steps in prop::collection::vec(step(), 0..120),
        visitor in config(),
        host in config(),
    ) {
        let mut run = run(plans, settled(steps), visitor, host);
        // Then all calms down: everything not reset completes.
        while run.ids.len() < run.plans.len() {
            run.open();
        }
        run.world.visitor.take_held();
        run.world.host.take_held();
        let plans: Vec<Plan> = run.plans.iter().map(|p| Plan { slow: false, ..*p }).collect();
        run.world.settle(|peer, id, head| respond(peer, &plans, id, &head));
        run.check();
        for id in &run.ids {
            let (visitor, host) = (&run.world.visitor, &run.world.host);
            let whole = visitor.ended.contains(id) && host.ended.contains(id);
            let given_up = visitor.given_up.contains(id) || host.given_up.contains(id);
            prop_assert!(whole || given_up, "stream {} hangs", id);
            // Nobody hears of a reset that nobody made.
            prop_assert!(given_up || !(visitor.resets.contains_key(id) || host.resets.contains_key(id)));
        }
        prop_assert_eq!(run.world.visitor.conn.streams(), 0);
        prop_assert_eq!(run.world.host.conn.streams(), 0);
    }

    #[test]
    fn a_cut_completes_nothing(
        plans in prop::collection::vec(plan(), 1..5),
        cut in 0..400_000usize,
        chunk in 1..5000usize,
    ) {
        let mut run = run(plans, vec![], Config::default(), Config::default());
        for _ in 0..run.plans.len() {
            run.open();
        }
        // Up to `cut` bytes reach the visitor, then nothing.
        let mut left = cut;
        loop {
            run.step(Step::Work(Role::Visitor));
            run.step(Step::Work(Role::Host));
            run.step(Step::TakeHeld);
            let mut moved = run.world.transmit(Role::Visitor, 65536) | run.world.transmit(Role::Host, 65536);
            moved |= run.world.deliver(Role::Host, usize::MAX).unwrap();
            let n = chunk.min(left).min(run.world.to_visitor.len());
            left -= n;
            moved |= n > 0 && run.world.deliver(Role::Visitor, n).unwrap();
            if !moved {
                break;
            }
        }
        run.check();
    }

    #[test]
    fn well_formed_nonsense_never_panics_and_is_understood_alike_however_it_is_cut(
        frames in prop::collection::vec(nonsense(), 0..40),
        chunk in 1..30usize,
        visitor: bool,
    ) {
        let bytes = frames.concat();
        let outcome = |chunk: usize| {
            let mut conn = wire::Connection::new(if visitor { Role::Visitor } else { Role::Host }, Config::default());
            conn.receive(&common::hello(1 << 20, 100, 1 << 16)).unwrap();
            if visitor {
                for _ in 0..3 {
 conn.open(&get("/"), false).unwrap();
 }
                conn.poll_transmit(65536);
            }
            let error = bytes.chunks(chunk).find_map(|chunk| conn.receive(chunk).err());
            let mut bodies = std::collections::BTreeMap::<StreamId, Vec<u8>>::new();
            let mut events = Vec::new();
            while let Some(event) = conn.poll_event() {
                match event {
                    Event::Data { id, bytes, end } => {
                        bodies.entry(id).or_default().extend(bytes);
                        if end {
                            events.push(format!("end of {id}"));
                        }
                    }
                    other => events.push(format!("{other:?}")),
                }
            }
            let sent = conn.poll_transmit(65536);
            // What was left of a body when the peer failed depends on the cutting, and does not matter.
            (events, if error.is_none() { bodies } else { Default::default() }, sent, error)
        };
        prop_assert_eq!(outcome(chunk), outcome(usize::MAX));
    }

    #[test]
    fn garbage_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        chunk in 1..100usize,
        greeted: bool,
        visitor: bool,
    ) {
        let role = if visitor { Role::Visitor } else { Role::Host };
        let mut conn = wire::Connection::new(role, Config::default());
        if greeted {
            conn.receive(&common::hello(1 << 20, 100, 1 << 16)).unwrap();
        }
        if visitor {
            conn.open(&get("/"), false).unwrap();
        }
        for chunk in bytes.chunks(chunk) {
            if conn.receive(chunk).is_err() {
                break;
            }
            while conn.poll_event().is_some() {}
            conn.poll_transmit(100);
        }
    }
}

#[test]
fn every_cut_of_an_exchange_gives_the_same_outcome() {
    // One exchange, recorded as bytes.
    let mut world = World::new(Config::default(), Config::default());
    let id = world.visitor.conn.open(&get("/0"), false).unwrap();
    world.visitor.offering.insert(id, body(1, 300).into());
    world.visitor.work();
    assert!(world.transmit(Role::Visitor, 65536));
    let upstream: Vec<u8> = world.to_host.iter().copied().collect();
    for at in 0..=upstream.len() {
        let mut host = Peer::new(Role::Host, Config::default());
        host.conn.receive(&upstream[..at]).unwrap();
        host.work();
        assert!(
            at == upstream.len() || !host.ended.contains(&id),
            "ended at {at} of {}",
            upstream.len()
        );
        host.conn.receive(&upstream[at..]).unwrap();
        host.work();
        assert_eq!(host.got[&id], body(1, 300), "cut at {at}");
        assert!(host.ended.contains(&id));
    }
}
