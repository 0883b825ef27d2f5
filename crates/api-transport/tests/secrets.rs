//! What must never be printed.

use std::error::Error;
use std::sync::Arc;

use api_transport::service::InProcess;
use api_transport::{Basic, Client, Request, Retry, Token, TokenError};
use axum::Router;
use axum::http::StatusCode;

const SECRET: &str = "s3cr3t-t0ken";

#[tokio::test(start_paused = true)]
async fn no_text_of_a_client_or_a_failure_holds_the_token_or_a_sensitive_body() {
    // The server repeats what it was sent, as careless ones do.
    let router = Router::new().fallback(|request: axum::extract::Request| async move {
        (StatusCode::BAD_REQUEST, format!("{request:?}"))
    });
    let client = Client::builder("http://api.test".parse().unwrap(), Arc::new(InProcess::new(router)))
        .token(&Token::new(SECRET).unwrap())
        .unwrap()
        .retry(Retry::never())
        .build();
    let request = Request::post("making it")
        .path("it")
        .sensitive()
        .json(&serde_json::json!({"root_pass": SECRET}))
        .unwrap();
    let failure = client.send(&request).await.unwrap_err();
    let mut texts = vec![
        format!("{client:?}"),
        format!("{request:?}"),
        format!("{failure:?}"),
        failure.to_string(),
        format!("{:?}", Token::new(SECRET).unwrap()),
    ];
    let mut cause = failure.source();
    while let Some(error) = cause {
        texts.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    for text in texts {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn a_token_is_trimmed_and_what_is_none_is_refused() {
    assert_eq!(Token::new(" \n").unwrap_err(), TokenError::Empty);
    let error = Token::new(format!("{SECRET}\u{7}x")).unwrap_err();
    assert_eq!(error, TokenError::Unprintable);
    assert!(!error.to_string().contains(SECRET));
    let bearer = Token::new(format!("{SECRET}\n")).unwrap().bearer().unwrap();
    assert_eq!(bearer.to_str().unwrap(), format!("Bearer {SECRET}"));
    assert!(bearer.is_sensitive());
    let unset = Token::from_env("REST_TEST_NO_SUCH_TOKEN").unwrap_err();
    assert!(unset.to_string().contains("REST_TEST_NO_SUCH_TOKEN"));
}

#[test]
fn a_name_and_password_become_a_header_that_does_not_print() {
    let basic = Basic::new("ci", SECRET).unwrap();
    assert!(basic.header().is_sensitive());
    let client = Client::builder("http://api.test".parse().unwrap(), Arc::new(InProcess::new(Router::new())))
        .basic(&basic)
        .build();
    let encoded = basic.header().to_str().unwrap()["Basic ".len()..].to_owned();
    for text in [format!("{basic:?}"), format!("{client:?}")] {
        assert!(!text.contains(SECRET) && !text.contains(&encoded), "{text}");
    }
    assert_eq!(Basic::new("c:i", SECRET).unwrap_err(), TokenError::Colon);
    assert_eq!(Basic::new("ci", "a\nb").unwrap_err(), TokenError::Unprintable);
    assert!(Basic::new("ci", "").is_ok(), "a password may be empty");
}

#[test]
fn the_query_and_the_body_of_a_sensitive_request_are_not_shown() {
    let request = Request::post("triggering").path("x").query("token", "s3cret");
    let shown = |request: Request| format!("{:?}", request.form([("PASSWORD", "hunter2")]));
    assert!(shown(request.clone()).contains("PASSWORD=hunter2"));
    let hidden = shown(request.sensitive());
    assert!(!hidden.contains("s3cret") && !hidden.contains("hunter2"), "{hidden}");
    assert!(hidden.contains("token"), "{hidden}");
}
