//! What must not be printed.

use jenkins_client::ErrorKind;

use super::{builder, html, json, to};
use crate::sim::chain;

#[tokio::test(start_paused = true)]
async fn headers_for_a_proxy_are_not_shown() {
    let settings = || {
        builder(|_, _| html(403, "<h1>no</h1>"))
            .header("x-sso".parse().unwrap(), "s3cret".parse().unwrap())
            .password("ann", "s3cret")
    };
    let client = settings().build().unwrap();
    let error = client.job("web").unwrap().get().await.unwrap_err();
    let texts = [format!("{:?}", settings()), format!("{client:?}"), format!("{error:?}"), chain(&error)];
    for text in texts {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crumb_and_a_session_are_not_shown() {
    let client = builder(|request, _| {
        if request.uri().path().ends_with("/crumbIssuer/api/json") {
            let mut crumb = json(r#"{"crumb": "s3cret", "crumbRequestField": "Jenkins-Crumb"}"#)?;
            crumb.headers_mut().insert("set-cookie", "JSESSIONID.x=s3cret; Path=/".parse().unwrap());
            return Ok(crumb);
        }
        assert!(!format!("{request:?}").contains("s3cret"), "{request:?}");
        html(500, "<p>broken</p>")
    });
    let client = client.password("ann", "s3cret").build().unwrap();
    let error = client.job("web").unwrap().build().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(!format!("{client:?} {error:?} {}", chain(&error)).contains("s3cret"));
}

#[tokio::test(start_paused = true)]
async fn the_session_of_the_crumb_is_kept_though_another_answer_brings_its_own() {
    let client = builder(|request, _| {
        let is_crumb = request.uri().path().ends_with("/crumbIssuer/api/json");
        let mut answer = match (request.method().as_str(), is_crumb) {
            ("GET", true) => json(r#"{"crumb": "c0ffee", "crumbRequestField": "Jenkins-Crumb"}"#)?,
            ("GET", false) => json("{}")?,
            _ if request.headers().get("cookie").unwrap().to_str().unwrap().contains("JSESSIONID.x=1") => {
                return to(302, ".");
            }
            _ => panic!("this is not the session of the crumb: {:?}", request.headers().get("cookie")),
        };
        // What was on its way when the crumb came has begun a session of its own, to which the crumb does not belong.
        let session = if is_crumb { "JSESSIONID.x=1; Path=/" } else { "JSESSIONID.x=2; Path=/" };
        answer.headers_mut().insert("set-cookie", session.parse().unwrap());
        Ok(answer)
    });
    let client = client.password("ann", "pass word").build().unwrap();
    let job = client.job("web").unwrap();
    job.enable().await.unwrap();
    job.get().await.unwrap();
    let enabled = job.enable().await;
    assert!(enabled.is_ok(), "{enabled:?}");
}
