//! As whom the client comes.

use std::future::IntoFuture;
use std::sync::Arc;

use jenkins_client::{Client, ErrorKind, InProcess, Retry};
use jenkins_sim::Simulator;

use super::{as_user, chain, client, jenkins};

fn with_password(sim: &Simulator, password: &str) -> Client {
    let service = Arc::new(InProcess::new(sim.service()));
    Client::builder("http://ci.test").password("ann", password).service(service).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_api_token_needs_no_crumb() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    client.job("plain").unwrap().build().await.unwrap();
    let calls = sim.snapshot().calls;
    assert!(!calls.keys().any(|call| call.contains("crumbIssuer")), "{calls:?}");
    let who = client.system().who_am_i().await.unwrap();
    assert_eq!((who.name.as_deref(), who.anonymous), (Some("ann"), Some(false)));
    assert_eq!(client.version().as_deref(), Some("2.541.3"));
}

#[tokio::test(start_paused = true)]
async fn a_password_comes_with_one_crumb_and_a_fresh_one_after_a_restart() {
    let sim = jenkins(|sim| sim);
    let client = with_password(&sim, "pass word");
    let job = client.job("plain").unwrap();
    let (a, b) = tokio::join!(job.enable().into_future(), job.enable().into_future());
    a.unwrap();
    b.unwrap();
    let crumbs = |sim: &Simulator| -> u64 {
        sim.snapshot().calls.iter().filter(|(call, _)| call.contains("crumbIssuer")).map(|(_, n)| n).sum()
    };
    assert_eq!(crumbs(&sim), 1, "{:?}", sim.snapshot().calls);
    let run = client.run();
    sim.restart();
    tokio::time::sleep(60 * super::S).await;
    let queued = job.build().await.unwrap();
    assert_eq!(crumbs(&sim), 2);
    assert_ne!(client.run(), run);
    queued.finished().await.unwrap();
    assert_eq!(
        sim.snapshot().builds("plain").count(),
        1,
        "the crumb was void, so the first POST did nothing"
    );
}

#[tokio::test(start_paused = true)]
async fn a_jenkins_without_crumbs_is_not_asked_for_more() {
    let sim = jenkins(|sim| sim.crumbs(false));
    let job = with_password(&sim, "pass word").job("plain").unwrap();
    job.enable().await.unwrap();
    job.disable().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_trigger_token_triggers_where_nothing_else_may() {
    let sim = jenkins(|sim| sim);
    let service = Arc::new(InProcess::new(sim.service()));
    let anonymous = Client::builder("http://ci.test").service(service).retry(Retry::never()).build().unwrap();
    let job = anonymous.job("open").unwrap();
    let refused = job.build().await.unwrap_err();
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::Permission | ErrorKind::Login | ErrorKind::Forbidden | ErrorKind::NotFound
        ),
        "{refused:?}"
    );
    let trigger = job.build().token("trigger-me").cause("from the outside");
    assert!(!format!("{trigger:?} {:?}", trigger.request().unwrap()).contains("trigger-me"));
    let eve = as_user(&sim, "eve", "t0ken");
    let queued = eve.job("open").unwrap().build().token("trigger-me").cause("from outside").await.unwrap();
    let build = queued.finished().await.unwrap();
    let causes: Vec<_> =
        build.causes().map(|cause| cause.short_description.clone().unwrap_or_default()).collect();
    assert!(causes.iter().any(|cause| cause.contains("from outside")), "{causes:?}");
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_say_so() {
    let sim = jenkins(|sim| sim);
    for client in [as_user(&sim, "ann", "wrong"), with_password(&sim, "wrong")] {
        let error = client.job("plain").unwrap().build().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status().unwrap().as_u16()),
            (ErrorKind::Login, 401),
            "{}",
            chain(&error)
        );
        assert!(error.to_string().contains("give a user and an API token"), "{error}");
        assert!(!error.may_have_happened());
    }
}
