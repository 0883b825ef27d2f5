//! A group whose `balancers` change leads its members from the old configs to the new ones.

use std::collections::{BTreeMap, BTreeSet};

use scaler_core::model::{Awaited, ConfigId, InstanceId, Mode, Node, elapsed};
use scaler_core::state::{Cause, Fact, GroupMode, Hold, Step};

use super::world::{CONFIG, Fate, World, at_rest, grown, seconds, takes_traffic};

const HOUR: u64 = 3_600;
const NEW: ConfigId = ConfigId(8);

fn ask(world: &mut World, desired: u32) {
    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
    world.append(Cause::operator("ops"), asked);
}

/// The program is started again with other configs.
fn moved(world: &mut World, configs: &[ConfigId]) {
    world.group.balancers = configs.to_vec();
    world.begin("moved");
}

fn at(world: &World, config: ConfigId) -> Vec<&Node> {
    world.nodes.values().filter(|node| node.config == config).collect()
}

fn drawn(world: &World) -> usize {
    world.log.iter().filter(|entry| matches!(entry.draft.fact, Fact::PermitDrawn { .. })).count()
}

#[test]
fn after_a_config_was_replaced_its_old_members_could_never_go() {
    let mut world = grown(2, 4, 4);
    world.nodes.clear();
    moved(&mut world, &[NEW]);
    world.run(seconds(1_200));
    assert_eq!(world.serving_at(NEW), 4);
    ask(&mut world, 2);
    world.run(seconds(4 * HOUR));
    assert_eq!((world.serving(), world.machines.len()), (2, 2), "{}", world.look());
    ask(&mut world, 4);
    world.run(seconds(HOUR));
    for id in world.machines.keys().take(3).copied().collect::<Vec<InstanceId>>() {
        world.machines.get_mut(&id).unwrap().healthy = false;
    }
    world.run(seconds(6 * HOUR));
    assert_eq!((world.serving(), world.machines.len()), (4, 4), "{}", world.look());
}

/// Moves a group of four from one config to another, and stops at each turn; `fate` says what becomes of each step.
fn watch_a_move(world: &mut World, fate: &mut dyn FnMut(&Step) -> Fate, restarts: u64) {
    let permits = drawn(world);
    let machines: BTreeSet<InstanceId> = world.machines.keys().copied().collect();
    let mut drained = false;
    for turn in 0..2 * HOUR / 10 {
        if restarts > 0 && turn % restarts == restarts - 1 {
            world.begin("again");
        }
        world.turn_with(&mut *fate);
        world.settle_cloud();
        assert_eq!(world.serving(), 4, "{}", world.look());
        drained |= at(world, CONFIG).iter().any(|node| node.mode != Mode::Accept);
        assert!(!drained || world.serving_at(NEW) == 4, "nobody leaves before all serve at the new config");
        world.pass(seconds(10));
    }
    assert!(drained, "each node is drained before it goes");
    assert!(at(world, CONFIG).is_empty(), "{}", world.look());
    assert!(at(world, NEW).len() == 4 && at(world, NEW).into_iter().all(takes_traffic));
    assert_eq!(drawn(world), permits, "who serves at the new config needs no permit to leave the old one");
    assert_eq!(world.machines.keys().copied().collect::<BTreeSet<_>>(), machines, "the members stay");
    let quiet = world.log.len();
    world.run(seconds(600));
    assert_eq!(world.log.len(), quiet);
}

#[test]
fn members_stayed_at_the_config_that_their_group_left() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    watch_a_move(&mut world, &mut |_| Fate::Done, 0);
}

#[test]
fn a_move_goes_on_after_crashes_and_lost_answers() {
    for seed in 0..20 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = grown(2, 6, 4);
        moved(&mut world, &[NEW]);
        let mut fate = move |_: &Step| match rng.u32(..5) {
            0 => Fate::Lost,
            1 => Fate::Vanished,
            _ => Fate::Done,
        };
        watch_a_move(&mut world, &mut fate, 47);
    }
}

#[test]
fn a_node_is_drained_in_full_at_the_config_that_its_group_left() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    let (mut drained, mut rejected, mut gone) = (None, None, None);
    for _ in 0..HOUR / 10 {
        world.turn();
        let shown = at(&world, CONFIG);
        let all = |mode| !shown.is_empty() && shown.iter().all(|node| node.mode == mode);
        let now = world.now;
        if all(Mode::Drain) {
            drained.get_or_insert(now);
        } else if all(Mode::Reject) {
            rejected.get_or_insert(now);
        } else if shown.is_empty() {
            gone.get_or_insert(now);
        }
        world.pass(seconds(10));
    }
    let (drained, rejected, gone) = (drained.unwrap(), rejected.unwrap(), gone.unwrap());
    let lasted = |from, to| scaler_core::model::elapsed(from, to);
    assert!(lasted(drained, rejected) >= world.group.remove.drain);
    assert!(lasted(rejected, gone) >= world.group.remove.reject);
}

#[test]
fn a_group_that_leaves_one_of_two_configs_is_taken_off_it() {
    let mut group = super::world::web(3, 6);
    group.balancers = vec![CONFIG, NEW];
    let mut world = World::new(group);
    world.run(seconds(1_200));
    assert_eq!((world.serving_at(CONFIG), world.serving_at(NEW)), (3, 3));
    moved(&mut world, &[NEW]);
    world.run(seconds(HOUR));
    assert_eq!((at(&world, CONFIG).len(), world.serving_at(NEW)), (0, 3), "{}", world.look());
}

#[test]
fn nodes_that_only_their_address_tells_are_led_off_too() {
    let mut group = super::world::web(3, 6);
    group.balancers = vec![CONFIG, NEW];
    let mut world = World::new(group);
    world.run(seconds(1_200));
    world.lose_store("fghij");
    world.run(seconds(1_800));
    moved(&mut world, &[NEW]);
    world.run(seconds(HOUR));
    assert_eq!((at(&world, CONFIG).len(), world.serving_at(NEW)), (0, 3), "{}", world.look());
}

#[test]
fn nothing_was_shown_while_members_left_a_config() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    let mut shown = 0;
    while !at(&world, CONFIG).is_empty() {
        world.run(seconds(10));
        let leaving = at(&world, CONFIG).iter().filter(|node| node.mode != Mode::Accept).count();
        let turn = world.look();
        let waits = turn.waits.iter().filter(|wait| wait.what == Awaited::LeaveConfig).count();
        // One whose time is over is about to be rejected, or taken off.
        assert!(waits <= leaving, "{turn}");
        shown += usize::from(leaving > 0 && waits == leaving);
    }
    assert!(shown > 20, "it took minutes, and was shown {shown} times");
}

#[test]
fn surplus_goes_in_the_middle_of_a_move() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    world.run(seconds(300));
    ask(&mut world, 2);
    world.run(seconds(4 * HOUR));
    assert_eq!((world.serving(), world.machines.len()), (2, 2), "{}", world.look());
    assert_eq!((at(&world, CONFIG).len(), at(&world, NEW).len()), (0, 2));
}

#[test]
fn a_config_that_nobody_comes_up_at_replaces_nobody() {
    for size in [1, 4] {
        let mut world = grown(1, size, size);
        let machines = world.created;
        world.failing.insert(NEW);
        moved(&mut world, &[NEW]);
        world.run(seconds(4 * HOUR));
        assert_eq!((world.serving_at(CONFIG), world.created), (size as usize, machines), "{}", world.look());
        let turn = world.look();
        assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::ConfigLeft { .. })), "{turn}");
        world.failing.clear();
        world.run(seconds(HOUR));
        assert_eq!((at(&world, CONFIG).len(), world.serving_at(NEW)), (0, size as usize));
    }
}

#[test]
fn a_group_that_comes_back_in_the_middle_serves_where_it_was() {
    let mut world = grown(2, 6, 4);
    for until in [100, 200, 300, 500, 600] {
        moved(&mut world, &[NEW]);
        world.run(seconds(until));
        moved(&mut world, &[CONFIG]);
        world.run(seconds(2 * HOUR));
        assert_eq!((world.serving_at(CONFIG), at(&world, NEW).len()), (4, 0), "{until}: {}", world.look());
    }
}

#[test]
fn members_that_were_let_accept_again_were_drained_at_the_other_config_before_that_worked() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    while at(&world, CONFIG).iter().any(|node| node.mode != Mode::Drain) {
        world.run(seconds(10));
    }
    moved(&mut world, &[CONFIG]);
    let mut accepted = BTreeMap::new();
    for _ in 0..60 {
        let now = world.now;
        world.turn_with(|step| {
            match step {
                Step::SetMode { slot, config: CONFIG, mode: Mode::Accept, .. } => {
                    accepted.insert(*slot, now);
                }
                Step::SetMode { slot, config: NEW, mode: Mode::Drain, .. } => {
                    let since = accepted.get(slot).map(|at| elapsed(*at, now));
                    assert!(since.is_some_and(|since| since >= seconds(60)), "{slot}: {since:?}");
                }
                _ => {}
            }
            Fate::Done
        });
        world.pass(seconds(10));
    }
    assert_eq!(
        (accepted.len(), at(&world, NEW).iter().filter(|node| node.mode == Mode::Accept).count()),
        (4, 0)
    );
}

#[test]
fn a_member_that_is_ill_keeps_its_replacement_from_nothing_while_the_group_moves() {
    let mut world = grown(2, 6, 4);
    let ill = *world.machines.keys().next().unwrap();
    world.machines.get_mut(&ill).unwrap().healthy = false;
    moved(&mut world, &[NEW]);
    world.run(seconds(3 * HOUR));
    assert!(!world.machines.contains_key(&ill), "{}", world.look());
    assert_eq!((at(&world, CONFIG).len(), world.serving_at(NEW)), (0, 4));
}

#[test]
fn a_member_without_tags_counted_as_serving_where_it_is_not_registered() {
    let mut world = grown(2, 6, 4);
    let stripped = *world.machines.keys().next().unwrap();
    world.stripped.insert(stripped);
    moved(&mut world, &[NEW]);
    world.run(seconds(HOUR));
    assert_eq!((world.serving_at(CONFIG), world.serving_at(NEW)), (4, 3), "{}", world.look());
    world.stripped.clear();
    world.run(seconds(HOUR));
    assert_eq!((at(&world, CONFIG).len(), world.serving_at(NEW)), (0, 4));
}

#[test]
fn members_that_still_drained_where_the_group_came_back_to_counted_as_serving_there() {
    let mut world = grown(2, 6, 4);
    moved(&mut world, &[NEW]);
    let (mut kept, mut drained) = (None, 0);
    while drained == 0 {
        world.turn_with(|step| match step {
            Step::SetMode { slot, config: CONFIG, mode: Mode::Drain, .. } => {
                drained += 1;
                if *kept.get_or_insert(*slot) == *slot { Fate::Vanished } else { Fate::Done }
            }
            _ => Fate::Done,
        });
        world.pass(seconds(10));
    }
    for (mode, time) in [(GroupMode::Paused, 120), (GroupMode::On, HOUR)] {
        let set = Fact::ModeSet { mode, until: None, who: "ops".into(), why: String::new() };
        world.append(Cause::operator("ops"), set);
        if mode == GroupMode::Paused {
            moved(&mut world, &[CONFIG]);
        }
        for _ in 0..time / 10 {
            let serving = world.serving_at(CONFIG);
            world.turn_with(|step| {
                let leaves = matches!(step, Step::SetMode { config: NEW, mode: Mode::Drain, .. });
                assert!(!leaves || serving == 4, "{step}: {serving} serve where the group is");
                Fate::Done
            });
            world.pass(seconds(10));
        }
    }
    assert_eq!((world.serving_at(CONFIG), at(&world, NEW).len()), (4, 0));
}

#[test]
fn a_paused_group_leaves_no_config() {
    for mode in [GroupMode::AddOnly, GroupMode::Paused] {
        let mut world = at_rest(2, 4);
        let set = Fact::ModeSet { mode, until: None, who: "ops".into(), why: String::new() };
        world.append(Cause::operator("ops"), set);
        moved(&mut world, &[NEW]);
        world.run(seconds(HOUR));
        assert_eq!(world.serving_at(CONFIG), 2);
    }
}
