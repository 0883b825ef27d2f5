//! The clock, the agenda, and a world that they turn.

use std::time::Duration;

use api_sim::{Agenda, SimulatedClock, Simulation, World, between, later};
use jiff::Timestamp;

const S: Duration = Duration::from_secs(1);

fn start() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_clock_goes_as_many_times_as_fast_as_it_is_told() {
    let clock = SimulatedClock::new(start(), 60.0);
    assert_eq!(clock.now(), start());
    tokio::time::sleep(2 * S).await;
    assert_eq!(between(start(), clock.now()), 120 * S);
    assert_eq!(clock.real(90 * S), Duration::from_millis(1500));
    for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(SimulatedClock::new(start(), nonsense).real(S), S, "{nonsense}");
    }
}

#[test]
fn times_stop_at_their_ends() {
    assert_eq!(later(Timestamp::MAX, S), Timestamp::MAX);
    assert_eq!(later(start(), Duration::MAX), Timestamp::MAX);
    assert_eq!(between(later(start(), S), start()), Duration::ZERO);
}

#[test]
fn an_agenda_is_in_the_order_of_time_and_then_of_adding() {
    let mut agenda = Agenda::default();
    agenda.add(later(start(), 2 * S), "late");
    agenda.add(start(), "first");
    agenda.add(start(), "second");
    assert_eq!(agenda.next(), Some(start()));
    let mut due = || agenda.pop(start()).map(|(_, due)| due);
    assert_eq!([due(), due(), due()], [Some("first"), Some("second"), None]);
    assert_eq!(agenda.pop(later(start(), 3 * S)), Some((later(start(), 2 * S), "late")));
}

/// Counts every second.
#[derive(Debug)]
struct Counter {
    next: Timestamp,
    counted: u64,
}

impl World for Counter {
    fn advance(&mut self, now: Timestamp) {
        while self.next <= now {
            self.next = later(self.next, S);
            self.counted += 1;
        }
    }

    fn version(&self) -> u64 {
        self.counted
    }

    fn next_due(&self) -> Option<Timestamp> {
        Some(self.next)
    }
}

#[tokio::test(start_paused = true)]
async fn a_world_is_brought_up_to_its_time_when_somebody_looks_or_keeps_it() {
    let simulation =
        Simulation::new(SimulatedClock::new(start(), 1.0), Counter { next: later(start(), S), counted: 0 });
    tokio::time::sleep(5 * S).await;
    let mut changed = simulation.subscribe();
    assert!(!changed.has_changed().unwrap(), "nothing runs in the background");
    assert_eq!(simulation.with(|world| world.counted), 5);
    assert!(changed.has_changed().unwrap());
    changed.mark_unchanged();
    let keeper = simulation.clone();
    let kept = keeper.keep_time(|| keeper.with(|world| world.next_due()));
    tokio::select! {
        () = kept => panic!("it ended"),
        changed = changed.changed() => changed.unwrap(),
    }
    assert_eq!(simulation.with(|world| world.counted), 6);
}
