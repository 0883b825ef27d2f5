//! A daemon that is killed on the whole way down. It needs no Prometheus, but the minutes of a removal.

use linode_sim::{NodeMode, Timings};

use crate::rig::{Account, Configuration, Daemon, alert, eventually, seconds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs minutes: .ci/e2e runs it"]
async fn a_daemon_that_is_killed_while_members_leave_finishes_it_after_each_start() {
    let account = Account::api_only(Timings::quick()).await;
    let mut daemon = Daemon::new(&account);
    let configuration = Configuration { min: 2, max: 4, ..Configuration::default() };
    daemon.start(&account, &configuration).await;
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    daemon.until_at_rest(4, seconds(60)).await;
    daemon.notify(&[alert("WebCpuHigh", "resolved"), alert("WebCpuLow", "firing")]).await;

    let until = async |what: &str, within: u64, so: &dyn Fn() -> bool| {
        eventually(seconds(within), what, async || so().then_some(())).await;
    };
    until("a member drains", 60, &|| account.nodes_in(NodeMode::Drain) > 0).await;
    daemon.kill();
    daemon.again().await;
    until("two members drain", 60, &|| account.nodes_in(NodeMode::Drain) == 2).await;
    // Each start lets no deadline pass for two minutes.
    until("a member is rejected", 180, &|| account.nodes_in(NodeMode::Reject) > 0).await;
    until("a node is gone", 60, &|| account.nodes().len() < 4).await;
    daemon.kill();
    let left = account.instances().len();
    daemon.again().await;
    println!("killed with {left} instances and {} nodes left", account.nodes().len());
    until("two are gone", 200, &|| account.instances().len() == 2).await;
    daemon.until_at_rest(2, seconds(30)).await;

    account.assert_whole();
    assert_eq!(account.serving(), 2);
    assert_eq!(account.calls("POST /linode/instances"), 4);
    assert_eq!(account.calls("DELETE /linode/instances/{id}"), 2);
}
