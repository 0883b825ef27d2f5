//! The token and passwords are in no text.

use std::error::Error as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use linode_api::models::CreateInstance;
use linode_api::{Client, InProcess, Token};

const TOKEN: &str = "t0ken-that-nobody-reads";
const PASSWORD: &str = "passw0rd-that-nobody-reads";

#[tokio::test(start_paused = true)]
async fn no_text_holds_a_secret() {
    // A server that gives back what it was sent.
    let router = Router::new().fallback(|request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (StatusCode::IM_A_TEAPOT, format!("{head:?} {body:?}"))
    });
    let builder = Client::builder(Token::new(TOKEN).unwrap())
        .address("http://api.test")
        .service(Arc::new(InProcess::new(router)));
    let mut texts = vec![format!("{builder:?}")];
    let linode = builder.build().unwrap();
    let create = CreateInstance::new("eu-west", "g6-nanode-1").root_pass(PASSWORD.to_owned().into());
    let call = linode.instances().create(&create);
    texts.extend([format!("{linode:?}"), format!("{create:?}"), format!("{call:?}")]);
    let sent = call.request().unwrap().body().unwrap().clone();
    assert!(String::from_utf8_lossy(&sent).contains(PASSWORD), "it is sent all the same");
    let error = call.await.unwrap_err();
    texts.extend([format!("{error:?}"), error.to_string(), format!("{:?}", error.source())]);
    for text in texts {
        assert!(!text.contains(TOKEN) && !text.contains(PASSWORD), "{text}");
    }
}
