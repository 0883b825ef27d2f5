//! Stories with a plot: what goes wrong is told, and what must not follow from it is the judge's business.

use std::future::Future;
use std::pin::Pin;

use scaler_core::model::InstanceId;
use scaler_core::runtime::{ScaleRequest, TargetSize};
use scaler_core::state::{Cause, GroupMode};

use super::invariants::Breach;
use super::kill_switch::{Blow, Fate};
use super::simulate;
use super::world::{Quirk, Setup, World, seconds};

/// A story.
pub struct Scene {
    pub name: &'static str,
    play: fn(World) -> Pin<Box<dyn Future<Output = World>>>,
}

impl Scene {
    /// Plays it; what was broken, and the story.
    pub fn play(&self, quirk: Quirk) -> (Vec<Breach>, Vec<String>) {
        simulate(async {
            let mut setup = Setup::new(11, 2, 6);
            setup.quirk = quirk;
            setup.moves = true;
            let mut world = World::new(setup).await;
            world.load(1.0);
            world.start();
            world.comes_to_rest().await;
            let world = (self.play)(world).await;
            (world.judge.breaches(), world.judge.story())
        })
    }
}

macro_rules! scenes {
    ($($name:ident)*) => {
        /// All of them.
        pub const SCENES: &[Scene] =
            &[$(Scene { name: stringify!($name), play: |world| Box::pin($name(world)) }),*];

        mod play {
            $(#[test]
            fn $name() {
                super::plays(stringify!($name));
            })*
        }
    };
}

scenes! {
    up_to_the_maximum_and_down_again
    a_silence_holds_what_could_remove
    a_person_takes_a_member_away_while_it_drains
    answers_are_lost
    answers_come_as_408_though_it_happened
    an_answer_is_lost_at_the_maximum_and_lists_lag
    lists_are_halved_while_it_grows
    a_short_list_and_errors_by_id
    a_pause_holds_over_a_restart
    windows_hold_over_a_restart
    the_removal_budget_holds_over_a_restart
    two_processes_at_once
    a_member_falls_ill
    nothing_is_removed_while_one_is_missing
    a_low_signal_breaks_off_during_a_slow_turn
    protected_members_stay
    launches_fail
    creates_are_rate_limited
    the_store_is_lost_while_one_drains
    an_empty_list_after_the_store_was_lost
    a_process_is_frozen_between_a_permit_and_its_drain
    a_process_is_frozen_while_it_observes
    a_person_deletes_whatever_is_created
    a_create_is_held_up_and_its_boot_is_slow
    a_create_lands_after_the_store_was_lost
    one_is_ill_when_the_load_falls
    a_look_up_by_id_answers_404
    a_group_moves_while_it_grows_and_back_while_it_shrinks
    a_backup_is_put_back
}

fn plays(name: &str) {
    let scene = SCENES.iter().find(|scene| scene.name == name).unwrap();
    let (breaches, story) = scene.play(Quirk::default());
    assert!(breaches.is_empty(), "{}\n{breaches:#?}", story.join("\n"));
}

async fn grown(world: &mut World, size: u32) {
    let ask = ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("to begin with"));
    if let Some(process) = world.processes.last() {
        process.scaler.group("web").unwrap().ask(ask).submit().await.unwrap();
    }
    world.pass(seconds(15)).await;
    world.comes_to_rest().await;
}

/// Until one drains.
async fn drains(world: &mut World) -> Option<u64> {
    let draining = |world: &World| {
        world.judge.with(|truth, _| truth.lives.iter().find(|(_, life)| life.drains()).map(|(id, _)| *id))
    };
    world.run_on(seconds(900), |world| draining(world).is_some()).await;
    draining(world)
}

async fn up_to_the_maximum_and_down_again(mut world: World) -> World {
    world.load(5.0);
    world.pass(seconds(120)).await;
    world.comes_to_rest().await;
    world.load(0.2);
    world.pass(seconds(420)).await;
    world.rests().await;
    world
}

async fn a_silence_holds_what_could_remove(mut world: World) -> World {
    world.load(1.6);
    grown(&mut world, 4).await;
    world.silence(true);
    world.load(0.2);
    world.pass(seconds(400)).await;
    world.silence(false);
    world.rests().await;
    world
}

async fn a_person_takes_a_member_away_while_it_drains(mut world: World) -> World {
    grown(&mut world, 3).await;
    world.load(0.5);
    if let Some(id) = drains(&mut world).await {
        world.person("PUT", &format!("/linode/instances/{id}"), r#"{"tags": ["mine"]}"#).await;
        world.pass(seconds(120)).await;
        if !world.sim.snapshot().instances.iter().any(|one| one.id == id) {
            world.judge.breach("I5", "what a person took away was deleted");
        }
    }
    world
}

async fn answers_are_lost(mut world: World) -> World {
    world.faults("create:lost*2,POST /nodebalancers/*/configs/*/nodes:lost*2");
    world.load(5.0);
    world.pass(seconds(120)).await;
    world.comes_to_rest().await;
    world.faults("PUT /nodebalancers/*/configs/*/nodes/*:lost*2,delete:lost*1,DELETE /nodebalancers/*/configs/*/nodes/*:lost*1");
    world.load(0.2);
    world.pass(seconds(420)).await;
    world.rests().await;
    world
}

async fn answers_come_as_408_though_it_happened(mut world: World) -> World {
    world.faults("create:lost=408*3,POST /nodebalancers/*/configs/*/nodes:lost=408*3");
    world.load(5.0);
    world.pass(seconds(120)).await;
    world.rests().await;
    world
}

async fn an_answer_is_lost_at_the_maximum_and_lists_lag(mut world: World) -> World {
    world.load(2.0);
    grown(&mut world, 5).await;
    world.faults("create:lost*1,list:lag=20s~60s");
    world.load(5.0);
    world.pass(seconds(120)).await;
    world.rests().await;
    world
}

async fn lists_are_halved_while_it_grows(mut world: World) -> World {
    world.load(1.2);
    grown(&mut world, 4).await;
    world.faults("instances:half~60s");
    world.load(5.0);
    world.pass(seconds(60)).await;
    world.comes_to_rest().await;
    world.faults("GET /nodebalancers/*/configs/*/nodes:half~90s");
    world.load(0.2);
    world.pass(seconds(420)).await;
    world.rests().await;
    world
}

async fn a_short_list_and_errors_by_id(mut world: World) -> World {
    world.load(2.4);
    grown(&mut world, 4).await;
    world.faults("instances:short~120s,GET /linode/instances/*:500~120s");
    world.pass(seconds(150)).await;
    world.rests().await;
    world
}

async fn a_pause_holds_over_a_restart(mut world: World) -> World {
    let scaler = world.processes[0].scaler.clone();
    scaler
        .group("web")
        .unwrap()
        .set_mode(GroupMode::Paused, None, "somebody", "to look at it")
        .await
        .unwrap();
    world.kill_all();
    world.load(5.0);
    world.start();
    world.pass(seconds(120)).await;
    if let Some(process) = world.processes.last() {
        let scaler = process.scaler.clone();
        scaler.group("web").unwrap().set_mode(GroupMode::On, None, "somebody", "looked at").await.unwrap();
    }
    world.pass(seconds(60)).await;
    world.rests().await;
    world
}

async fn windows_hold_over_a_restart(mut world: World) -> World {
    grown(&mut world, 3).await;
    world.load(0.5);
    for _ in 0..4 {
        world.pass(seconds(7)).await;
        world.kill_all();
        world.start();
    }
    world.rests().await;
    world
}

async fn the_removal_budget_holds_over_a_restart(mut world: World) -> World {
    grown(&mut world, 5).await;
    world.load(0.2);
    for _ in 0..8 {
        drains(&mut world).await;
        world.pass(seconds(35)).await;
        world.kill_all();
        world.start();
    }
    world.rests().await;
    world
}

async fn two_processes_at_once(mut world: World) -> World {
    world.load(5.0);
    for _ in 0..3 {
        world.pass(seconds(3)).await;
        world.start();
    }
    world.pass(seconds(120)).await;
    world.comes_to_rest().await;
    world.load(0.2);
    drains(&mut world).await;
    world.start();
    world.rests().await;
    world
}

async fn a_member_falls_ill(mut world: World) -> World {
    world.load(0.65);
    world.pass(seconds(120)).await;
    let oldest = world.judge.with(|truth, _| truth.ours().keys().copied().min());
    world.sim.set_healthy(oldest.unwrap_or_default(), false);
    world.pass(seconds(180)).await;
    world.rests().await;
    world
}

async fn nothing_is_removed_while_one_is_missing(mut world: World) -> World {
    grown(&mut world, 3).await;
    // Low for long enough, and the third goes just before the window ends.
    world.load(0.5);
    world.pass(seconds(8)).await;
    let oldest = world.judge.with(|truth, _| truth.ours().keys().copied().min()).unwrap_or_default();
    world.person("DELETE", &format!("/linode/instances/{oldest}"), "").await;
    world.rests().await;
    world
}

async fn a_low_signal_breaks_off_during_a_slow_turn(mut world: World) -> World {
    grown(&mut world, 3).await;
    world.load(0.5);
    world.pass(seconds(15)).await;
    world.faults("any:hang=25s*1");
    world.pass(seconds(8)).await;
    world.load(1.2);
    world.pass(seconds(8)).await;
    world.load(0.5);
    world.rests().await;
    world
}

async fn protected_members_stay(mut world: World) -> World {
    grown(&mut world, 4).await;
    let newest = world.judge.with(|truth, _| truth.ours().keys().copied().max()).unwrap_or_default();
    if let Some(process) = world.processes.last() {
        let scaler = process.scaler.clone();
        let protected =
            scaler.group("web").unwrap().protect(InstanceId(newest), Cause::operator("a database")).await;
        protected.unwrap();
        world.judge.protect(newest);
    }
    world.kill_all();
    world.start();
    world.load(0.2);
    world.pass(seconds(420)).await;
    world.rests().await;
    world
}

async fn launches_fail(mut world: World) -> World {
    world.faults("boot:never*1,health:never*1");
    world.load(2.4);
    world.pass(seconds(200)).await;
    world.rests().await;
    world
}

async fn creates_are_rate_limited(mut world: World) -> World {
    world.faults("create:429=90*3");
    world.load(2.4);
    world.pass(seconds(400)).await;
    world.rests().await;
    world
}

async fn the_store_is_lost_while_one_drains(mut world: World) -> World {
    grown(&mut world, 4).await;
    world.load(0.2);
    drains(&mut world).await;
    world.pass(seconds(5)).await;
    world.kill_all();
    world.lose_store().await;
    world.start();
    world.pass(seconds(60)).await;
    world.rests().await;
    world
}

async fn an_empty_list_after_the_store_was_lost(mut world: World) -> World {
    grown(&mut world, 5).await;
    world.load(2.0);
    world.kill_all();
    world.lose_store().await;
    world.faults("instances:empty~30s");
    world.start();
    world.pass(seconds(40)).await;
    world.rests().await;
    world
}

/// Nothing of the process goes on at `text`, for longer than any window; then it wakes.
async fn frozen_at(world: &mut World, text: &'static str) {
    if let Some(process) = world.processes.last() {
        process.fuse.arm_at(text, Fate::Landed, Blow::Overtake);
    }
    let happened = world.run(seconds(600), |_| false).await;
    world.judge.tell(format!("{happened:?}: frozen"));
    let _ = world.run(seconds(400), |_| false).await;
    world.judge.tell("it wakes");
    world.processes.iter().for_each(|process| process.fuse.release());
}

async fn a_process_is_frozen_between_a_permit_and_its_drain(mut world: World) -> World {
    grown(&mut world, 4).await;
    world.load(0.2);
    frozen_at(&mut world, "mode: Drain").await;
    world.pass(seconds(420)).await;
    world.rests().await;
    world
}

async fn a_process_is_frozen_while_it_observes(mut world: World) -> World {
    world.load(1.2);
    grown(&mut world, 4).await;
    world.load(0.2);
    world.pass(seconds(23)).await;
    frozen_at(&mut world, "list nodes").await;
    world.load(1.9);
    world.rests().await;
    world
}

async fn a_person_deletes_whatever_is_created(mut world: World) -> World {
    grown(&mut world, 4).await;
    world.load(2.0);
    for _ in 0..6 {
        let ours: Vec<u64> = world.judge.with(|truth, _| truth.ours().into_keys().rev().take(2).collect());
        for id in ours {
            world.person("DELETE", &format!("/linode/instances/{id}"), "").await;
        }
        world.pass(seconds(150)).await;
    }
    world
}

/// Its time begins with the answer, so that it has it when it is up.
async fn a_create_is_held_up_and_its_boot_is_slow(mut world: World) -> World {
    world.pass(seconds(120)).await;
    world.faults("create:hang=25s*1,boot:slow=70s*2");
    world.load(2.05);
    world.pass(seconds(200)).await;
    world.rests().await;
    world
}

async fn a_create_lands_after_the_store_was_lost(mut world: World) -> World {
    world.load(2.05);
    if let Some(process) = world.processes.last() {
        process.fuse.arm_at("create web-", Fate::Late, Blow::Kill);
    }
    let happened = world.run(seconds(60), |_| false).await;
    world.judge.tell(format!("{happened:?}"));
    world.kill_all();
    world.lose_store().await;
    world.start();
    world.pass(seconds(60)).await;
    world.rests().await;
    world
}

async fn one_is_ill_when_the_load_falls(mut world: World) -> World {
    grown(&mut world, 3).await;
    world.pass(seconds(120)).await;
    let oldest = world.judge.with(|truth, _| truth.ours().keys().copied().min()).unwrap_or_default();
    world.judge.tell(format!("instance {oldest} falls ill"));
    world.sim.set_healthy(oldest, false);
    world.pass(seconds(35)).await;
    world.load(0.4);
    world.pass(seconds(60)).await;
    world.sim.set_healthy(oldest, true);
    world.rests().await;
    world
}

/// The list leaves it out, and a look by id does not find it either, once.
async fn a_look_up_by_id_answers_404(mut world: World) -> World {
    grown(&mut world, 4).await;
    world.load(2.0);
    world.faults("instances:short~20s,GET /linode/instances/*:404*1");
    world.pass(seconds(120)).await;
    world.rests().await;
    world
}

async fn a_group_moves_while_it_grows_and_back_while_it_shrinks(mut world: World) -> World {
    let (first, second) = (world.configs[..1].to_vec(), world.configs[1..].to_vec());
    for (home, load) in [(second, 2.05), (first, 0.5)] {
        world.load(load);
        world.pass(seconds(8)).await;
        world.kill_all();
        world.home = home;
        world.start();
        world.pass(seconds(300)).await;
        world.rests().await;
    }
    world
}

/// Those that were created since are kept until somebody decides.
async fn a_backup_is_put_back(mut world: World) -> World {
    let backup = world.back_up().await;
    world.load(2.0);
    grown(&mut world, 5).await;
    world.pass(seconds(120)).await;
    world.load(0.2);
    drains(&mut world).await;
    world.kill_all();
    world.restore(&backup).await;
    world.start();
    world.pass(seconds(420)).await;
    if world.judge.with(|truth, _| truth.ours().len()) < 5 {
        world.judge.breach("older", "somebody went before an operator decided");
    }
    if let Some(process) = world.processes.last() {
        let web = process.scaler.group("web").unwrap();
        web.set_mode(GroupMode::On, None, "somebody", "looked at").await.unwrap();
    }
    world.rests().await;
    world
}
