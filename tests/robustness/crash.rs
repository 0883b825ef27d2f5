//! SIGKILL, and a new start from the same store.

use linode_sim::NodeMode;

use super::at_rest;
use crate::rig::{alert, eventually, seconds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_is_killed_again_and_again_while_it_adds_members_makes_each_once() {
    let (account, mut daemon) = at_rest().await;
    let until = async |what: &str, so: &dyn Fn() -> bool| {
        eventually(seconds(30), what, async || so().then_some(())).await;
    };

    // What was answered is stored, though nothing came of it yet.
    let _late = account.simulator.faults().add_all("create:late=20s").unwrap();
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    daemon.kill();
    println!("killed as soon as the webhook was answered: {} instances", account.instances().len());

    daemon.again().await;
    // The cloud has done it, and nobody has heard of it.
    until("both creates have happened", &|| account.instances().len() > 3).await;
    daemon.kill();
    println!("killed before a create was answered: {} instances", account.instances().len());
    account.simulator.faults().clear();

    daemon.again().await;
    until("a new member runs", &|| {
        account.instances().iter().filter(|one| one.status == "running").count() > 2
    })
    .await;
    daemon.kill();
    println!("killed when a member ran: {} nodes", account.nodes().len());

    daemon.again().await;
    until("a new member is registered", &|| account.nodes().len() > 2).await;
    daemon.kill();
    println!("killed when a member was registered: {} nodes", account.nodes().len());

    daemon.again().await;
    daemon.until_at_rest(4, seconds(60)).await;
    account.assert_whole();
    assert_eq!(account.instances().len(), 4);
    assert_eq!(account.serving(), 4);
    assert_eq!(account.calls("POST /linode/instances"), 4, "creates");
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_is_killed_while_members_drain_goes_on_and_can_take_them_back() {
    let (account, mut daemon) = at_rest().await;
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    daemon.until_at_rest(4, seconds(40)).await;
    let members = account.instances();
    daemon.notify(&[alert("WebCpuHigh", "resolved"), alert("WebCpuLow", "firing")]).await;
    eventually(seconds(30), "a member drains", async || {
        (account.nodes_in(NodeMode::Drain) > 0).then_some(())
    })
    .await;
    daemon.kill();
    println!("killed when {} drained", account.nodes_in(NodeMode::Drain));

    daemon.again().await;
    eventually(seconds(30), "two members drain", async || {
        (account.nodes_in(NodeMode::Drain) == 2).then_some(())
    })
    .await;
    daemon.kill();
    daemon.again().await;
    // The times of this group are over long since; a daemon that just began cuts nobody off all the same.
    tokio::time::sleep(seconds(6)).await;
    assert_eq!((account.nodes_in(NodeMode::Drain), account.nodes_in(NodeMode::Accept)), (2, 2));
    assert_eq!(daemon.group().await["desired"], 2);

    daemon.notify(&[alert("WebCpuLow", "resolved"), alert("WebCpuHigh", "firing")]).await;
    daemon.until_at_rest(4, seconds(40)).await;
    account.assert_whole();
    let ids = |of: &[linode_sim::InstanceView]| of.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(&account.instances()), ids(&members));
    assert_eq!(account.serving(), 4);
    assert_eq!(account.calls("POST /linode/instances"), 4, "creates");
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_is_told_to_stop_ends_well_and_the_next_one_goes_on() {
    let (account, mut daemon) = at_rest().await;
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    eventually(seconds(30), "a create has happened", async || (account.instances().len() > 2).then_some(()))
        .await;
    let ended = daemon.terminate().await;
    assert_eq!(ended.code(), Some(0), "{}", daemon.log());
    daemon.again().await;
    daemon.until_at_rest(4, seconds(40)).await;
    account.assert_whole();
    assert_eq!(account.calls("POST /linode/instances"), 4, "creates");
}
