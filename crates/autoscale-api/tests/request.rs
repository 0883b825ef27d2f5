//! From what is asked over the API to what the scaler takes.

use std::time::Duration;

use autoscale_api::{MemberAction, MemberRequest, SetDesired, SetMode, Span};
use jiff::Timestamp;
use scaler_core::model::Amount;
use scaler_core::runtime::TargetSize;
use scaler_core::state::{Cause, GroupMode};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn a_size_is_taken_with_all_that_was_said() {
    let mut ask = SetDesired::to(5).reason(" release 4.2 ").who("ops").request_id("build-17");
    ask.generation = Some(17);
    ask.floor_for = Some("2h".parse().unwrap());
    ask.over_budget = true;
    let request = ask.to_request(NOW).unwrap();
    assert_eq!(request.wanted, TargetSize::Exactly(5));
    assert_eq!(request.cause, Cause::operator("ops: release 4.2"));
    assert_eq!(request.request.as_deref(), Some("build-17"));
    assert_eq!(request.generation, Some(17));
    assert_eq!(request.floor_until, Some(later(7_200)));
    assert!(request.over_budget);

    let more = SetDesired::add(Amount::Percent(50)).to_request(NOW).unwrap();
    assert_eq!((more.wanted, more.floor_until), (TargetSize::More(Amount::Percent(50)), None));
    assert_eq!(more.cause, Cause::operator("the API"), "somebody asked");
    let fewer = SetDesired::remove(Amount::Count(2)).to_request(NOW).unwrap();
    assert_eq!(fewer.wanted, TargetSize::Fewer(Amount::Count(2)));
}

/// Each row: what is asked, and the field that is to blame.
#[test]
fn a_size_that_makes_no_sense_is_refused_with_its_field() {
    let mut two = SetDesired::to(3);
    two.add = Some(Amount::Count(1));
    let rows = [
        (SetDesired::default(), "desired"),
        (two, "desired"),
        (SetDesired::add(Amount::Count(0)), "add"),
        (SetDesired::remove(Amount::Percent(0)), "remove"),
        (SetDesired::to(3).reason("x".repeat(501)), "reason"),
        (SetDesired::to(3).who("x".repeat(501)), "who"),
        (SetDesired::to(3).request_id(""), "request_id"),
    ];
    for (ask, field) in rows {
        let refused = ask.to_request(NOW).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field), "{refused}");
    }
}

#[test]
fn a_mode_says_who_why_and_until_when() {
    let mut mode = SetMode::new(GroupMode::Paused);
    assert_eq!((mode.until(NOW), mode.said()), (None, Ok(("the API", ""))));
    mode.lasts = Some(Span(Duration::from_secs(600)));
    mode.who = Some(" ops ".to_owned());
    mode.reason = " maintenance ".to_owned();
    assert_eq!((mode.until(NOW), mode.said()), (Some(later(600)), Ok(("ops", "maintenance"))));
    mode.reason = "x".repeat(501);
    assert_eq!(mode.said().unwrap_err().field.as_deref(), Some("reason"));
}

#[test]
fn what_is_asked_of_a_member_has_its_cause() {
    assert_eq!(MemberRequest::new("ops", "slow disk").cause(), Ok(Cause::operator("ops: slow disk")));
    let refused = MemberRequest::new("x".repeat(501), "").cause().unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("who"));
    for action in MemberAction::ALL {
        assert_eq!(action.name().parse(), Ok(action));
    }
    assert!("explode".parse::<MemberAction>().unwrap_err().to_string().contains("standby"));
}
