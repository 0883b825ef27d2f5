//! Errors say what was attempted, what came back and what to do, and are sorted by what to do.

use std::error::Error as _;

use axum::Router;
use axum::response::IntoResponse;
use linode_api::models::CreateInstance;
use linode_api::{Access, Client, Error, ErrorKind, Stage};
use serde_json::json;

use super::{Script, linode, reason};

async fn of(status: u16, body: serde_json::Value) -> Error {
    Script::default().linode(vec![(status, body)]).instances().create(create()).await.unwrap_err()
}

fn create() -> CreateInstance {
    CreateInstance::new("eu-west", "g6-nanode-1").label("web-1")
}

#[tokio::test(start_paused = true)]
async fn refusals_are_sorted_by_what_to_do_and_say_it() {
    let cases = [
        (401, reason(None, "Invalid Token"), ErrorKind::Token, "give a token that is valid"),
        (
            401,
            reason(None, "Your OAuth token is not authorized to use this endpoint."),
            ErrorKind::Scope,
            "give a token with the scope",
        ),
        (403, reason(None, "Unauthorized"), ErrorKind::Forbidden, "grant the token's user"),
        (404, reason(None, "Not found"), ErrorKind::NotFound, "check the id"),
        (429, reason(None, "Too many requests"), ErrorKind::RateLimited, "try again"),
        (
            400,
            reason(Some("label"), "Label must be unique among your linodes"),
            ErrorKind::LabelTaken,
            "look whether",
        ),
        (
            400,
            reason(None, "Account Limit reached. Please open a support ticket."),
            ErrorKind::AccountLimit,
            "Linode's support",
        ),
        (
            400,
            reason(
                None,
                "A limit on your account is preventing the deployment of the selected Linode plan. Please contact Support.",
            ),
            ErrorKind::PlanLimit,
            "try another type",
        ),
        (
            400,
            reason(Some("root_pass"), "Password does not meet strength"),
            ErrorKind::Invalid,
            "correct the request",
        ),
        (400, reason(None, "There is no capacity"), ErrorKind::Unavailable, "try another type or region"),
        (500, json!("oops"), ErrorKind::Server, "look whether it exists"),
        (418, json!({}), ErrorKind::Other, "correct the request"),
    ];
    for (status, body, kind, advice) in cases {
        let error = of(status, body.clone()).await;
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("creating instance web-1: refused with {status}")), "{text}");
        assert!(text.contains(advice), "{text}");
        if let Some(said) = body["errors"][0]["reason"].as_str() {
            assert!(text.contains(said), "{text}");
            assert_eq!(error.reasons()[0].reason, said);
            assert_eq!(error.reasons()[0].field.as_deref(), body["errors"][0]["field"].as_str());
        }
        assert_eq!((error.stage(), error.status().unwrap().as_u16()), (Stage::Refused, status));
        assert_eq!(error.is_label_taken(), kind == ErrorKind::LabelTaken);
        assert_eq!(
            error.requires_operator(),
            matches!(
                kind,
                ErrorKind::AccountLimit | ErrorKind::Token | ErrorKind::Scope | ErrorKind::Forbidden
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn several_reasons_are_all_told_on_one_line() {
    let body = json!({"errors": [
        {"field": "region", "reason": "region is not valid"},
        {"field": "type", "reason": "A valid plan\n\u{1b}[31mtype"},
        {"field": "image", "reason": "x".repeat(10_000)},
    ]});
    let error = of(400, body).await;
    let text = error.to_string();
    assert_eq!(error.reasons().len(), 3);
    assert!(
        text.contains(": region: region is not valid, type: A valid plan  [31mtype, image: xxx"),
        "{text}"
    );
    assert!(text.len() < 1_000 && !text.contains('\n') && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test(start_paused = true)]
async fn headers_tell_the_scope_and_the_request() {
    let linode = linode(Router::new().fallback(|| async {
        let headers = [("x-accepted-oauth-scopes", "linodes:read_write"), ("x-request-id", "abc-1")];
        let body = reason(None, "Your OAuth token is not authorized to use this endpoint.");
        (axum::http::StatusCode::UNAUTHORIZED, headers, axum::Json(body)).into_response()
    }));
    let error = linode.instances().create(create()).await.unwrap_err();
    assert!(error.accepted_scopes().unwrap().allows("linodes", Access::ReadWrite));
    assert_eq!(error.request_id(), Some("abc-1"));
    assert!(error.to_string().contains("the scope linodes:read_write"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_gateways_page_is_not_taken_for_the_apis_words() {
    let linode = linode(Router::new().fallback(|| async {
        (axum::http::StatusCode::BAD_GATEWAY, [("content-type", "text/html")], "<html>502</html>")
            .into_response()
    }));
    let error = linode.instances().create(create()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.reasons().is_empty());
    let text = error.to_string();
    assert!(text.contains("gateway") && !text.contains("<html>"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_understood_was_a_create_all_the_same() {
    let error = of(200, json!({"id": "seven"})).await;
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Decode, Stage::Decoding));
    assert!(error.may_have_happened());
    let source = error.source().unwrap().to_string();
    assert!(!error.to_string().contains(&source), "a text never repeats its source");
}

#[tokio::test]
async fn without_a_server_it_surely_did_not_happen() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let linode = Client::builder(linode_api::Token::new("t").unwrap())
        .address(address)
        .retry(linode_api::Retry::default().attempts(2))
        .build()
        .unwrap();
    let error = linode.instances().create(create()).await.unwrap_err();
    assert_eq!((error.kind(), error.stage(), error.attempts()), (ErrorKind::Connect, Stage::Connecting, 2));
    assert!(!error.may_have_happened() && error.is_retryable());
    assert!(error.to_string().contains("after 2 attempts"), "{error}");
    assert!(error.source().is_some());
}
