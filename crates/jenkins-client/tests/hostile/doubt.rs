//! Whether something may have happened.

use jenkins_client::api::ParameterProblem;
use jenkins_client::{ErrorKind, FollowError};
use tokio::time::sleep;

use super::{builder, client, html, json, to};
use crate::sim::{S, chain, client as simulated, jenkins};

#[tokio::test(start_paused = true)]
async fn a_trigger_whose_parameters_could_not_be_read_was_not_sent() {
    let client = client(|request, _| {
        assert_eq!(request.method(), "GET", "nothing may be triggered");
        html(502, "<h1>502 Bad Gateway</h1>")
    });
    let error = client.job("web").unwrap().build_with([("DESIRED", "5")]).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Unavailable, false), "{error}");
    assert!(!error.to_string().contains("look whether"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_followed_through_minutes_without_jenkins_behind_its_proxy() {
    let sim = jenkins(|sim| sim);
    sim.faults().add_all("any:502~180s").unwrap();
    let trigger = simulated(&sim).job("infra/scale web").unwrap().build_with([("DESIRED", "5")]);
    let build = trigger.follow().await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert!(build.is_success(), "{build:?}");
    assert_eq!(sim.snapshot().builds("infra/scale web").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_whose_crumb_was_refused_by_a_proxy_was_not_sent() {
    let client = builder(|request, _| {
        assert_eq!(request.method(), "GET", "without a crumb nothing is sent");
        html(502, "<h1>502 Bad Gateway</h1>")
    });
    let client = client.password("ann", "pass word").build().unwrap();
    let error = client.job("web").unwrap().build().await.unwrap_err();
    assert!(!error.may_have_happened() && error.is_retryable(), "{error}");
    assert!(chain(&error).contains("502"), "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn a_login_by_password_is_followed_through_minutes_without_jenkins() {
    let sim = jenkins(|sim| sim);
    sim.faults().add_all("any:502~180s").unwrap();
    let service = std::sync::Arc::new(jenkins_client::InProcess::new(sim.service()));
    let client = jenkins_client::Client::builder("http://ci.test/").password("ann", "pass word");
    let client = client.service(service).build().unwrap();
    let build = client.job("plain").unwrap().build().follow().await;
    assert!(build.unwrap_or_else(|error| panic!("{}", chain(&error))).is_success());
    assert_eq!(sim.snapshot().builds("plain").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_a_proxy_answered_stays_in_doubt() {
    let sim = jenkins(|sim| sim);
    sim.faults().add_all("any:502~180s").unwrap();
    let error = simulated(&sim).job("plain").unwrap().build().follow().await.unwrap_err();
    let FollowError::Failed { source, .. } = &error else { panic!("{error}") };
    assert!(source.may_have_happened(), "{source}");
    sleep(300 * S).await;
    assert_eq!(sim.snapshot().builds("plain").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_id_that_is_not_among_the_parameters_protects_nothing() {
    let client = client(|_, _| panic!("nothing may be sent"));
    let job = client.job("web").unwrap();
    for trigger in [job.build(), job.build_with([("DESIRED", "5")]).unchecked()] {
        let error = trigger.identified_by("REQUEST_ID").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameters, "{error}");
        let problem = std::error::Error::source(&error).unwrap().downcast_ref::<ParameterProblem>();
        assert!(matches!(problem, Some(ParameterProblem::NotGiven { name }) if name == "REQUEST_ID"));
        assert!(chain(&error).contains("REQUEST_ID"), "{}", chain(&error));
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_into_somebody_elses_login_means_that_nothing_was_done() {
    for login in [
        "https://sso.example/oauth2/authorize?client_id=ci&redirect_uri=https%3A%2F%2Fci.test",
        "https://sso.example/saml2/idp?SAMLRequest=fZ",
        "/oauth2/start?rd=%2Fjob%2Fweb%2FdoDelete",
        "https://cas.example/cas?service=ci",
    ] {
        let client = client(move |_, _| to(302, login));
        let error = client.job("web").unwrap().delete().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Login, "{login}: {error}");
        assert!(!error.may_have_happened(), "{login}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_says_where_it_leads_without_what_it_carries() {
    let client = client(|_, _| to(301, "https://ci.example/jenkins/job/web/api/json?token=s3cret"));
    let error = client.job("web").unwrap().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirected);
    let text = error.to_string();
    assert!(text.contains("https://ci.example/jenkins/job/web/api/json"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_is_never_a_web_page() {
    let client = client(|_, _| html(200, "<form action=\"j_spring_security_check\">"));
    let error = client.job("web").unwrap().config().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Login, "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_what_was_asked_for_is_read_as_empty_and_not_as_a_mistake() {
    let client = client(|_, _| json("{}"));
    assert!(client.jobs().list().await.unwrap().is_empty());
    assert!(client.queue().list().await.unwrap().is_empty());
}
