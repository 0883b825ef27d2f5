//! Nodes: those of a group whose configs change, and those that lists show late or somebody else has set.

use scaler_core::model::{AlertState, ConfigId, InstanceId, Mode};
use scaler_core::runtime::Scaler;
use scaler_core::state::{Fact, Mark};

use super::{Bench, CONFIG, alert, group, seconds, web_of};

const NEW: ConfigId = ConfigId(8);

fn at(bench: &Bench, config: ConfigId) -> usize {
    bench.cloud.state().nodes.values().filter(|node| node.config == config).count()
}

fn moved(bench: &Bench, seed: u64) -> Scaler {
    bench.scaler([group("web", NEW, 1, 12)], seed)
}

#[tokio::test(start_paused = true)]
async fn members_stayed_registered_at_a_config_that_their_group_left() {
    let bench = Bench::new();
    drop(bench.settled(3, 1).await);
    bench.cloud.state().calls.clear();
    bench.turn_for(&moved(&bench, 2), seconds(1_200)).await;
    assert_eq!((at(&bench, CONFIG), at(&bench, NEW)), (0, 3));
    let calls = bench.cloud.state().calls.clone();
    let first = |what: &str| calls.iter().position(|call| call.starts_with(what)).unwrap();
    let last = |what: &str| calls.iter().rposition(|call| call.starts_with(what)).unwrap();
    assert!(last("register") < first("mode Drain"), "{calls:?}");
    assert!(
        last("mode Drain") < first("mode Reject") && last("mode Reject") < first("deregister"),
        "{calls:?}"
    );
    let drawn = |fact: &Fact| matches!(fact, Fact::PermitDrawn { .. });
    assert!(!bench.facts().await.iter().any(drawn));
    assert_eq!(bench.cloud.serving(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_config_that_was_deleted_kept_its_members_for_ever() {
    let bench = Bench::new();
    drop(bench.settled(3, 1).await);
    bench.cloud.state().gone.insert(CONFIG);
    bench.cloud.state().nodes.clear();
    let scaler = moved(&bench, 2);
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!((at(&bench, NEW), bench.cloud.serving()), (3, 3));
    let forgotten = |fact: &Fact| matches!(fact, Fact::NodeSeen { config: CONFIG, node: None, .. });
    assert_eq!(bench.facts().await.iter().filter(|fact| forgotten(fact)).count(), 3);
    let wanted = web_of(&scaler).scale_to(1).because("the test");
    tokio::join!(bench.turn_for(&scaler, seconds(7_200)), async { wanted.submit().await.unwrap() });
    assert_eq!((at(&bench, NEW), bench.cloud.state().machines.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn who_is_kept_from_accepting_at_the_new_config_is_not_drained_at_the_old_one() {
    let bench = Bench::new();
    drop(bench.settled(2, 1).await);
    let ids: Vec<InstanceId> = bench.cloud.state().machines.keys().copied().collect();
    let (held, ill) = (ids[0], ids[1]);
    let heal = |healthy| bench.cloud.state().machines.get_mut(&ill).unwrap().healthy = healthy;
    heal(false);
    let scaler = moved(&bench, 2);
    let hold = async {
        tokio::time::sleep(seconds(60)).await;
        {
            let mut state = bench.cloud.state();
            let address = state.machines[&held].instance.address.clone().unwrap();
            let mut nodes = state.nodes.values_mut();
            let node = nodes.find(|node| node.config == NEW && node.address == address);
            node.expect("it is registered").mode = Mode::Reject;
        }
        tokio::time::sleep(seconds(30)).await;
        heal(true);
    };
    tokio::join!(hold, bench.turn_for(&scaler, seconds(1_800)));
    let state = bench.cloud.state();
    let address = state.machines[&held].instance.address.clone().unwrap();
    let old = state.nodes.values().find(|node| node.config == CONFIG && node.address == address);
    assert_eq!(old.map(|node| node.mode), Some(Mode::Accept), "a person holds it: it serves on where it did");
}

#[tokio::test(start_paused = true)]
async fn lists_that_lagged_modes_by_more_than_a_minute_let_nobody_go() {
    for lag in [10, 50, 70, 120] {
        let bench = Bench::new();
        let scaler = bench.settled(4, 1).await;
        bench.cloud.state().lag = seconds(lag);
        let low = async {
            for _ in 0..12 * 4 {
                scaler.alerts().notified(vec![alert("WebCpuLow", AlertState::Firing)]).await.unwrap();
                tokio::time::sleep(seconds(300)).await;
            }
        };
        tokio::join!(low, bench.turn_for(&scaler, seconds(4 * 3_600)));
        let facts = bench.facts().await;
        let lapsed = |fact: &&Fact| matches!(fact, Fact::Marked { mark: Mark::Lapsed, .. });
        let drawn = |fact: &&Fact| matches!(fact, Fact::PermitDrawn { .. });
        assert_eq!(facts.iter().filter(lapsed).count(), 0, "{lag} s");
        assert_eq!((bench.cloud.existing(), facts.iter().filter(drawn).count()), (1, 3), "{lag} s");
        assert_eq!(bench.cloud.count("mode"), 6, "drain and reject of three, {lag} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_whose_node_somebody_had_set_to_reject_was_said_to_be_back() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let id: InstanceId = *bench.cloud.state().machines.keys().next().unwrap();
    let address = bench.cloud.state().machines[&id].instance.address.clone().unwrap();
    let node = *bench.cloud.state().nodes.iter().find(|(_, node)| node.address == address).unwrap().0;
    bench.cloud.state().nodes.get_mut(&node).unwrap().mode = Mode::Reject;
    bench.turn_for(&scaler, seconds(300)).await;
    assert_eq!(bench.cloud.serving(), 2, "another one serves in its place");
    let web = web_of(&scaler);
    let activate = async { web.activate(id, "a look").await.unwrap() };
    tokio::join!(activate, bench.turn_for(&scaler, seconds(60)));
    assert_eq!(bench.cloud.state().nodes[&node].mode, Mode::Accept, "who is activated serves");
}
