//! Durations as people write them.

use std::time::Duration;

use autoscale_api::Span;
use proptest::prelude::*;

#[test]
fn durations_as_people_write_them() {
    let seconds = |text: &str| text.parse::<Span>().map(|span| span.0.as_secs_f64());
    assert_eq!(seconds("90s"), Ok(90.0));
    assert_eq!(seconds("10m"), Ok(600.0));
    assert_eq!(seconds("1h30m"), Ok(5_400.0));
    assert_eq!(seconds("2d"), Ok(172_800.0));
    assert_eq!(seconds("1500ms"), Ok(1.5));
    assert_eq!(seconds("0s"), Ok(0.0));
    for bad in [
        "",
        "10",
        "m",
        "10 m",
        "30m1h",
        "1m1m",
        "-1m",
        "1.5h",
        "1w",
        "10M",
        "366d",
        "99999999999999999999s",
        "1h30",
    ] {
        assert!(bad.parse::<Span>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn durations_round_trip(milliseconds in 0_u64..=365 * 86_400_000) {
        let span = Span(Duration::from_millis(milliseconds));
        prop_assert_eq!(span.to_string().parse(), Ok(span));
    }
}
