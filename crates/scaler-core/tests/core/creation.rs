//! Nothing is created without a bound, whatever the cloud shows.

use std::time::Duration;

use scaler_core::model::{AlertState, Cost, Price, elapsed};
use scaler_core::state::{Cause, Fact, Hold, Mark, Refusal, Step};

use super::world::{Fate, Machine, World, at_rest, grown, seconds, web};

const HOUR: u64 = 3_600;

/// No more than so many members may be paid for.
fn pay_for(world: &mut World, members: u64) {
    let price = Price(36_000);
    let mut cost = Cost::new(Price(price.0 * members));
    cost.prices = world.group.template.types.iter().map(|kind| (kind.clone(), price)).collect();
    world.group.cost = Some(cost);
}

fn ask(world: &mut World, desired: u32) {
    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
    world.append(Cause::operator("ops"), asked);
}

#[test]
fn instances_that_lost_their_tags_at_once_were_created_again_without_end() {
    let mut world = World::new(web(2, 4));
    world.strips = true;
    world.run(seconds(HOUR));
    assert!(world.created <= 2, "{} exist", world.created);
    let turn = world.look();
    assert!(turn.holds.contains(&Hold::ManyUntagged { untagged: 2, known: 2 }), "{turn}");
}

#[test]
fn instances_that_lose_their_tags_later_were_created_again_without_end() {
    for age in [60, 600] {
        let mut world = World::new(web(2, 4));
        for _ in 0..6 * HOUR / 10 {
            world.turn();
            world.pass(seconds(10));
            let now = world.now;
            let old = |machine: &&Machine| elapsed(machine.instance.created, now) >= seconds(age);
            let ids: Vec<_> =
                world.machines.values().filter(old).map(|machine| machine.instance.id).collect();
            world.stripped.extend(ids);
        }
        assert!(world.created <= 4, "{} exist for max 4, stripped after {age} s", world.created);
    }
}

#[test]
fn a_whole_group_without_tags_was_forgotten_and_made_anew() {
    let mut world = grown(2, 12, 6);
    let created = world.created;
    world.stripped = world.machines.keys().copied().collect();
    world.hear("WebCpuHigh", AlertState::Firing);
    world.run(seconds(HOUR));
    assert_eq!((world.created, world.deleted), (created, 0));
    assert_eq!(world.state.members.len(), 6);
    world.stripped.clear();
    world.run_with("WebCpuHigh", seconds(HOUR));
    assert!(world.created > created, "the tags are back, and so is the group");
}

#[test]
fn one_instance_without_tags_still_counts_and_is_left_alone() {
    let mut world = grown(2, 4, 4);
    let id = *world.machines.keys().next().unwrap();
    world.stripped.insert(id);
    let (created, nodes) = (world.created, world.nodes.clone());
    world.run(seconds(HOUR));
    assert_eq!((world.created, world.deleted), (created, 0));
    assert_eq!(world.nodes, nodes);
    let turn = world.look();
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::Untagged { .. })), "{turn}");
    let slot = world.state.member_of(id).unwrap().slot;
    world.append(Cause::operator("ops"), Fact::Marked { slot, mark: Mark::Released });
    world.run(seconds(HOUR));
    assert_eq!(world.created, created + 1, "a person said that it is not ours any more");
}

#[test]
fn instances_that_were_never_seen_were_created_again_without_end() {
    let mut world = World::new(web(2, 6));
    for _ in 0..6 * HOUR / 10 {
        world.turn();
        world.machines.clear();
        world.pass(seconds(10));
    }
    assert!(world.created <= 2 * 6 + 6 * 6, "{} were created", world.created);
}

#[test]
fn no_fact_resets_the_bound_on_creates() {
    let mut world = grown(2, 40, 2);
    world.group.launch.per_hour = Some(6);
    let before = world.created;
    let mut held = false;
    // Each serves for a while, and then somebody deletes it.
    for _ in 0..3 * HOUR / 10 {
        world.hear("WebCpuHigh", AlertState::Firing);
        held |= world.look().holds.iter().any(|hold| matches!(hold, Hold::LaunchesPerHour { .. }));
        world.turn();
        world.pass(seconds(10));
        let now = world.now.as_second();
        let old = world.machines.values().find(|machine| now - machine.runs.as_second() >= 300);
        if let Some(id) = old.map(|machine| machine.instance.id) {
            let machine = world.machines.remove(&id).unwrap();
            world.nodes.retain(|_, node| Some(&node.address) != machine.instance.address.as_ref());
        }
    }
    let created = world.created - before;
    assert!(
        held && (12..=3 * (6 + 6)).contains(&created),
        "{created} in three hours; one in ten minutes below min"
    );
}

#[test]
fn a_release_that_comes_up_and_dies_ends_in_the_back_off() {
    let mut world = World::new(web(2, 12));
    pay_for(&mut world, 4);
    let mut most = 0;
    for _ in 0..6 * HOUR / 10 {
        world.turn();
        world.pass(seconds(10));
        most = most.max(world.machines.len());
        let now = world.now.as_second();
        for machine in world.machines.values_mut() {
            // A minute after it runs.
            machine.healthy = now - machine.runs.as_second() < 60;
        }
    }
    assert!(world.state.launches.failures > 1, "{}", world.state.launches.failures);
    assert!(world.created <= 2 + 6, "{} were created in six hours", world.created);
    assert!(most <= 5, "{most} existed under a ceiling of four, which yields to one replacement at a time");
}

#[test]
fn a_launch_had_used_up_its_time_before_its_create_was_answered() {
    let mut world = at_rest(2, 6);
    ask(&mut world, 3);
    let (_, _, intents) = world.intend();
    world.pass(seconds(580));
    for (id, step) in intents {
        world.carry_out(id, &step, Fate::Done);
    }
    world.run(seconds(900));
    assert_eq!((world.created, world.deleted, world.serving()), (3, 0, 3));
    let failed = world.state.launches.failures;
    assert_eq!(failed, 0, "the time that it has begins with the answer");
}

#[test]
fn creates_of_one_turn_that_were_answered_one_after_another_counted_as_many_failures() {
    let mut world = at_rest(2, 8);
    world.bad_image = true;
    ask(&mut world, 6);
    let (_, _, intents) = world.intend();
    for (id, step) in intents {
        world.pass(seconds(2));
        world.carry_out(id, &step, Fate::Done);
    }
    world.pass(seconds(30));
    while world.state.launches.failures == 0 {
        world.turn();
        world.pass(seconds(2));
    }
    world.turn();
    world.pass(seconds(8));
    world.turn();
    assert_eq!(world.state.launches.failures, 1);
}

/// A create is sent whose answer is lost; returns the label.
fn unanswered(world: &mut World, fate: Fate) -> String {
    ask(world, 3);
    let mut label = None;
    world.turn_with(|step| match step {
        Step::Create { label: of, .. } => {
            label = Some(of.clone());
            fate
        }
        _ => Fate::Done,
    });
    label.unwrap()
}

/// When the label was looked up, in seconds after it was sent.
fn looked_up(world: &World, label: &str) -> Vec<i64> {
    let intended = |of: &dyn Fn(&Step) -> bool| -> Vec<i64> {
        let entries = world.log.iter().filter(|entry| match &entry.draft.fact {
            Fact::Intended { step } => of(step),
            _ => false,
        });
        entries.map(|entry| entry.draft.at.as_second()).collect()
    };
    let sent = intended(&|step| matches!(step, Step::Create { label: of, .. } if of == label))[0];
    let looks = intended(&|step| matches!(step, Step::LookUp { label: of, .. } if of == label));
    looks.into_iter().map(|at| at - sent).collect()
}

#[test]
fn a_create_without_an_answer_was_sent_a_second_time() {
    let mut world = at_rest(2, 6);
    let label = unanswered(&mut world, Fate::Vanished);
    world.pass(seconds(2));
    world.run(seconds(590));
    assert_eq!(looked_up(&world, &label), [2, 32, 122]);
    assert_eq!(
        (world.created, world.state.launches.failures),
        (2, 0),
        "until its time is over it may be on its way"
    );
    world.run(seconds(300));
    assert_eq!((world.created, world.serving()), (3, 3), "then it is a failed launch, and another is made");
    assert!(world.machines.values().all(|machine| machine.instance.label != label), "in another slot");
    world.run(seconds(2 * HOUR));
    let looks = looked_up(&world, &label);
    assert!(looks.len() == 5 && (4_200..4_300).contains(&looks[4]), "once more an hour later: {looks:?}");
    assert!(world.state.closed.is_empty());
}

#[test]
fn a_create_that_landed_after_it_was_given_up_stayed_for_ever() {
    for listed in [false, true] {
        let mut world = at_rest(2, 6);
        let label = unanswered(&mut world, Fate::Vanished);
        world.run(seconds(1_200));
        assert_eq!((world.created, world.serving()), (3, 3));
        let kind = world.group.template.types[0].clone();
        let template = world.group.template.hash.clone();
        let slot = world.group.name.slot_of(&world.state.incarnation, &label).unwrap();
        world.happen(&Step::Create { slot, label: label.clone(), instance_type: kind, template });
        let late =
            world.machines.values().find(|machine| machine.instance.label == label).unwrap().instance.id;
        if !listed {
            // Its tags are missing, so that only its label tells.
            world.stripped.insert(late);
        }
        world.run(seconds(2 * HOUR));
        if !listed {
            assert!(
                world.state.member_of(late).is_some_and(|member| member.failed),
                "it is known, and not touched"
            );
            world.stripped.clear();
            world.run(seconds(HOUR));
        }
        assert!(!world.machines.contains_key(&late), "it is led out, listed: {listed}");
        assert_eq!((world.machines.len(), world.serving(), world.created), (3, 3, 4));
    }
}

#[test]
fn a_create_that_is_found_has_its_time_from_its_creation_on() {
    let mut world = at_rest(2, 6);
    world.boot = seconds(500);
    ask(&mut world, 3);
    let (_, _, intents) = world.intend();
    // It lands 40 s late, and nobody is told.
    world.pass(seconds(10));
    for (id, step) in &intents {
        world.answer(*id, step, Fate::Vanished);
    }
    world.pass(seconds(30));
    intents.iter().for_each(|(_, step)| world.happen(step));
    let landed = world.now;
    world.pass(seconds(30));
    world.turn();
    let member = world.state.members.values().last().unwrap();
    assert_eq!((member.launched, member.instance.is_some()), (landed, true));
}

#[test]
fn a_member_that_survives_its_warm_up_ends_the_back_off() {
    let mut world = at_rest(2, 6);
    world.bad_image = true;
    ask(&mut world, 3);
    world.run(seconds(2 * HOUR));
    assert!(world.state.launches.failures > 1);
    world.bad_image = false;
    world.run(seconds(2 * HOUR));
    assert_eq!((world.state.launches.failures, world.serving()), (0, 3));
}

#[test]
fn one_instance_without_tags_that_dies_is_replaced() {
    let mut world = grown(2, 5, 4);
    let id = *world.machines.keys().next().unwrap();
    world.stripped.insert(id);
    world.run(seconds(HOUR));
    world.machines.get_mut(&id).unwrap().healthy = false;
    let created = world.created;
    world.run(seconds(HOUR));
    assert_eq!((world.created, world.serving()), (created + 1, 4));
    assert!(world.machines.contains_key(&id), "and it is left alone");
}

#[test]
fn the_cost_ceiling_yields_to_min_when_all_members_are_ill() {
    let mut world = at_rest(2, 6);
    pay_for(&mut world, 1);
    for machine in world.machines.values_mut() {
        machine.healthy = false;
    }
    world.run(seconds(3 * HOUR));
    assert_eq!(world.serving(), 2, "{}", world.look());
}

#[test]
fn an_outage_of_all_members_made_more_than_the_group_may_have() {
    let mut world = at_rest(2, 12);
    pay_for(&mut world, 4);
    let (created, mut most) = (world.created, 0);
    for turn in 0..3 * HOUR / 10 {
        let out = turn < HOUR / 10;
        world.machines.values_mut().for_each(|machine| machine.healthy = !out);
        world.bad_image = out;
        world.turn();
        world.pass(seconds(10));
        most = most.max(world.machines.len());
    }
    assert!(most <= 5, "{most} existed under a ceiling of four, which yields to one replacement at a time");
    let launched = world.created - created;
    assert!(launched <= 12, "{launched} were created in an hour below min");
    assert_eq!((world.serving(), world.machines.len()), (2, 2), "{}", world.look());
}

/// High fires, and for two minutes the cloud refuses creates: so long it takes until four serve.
fn served_after(refusal: Refusal) -> Duration {
    let mut world = at_rest(2, 8);
    let began = world.now;
    while world.serving() < 4 {
        world.hear("WebCpuHigh", AlertState::Firing);
        let waited = elapsed(began, world.now);
        assert!(waited < seconds(HOUR), "{}", world.look());
        let create = if waited < seconds(120) { Fate::Refused(refusal) } else { Fate::Done };
        world.turn_with(|step| if matches!(step, Step::Create { .. }) { create } else { Fate::Done });
        world.pass(seconds(10));
    }
    elapsed(began, world.now)
}

#[test]
fn a_cloud_that_was_out_of_order_for_two_minutes_kept_creates_waiting_for_five() {
    for refusal in [Refusal::RateLimited, Refusal::NotSent, Refusal::Transient] {
        let after = served_after(refusal);
        assert!(after <= seconds(200), "{refusal:?}: {after:?}, of which a boot takes 45 s");
    }
}

#[test]
fn a_large_group_began_all_its_creates_in_one_turn() {
    let mut world = World::new(web(15, 40));
    let mut created = Vec::new();
    for _ in 0..3 {
        world.turn();
        world.pass(seconds(10));
        created.push(world.created);
    }
    assert_eq!(created, [10, 15, 15]);
}
