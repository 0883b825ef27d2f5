//! A Linode API that answers what helps nobody. While it does, nothing is created and nothing removed; it is said what is
//! wrong; webhooks are stored; and once it answers again, what they asked for is done.

use tokio::task::LocalSet;
use tokio::time::Instant;

use super::at_rest;
use crate::rig::{Account, Daemon, alert, eventually, seconds};

/// What the API does, the fault that has it do so, and words that must be told of it; none where nobody can see it.
struct Trouble {
    name: &'static str,
    fault: &'static str,
    told: &'static [&'static str],
}

const TROUBLES: &[Trouble] = &[
    Trouble { name: "401", fault: "any:401", told: &["listing", "401", "token"] },
    Trouble { name: "429", fault: "any:429=1", told: &["listing", "429", "try again"] },
    Trouble { name: "500", fault: "any:500", told: &["listing", "500", "try again"] },
    Trouble {
        name: "nonsense",
        fault: "any:nonsense",
        told: &["listing", "could not be understood", "check"],
    },
    Trouble { name: "half a list", fault: "list:half", told: &["changed while", "read"] },
    Trouble {
        name: "half the instances",
        fault: "GET /linode/instances:half",
        told: &["listing of instances", "changed while"],
    },
    Trouble { name: "half a list that looks whole", fault: "list:short", told: &[] },
    Trouble { name: "an empty list that looks whole", fault: "list:empty", told: &[] },
    Trouble { name: "no answer", fault: "any:hang", told: &["did not answer"] },
    Trouble { name: "broken connections", fault: "any:reset", told: &["listing", "no answer", "try again"] },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_api_answers_nothing_of_use_nothing_is_changed_and_it_is_said_why() {
    let local = LocalSet::new();
    let tried: Vec<_> =
        TROUBLES.iter().map(|trouble| (trouble.name, local.spawn_local(survive(trouble)))).collect();
    let failed = local
        .run_until(async {
            let mut failed = Vec::new();
            for (name, trial) in tried {
                if trial.await.is_err() {
                    failed.push(name);
                }
            }
            failed
        })
        .await;
    assert_eq!(failed, [] as [&str; 0], "see above");
}

async fn survive(trouble: &'static Trouble) {
    let (account, daemon) = at_rest().await;
    let began = Instant::now();
    account.simulator.faults().add_all(trouble.fault).unwrap();
    let before = world(&account);
    // What was read a moment ago, when all was well, may still be acted on.
    tokio::time::sleep(seconds(2)).await;
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;

    if trouble.told.is_empty() {
        // Whatever it makes of it, with what it knows from its log.
        tokio::time::sleep(seconds(5)).await;
    } else {
        let told = eventually(seconds(90), trouble.name, async || told(&daemon).await).await;
        println!("{}: after {:.1} s: {told}", trouble.name, began.elapsed().as_secs_f64());
        for word in trouble.told {
            assert!(told.contains(word), "{}: {word:?} is not in {told:?}", trouble.name);
        }
        assert!(!told.contains("a-token-that-no-log-shows"), "{told}");
        // It speaks of the members as they were.
        assert_eq!(daemon.group().await["in_service"], 2, "{}", trouble.name);
        assert_eq!(world(&account), before, "{}", trouble.name);
    }
    assert_eq!(daemon.get("/healthz").await.status, 200);
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;

    account.simulator.faults().clear();
    let cleared = Instant::now();
    daemon.until_at_rest(4, seconds(120)).await;
    println!("{}: four serve {:.1} s after it was over", trouble.name, cleared.elapsed().as_secs_f64());
    account.assert_whole();
    let after = world(&account);
    assert!(before.0.iter().all(|one| after.0.contains(one)), "{}: {before:?} {after:?}", trouble.name);
    assert!(before.1.iter().all(|one| after.1.contains(one)), "{}: {before:?} {after:?}", trouble.name);
    assert_eq!(account.instances().len(), 4);
    assert_eq!(account.calls("POST /linode/instances"), 4, "creates");
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 0);
}

/// What the daemon says is wrong.
async fn told(daemon: &Daemon) -> Option<String> {
    let group = daemon.group().await;
    let text = |key: &str| group[key].as_str().map(str::to_owned);
    let hold = group["holds"].as_array().and_then(|holds| holds.first());
    let held = hold.and_then(|hold| hold["text"].as_str()).map(str::to_owned);
    text("trouble").or(held)
}

/// Instances by id and label, nodes by id and mode.
type World = (Vec<(u64, String)>, Vec<(u64, linode_sim::NodeMode)>);

fn world(account: &Account) -> World {
    let instances = account.instances().into_iter().map(|one| (one.id, one.label)).collect();
    let nodes = account.nodes().into_iter().map(|node| (node.node, node.mode)).collect();
    (instances, nodes)
}
