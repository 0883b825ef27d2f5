//! Whose the store is.

use linode_sim::Timings;
use scaler_sqlite::SqliteStore;

use crate::session::{Cloud, Session};

/// A group that was brought to its size by the owner `k3x9w2`.
async fn place() -> (Cloud, Session) {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let mut session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    let said = session.run("autoscale apply -g web -d 2 --quiet --timeout 50s").await;
    assert_eq!(said.code, 0, "{said:?}");
    session.forget();
    (cloud, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owner_in_the_configuration_does_not_make_the_fleet_anew() {
    let (cloud, mut session) = place().await;
    session.write("autoscale.yaml", &cloud.configuration().replace("owner: k3x9w2", "owner: b7m4q1"));
    session.run("autoscale apply -g web -d 2 --quiet --timeout 10s").await;
    session.run("autoscale status").await;
    assert_eq!(cloud.sim.snapshot().instances.len(), 2, "nothing was created");
    session.run("autoscale store rebind").await;
    session.run("autoscale store rebind --owner --dry-run").await;
    assert_eq!(session.run("autoscale status --output json").await.json()["error"]["kind"], "refused");
    session.run("autoscale store rebind --owner --reason 'configuration written anew'").await;
    session.run("autoscale store rebind --owner").await;
    session.run("autoscale plan web").await;
    assert_eq!(cloud.sim.snapshot().instances.len(), 2);
    insta::assert_snapshot!(session.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_account_does_not_make_the_fleet_anew_there() {
    let (_first, mut session) = place().await;
    let other = Cloud::new(Timings::instant(), 1.0).await;
    other.sim.set_settings(|settings| settings.euuid = "EEEEEEEE-2E4D-47CE-EEEEEEEEEEEEEEEEE".to_owned());
    session.write("autoscale.yaml", &other.configuration());
    session.run("autoscale plan web").await;
    session.run("autoscale apply -g web -d 4 --quiet --timeout 4s").await;
    assert_eq!(other.sim.snapshot().instances.len(), 2, "nothing was created");
    let said = session.run("autoscale store rebind --account --output json").await;
    assert_eq!(said.code, 0, "{said:?}");
    let (before, after) = (&said.json()["before"]["account"], &said.json()["after"]["account"]);
    assert!(
        before.as_str().unwrap().starts_with("FFFF") && after.as_str().unwrap().starts_with("EEEE"),
        "{said:?}"
    );
    session.run("autoscale status").await;
    insta::assert_snapshot!(session.transcript());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_a_daemon_holds_is_not_given_away() {
    let (_cloud, mut session) = place().await;
    let store = SqliteStore::open(session.path("autoscale.db")).await.unwrap();
    let said = session.run("autoscale store rebind --owner").await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("autoscale.db is in use by "), "{}", said.err);
    store.close().await;
}
