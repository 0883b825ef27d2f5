//! The client: what stands on the wire, what it makes of the answers, what it never prints.

use std::error::Error as _;
use std::time::Duration;

use alertmanager_types::api::{
    AlertGroupsQuery, AlertState, AlertsQuery, PostableAlert, PostableSilence, SilenceState, SilencesQuery,
};
use alertmanager_types::client::api_transport::Retry;
use alertmanager_types::client::api_transport::http::{HeaderName, HeaderValue};
use alertmanager_types::client::{Basic, BuildError, ClientBuilder, Stage, Token};
use alertmanager_types::{Client, Error, ErrorKind, Labels, Matcher};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::json::fixture;

const ID: &str = "b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11";
const SECRET: &str = "hush-hush";

/// A client of `server` behind a prefix, that does not wait long before it sends again.
fn builder(server: &MockServer) -> ClientBuilder {
    let retry = Retry::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder(format!("{}/am/", server.uri())).retry(retry)
}

fn client(server: &MockServer) -> Client {
    builder(server).build().unwrap()
}

/// A server whose one answer this is, and a client of it that sends once.
async fn refusing(status: u16, body: &str) -> (MockServer, Client) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_string(body);
    Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let client = builder(&server).retry(Retry::never()).build().unwrap();
    (server, client)
}

fn fixture_of(name: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(fixture(name), "application/json")
}

fn group(name: &str) -> Matcher {
    Matcher::equal("group", name).unwrap()
}

fn silence() -> PostableSilence {
    let start: Timestamp = "2026-11-24T00:08:09Z".parse().unwrap();
    PostableSilence::new(&vec![group("web")].into(), start, start + 1.hour(), "ops", "release 4.2")
}

/// The queries that `server` was asked with.
async fn queries(server: &MockServer) -> Vec<Vec<(String, String)>> {
    let asked: Vec<Request> = server.received_requests().await.unwrap();
    asked.iter().map(|request| request.url.query_pairs().into_owned().collect()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn alerts_and_what_is_asked_of_them() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/am/api/v2/alerts"))
        .and(header("accept", "application/json"))
        .and(header("user-agent", concat!("night/1 alertmanager-types/", env!("CARGO_PKG_VERSION"))))
        .respond_with(fixture_of("alerts.json"))
        .mount(&server)
        .await;
    let client = builder(&server).user_agent("night/1").build().unwrap();
    let alerts = client.alerts().list().await.unwrap();
    assert_eq!((alerts.len(), &alerts[0].status.state), (2, &AlertState::Suppressed));

    let odd = Matcher::equal("path", "a b&c=\"d\"/é").unwrap();
    client.alerts().list().filter(group("web")).filter(odd).await.unwrap();
    let heard = AlertsQuery::default().active(true).silenced(false).inhibited(false).unprocessed(false);
    client.alerts().list().query(heard.receiver("auto.*")).filter(group("web")).await.unwrap();
    assert_eq!(
        queries(&server).await,
        [
            Vec::new(),
            pairs(&[("filter", "group=\"web\""), ("filter", "path=\"a b&c=\\\"d\\\"/é\"")]),
            pairs(&[
                ("filter", "group=\"web\""),
                ("active", "true"),
                ("silenced", "false"),
                ("inhibited", "false"),
                ("unprocessed", "false"),
                ("receiver", "auto.*"),
            ]),
        ]
    );
}

#[tokio::test]
async fn groups_receivers_and_status() {
    let server = MockServer::start().await;
    let get = |at: &str| Mock::given(method("GET")).and(path(format!("/am/api/v2/{at}")));
    get("alerts/groups").respond_with(fixture_of("alert-groups.json")).mount(&server).await;
    get("status").respond_with(fixture_of("status.json")).mount(&server).await;
    let receivers = json!([{ "name": "autoscaler" }, { "name": "people", "labels": { "team": "web" } }]);
    get("receivers").respond_with(ResponseTemplate::new(200).set_body_json(receivers)).mount(&server).await;

    let client = client(&server);
    let wanted = AlertGroupsQuery::default().active(true).silenced(false).inhibited(false).muted(false);
    let groups = client.alerts().groups().query(wanted.receiver("people")).await.unwrap();
    assert!(!groups.is_empty());
    assert_eq!(
        queries(&server).await,
        [pairs(&[
            ("active", "true"),
            ("silenced", "false"),
            ("inhibited", "false"),
            ("muted", "false"),
            ("receiver", "people"),
        ])]
    );
    assert_eq!(client.receivers().list().await.unwrap()[1].labels, Some(Labels::from([("team", "web")])));
    let expected: Value = serde_json::from_slice(&fixture("status.json")).unwrap();
    let status = client.status().get().await.unwrap();
    assert_eq!(status.version_info.version, expected["versionInfo"]["version"]);
}

#[tokio::test]
async fn a_silence_from_its_making_to_its_end() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/am/api/v2/silences"))
        .and(header("content-type", "application/json"))
        .and(body_json(json!({
            "matchers": [{ "name": "group", "value": "web", "isRegex": false, "isEqual": true }],
            "startsAt": "2026-11-24T00:08:09.000Z", "endsAt": "2026-11-24T01:08:09.000Z",
            "createdBy": "ops", "comment": "release 4.2",
        })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "silenceID": ID })))
        .expect(1)
        .mount(&server)
        .await;
    let silences: Value = serde_json::from_slice(&fixture("silences.json")).unwrap();
    let one = || path(format!("/am/api/v2/silence/{ID}"));
    Mock::given(method("GET"))
        .and(one())
        .respond_with(ResponseTemplate::new(200).set_body_json(&silences[0]))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("DELETE"))
        .and(one())
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/am/api/v2/silences"))
        .and(query_param("filter", "group=\"web\""))
        .and(query_param("active", "true"))
        .and(query_param("expired", "false"))
        .and(query_param("pending", "false"))
        .respond_with(ResponseTemplate::new(200).set_body_json(&silences))
        .expect(1)
        .mount(&server)
        .await;

    let client = client(&server);
    let id = client.silences().create(silence()).await.unwrap();
    assert_eq!(id.as_str(), ID);
    let state = client.silence(&id).get().await.unwrap().status.state;
    assert_eq!(state, SilenceState::from(silences[0]["status"]["state"].as_str().unwrap()));
    client.silence(&id).expire().await.unwrap();
    let active = SilencesQuery::default().active(true).expired(false).pending(false);
    let listed = client.silences().list().query(active).filter(group("web")).await.unwrap();
    assert_eq!(listed.len(), silences.as_array().unwrap().len());
}

#[tokio::test]
async fn alerts_are_posted_again_and_a_silence_is_not() {
    let server = MockServer::start().await;
    let sick = |times| {
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(503))
            .up_to_n_times(times)
            .expect(times)
    };
    sick(2).mount(&server).await;
    Mock::given(method("POST"))
        .and(path("/am/api/v2/alerts"))
        .and(body_json(json!([{ "labels": { "alertname": "BackupFailed" } }])))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let alert = PostableAlert::new(Labels::from([("alertname", "BackupFailed")]));
    client(&server).alerts().post(&[alert]).await.unwrap();
    server.verify().await;

    server.reset().await;
    sick(1).mount(&server).await;
    let error = client(&server).silences().create(silence()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
    assert!(error.may_have_happened() && error.is_retryable());
    assert!(error.to_string().ends_with("look whether it exists before creating it again"), "{error}");
}

#[tokio::test]
async fn each_refusal_has_its_kind_its_words_and_its_cure() {
    let rows = [
        (400, r#""bad matcher format: x""#, ErrorKind::Invalid, "refused with 400: bad matcher format: x"),
        (422, r#"{"code":601,"message":"silenceID must be of type uuid"}"#, ErrorKind::Invalid, "(code 601)"),
        (401, "Unauthorized", ErrorKind::Credentials, "give the credentials that it wants"),
        (403, "", ErrorKind::Credentials, "give the credentials that it wants"),
        (404, "", ErrorKind::NotFound, "check the silence's id"),
        (404, r#""silence not found""#, ErrorKind::NotFound, "silence not found"),
        (404, r#"{"code":404,"message":"path /x was not found"}"#, ErrorKind::Address, "prefix included"),
        (404, "404 page not found\n", ErrorKind::Address, "prefix included"),
        (302, "", ErrorKind::Address, "give the address that it redirects to"),
        (405, "", ErrorKind::Address, "prefix included"),
        (429, "", ErrorKind::RateLimited, "try again"),
        (500, r#""boom""#, ErrorKind::Server, "boom"),
        (503, "Limit of concurrent GET requests\nreached", ErrorKind::Server, "requests reached"),
        (418, "", ErrorKind::Other, "refused with 418"),
        (200, "<html>", ErrorKind::Decode, "an Alertmanager (0.16 or newer)"),
    ];
    for (status, body, kind, words) in rows {
        let (server, client) = refusing(status, body).await;
        let error = client.silence(ID).get().await.unwrap_err();
        let said = error.to_string();
        assert_eq!(error.kind(), kind, "{status} {body}: {said}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.is_not_found(), kind == ErrorKind::NotFound);
        let begin = format!("getting silence {ID} at {}/am/: ", server.uri());
        assert!(said.starts_with(&begin) && said.contains(words) && !said.contains('\n'), "{said}");
        if let Some(source) = error.source() {
            assert!(!said.contains(&source.to_string()), "{said} repeats {source}");
        }
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_told() {
    let server = MockServer::start().await;
    let later = ResponseTemplate::new(429).insert_header("retry-after", "7");
    Mock::given(method("GET")).respond_with(later).mount(&server).await;
    let client = builder(&server).retry(Retry::never()).build().unwrap();
    let error = client.status().get().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.to_string().ends_with("try again in 7 s") && !error.may_have_happened(), "{error}");
}

#[tokio::test]
async fn where_no_answer_comes_the_stage_says_what_that_means() {
    let silent = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    Mock::given(method("POST")).respond_with(slow).mount(&silent).await;
    let call = client(&silent).silences().create(silence()).attempt_limit(Duration::from_millis(100));
    let lost: Error = call.await.unwrap_err();
    assert_eq!((lost.kind(), lost.stage()), (ErrorKind::Lost, Stage::Sending));
    assert!(lost.is_timeout() && lost.may_have_happened() && lost.status().is_none(), "{lost}");

    let gone = Client::builder("http://127.0.0.1:1").retry(Retry::never()).build().unwrap();
    let error = gone.silences().create(silence()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Connect, false));

    // A path of dots would name something else.
    let error = gone.silence("..").expire().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0));
}

#[tokio::test]
async fn credentials_and_headers_are_sent_and_never_shown() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let tenant = HeaderName::from_static("x-scope-orgid");
    let builders = [
        builder(&server).bearer(Token::new(SECRET).unwrap()),
        builder(&server).basic(Basic::new("user", SECRET).unwrap()),
        builder(&server).header(tenant.clone(), HeaderValue::from_static(SECRET)),
    ];
    for builder in builders {
        let mut shown = format!("{builder:?}");
        let client = builder.build().unwrap();
        let error = client.alerts().list().await.unwrap_err();
        shown +=
            &format!("{client:?} {:?} {:?} {error} {error:?}", client.alerts().list(), client.silence(ID));
        assert!(!shown.contains(SECRET) && !shown.contains("dXNlcjpodXNoLWh1c2g="), "{shown}");
    }
    let asked = server.received_requests().await.unwrap();
    let shown: Vec<_> = asked.iter().map(|request| request.headers.get("authorization").cloned()).collect();
    let expected = ["Bearer hush-hush", "Basic dXNlcjpodXNoLWh1c2g="].map(|text| text.parse().ok());
    assert_eq!(shown, [expected[0].clone(), expected[1].clone(), None]);
    assert_eq!(asked[2].headers[&tenant], SECRET);
}

#[test]
fn addresses_that_are_not_valid_are_refused_without_their_secrets() {
    let bad = [
        "",
        "127.0.0.1:9093",
        "file:///etc/passwd",
        "http://user:hush-hush@host:9093",
        "hush-hush@host",
        "http://host?x=1",
    ];
    for given in bad {
        let error = Client::new(given).unwrap_err();
        assert!(matches!(error, BuildError::Address { .. }), "{given}: {error}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    }
    let error = Client::builder("http://host").user_agent("a\nb").build().unwrap_err();
    assert!(matches!(error, BuildError::UserAgent { .. }), "{error}");
}
