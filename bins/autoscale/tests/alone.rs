//! Without a daemon: the command is itself the actor.

use linode_sim::Timings;
use scaler_sqlite::SqliteStore;

use crate::session::{Cloud, Session};

async fn place() -> (Cloud, Session) {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    (cloud, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_looked_at_brought_up_and_kept() {
    let (cloud, mut session) = place().await;
    session.run("autoscale status").await;
    session.run("autoscale plan").await;
    session.run("autoscale apply --group web --desired 3 --dry-run").await;
    assert_eq!(cloud.sim.snapshot().instances.len(), 2, "a dry run changes nothing");
    session.run("autoscale history web").await;
    session.run("autoscale up web --by 50% --reason 'sale at noon' --quiet --timeout 50s").await;
    assert_eq!(cloud.sim.snapshot().instances.len(), 3);
    session.run("autoscale status web").await;
    session.run("autoscale history web").await;
    session.run("autoscale apply --group web --desired 3 --quiet --timeout 50s").await;
    insta::assert_snapshot!(session.transcript());

    let status = session.run("autoscale status --output json").await.json();
    let web = &status["groups"][0];
    assert_eq!((web["desired"].as_u64(), web["in_service"].as_u64()), (Some(3), Some(3)));
    assert_eq!(web["members"].as_array().unwrap().len(), 3);
    let history = session.run("autoscale history web --output json").await.json();
    assert_eq!(history["activities"][0]["ended"]["outcome"], "reached");
    let steps = session.run("autoscale history web --steps").await;
    assert!(steps.out.contains("create web-") && steps.out.contains("created as instance"), "{}", steps.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_max_was_asked_for_and_called_reached() {
    let (_cloud, mut session) = place().await;
    let said = session.run("autoscale apply -g web -d 50 --quiet --timeout 50s").await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("5 in service of 5 desired"), "{}", said.out);
    assert!(said.out.contains("50 were asked for, size.max is 5"), "{}", said.out);
    let said = session.run("autoscale apply -g web -d 50 --no-wait --output json").await;
    assert!(said.json()["why"].as_str().unwrap().starts_with("50 were asked for, size.max is 5"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_marked_and_modes_are_kept() {
    let (_cloud, mut session) = place().await;
    session.run("autoscale apply -g web --desired 2 --quiet --timeout 50s").await;
    session.run("autoscale protect web web-aaaaa-1 --dry-run").await;
    session.run("autoscale protect web web-aaaaa-1 --reason 'being debugged'").await;
    session.run("autoscale standby --group web web-aaaaa-2").await;
    session.run("autoscale status web").await;
    session.run("autoscale unprotect web web-aaaaa-1").await;
    session.run("autoscale activate web web-aaaaa-2").await;
    session.run("autoscale protect web web-zzzzz-9").await;
    session.run("autoscale mode web paused --for 2h --dry-run").await;
    session.run("autoscale mode --group web paused --for 2h --reason 'migration'").await;
    session.run("autoscale status web").await;
    session.run("autoscale up web --no-wait").await;
    session.run("autoscale mode web on").await;
    session.run("autoscale up web --generation 99 --no-wait").await;
    session.run("autoscale up web --no-wait").await;
    session.run("autoscale up shop --no-wait").await;
    insta::assert_snapshot!(session.transcript());

    let refused = session.run("autoscale up web --generation 99 --no-wait --output json").await;
    assert_eq!(refused.code, 6);
    assert_eq!(refused.json()["error"]["kind"], "refused");
    assert_eq!(refused.json()["error"]["exit"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_adopted_and_released() {
    let (cloud, mut session) = place().await;
    let mine = cloud.sim.seed_instance(&linode_sim::SeedInstance::new("mine")).unwrap();
    let tags = |id: u64| {
        let snapshot = cloud.sim.snapshot();
        snapshot.instances.iter().find(|instance| instance.id == id).unwrap().tags.clone()
    };
    let said = session.run(&format!("autoscale adopt web {mine} --dry-run")).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(tags(mine).is_empty());
    let said = session.run(&format!("autoscale adopt web {mine} --output json")).await;
    assert_eq!((said.code, said.json()["instance"].as_u64()), (0, Some(mine)), "{said:?}");
    assert!(tags(mine).contains(&"autoscale-group:web".to_owned()));
    let said = session.run("autoscale release web mine").await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(tags(mine).is_empty());
    let said = session.run("autoscale adopt web 4242").await;
    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.err.contains("it does not exist on this account; check the number"), "{}", said.err);
    let said = session.run("autoscale adopt web mine").await;
    assert_eq!(said.code, 2, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_reached_in_time_ends_with_5() {
    let (cloud, mut session) = place().await;
    cloud.sim.faults().add_all("boot:never").unwrap();
    let said = session.run("autoscale up web --timeout 4s").await;
    assert_eq!(said.code, 5, "{said:?}");
    assert!(
        said.out.starts_with("web: not reached in time, 2 in service of 3 desired (generation "),
        "{}",
        said.out
    );
    assert!(said.out.contains("nobody goes on with it until autoscalerd starts"), "{}", said.out);
    // One plain line an event, on stderr.
    let created: Vec<&str> = said.err.lines().filter(|line| line.contains("created as instance")).collect();
    assert_eq!(created.len(), 1, "{}", said.err);
    assert!(
        said.err.lines().any(|line| line.contains("Z web: create web-") && line.contains("operator: anna"))
    );
    // It goes on where it was left: nothing is created twice.
    let said = session.run("autoscale apply -g web -d 3 --timeout 4s --output json --quiet").await;
    assert_eq!(said.code, 5, "{said:?}");
    let result = said.json();
    assert_eq!((result["outcome"].as_str(), result["asked"].as_u64()), (Some("timed_out"), Some(3)));
    assert!(said.err.is_empty(), "{}", said.err);
    assert_eq!(cloud.sim.snapshot().instances.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_in_use_ends_with_3() {
    let (_cloud, mut session) = place().await;
    let store = SqliteStore::open(session.path("autoscale.db")).await.unwrap();
    let said = session.run("autoscale status").await;
    assert_eq!(said.code, 3);
    assert!(said.err.contains("autoscale.db is in use by "), "{}", said.err);
    let said = session.run("autoscale status --output json").await;
    assert_eq!((said.code, said.json()["error"]["kind"].as_str()), (3, Some("unreachable")));
    // A daemon that was killed leaves its address behind; whoever holds the store now does not answer there.
    store.write_address("http://127.0.0.1:9").unwrap();
    let said = session.run("autoscale status").await;
    assert_eq!(said.code, 3);
    assert!(said.err.contains("no key is beside the store"), "{}", said.err);
    assert!(said.err.contains("--daemon http://127.0.0.1:9"), "{}", said.err);
    store.close().await;
    assert_eq!(session.run("autoscale status").await.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cloud_refuses_is_told() {
    let (cloud, mut session) = place().await;
    cloud.sim.faults().add_all("list:500").unwrap();
    let said = session.run("autoscale plan web").await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("held back"), "{}", said.out);
    let said = session.run("autoscale plan web --output json").await;
    assert_eq!(said.json()["holds"][0]["kind"], "observation_discarded", "{}", said.out);
    assert!(said.json()["steps"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_left_the_configuration_is_shown_and_kept() {
    let (cloud, mut session) = place().await;
    session.run("autoscale apply -g web -d 2 --quiet --timeout 50s").await;
    session.write("autoscale.yaml", &cloud.configuration().replace("  web:", "  shop:"));
    let said = session.run("autoscale status").await;
    assert!(
        said.out.ends_with("not in the configuration any more, kept and not touched: web\n"),
        "{}",
        said.out
    );
    let status = session.run("autoscale status --output json").await.json();
    assert_eq!(status["unmanaged"], serde_json::json!(["web"]));
    let history = session.run("autoscale history web").await;
    assert!(history.out.contains("reached"), "{}", history.out);
    assert_eq!(session.run("autoscale up web --no-wait").await.code, 2);
}
