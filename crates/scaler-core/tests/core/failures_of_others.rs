//! How others failed, a test a failure, named after it.

use scaler_core::model::{
    AlertState, Amount, InstanceStatus, Mode, OnUnknown, Phase, Signal, Signals, StepPolicy, Thresholds,
    after,
};
use scaler_core::reconcile::{Observation, reconcile};
use scaler_core::state::{Cause, Fact, GroupMode, Hold, Mark, Refusal, Step};

use super::world::{CONFIG, Fate, World, at_rest, grown, seconds};

fn creates(world: &World) -> usize {
    world
        .log
        .iter()
        .filter(|entry| matches!(&entry.draft.fact, Fact::Intended { step: Step::Create { .. } }))
        .count()
}

/// What a turn would notice of the members, whatever the policies say.
fn noticed(world: &World, observation: &Observation) -> Vec<Fact> {
    let signals = Signals::read(&world.group, &world.alerts, &world.freshness, world.now);
    let turn = reconcile(&world.group, observation, &signals, &world.state, world.now);
    let facts = turn.facts.into_iter().map(|(fact, _)| fact);
    facts.filter(|fact| !matches!(fact, Fact::SignalChanged { .. })).collect()
}

#[test]
fn staircase_a_firing_alert_adds_each_tick_until_max() {
    let mut world = at_rest(2, 12);
    world.run_with("WebCpuHigh", seconds(40));
    assert_eq!(world.state.desired, Some(4), "one step, however often it is decided");
}

#[test]
fn booting_cpu_skews_the_mean_and_more_are_added() {
    let mut world = at_rest(2, 12);
    // Boot takes 45 s and the warm-up 120 s: the alert fires all the while.
    world.run_with("WebCpuHigh", seconds(160));
    assert_eq!(world.state.desired, Some(4), "members that warm up are capacity and no evidence");
    world.run_with("WebCpuHigh", seconds(60));
    assert_eq!(
        world.state.desired,
        Some(8),
        "if it still fires when they are warm, the next step follows by itself"
    );
}

#[test]
fn oscillation_fewer_members_would_cross_the_high_threshold() {
    let mut world = grown(2, 8, 3);
    world.group.thresholds = Some(Thresholds::new(0.5, 0.8));
    world.hear("WebCpuLow", AlertState::Firing);
    world.alter("WebCpuLow", |row| drop(row.alert.annotations.insert("value".into(), "0.49".into())));
    for _ in 0..200 {
        let now = world.now;
        world.alter("WebCpuLow", |row| row.heard = now);
        world.turn();
        world.pass(seconds(10));
    }
    assert_eq!(world.state.desired, Some(3), "0.49 × 3/2 is over 0.9 × 0.8");
    let (decision, _) = world.turn();
    assert!(decision.holds.contains(&Hold::WouldOverload), "{decision:?}");
}

#[test]
fn metrics_gone_read_as_zero_scale_to_min_at_peak() {
    let mut world = grown(2, 8, 6);
    world.hear("WebCpuLow", AlertState::Firing);
    // Nobody confirms it any more: the metrics are gone.
    world.run(seconds(7200));
    assert_eq!(world.state.desired, Some(6));
    let signals = Signals::read(&world.group, &world.alerts, &world.freshness, world.now);
    assert_eq!(signals.together(), Signal::Unknown, "silence is not low");
}

#[test]
fn resolved_because_prometheus_died() {
    let mut world = grown(2, 8, 6);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(7200));
    assert_eq!(world.state.desired, Some(6), "resolved alone removes nothing");

    let on = [("alertname".to_owned(), "WebCpuHigh".to_owned())].into();
    let mut policy = StepPolicy::on(on).adding(Amount::Count(1));
    policy.when_resolved = Some(Amount::Count(1));
    world.group.policies = vec![policy];
    world.freshness.heartbeat = [("alertname".to_owned(), "Watchdog".to_owned())].into();
    world.run(seconds(7200));
    assert_eq!(world.state.desired, Some(6), "nor with a policy that says so, while the heartbeat is dead");
    world.run_with("Watchdog", seconds(3000));
    assert!(world.state.desired < Some(6), "with the heartbeat alive it does, after remove.low_for");
}

#[test]
fn cpu_low_because_a_backend_is_broken() {
    let mut world = grown(2, 8, 6);
    world.machines.values_mut().next().unwrap().healthy = false;
    // The companion of max_unhealthy: nothing is removed by a low signal while a member is unhealthy.
    world.group.replace.after = seconds(36_000);
    world.run_with("WebCpuLow", seconds(7200));
    assert_eq!(world.state.desired, Some(6));
}

#[test]
fn partial_inventory_ends_healthy_servers() {
    let mut world = grown(2, 8, 6);
    let all = world.machines.clone();
    let kept = *all.keys().next().unwrap();
    // Half a list: known instances are asked for by id, and those answer.
    let mut observation = world.observe();
    observation.instances.retain(|instance| instance.id == kept);
    observation.absent.clear();
    assert_eq!(noticed(&world, &observation), vec![]);
    // Most of them answer 404, for a moment only.
    let quiet = (world.created, world.deleted);
    world.machines.retain(|id, _| *id == kept);
    world.turn();
    assert_eq!((world.created, world.deleted), quiet, "an implausible observation changes nothing");
    world.pass(seconds(10));
    world.machines = all;
    world.run(seconds(600));
    assert_eq!((world.created, world.deleted, world.serving()), (quiet.0, quiet.1, 6));
}

#[test]
fn the_switched_off_scaler_is_switched_on_by_a_restart() {
    let mut world = grown(2, 8, 6);
    let (who, why) = ("ops".to_owned(), "migration".to_owned());
    world.append(Cause::operator("x"), Fact::ModeSet { mode: GroupMode::Paused, until: None, who, why });
    world.begin("after the deploy");
    world.run_with("WebCpuLow", seconds(7200));
    assert_eq!((world.serving(), world.state.mode), (6, GroupMode::Paused));
}

#[test]
fn overload_fails_health_checks_and_is_replaced() {
    let mut world = grown(4, 12, 6);
    let ill: Vec<_> = world.machines.keys().copied().take(3).collect();
    for id in &ill {
        world.machines.get_mut(id).unwrap().healthy = false;
    }
    world.bad_image = true;
    world.run(seconds(3600));
    assert!(world.machines.len() > 3, "what lacks is launched");
    assert!(
        ill.iter().all(|id| world.machines.contains_key(id)),
        "over max_unhealthy nothing goes without a replacement"
    );
    world.bad_image = false;
    for machine in world.machines.values_mut().filter(|machine| !ill.contains(&machine.instance.id)) {
        machine.healthy = true;
    }
    world.run(seconds(3 * 3600));
    assert!(
        ill.iter().all(|id| !world.machines.contains_key(id)),
        "with replacements that warmed up they go"
    );
    assert_eq!(world.serving(), 6);
}

#[test]
fn drain_blocks_scale_up() {
    let mut world = grown(2, 8, 4);
    world.group.remove.drain = seconds(900);
    while world.state.desired == Some(4) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world.run_with("WebCpuLow", seconds(20));
    world.hear("WebCpuLow", AlertState::Resolved);
    let before = world.created;
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    assert!(world.created > before, "what is added does not wait for a drain");
}

#[test]
fn a_draining_member_is_deleted_while_new_ones_are_created() {
    let mut world = grown(2, 3, 3);
    while world.state.desired == Some(3) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world.run_with("WebCpuLow", seconds(20));
    world.hear("WebCpuLow", AlertState::Resolved);
    let (created, deleted) = (world.created, world.deleted);
    world.run_with("WebCpuHigh", seconds(600));
    assert_eq!((world.created, world.deleted, world.serving()), (created, deleted, 3));
}

#[test]
fn drained_then_deletion_refused_and_the_capacity_is_lost() {
    let mut world = grown(2, 3, 3);
    let end = after(world.now, seconds(3 * 3600));
    while world.now < end && world.state.members.values().all(|member| member.refused.is_none()) {
        world.hear("WebCpuLow", AlertState::Firing);
        world.turn_with(|step| match step {
            Step::Deregister { .. } => Fate::Refused(Refusal::Guarded),
            _ => Fate::Done,
        });
        world.pass(seconds(10));
    }
    world.run_with("WebCpuLow", seconds(60));
    assert_eq!(world.serving(), 3, "back to accept");
    // A lock that is seen before: it is not chosen.
    let mut world = grown(2, 3, 3);
    for machine in world.machines.values_mut() {
        machine.instance.locked = true;
    }
    world.run_with("WebCpuLow", seconds(7200));
    assert_eq!(world.serving(), 3);
}

#[test]
fn crash_between_drain_and_delete_and_nobody_continues() {
    for lose_the_store in [false, true] {
        let mut world = grown(2, 3, 3);
        while world.nodes.values().all(|node| node.mode == Mode::Accept) {
            world.run_with("WebCpuLow", seconds(10));
        }
        if lose_the_store {
            world.lose_store("other");
        } else {
            world.begin("again");
        }
        world.run_with("WebCpuLow", seconds(4 * 3600));
        assert_eq!(
            (world.machines.len(), world.nodes.len(), world.serving()),
            (2, 2, 2),
            "{:#?}",
            world.state
        );
    }
}

#[test]
fn created_answer_lost_leaks_or_doubles() {
    let mut world = at_rest(2, 8);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn_with(|_| Fate::Lost);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.begin("again");
    world.run(seconds(900));
    assert_eq!((world.machines.len(), world.serving(), world.created), (4, 4, 4));
    // And where it did not happen, another is created in the end.
    let mut world = at_rest(2, 8);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn_with(|_| Fate::Vanished);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(900));
    assert_eq!((world.machines.len(), world.serving(), creates(&world)), (4, 4, 6));
}

#[test]
fn a_create_that_could_not_be_looked_up_is_forgotten() {
    let mut world = at_rest(2, 8);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn_with(|_| Fate::Lost);
    world.hear("WebCpuHigh", AlertState::Resolved);
    for refusal in [Refusal::NotSent, Refusal::Transient] {
        world.pass(seconds(40));
        // The lists lag, so they are not found; nor can they be looked up.
        let hidden = std::mem::take(&mut world.machines);
        let kept = hidden
            .clone()
            .into_iter()
            .filter(|(_, machine)| world.state.member_of(machine.instance.id).is_some());
        world.machines = kept.collect();
        world.turn_with(|_| Fate::Refused(refusal));
        world.machines = hidden;
    }
    world.run(seconds(900));
    assert_eq!((world.machines.len(), world.state.members.len(), world.created), (4, 4, 4));
}

#[test]
fn a_new_machine_is_deleted_as_an_orphan() {
    let mut world = at_rest(2, 8);
    let label = world.group.name.label("zzzzz", scaler_core::model::Slot(9));
    let kind = world.group.template.types[0].clone();
    let template = world.group.template.hash.clone();
    world.happen(&Step::Create { slot: scaler_core::model::Slot(9), label, instance_type: kind, template });
    world.run(seconds(100));
    assert_eq!(world.state.members.len(), 3, "what carries our marks is found, and becomes a member");
    world.run(seconds(3600));
    assert_eq!((world.machines.len(), world.deleted), (3, 0), "nothing is removed for being unknown");
    let asked = Fact::SizeAsked { desired: 2, floor_until: None, over_budget: false };
    world.append(Cause::operator("ops"), asked);
    world.run(seconds(3600));
    let drained = world.log.iter().any(|entry| {
        matches!(&entry.draft.fact, Fact::Intended { step: Step::SetMode { mode: Mode::Drain, .. } })
    });
    assert!(drained, "one too many, some member drains in full before it goes");
    assert_eq!((world.deleted, world.serving()), (1, 2));
}

#[test]
fn errored_machines_counted_as_capacity_starve_the_group() {
    let mut world = at_rest(2, 6);
    world.bad_image = true;
    world.run_with("WebCpuHigh", seconds(2 * 3600));
    let launched = world.created;
    assert!(launched < 2 + 40, "nor are creates endless: {launched}");
    world.bad_image = false;
    world.run_with("WebCpuHigh", seconds(3600));
    assert_eq!(world.serving(), 6, "failed launches go and make room");
}

#[test]
fn quota_or_capacity_loop() {
    let mut world = at_rest(2, 6);
    let mut tries = 0;
    for _ in 0..360 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn_with(|step| match step {
            Step::Create { .. } => {
                tries += 1;
                Fate::Refused(Refusal::Account)
            }
            _ => Fate::Done,
        });
        world.pass(seconds(10));
    }
    assert!(tries <= 12, "an hour of an account limit must not be an hour of creates: {tries}");
    assert!(world.state.launches.halted.is_some(), "and it is said");
    // A type that is sold out moves on to the next one.
    let mut world = at_rest(2, 6);
    let mut kinds = Vec::new();
    for _ in 0..6 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn_with(|step| match step {
            Step::Create { instance_type, .. } => {
                kinds.push(instance_type.to_string());
                if instance_type.0 == "g6-standard-2" { Fate::Refused(Refusal::SoldOut) } else { Fate::Done }
            }
            _ => Fate::Done,
        });
        world.pass(seconds(10));
    }
    assert_eq!(kinds, ["g6-standard-2", "g6-standard-2", "g6-dedicated-2", "g6-dedicated-2"]);
}

#[test]
fn lost_webhook_only_the_down_arrives() {
    let mut world = at_rest(2, 8);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(3600));
    assert_eq!((world.state.desired, world.serving()), (Some(2), 2), "a table of states, no counters");
    // Doubled and reordered: the last word counts, and nothing is added twice.
    world.hear("WebCpuHigh", AlertState::Firing);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(4));
}

#[test]
fn cooldown_in_memory_is_gone_at_restart() {
    let mut world = grown(2, 8, 5);
    while world.state.desired == Some(5) {
        world.run_with("WebCpuLow", seconds(10));
    }
    let removed = world.now;
    while world.state.desired == Some(4) {
        world.begin("again and again");
        world.run_with("WebCpuLow", seconds(300));
        assert!(world.now < after(removed, seconds(7200)), "restarts hold nothing for ever");
    }
    assert!(world.now >= after(removed, world.group.remove.every), "nor do they shorten the pause");
    // With the store lost, everything counts as just begun.
    let mut world = grown(2, 8, 5);
    world.run_with("WebCpuLow", seconds(590));
    world.lose_store("other");
    world.run_with("WebCpuLow", seconds(590));
    assert_eq!(world.serving(), 5);
}

#[test]
fn down_cooldown_delays_up() {
    let mut world = grown(2, 8, 4);
    while world.state.desired == Some(4) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world.hear("WebCpuLow", AlertState::Resolved);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(6), "at once");
}

#[test]
fn a_dry_run_that_acts() {
    let mut world = at_rest(2, 8);
    let (who, why) = ("ops".to_owned(), "look".to_owned());
    world.append(Cause::operator("x"), Fact::ModeSet { mode: GroupMode::Observe, until: None, who, why });
    world.hear("WebCpuHigh", AlertState::Firing);
    let observation = world.observe();
    let signals = Signals::read(&world.group, &world.alerts, &world.freshness, world.now);
    let turn = reconcile(&world.group, &observation, &signals, &world.state, world.now);
    assert_eq!(turn.decision.desired, Some(4), "it shows what it would do");
    assert!(turn.plan.steps.is_empty());

    let mut world = grown(2, 8, 4);
    let (who, why) = ("ops".to_owned(), "look".to_owned());
    world.append(Cause::operator("x"), Fact::ModeSet { mode: GroupMode::Observe, until: None, who, why });
    world.run_with("WebCpuLow", seconds(1500));
    let (decision, plan) = world.turn();
    assert_eq!((decision.desired, plan.steps.len()), (Some(3), 0), "a removal too: {decision}");
}

#[test]
fn two_owners_of_the_size() {
    let mut world = at_rest(2, 8);
    let until = after(world.now, seconds(7200));
    let cause = Cause::operator("release 4.2");
    world.append(cause.clone(), Fact::SizeAsked { desired: 5, floor_until: Some(until), over_budget: false });
    world.run_with("WebCpuLow", seconds(7000));
    assert_eq!(world.state.desired, Some(5), "a floor until then");
    let decided =
        world.log.iter().rev().find(|entry| matches!(entry.draft.fact, Fact::Decided { .. })).unwrap();
    assert_eq!(decided.draft.cause, cause, "and the log says who set it");
    world.run_with("WebCpuLow", seconds(7200));
    assert!(world.state.desired < Some(5), "then the policies go on from it");
}

#[test]
fn deletes_busy_ones_outside_every_schedule() {
    let mut world = grown(2, 8, 6);
    world.group.policies.retain(|policy| !policy.can_remove());
    world.run_with("WebCpuLow", seconds(7200));
    assert_eq!(world.serving(), 6, "no policy that can remove: hold");
}

#[test]
fn one_instance_speaks_for_the_group() {
    let mut world = grown(2, 8, 4);
    for _ in 0..700 {
        world.hear("WebCpuLow", AlertState::Firing);
        let instance = ("instance".to_owned(), "127.0.0.1:9100".to_owned());
        world.alter("WebCpuLow", |row| row.alert.labels.extend([instance]));
        world.turn();
        world.pass(seconds(10));
    }
    assert_eq!(world.serving(), 4);
}

#[test]
fn unknown_signals_keep_at_least_what_is_asked() {
    let mut world = at_rest(2, 8);
    world.group.on_unknown = OnUnknown::AtLeast(3);
    world.hear("WebCpuHigh", AlertState::Suppressed);
    world.run(seconds(300));
    assert_eq!(world.serving(), 3);
}

#[test]
fn a_member_that_flaps_is_replaced_once() {
    let mut world = at_rest(3, 8);
    let flapping = *world.machines.keys().next().unwrap();
    let before = world.created;
    for n in 0..1440_u64 {
        if let Some(machine) = world.machines.get_mut(&flapping) {
            machine.healthy = (n / 20) % 2 == 1;
        }
        world.turn();
        world.pass(seconds(10));
    }
    assert_eq!((world.created - before, world.serving()), (1, 3));
    assert!(!world.machines.contains_key(&flapping));
}

#[test]
fn a_persons_drain_is_held_like_standby() {
    let mut world = at_rest(2, 8);
    let drained = world.nodes.values_mut().next().unwrap();
    drained.mode = Mode::Drain;
    let label = drained.label.clone();
    world.run(seconds(3600));
    assert_eq!(world.nodes.values().filter(|node| node.mode == Mode::Drain).count(), 1, "not touched");
    assert_eq!(world.serving(), 2, "and not counted");
    let held = world.state.members.values().filter(|member| member.phase == Phase::Standby).count();
    assert_eq!(held, 1);
    for node in world.nodes.values_mut() {
        node.mode = Mode::Accept;
    }
    world.turn();
    let member = world.state.members.values().find(|member| member.label == label).unwrap();
    assert_eq!(member.phase, Phase::Warming, "when the person ends it, it serves again");
}

#[test]
fn protected_and_standby_members_are_never_removed() {
    let mut world = grown(1, 8, 3);
    let slots: Vec<_> = world.state.members.keys().copied().collect();
    world.append(Cause::operator("x"), Fact::Marked { slot: slots[2], mark: Mark::Protected });
    world.append(Cause::operator("x"), Fact::Marked { slot: slots[1], mark: Mark::Standby });
    let kept = [slots[1], slots[2]].map(|slot| world.state.members[&slot].instance.unwrap());
    world.run_with("WebCpuLow", seconds(4 * 3600));
    assert!(kept.iter().all(|id| world.machines.contains_key(id)));
}

#[test]
fn an_instance_that_lost_our_tag_is_marked_and_untouched() {
    let mut world = at_rest(2, 8);
    let id = *world.machines.keys().next().unwrap();
    let mut observation: Observation = world.observe();
    observation.instances.retain(|instance| instance.id != id);
    observation.untagged.insert(id);
    let slot = world.state.member_of(id).unwrap().slot;
    let facts = noticed(&world, &observation);
    assert_eq!(facts, vec![Fact::Marked { slot, mark: Mark::Untagged }]);
}

#[test]
fn a_member_that_vanished_is_replaced_after_two_looks_and_its_node_swept() {
    let mut world = at_rest(4, 8);
    let id = *world.machines.keys().next().unwrap();
    let label = world.machines.remove(&id).unwrap().instance.label;
    assert!(world.nodes.values().any(|node| node.label == label && node.config == CONFIG));
    let before = world.created;
    world.turn();
    world.pass(seconds(10));
    world.turn();
    assert_eq!(world.created, before, "one 404 proves nothing");
    world.run(seconds(600));
    assert_eq!((world.created, world.serving(), world.nodes.len()), (before + 1, 4, 4));
    assert!(world.machines.values().all(|machine| machine.instance.status == InstanceStatus::Running));
}

#[test]
fn a_poll_that_was_begun_before_a_notification_is_older_than_it() {
    let mut world = at_rest(2, 8);
    world.hear("WebCpuHigh", AlertState::Firing);
    let polled = world.alerts.row("WebCpuHigh").unwrap().alert;
    let begun = world.now;
    world.pass(seconds(2));
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.poll(vec![polled.clone()], begun);
    assert_eq!(world.alerts.row("WebCpuHigh").unwrap().alert.state, AlertState::Resolved);
    world.poll(vec![polled], after(world.now, seconds(1)));
    assert_eq!(world.alerts.row("WebCpuHigh").unwrap().alert.state, AlertState::Firing, "a later one counts");
    world.poll(vec![], after(world.now, seconds(400)));
    assert_eq!(
        world.alerts.row("WebCpuHigh").unwrap().alert.state,
        AlertState::Resolved,
        "absent for five minutes"
    );
}

#[test]
fn an_alert_that_left_the_polls_is_neither_high_nor_low() {
    let mut world = at_rest(2, 8);
    world.freshness.poll = Some(seconds(15));
    world.hear("WebCpuHigh", AlertState::Firing);
    let firing = world.alerts.row("WebCpuHigh").unwrap().alert;
    let says =
        |world: &World| Signals::read(&world.group, &world.alerts, &world.freshness, world.now).together();
    world.poll(vec![firing], world.now);
    assert_eq!(says(&world), Signal::High);
    for _ in 0..4 {
        world.pass(seconds(15));
        world.poll(vec![], world.now);
    }
    assert_eq!(says(&world), Signal::Unknown, "three polls did not show it");
    for _ in 0..20 {
        world.pass(seconds(15));
        world.poll(vec![], world.now);
    }
    assert_eq!(says(&world), Signal::Neutral, "absent for five minutes it is resolved");
    world.pass(seconds(60));
    assert_eq!(says(&world), Signal::Unknown, "and nobody polls any more");
}
