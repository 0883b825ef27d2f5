//! Alertmanager's API by the client of `alertmanager-types`.

use alertmanager_types::api::{
    AlertState, AlertsQuery, GettableAlert, PostableAlert, PostableSilence, SilenceState, SilencesQuery,
};
use alertmanager_types::{Client, ErrorKind, Labels, Matcher, Matchers};
use jiff::ToSpan;

use super::tests::RULES;
use super::*;

/// The alert of the rule, once Alertmanager says this of it.
async fn alert_that_is(client: &Client, state: AlertState) -> GettableAlert {
    let name = Matcher::equal("alertname", "AlwaysThere").unwrap();
    eventually(seconds(30), "the alert", async || {
        let alert = client.alerts().list().filter(name.clone()).await.unwrap().pop();
        alert.filter(|alert| alert.status.state == state)
    })
    .await
}

#[tokio::test]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager: .ci/e2e runs it"]
async fn a_silence_holds_an_alert_back_until_it_expires() {
    let stack = Stack::start(&Setup::new(RULES, "http://127.0.0.1:1/webhook")).await;
    let client = stack.client();
    let status = client.status().get().await.unwrap();
    println!("Alertmanager {}", status.version_info.version);
    assert!(status.config.original.contains("autoscaler"));
    assert_eq!(client.receivers().list().await.unwrap()[0].name, "autoscaler");
    let alert = alert_that_is(&client, AlertState::Active).await;
    assert_eq!(alert.fingerprint, alert.labels.fingerprint());
    let groups = client.alerts().groups().await.unwrap();
    assert!(groups.iter().any(|group| group.alerts.iter().any(|a| a.fingerprint == alert.fingerprint)));

    let matchers: Matchers = r#"{alertname="AlwaysThere",severity=~"warn.*"}"#.parse().unwrap();
    let now = stack.now().await;
    let wanted = PostableSilence::new(&matchers, now, now + 1.hour(), "e2e", "a test");
    let id = client.silences().create(&wanted).await.unwrap();
    let silence = client.silence(&id).get().await.unwrap();
    assert_eq!((&silence.id, &silence.status.state), (&id, &SilenceState::Active));
    assert_eq!(silence.matchers().unwrap(), matchers);
    let suppressed = alert_that_is(&client, AlertState::Suppressed).await;
    assert_eq!(suppressed.status.silenced_by, std::slice::from_ref(&id));
    let heard = AlertsQuery::default().silenced(false);
    assert_eq!(client.alerts().list().query(heard.clone()).await.unwrap(), []);

    client.silence(&id).expire().await.unwrap();
    client.silence(&id).expire().await.expect("what is over stays over");
    alert_that_is(&client, AlertState::Active).await;
    assert_eq!(client.alerts().list().query(heard).await.unwrap().len(), 1);
    let listed = client.silences().list().filter(matchers.iter().next().unwrap().clone()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].id, &listed[0].status.state), (&id, &SilenceState::Expired));

    let labels = Labels::from([("alertname", "BackupFailed"), ("disk", "a \"b\" & c")]);
    client.alerts().post(&[PostableAlert::new(labels.clone())]).await.unwrap();
    let odd = Matcher::equal("disk", "a \"b\" & c").unwrap();
    assert_eq!(client.alerts().list().filter(odd).await.unwrap()[0].labels, labels);
}

#[tokio::test]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager: .ci/e2e runs it"]
async fn what_alertmanager_refuses_has_its_kind() {
    let stack = Stack::start(&Setup::new(RULES, "http://127.0.0.1:1/webhook")).await;
    let client = stack.client();
    let unknown = client.silence("00000000-0000-0000-0000-000000000000");
    assert!(unknown.get().await.unwrap_err().is_not_found());
    let error = client.silence("not-a-uuid").get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");

    let now = stack.now().await;
    let past = PostableSilence::new(&"{a=\"b\"}".parse().unwrap(), now, now - 1.hour(), "e2e", "a test");
    let error = client.silences().create(&past).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Invalid, false), "{error}");
    assert!(error.to_string().contains("start time must be before end time"), "{error}");
    assert_eq!(client.silences().list().query(SilencesQuery::default()).await.unwrap(), []);

    let elsewhere = Client::new(format!("{}/prefix", stack.alertmanager())).unwrap();
    let error = elsewhere.alerts().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Address, "{error}");
}
