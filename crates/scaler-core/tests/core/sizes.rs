//! What the desired size is made of: headroom, and one percentage step a batch.

use scaler_core::model::{
    AlertState, Amount, Cost, OnUnknown, Price, Signal, Slot, StepPolicy, Thresholds, after,
};
use scaler_core::state::{BudgetScope, Cause, Fact, GroupMode, Hold, Mark, SizeReason};

use super::world::{World, at_rest, grown, seconds, web};

#[test]
fn headroom_of_a_whole_group_climbed_to_max_by_itself() {
    let mut world = at_rest(4, 60);
    world.group.headroom = Amount::Percent(100);
    world.boot = seconds(3_600);
    world.group.launch.timeout = seconds(7_200);
    let mut sizes = Vec::new();
    for _ in 0..12 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn();
        sizes.extend(world.state.desired);
        world.pass(seconds(10));
    }
    sizes.dedup();
    assert_eq!(sizes.len(), 1, "deciding again with nothing new changes nothing: {sizes:?}");
}

#[test]
fn headroom_was_not_kept_at_rest() {
    let mut group = web(2, 12);
    group.headroom = Amount::Count(2);
    let mut world = World::new(group);
    world.run(seconds(1_800));
    assert_eq!(world.serving(), 4, "two, and two on top");
    world.run_with("WebCpuLow", seconds(4 * 3_600));
    assert_eq!(world.serving(), 4, "also when scaling in");
}

#[test]
fn headroom_made_percentage_steps_smaller() {
    let mut world = grown(2, 40, 12);
    world.group.headroom = Amount::Percent(50);
    world.group.policies[0].add = Some(Amount::Percent(50));
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    // Eight of the twelve are counted, four are headroom: 8 + 50 % are 12, and 6 on top.
    assert_eq!(world.state.desired, Some(18));
}

/// The sizes that are decided while these alerts go on firing for so many seconds.
fn sizes(world: &mut World, alerts: &[&str], time: u64) -> Vec<u32> {
    let mut sizes = Vec::new();
    for _ in 0..time / 10 {
        for alert in alerts {
            world.hear(alert, AlertState::Firing);
        }
        world.turn();
        sizes.extend(world.state.desired);
        world.pass(seconds(10));
    }
    sizes.dedup();
    sizes
}

#[test]
fn a_percentage_step_was_taken_again_for_each_member_of_a_batch() {
    let mut world = grown(2, 100, 20);
    world.group.policies[0].add = Some(Amount::Percent(50));
    world.group.largest_step = (100, Amount::Percent(100));
    // They boot one after the other, over ten minutes.
    let mut late = 0;
    let mut seen = Vec::new();
    for _ in 0..90 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn();
        for machine in world.machines.values_mut().skip(20) {
            if machine.instance.status == scaler_core::model::InstanceStatus::Provisioning
                && machine.runs.as_second() - machine.instance.created.as_second() == 45
            {
                late += 1;
                machine.runs = scaler_core::model::after(machine.runs, seconds(40 * late));
            }
        }
        seen.extend(world.state.desired);
        world.pass(seconds(10));
        if world.serving() >= 30 {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, [30], "one step a batch: the next waits until each of it is warm");
    assert!(sizes(&mut world, &["WebCpuHigh"], 600).contains(&45), "and then it follows by itself");
}

#[test]
fn a_larger_step_raises_a_batch_at_once() {
    let mut world = grown(2, 100, 20);
    world.group.largest_step = (100, Amount::Percent(100));
    world.group.policies[0].add = Some(Amount::Percent(25));
    let mut critical = world.group.policies[0].clone();
    critical.on = std::collections::BTreeMap::from([("alertname".to_owned(), "WebCpuCritical".to_owned())]);
    critical.add = Some(Amount::Percent(50));
    world.group.policies.push(critical);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(25));
    world.run_with("WebCpuHigh", seconds(60));
    world.hear("WebCpuCritical", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(30), "the batch's base and the larger step");
}

#[test]
fn deciding_again_with_nothing_new_changes_nothing_for_every_setting() {
    let amounts =
        [Amount::Count(0), Amount::Count(1), Amount::Count(3), Amount::Percent(10), Amount::Percent(50)];
    let more = [Amount::Percent(100), Amount::Percent(150), Amount::Percent(300)];
    let rest = grown(2, 500, 7);
    for headroom in amounts.into_iter().chain(more) {
        for step in amounts.into_iter().chain(more) {
            for largest in [(4, Amount::Percent(100)), (1, Amount::Percent(0)), (500, Amount::Percent(500))] {
                for alert in ["WebCpuHigh", "WebCpuLow"] {
                    let mut world = rest.clone();
                    world.boot = seconds(300);
                    (world.group.headroom, world.group.largest_step) = (headroom, largest);
                    (world.group.policies[0].add, world.group.policies[1].remove) = (Some(step), Some(step));
                    world.hear(alert, AlertState::Firing);
                    world.turn();
                    let desired = world.state.desired;
                    for _ in 0..20 {
                        world.pass(seconds(10));
                        world.hear(alert, AlertState::Firing);
                        world.turn();
                        assert_eq!(
                            world.state.desired, desired,
                            "{headroom} on top, {step} at {largest:?}, {alert}"
                        );
                    }
                }
            }
        }
    }
}

/// One more policy, on an alert of that name.
fn policy(name: &str) -> StepPolicy {
    StepPolicy::on([("alertname".to_owned(), name.to_owned())].into())
}

/// What is decided once each of these alerts fires.
fn decided(world: &World, alerts: &[&str]) -> (Option<u32>, Vec<Hold>) {
    let mut world = world.clone();
    for alert in alerts {
        world.hear(alert, AlertState::Firing);
    }
    let decision = world.turn().0;
    (decision.desired, decision.holds)
}

#[test]
fn of_several_steps_that_add_the_largest_counts_once() {
    let mut world = grown(2, 40, 6);
    world.group.policies[0].add = Some(Amount::Count(1));
    world.group.policies.push(policy("WebQueueLong").adding(Amount::Count(3)));
    world.group.policies.push(policy("WebSlow").adding(Amount::Count(2)));
    for (alerts, desired) in [
        (&["WebCpuHigh"][..], 7),
        (&["WebQueueLong"], 9),
        (&["WebCpuHigh", "WebQueueLong"], 9),
        (&["WebQueueLong", "WebSlow"], 9),
        (&["WebCpuHigh", "WebSlow"], 8),
    ] {
        assert_eq!(decided(&world, alerts).0, Some(desired), "{alerts:?}");
    }
}

/// Six members, two policies that remove, and a budget that does not bind.
fn two_that_remove(one: Amount, other: Amount) -> World {
    let mut world = grown(2, 12, 6);
    world.group.remove.at_most = Amount::Percent(100);
    world.group.policies[1].remove = Some(one);
    world.group.policies.push(policy("WebMemoryLow").removing(other));
    world
}

#[test]
fn of_several_steps_that_remove_the_smallest_counts() {
    let both = ["WebCpuLow", "WebMemoryLow"];
    assert_eq!(sizes(&mut two_that_remove(Amount::Count(3), Amount::Count(1)), &both, 700), [6, 5]);
    assert_eq!(sizes(&mut two_that_remove(Amount::Count(2), Amount::Percent(50)), &both, 700), [6, 4]);
}

#[test]
fn all_that_can_remove_must_say_low() {
    let world = || two_that_remove(Amount::Count(1), Amount::Count(1));
    for one in ["WebCpuLow", "WebMemoryLow"] {
        assert_eq!(sizes(&mut world(), &[one], 700), [6], "the other is neutral");
    }
    assert_eq!(sizes(&mut world(), &["WebCpuLow", "WebMemoryLow"], 700), [6, 5]);
    // One that only adds has no say while it is quiet.
    let mut adds = world();
    adds.group.policies[2] = policy("WebMemoryHigh").adding(Amount::Count(1));
    assert_eq!(sizes(&mut adds, &["WebCpuLow"], 700), [6, 5]);
    // Where none can remove, nothing is low.
    let mut none = world();
    none.group.policies.truncate(1);
    assert_eq!(sizes(&mut none, &["WebCpuLow"], 700), [6]);
}

#[test]
fn a_step_is_cut_to_the_largest_and_says_so() {
    for (largest, step, desired, cut) in [
        ((4, Amount::Percent(50)), 8, 10, Some(4)),
        ((4, Amount::Percent(100)), 8, 12, Some(6)),
        ((1, Amount::Percent(50)), 4, 9, Some(3)),
        ((4, Amount::Percent(50)), 4, 10, None),
        ((0, Amount::Percent(0)), 4, 7, Some(1)),
    ] {
        let mut world = grown(2, 40, 6);
        world.group.largest_step = largest;
        world.group.policies[0].add = Some(Amount::Count(step));
        let (size, holds) = decided(&world, &["WebCpuHigh"]);
        let told = holds.iter().find_map(|hold| match hold {
            Hold::StepCut { step: whole, largest } => Some((*whole, *largest)),
            _ => None,
        });
        assert_eq!((size, told), (Some(desired), cut.map(|cut| (step, cut))), "{largest:?} of {step}");
    }
}

#[test]
fn a_size_beyond_the_limits_is_cut_and_says_so() {
    let mut world = grown(2, 8, 6);
    world.group.policies[0].add = Some(Amount::Count(2));
    let at_max = |holds: &[Hold]| holds.iter().any(|hold| matches!(hold, Hold::AtMax { .. }));
    let (size, holds) = decided(&world, &["WebCpuHigh"]);
    assert_eq!((size, at_max(&holds)), (Some(8), false), "exactly max");
    world.group.policies[0].add = Some(Amount::Count(3));
    let (size, holds) = decided(&world, &["WebCpuHigh"]);
    assert_eq!((size, holds.contains(&Hold::AtMax { wanted: 9, max: 8 })), (Some(8), true));
    world.group.size.min = 7;
    let decision = world.turn().0;
    assert_eq!((decision.desired, decision.reason), (Some(7), Some(SizeReason::Min { min: 7 })));
}

#[test]
fn what_costs_exactly_the_ceiling_is_added_and_no_more() {
    let mut world = grown(2, 40, 4);
    world.group.policies[0].add = Some(Amount::Count(4));
    for (ceiling, desired) in [(800, 8), (799, 7), (600, 6), (400, 4), (300, 4)] {
        let mut cost = Cost::new(Price(ceiling));
        cost.prices = [(world.group.template.types[0].clone(), Price(100))].into();
        world.group.cost = Some(cost);
        let (size, holds) = decided(&world, &["WebCpuHigh"]);
        let held = holds.contains(&Hold::CostCeiling { wanted: 8, ceiling: Price(ceiling) });
        assert_eq!((size, held), (Some(desired), desired < 8), "a ceiling of {ceiling}");
    }
}

#[test]
fn headroom_is_on_top_of_steps_and_of_min() {
    for (headroom, at_rest, stepped) in [
        (Amount::Count(0), 4, 6),
        (Amount::Count(2), 6, 8),
        (Amount::Percent(25), 5, 8),
        (Amount::Percent(50), 6, 9),
    ] {
        let mut group = web(4, 40);
        group.headroom = headroom;
        group.policies[0].add = Some(Amount::Count(2));
        let mut world = World::new(group);
        world.run(seconds(1_800));
        assert_eq!(world.serving(), at_rest, "{headroom} on top of 4");
        assert_eq!(decided(&world, &["WebCpuHigh"]).0, Some(stepped), "{headroom} on top of 6");
    }
}

#[test]
fn no_removal_takes_the_load_near_the_high_mark() {
    // Four at 47 are three at 62.7, and 0.9 of the mark are 63.
    for (load, sizes) in [("47", &[4, 3][..]), ("47.5", &[4])] {
        let mut world = grown(2, 12, 4);
        world.group.thresholds = Some(Thresholds::new(50.0, 70.0));
        let mut seen = Vec::new();
        for _ in 0..70 {
            world.hear("WebCpuLow", AlertState::Firing);
            world.alter("WebCpuLow", |row| {
                row.alert.annotations.insert("value".to_owned(), load.to_owned());
            });
            world.turn();
            seen.extend(world.state.desired);
            world.pass(seconds(10));
        }
        seen.dedup();
        assert_eq!(seen, sizes, "{load} %");
    }
}

/// Six members and two low signals, with every window over: the next turn lowers to five.
fn about_to_lower() -> World {
    let mut world = two_that_remove(Amount::Count(1), Amount::Count(1));
    let remove = &mut world.group.remove;
    (remove.low_for, remove.after_add, remove.every) = (seconds(0), seconds(0), seconds(0));
    assert_eq!(decided(&world, &LOW).0, Some(5));
    world
}

const LOW: [&str; 2] = ["WebCpuLow", "WebMemoryLow"];

fn asked(mut world: World, desired: u32) -> World {
    let cause = Cause::operator("for the test");
    world.append(cause, Fact::SizeAsked { desired, floor_until: None, over_budget: true });
    world
}

#[test]
fn an_operators_size_stands_while_a_low_signal_fires() {
    for desired in [5, 6, 8] {
        assert_eq!(decided(&asked(about_to_lower(), desired), &LOW).0, Some(desired));
    }
}

#[test]
fn a_low_signal_lowers_nothing_while_something_moves_or_forbids_it() {
    let turned = |mut world: World, turns: u64| {
        world.turn();
        world.run(seconds(turns * 10));
        world
    };
    let mut add_only = about_to_lower();
    add_only.state.mode = GroupMode::AddOnly;
    let mut older = about_to_lower();
    older.state.older = Some(older.now);
    let mut replaced = about_to_lower();
    replaced.append(Cause::Converge, Fact::Marked { slot: Slot(1), mark: Mark::Replacing });
    let mut missing = about_to_lower();
    let lost = missing.state.members[&Slot(1)].instance.unwrap();
    missing.machines.remove(&lost);
    for (what, world, desired) in [
        ("the mode adds only", add_only, 6),
        ("the store is older than the world", older, 6),
        ("a member is being replaced", replaced, 6),
        ("a member is missing", missing, 6),
        ("a member is on its way", turned(asked(about_to_lower(), 7), 0), 7),
        ("a member warms up", turned(asked(about_to_lower(), 7), 9), 7),
        ("a member drains", turned(asked(about_to_lower(), 5), 6), 5),
    ] {
        assert_eq!(decided(&world, &LOW).0, Some(desired), "{what}");
    }
    // What may not be removed in any case does not speak against it.
    let mut protected = about_to_lower();
    let ill = protected.state.members[&Slot(1)].instance.unwrap();
    protected.machines.get_mut(&ill).unwrap().healthy = false;
    protected.run(seconds(60));
    assert_eq!(decided(&protected, &LOW).0, Some(6));
    let mut untagged = protected.clone();
    protected.state.members.get_mut(&Slot(1)).unwrap().protected = true;
    assert_eq!(decided(&protected, &LOW).0, Some(4), "five serve");
    untagged.stripped.insert(ill);
    assert_eq!(decided(&untagged, &LOW).0, Some(4));
    let mut standby = about_to_lower();
    for mark in [Mark::Replacing, Mark::Standby] {
        standby.append(Cause::Converge, Fact::Marked { slot: Slot(1), mark });
    }
    assert_eq!(decided(&standby, &LOW).0, Some(4));
}

#[test]
fn what_holds_a_low_signal_is_told() {
    let told = |world: &World, hold: Hold| {
        let (desired, holds) = decided(world, &LOW);
        assert!(holds.contains(&hold), "{holds:?}");
        desired
    };
    let mut unfinished = about_to_lower();
    unfinished.state.desired = Some(5);
    assert_eq!(told(&unfinished, Hold::RemovalUnfinished), Some(5));
    let mut spent = about_to_lower();
    spent.group.remove.at_most = Amount::Count(1);
    let group = spent.group.name.clone();
    spent.append(Cause::Converge, Fact::PermitDrawn { group, slot: Slot(99), over: false });
    spent.pass(seconds(10));
    assert_eq!(told(&spent, Hold::RemovalBudget { scope: BudgetScope::Group }), Some(6));
    // A log that has just begun has no size that could be lowered, and nothing is held.
    let mut lost = about_to_lower();
    lost.lose_store("fghij");
    assert_eq!(decided(&lost, &LOW), (Some(6), Vec::new()));
}

#[test]
fn a_floor_bounds_a_step_that_removes() {
    let mut world = about_to_lower();
    for policy in [1, 2] {
        world.group.policies[policy].remove = Some(Amount::Count(3));
    }
    world.state.floor = Some((5, after(world.now, seconds(3_600))));
    assert_eq!(decided(&world, &LOW).0, Some(5));
}

#[test]
fn the_ceiling_kept_a_size_that_an_operator_lowers() {
    let mut world = grown(2, 40, 4);
    world.group.policies[0].add = Some(Amount::Count(4));
    world.state.desired = Some(8);
    let mut cost = Cost::new(Price(400));
    cost.prices = [(world.group.template.types[0].clone(), Price(100))].into();
    world.group.cost = Some(cost);
    assert_eq!(decided(&asked(world, 5), &["WebCpuHigh"]).0, Some(5), "four are paid for");
}

#[test]
fn at_least_so_many_are_kept_only_while_a_signal_is_unknown() {
    let mut world = grown(2, 12, 4);
    world.group.on_unknown = OnUnknown::AtLeast(6);
    assert_eq!(decided(&world, &[]).0, Some(4));
    world.hear("WebCpuHigh", AlertState::Suppressed);
    assert_eq!(decided(&world, &[]).0, Some(6));
}

#[test]
fn an_unknown_signal_hid_a_high_one() {
    let mut world = grown(2, 12, 4);
    world.group.policies.push(policy("WebMemoryHigh").adding(Amount::Count(1)));
    world.hear("WebMemoryHigh", AlertState::Suppressed);
    world.hear("WebCpuHigh", AlertState::Firing);
    let decision = world.turn().0;
    assert_eq!((decision.signal, decision.desired), (Signal::High, Some(8)));
}

#[test]
fn an_older_member_that_recovers_kept_a_batch_open() {
    let mut world = grown(2, 100, 20);
    world.group.policies[0].add = Some(Amount::Percent(50));
    assert_eq!(sizes(&mut world, &["WebCpuHigh"], 10), [30]);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(300));
    let ill = world.state.members[&Slot(1)].instance.unwrap();
    for healthy in [false, true] {
        world.machines.get_mut(&ill).unwrap().healthy = healthy;
        world.run(seconds(30));
    }
    assert_eq!((world.serving(), world.state.desired), (30, Some(30)));
    assert_eq!(decided(&world, &["WebCpuHigh"]).0, Some(44), "29 are warm, and half of them");
}

#[test]
fn a_batch_of_which_one_never_comes_held_the_next_step_for_good() {
    let mut world = grown(2, 100, 20);
    world.group.policies[0].add = Some(Amount::Percent(50));
    assert_eq!(sizes(&mut world, &["WebCpuHigh"], 10), [30]);
    world.boot = seconds(3_600);
    let late = world.machines.values_mut().next_back().unwrap();
    late.runs = after(late.runs, seconds(3_600));
    assert_eq!(sizes(&mut world, &["WebCpuHigh"], 700), [30]);
    assert_eq!(
        sizes(&mut world, &["WebCpuHigh"], 60),
        [30, 44],
        "a launch and its warm-up have had their time"
    );
}

#[test]
fn the_limits_that_follow_from_a_group() {
    let group = |min, max, headroom| {
        let mut group = web(min, max);
        group.headroom = Amount::Percent(headroom);
        group
    };
    assert_eq!([4, 5, 10, 14].map(|members| web(2, 40).most_unhealthy(members)), [1, 1, 2, 2]);
    assert_eq!([(4, 40), (4, 5)].map(|(min, max)| group(min, max, 50).least()), [6, 5]);
    assert_eq!([2, 5, 6, 40].map(|max| web(1, max).launches_per_hour()), [10, 10, 12, 80]);
    let sizes = [(2, 6), (3, 2)].map(|(min, max)| scaler_core::model::Size { min, max });
    assert_eq!(sizes.map(|size| [1, 4, 9].map(|wanted| size.clamp(wanted))), [[2, 4, 6], [3, 3, 3]]);
}

#[test]
fn each_window_of_a_removal_counts() {
    let hour = seconds(3_600);
    for window in 0..2 {
        let mut world = about_to_lower();
        let remove = &mut world.group.remove;
        *[&mut remove.low_for, &mut remove.after_add][window] = hour;
        assert_eq!(decided(&world, &LOW).0, Some(6), "{window}");
    }
    let mut world = asked(about_to_lower(), 5);
    world.turn();
    world.run(seconds(900));
    assert_eq!((world.serving(), decided(&world, &LOW).0), (5, Some(4)));
    world.group.remove.every = hour;
    assert_eq!(decided(&world, &LOW).0, Some(5), "the last removal is not an hour ago");
}

#[test]
fn at_its_least_a_group_says_nothing_of_what_a_low_signal_can_not_do() {
    let mut world = at_rest(2, 12);
    world.state.mode = GroupMode::AddOnly;
    assert_eq!(decided(&world, &["WebCpuLow"]), (Some(2), Vec::new()));
}

#[test]
fn percentages_round_up_when_adding_and_down_when_removing_to_one_at_least() {
    for (percent, of, add, remove, part) in
        [(10, 0, 1, 1, 0), (10, 11, 2, 1, 1), (50, 5, 3, 2, 2), (100, 7, 7, 7, 7), (0, 9, 0, 0, 0)]
    {
        let amount = Amount::Percent(percent);
        let told = (amount.to_add(of), amount.to_remove(of), amount.of(of));
        assert_eq!(told, (add, remove, part), "{amount} of {of}");
    }
}

#[test]
fn the_removal_budget_and_headroom_bound_a_step_that_removes() {
    let mut world = about_to_lower();
    for policy in [1, 2] {
        world.group.policies[policy].remove = Some(Amount::Count(3));
    }
    assert_eq!(decided(&world, &LOW).0, Some(3));
    world.group.remove.at_most = Amount::Count(1);
    assert_eq!(decided(&world, &LOW).0, Some(5));
    // Four and two of headroom; two less of the four need one of headroom.
    world.group.remove.at_most = Amount::Percent(100);
    world.group.headroom = Amount::Percent(50);
    for policy in [1, 2] {
        world.group.policies[policy].remove = Some(Amount::Count(2));
    }
    assert_eq!(decided(&world, &LOW).0, Some(3));
}

#[test]
fn the_ceiling_lowers_no_size_that_stands_and_what_is_free_has_none() {
    let mut world = grown(2, 40, 4);
    world.group.policies[0].add = Some(Amount::Count(4));
    let kind = world.group.template.types[0].clone();
    let priced = |price: u64| {
        let mut cost = Cost::new(Price(300));
        cost.prices = [(kind.clone(), Price(price))].into();
        Some(cost)
    };
    world.group.cost = priced(0);
    assert_eq!(decided(&world, &["WebCpuHigh"]).0, Some(8));
    world.group.cost = priced(100);
    let lost = world.state.members[&Slot(1)].instance.unwrap();
    world.machines.remove(&lost);
    world.run(seconds(60));
    assert_eq!(world.state.desired, Some(4), "three are left, for all that four may cost");
}
