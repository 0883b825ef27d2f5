//! What is sent.

use std::time::Duration;

use jenkins_client::api::Cancelled;
use jenkins_client::{ErrorKind, ParameterValue, QueueId};
use serde_json::json;
use wiremock::matchers::{
    body_string, body_string_contains, header, header_exists, method, path, query_param,
};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{NO_CRUMB, builder, client};

fn queued(status: u16, location: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("location", location)
}

#[tokio::test]
async fn a_trigger_goes_to_the_encoded_path_and_reads_the_location_on_any_root() {
    for (status, location, waiting) in [
        (201, "http://ci.internal:8080/jenkins/queue/item/12/", false),
        (303, "/queue/item/12/", true),
        (302, "queue/item/12", false),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/ci/job/infra/job/scale%20web/job/feature%252Fx/buildWithParameters"))
            .and(query_param("delay", "0sec"))
            .and(header("authorization", "Basic YW5uOnQwa2Vu"))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(header("x-sso", "yes"))
            .and(body_string("DESIRED=5&REASON=a%26b+%C3%BC&DRY_RUN=true"))
            .respond_with(queued(status, location))
            .expect(1)
            .mount(&server)
            .await;
        let client = builder(&format!("{}/ci/", server.uri()))
            .api_token("ann", "t0ken")
            .header("x-sso".parse().unwrap(), "yes".parse().unwrap())
            .build()
            .unwrap();
        let name = client.job("infra/scale web").unwrap().name().branch("feature/x");
        let trigger = client.job(name).unwrap().build_with([("DESIRED", "5"), ("REASON", "a&b ü")]);
        let queued = trigger.parameter("DRY_RUN", true).delay(Duration::ZERO).unchecked().await.unwrap();
        assert_eq!((queued.id(), queued.was_already_waiting()), (QueueId::new(12), waiting), "{status}");
    }
}

#[tokio::test]
async fn a_file_goes_as_multipart_and_a_secret_is_sent_and_not_shown() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/job/deploy/buildWithParameters"))
        .and(body_string_contains("name=\"plan.json\"; filename=\"p.json\""))
        .and(body_string_contains("{\"a\":1}"))
        .and(body_string_contains("hush"))
        .respond_with(queued(201, "/queue/item/1/"))
        .expect(1)
        .mount(&server)
        .await;
    let trigger = client(&server)
        .job("deploy")
        .unwrap()
        .build()
        .unchecked()
        .parameter("plan.json", ParameterValue::file("p.json", "{\"a\":1}"))
        .parameter("PASSWORD", secrecy::SecretString::from("hush"));
    assert!(!format!("{trigger:?} {:?}", trigger.request().unwrap()).contains("hush"));
    trigger.await.unwrap();
}

#[tokio::test]
async fn a_file_of_the_file_parameters_plugin_and_of_an_unknown_kind_is_not_refused() {
    let server = MockServer::start().await;
    let definitions = json!([
        {"name": "SMALL", "type": "Base64FileParameterDefinition"},
        {"name": "LARGE", "type": "StashedFileParameterDefinition"},
        {"name": "NEW", "type": "SomePluginsParameterDefinition"},
    ]);
    let job = json!({"property": [{"parameterDefinitions": definitions}]});
    let answer = ResponseTemplate::new(200).set_body_json(job);
    Mock::given(method("GET")).and(path("/job/deploy/api/json")).respond_with(answer).mount(&server).await;
    Mock::given(method("POST"))
        .and(path("/job/deploy/buildWithParameters"))
        .and(body_string_contains("name=\"SMALL\"; filename=\"p.json\""))
        .and(body_string_contains("name=\"LARGE\"; filename=\"p.json\""))
        .and(body_string_contains("name=\"NEW\"; filename=\"p.json\""))
        .respond_with(queued(201, "/queue/item/1/"))
        .expect(1)
        .mount(&server)
        .await;
    let job = client(&server).job("deploy").unwrap();
    let file = || ParameterValue::file("p.json", "{}");
    job.build_with([("SMALL", file()), ("LARGE", file()), ("NEW", file())]).await.unwrap();
    let error = job.build_with([("SMALL", "text")]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameters, "{error}");
}

#[tokio::test]
async fn ones_own_reqwest_client_sends_with_its_headers_and_its_time_limit() {
    let server = MockServer::start().await;
    let whole = json!({"mode": "NORMAL"});
    Mock::given(path("/api/json"))
        .and(header("x-own", "1"))
        .and(header("authorization", "Basic YW5uOnQwa2Vu"))
        .respond_with(ResponseTemplate::new(200).set_body_json(whole))
        .expect(1)
        .mount(&server)
        .await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    Mock::given(path("/whoAmI/api/json")).respond_with(late).mount(&server).await;
    // reqwest is built without a provider of cryptography here, and panics where none is installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    let headers = [("x-own".parse().unwrap(), "1".parse().unwrap())].into_iter().collect();
    let own = reqwest::Client::builder()
        .default_headers(headers)
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let client = builder(&server.uri())
        .attempt_limit(Duration::from_secs(50))
        .api_token("ann", "t0ken")
        .reqwest_client(own)
        .build()
        .unwrap();
    client.system().info().await.unwrap();
    let late = client.system().who_am_i().into_future();
    let error = tokio::time::timeout(Duration::from_secs(20), late).await.unwrap().unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 1, "{error}");
}

#[tokio::test]
async fn an_input_takes_a_file_in_a_field_that_its_form_names() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/job/deploy/7/wfapi/inputSubmit"))
        .and(query_param("inputId", "Approve"))
        .and(body_string_contains(
            "name=\"json\"\r\n\r\n{\"parameter\":[{\"name\":\"DRY_RUN\",\"value\":\"true\"},\
             {\"name\":\"PASSWORD\",\"value\":\"hush\"},{\"file\":\"file0\",\"name\":\"PLAN\"}]}",
        ))
        .and(body_string_contains("name=\"file0\"; filename=\"p.json\""))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let values = [
        ("DRY_RUN", true.into()),
        ("PASSWORD", secrecy::SecretString::from("hush").into()),
        ("PLAN", ParameterValue::file("p.json", "{}")),
    ];
    let submit = client(&server).job("deploy").unwrap().build_number(7).input("Approve").submit(values);
    assert!(!format!("{submit:?}").contains("hush"), "{submit:?}");
    submit.await.unwrap();
}

#[tokio::test]
async fn a_password_brings_crumb_and_session_and_renews_both_once() {
    let server = MockServer::start().await;
    let crumb = |value: &str, session: &str| {
        let body = json!({"_class": "hudson.security.csrf.DefaultCrumbIssuer", "crumb": value, "crumbRequestField": "Jenkins-Crumb"});
        ResponseTemplate::new(200)
            .set_body_json(body)
            .append_header("set-cookie", format!("JSESSIONID.1={session}; Path=/; HttpOnly").as_str())
    };
    Mock::given(path("/crumbIssuer/api/json"))
        .respond_with(crumb("one", "s1"))
        .up_to_n_times(1)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/crumbIssuer/api/json"))
        .respond_with(crumb("two", "s2"))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(header("jenkins-crumb", "one"))
        .and(header("cookie", "JSESSIONID.1=s1"))
        .respond_with(ResponseTemplate::new(403).set_body_string(NO_CRUMB))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(header("jenkins-crumb", "two"))
        .and(header("cookie", "JSESSIONID.1=s2"))
        .respond_with(queued(201, "/queue/item/1/"))
        .expect(1)
        .mount(&server)
        .await;
    let client = builder(&server.uri()).password("ann", "pass").build().unwrap();
    client.job("web").unwrap().build().await.unwrap();
}

#[tokio::test]
async fn a_crumb_that_is_refused_again_is_an_error_and_not_a_loop() {
    let server = MockServer::start().await;
    let body = json!({"crumb": "x", "crumbRequestField": "Jenkins-Crumb"});
    Mock::given(path("/crumbIssuer/api/json"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .expect(2)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(403).set_body_string(NO_CRUMB))
        .expect(2)
        .mount(&server)
        .await;
    let error = builder(&server.uri())
        .password("ann", "pass")
        .build()
        .unwrap()
        .job("web")
        .unwrap()
        .build()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Crumb, false), "{error:?}");
    assert!(error.to_string().contains("use an API token"), "{error}");
}

#[tokio::test]
async fn no_crumb_means_that_nothing_was_sent() {
    let server = MockServer::start().await;
    Mock::given(path("/crumbIssuer/api/json"))
        .respond_with(ResponseTemplate::new(200).set_body_string("<html>"))
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(201)).expect(0).mount(&server).await;
    let error = builder(&server.uri())
        .password("ann", "pass")
        .build()
        .unwrap()
        .job("web")
        .unwrap()
        .build()
        .await
        .unwrap_err();
    assert!(!error.may_have_happened(), "{error:?}");
}

#[tokio::test]
async fn a_configuration_goes_as_xml_without_a_byte_order_mark() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/job/infra/createItem"))
        .and(query_param("name", "web"))
        .and(header("content-type", "application/xml"))
        .and(body_string("<project/>"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    client(&server).job("infra/web").unwrap().create("\u{feff}<project/>").await.unwrap();
}

#[tokio::test]
async fn whatever_cancelling_answers_the_item_says_what_became_of_it() {
    for status in [204, 302, 404, 422, 500] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/queue/cancelItem"))
            .and(query_param("id", "5"))
            .respond_with(queued(status, "/queue/"))
            .expect(1)
            .mount(&server)
            .await;
        let item = json!({"_class": "hudson.model.Queue$LeftItem", "id": 5, "cancelled": true});
        Mock::given(path("/queue/item/5/api/json"))
            .respond_with(ResponseTemplate::new(200).set_body_json(item))
            .mount(&server)
            .await;
        assert_eq!(client(&server).queue().cancel(5.into()).await.unwrap(), Cancelled::InQueue, "{status}");
    }
}

#[tokio::test]
async fn a_delete_that_meets_its_own_404_is_done_and_another_is_not() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(502))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(404)).mount(&server).await;
    let client = builder(&server.uri())
        .retry(jenkins_client::Retry::default().seed(1))
        .api_token("a", "b")
        .build()
        .unwrap();
    client.job("web").unwrap().delete().await.unwrap();
    assert!(client.job("web").unwrap().delete().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_call_has_a_time_limit_of_its_own_and_a_program_its_name() {
    let server = MockServer::start().await;
    Mock::given(header_exists("user-agent"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(4)))
        .mount(&server)
        .await;
    let client = builder(&server.uri()).user_agent("scaler/1").build().unwrap();
    let error = client.system().info().attempt_limit(Duration::from_millis(50)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let agent =
        server.received_requests().await.unwrap()[0].headers["user-agent"].to_str().unwrap().to_owned();
    assert!(agent.starts_with("scaler/1 jenkins-client/"), "{agent}");
}
