//! Waiting for a status.

use std::time::Duration;

use linode_api::models::{Instance, InstanceStatus};
use linode_api::{Condition, InstanceId, WaitError, conditions};
use serde_json::json;
use tokio::time::Instant;

use super::{Script, instance, reason};

const S: Duration = Duration::from_secs(1);

fn id() -> InstanceId {
    InstanceId::new(7).unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_polls_until_the_status_is_there() {
    let script = Script::default();
    let linode = script.linode(vec![
        (404, reason(None, "Not found")),
        (200, instance(7, "provisioning")),
        (200, instance(7, "a word of tomorrow")),
        (200, instance(7, "running")),
    ]);
    let began = Instant::now();
    let running = linode.instance(id()).wait().await.unwrap();
    assert_eq!((running.status, script.asked()), (InstanceStatus::Running, 4));
    assert_eq!(began.elapsed(), 9 * S);
}

#[tokio::test(start_paused = true)]
async fn any_of_several_statuses_will_do() {
    let script = Script::default();
    let linode = script.linode(vec![(200, instance(7, "provisioning")), (200, instance(7, "offline"))]);
    let wait = linode.instance(id()).wait().until(conditions::running().or(conditions::offline())).every(S);
    assert_eq!(wait.await.unwrap().status, InstanceStatus::Offline);
}

#[tokio::test(start_paused = true)]
async fn conditions_compose_with_each_other_and_with_closures() {
    let labelled = |label: &'static str| move |instance: &Instance| instance.label == label;
    let answers = || {
        vec![(200, instance(7, "provisioning")), (200, instance(7, "offline")), (200, instance(7, "running"))]
    };
    let wait = |until: Box<dyn Condition>| async move {
        let script = Script::default();
        let linode = script.linode(answers());
        let met = linode.instance(id()).wait().until(move |instance: &Instance| until.is_met(instance));
        met.timeout(10 * S).await.map(|instance| (instance.status, script.asked()))
    };
    let cases: [(Box<dyn Condition>, InstanceStatus, u32); 4] = [
        (Box::new(conditions::running().and(labelled("web-7"))), InstanceStatus::Running, 3),
        (Box::new(conditions::running().or(conditions::offline())), InstanceStatus::Offline, 2),
        (Box::new(conditions::status(InstanceStatus::Provisioning).not()), InstanceStatus::Offline, 2),
        (Box::new(labelled("web-7").and(conditions::offline().not())), InstanceStatus::Provisioning, 1),
    ];
    for (condition, status, asked) in cases {
        assert_eq!(wait(condition).await.unwrap(), (status, asked));
    }
    let never = wait(Box::new(conditions::running().and(labelled("another")))).await.unwrap_err();
    assert!(matches!(never, WaitError::Exceeded { last: Some(InstanceStatus::Running), .. }), "{never:?}");
}

#[tokio::test(start_paused = true)]
async fn its_time_ends_and_it_says_what_it_saw_last() {
    let linode = Script::default().linode(vec![(200, instance(7, "provisioning"))]);
    let began = Instant::now();
    let error = linode.instance(id()).wait().until(conditions::running()).timeout(60 * S).await.unwrap_err();
    assert!(began.elapsed() <= 60 * S);
    assert!(
        matches!(&error, WaitError::Exceeded { last: Some(InstanceStatus::Provisioning), .. }),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "waiting for instance 7: not within 60 s, last provisioning; look at its events, or delete it"
    );
}

#[tokio::test(start_paused = true)]
async fn trouble_on_the_way_is_not_the_end() {
    let mut answers = vec![(200, instance(7, "provisioning"))];
    answers.extend(vec![(500, json!({})); 20]);
    answers.push((200, instance(7, "running")));
    let linode = Script::default().linode(answers);
    assert_eq!(linode.instance(id()).wait().await.unwrap().status, InstanceStatus::Running);
}

#[tokio::test(start_paused = true)]
async fn what_leads_nowhere_ends_it() {
    let deleting = Script::default().linode(vec![(200, instance(7, "deleting"))]);
    let error = deleting.instance(id()).wait().await.unwrap_err();
    assert!(matches!(&error, WaitError::FailureState { status: InstanceStatus::Deleting, .. }), "{error:?}");

    let gone =
        Script::default().linode(vec![(200, instance(7, "provisioning")), (404, reason(None, "Not found"))]);
    let error = gone.instance(id()).wait().await.unwrap_err();
    assert!(
        matches!(&error, WaitError::OperationFailed { source, .. } if source.is_not_found()),
        "{error:?}"
    );

    let never = Script::default().linode(vec![(404, reason(None, "Not found"))]);
    let began = Instant::now();
    never.instance(id()).wait().await.unwrap_err();
    assert_eq!(began.elapsed(), 30 * S, "a fresh one may lag, not for ever");

    let refused = Script::default().linode(vec![(401, reason(None, "Invalid Token"))]);
    let error = refused.instance(id()).wait().await.unwrap_err();
    assert!(matches!(error, WaitError::OperationFailed { .. }));
}
