//! What must never be printed.

use std::error::Error;
use std::sync::Arc;

use api_transport::service::InProcess;
use api_transport::{Client, Request, Retry, Token, TokenError};
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
