//! Faults: as text, and when they strike.

use std::time::Duration;

use api_sim::{Effect, Fault, Faults, PathPattern, RequestFault, SimulatedClock, Target, glob, later};
use jiff::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
struct For(PathPattern);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Does(RequestFault);

impl Target for For {
    const FORMS: &'static str = PathPattern::FORMS;

    fn read(text: &str) -> Option<Self> {
        PathPattern::read(text).map(Self)
    }
}

impl Effect<For> for Does {
    const FORMS: &'static str = RequestFault::FORMS;

    fn read(_: &For, name: &str, value: Option<&str>) -> Option<Self> {
        RequestFault::read(name, value).map(Self)
    }
}

type Table = Faults<For, Does>;

fn table(faults: &str) -> Table {
    let table = Table::new(SimulatedClock::new(Timestamp::UNIX_EPOCH, 1.0));
    table.add_all(faults).unwrap_or_else(|error| panic!("{error}"));
    table
}

/// What befalls a GET of this path at this second.
fn strikes(table: &Table, rng: &mut fastrand::Rng, path: &str, second: u64) -> Option<RequestFault> {
    let now = later(Timestamp::UNIX_EPOCH, Duration::from_secs(second));
    table.strike(now, rng, |target, _| target.0.matches("GET", path)).map(|effect| effect.0)
}

#[tokio::test(start_paused = true)]
async fn the_suffixes_say_how_often_and_when() {
    let mut rng = fastrand::Rng::with_seed(1);
    let table = table("GET /a:500*2^1+10s~60s, * /b:lost=502");
    let seen: Vec<bool> = [5, 10, 11, 12, 13].map(|at| strikes(&table, &mut rng, "/a", at).is_some()).into();
    assert_eq!(seen, [false, false, true, true, false], "from 10 s on, one passes, two are struck");
    assert_eq!(strikes(&table, &mut rng, "/b", 0), Some(RequestFault::LostAs { status: 502 }));
    assert_eq!(table.list().iter().map(|fault| fault.struck).collect::<Vec<_>>(), [2, 1]);
    assert!(table.remove(table.list()[0].id) && !table.remove(api_sim::FaultId(99)));
    table.clear();
    assert!(table.list().is_empty());
    let over = self::table("GET /a:reset~10s");
    assert_eq!(strikes(&over, &mut rng, "/a", 9), Some(RequestFault::Reset));
    assert_eq!(strikes(&over, &mut rng, "/a", 10), None);
}

#[tokio::test(start_paused = true)]
async fn the_first_that_was_added_strikes_and_chance_comes_from_a_seed() {
    let mut rng = fastrand::Rng::with_seed(7);
    let both = table("GET /*:500*1, GET /*:503=30");
    assert_eq!(
        [0, 1].map(|at| strikes(&both, &mut rng, "/a", at)),
        [
            Some(RequestFault::Status { status: 500, retry_after: None }),
            Some(RequestFault::Status { status: 503, retry_after: Some(30) })
        ]
    );
    let sometimes = table("GET /*:reset%25");
    let struck = |seed| {
        let mut rng = fastrand::Rng::with_seed(seed);
        (0..1_000).filter(|_| strikes(&sometimes, &mut rng, "/a", 0).is_some()).count()
    };
    let count = struck(3);
    assert!((200..300).contains(&count), "{count}");
    assert_eq!(count, struck(3));
}

#[test]
fn a_fault_that_cannot_be_read_says_what_would_be_right() {
    let error = |text: &str| text.parse::<Fault<For, Does>>().unwrap_err().to_string();
    for (text, says) in [
        ("GET /a", "no `:`"),
        ("FETCH /a:500", "a target is one of a method and a path"),
        ("GET /a:never", "an effect is one of a status such as 500"),
        ("GET /a:999", "an effect is one of"),
        ("GET /a:hang=soon", "an effect is one of"),
        ("GET /a:500*often", "`often` after `*` is not a number or a time"),
        ("GET /a:500%101", "`101` after `%`"),
        ("GET /a:500+1y", "`1y` after `+`"),
    ] {
        assert!(error(text).contains(says) && error(text).contains(text), "{text}: {}", error(text));
    }
    let hang: Fault<For, Does> = "GET /a:hang=2m".parse().unwrap();
    assert_eq!(hang.effect.0.span(), Some(Duration::from_secs(120)));
    let ever: Fault<For, Does> = "GET /a:late".parse().unwrap();
    assert_eq!(ever.effect.0.span(), None);
}

#[test]
fn a_star_stands_for_anything() {
    for (pattern, text, fits) in [
        ("/job/*/build", "/job/a/build", true),
        ("/job/*/build", "/job/a/job/b/build", true),
        ("/job/*/build", "/job/a/builds", false),
        ("*", "", true),
        ("a*a", "a", false),
        ("a*b*c", "a-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("", "", true),
        ("a", "ab", false),
    ] {
        assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
    }
}
