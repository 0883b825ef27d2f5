//! The service over real sockets: what is on the wire, and at which stage a broken one breaks.

use std::sync::Arc;
use std::time::Duration;

use api_transport::http::HeaderValue;
use api_transport::service::{Sockets, SocketsError};
use api_transport::{Client, Request, Retry, Stage, Token};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn sockets() -> Arc<Sockets> {
    Arc::new(Sockets::builder().connect_limit(Duration::from_secs(2)).build().unwrap())
}

fn client(base: &str) -> Client {
    Client::builder(base.parse().unwrap(), sockets()).retry(Retry::never()).build()
}

/// A server that reads a request and then does what `answer` says: bytes, then the end of the connection.
async fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = [0; 4096];
            let _ = stream.read(&mut seen).await;
            let _ = stream.write_all(answer).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_request_is_on_the_wire_as_it_was_built() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v4/images/linode%2Fdebian12/a%20b"))
        .and(query_param("page", "2"))
        .and(query_param("name", "a&b=c"))
        .and(header("authorization", "Bearer t0ken"))
        .and(header("user-agent", "tests/1"))
        .and(header("accept", "application/json"))
        .and(header("content-type", "application/json"))
        .and(header("accept-encoding", "gzip"))
        .and(body_json(serde_json::json!({"x": 1})))
        .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"ok": true})))
        .expect(1)
        .mount(&server)
        .await;
    let client = Client::builder(format!("{}/v4/", server.uri()).parse().unwrap(), sockets())
        .token(&Token::new("t0ken").unwrap())
        .unwrap()
        .user_agent(HeaderValue::from_static("tests/1"))
        .build();
    let request = Request::post("trying")
        .path("images")
        .segment("linode/debian12")
        .segment("a b")
        .query("page", 2)
        .query("name", "a&b=c")
        .json(&serde_json::json!({"x": 1}))
        .unwrap();
    assert_eq!(request.encoded_path(), "images/linode%2Fdebian12/a%20b");
    let answer: serde_json::Value = client.send(&request).await.unwrap().json("trying").unwrap();
    assert_eq!(answer["ok"], true);
}

#[tokio::test]
async fn gzip_is_understood() {
    // `{"a":1}` as gzip writes it.
    const ZIPPED: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac,
        0x05, 0x00, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0x00, 0x00, 0x00,
    ];
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("content-encoding", "gzip")
                .set_body_raw(ZIPPED, "application/json"),
        )
        .mount(&server)
        .await;
    let response = client(&server.uri()).send(&Request::get("getting").path("x")).await.unwrap();
    assert_eq!(response.body().as_ref(), br#"{"a":1}"#);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    Mock::given(path("/from"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "/to"))
        .mount(&server)
        .await;
    Mock::given(path("/to")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
    let failure = client(&server.uri()).send(&Request::get("getting").path("from")).await.unwrap_err();
    assert_eq!(failure.status().unwrap().as_u16(), 302);
}

#[tokio::test]
async fn no_connection_is_surely_not_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let failure =
        client(&format!("http://{address}")).send(&Request::post("making").path("x")).await.unwrap_err();
    assert_eq!((failure.stage(), failure.may_have_happened()), (Stage::Connecting, false));
    assert!(failure.is_retryable());
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_doubt() {
    let base = server(b"").await;
    let failure = client(&base).send(&Request::post("making").path("x")).await.unwrap_err();
    assert_eq!((failure.stage(), failure.may_have_happened()), (Stage::Sending, true));
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_doubt() {
    let base = server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\": ").await;
    let failure = client(&base).send(&Request::post("making").path("x")).await.unwrap_err();
    assert_eq!((failure.stage(), failure.may_have_happened()), (Stage::Reading, true));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_leaves_doubt() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(5)))
        .mount(&server)
        .await;
    let request = Request::post("making").path("x").attempt_limit(Duration::from_millis(100));
    let failure = client(&server.uri()).send(&request).await.unwrap_err();
    assert_eq!(
        (failure.stage(), failure.is_timeout(), failure.may_have_happened()),
        (Stage::Sending, true, true)
    );
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            tokio::spawn(async move {
                let mut seen = [0; 4096];
                while stream.read(&mut seen).await.is_ok_and(|n| n > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                }
            });
        }
    });
    let client = client(&base);
    for _ in 0..5 {
        client.send(&Request::get("getting").path("x")).await.unwrap();
    }
    assert_eq!(connections.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn a_ca_file_that_is_none_says_which() {
    let missing = Sockets::builder().ca_file("/nonexistent/ca.pem").build().unwrap_err();
    assert!(missing.to_string().contains("/nonexistent/ca.pem"), "{missing}");
    let empty =
        Sockets::builder().ca_file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).build().unwrap_err();
    assert!(matches!(empty, SocketsError::NoCertificate { .. }), "{empty}");
}

/// A TLS server on its own thread: one request, one answer, for each connection.
fn tls_server() -> String {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use std::io::{Read, Write};

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls");
    let certificate = CertificateDer::from_pem_file(format!("{folder}/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{folder}/server-key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let mut seen = [0; 4096];
            if tls.read(&mut seen).is_ok_and(|n| n > 0) {
                tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
                    .unwrap();
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    format!("https://{address}")
}

#[tokio::test]
async fn tls_trusts_the_given_certificates_alone() {
    let base = tls_server();
    let ca = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/ca.pem");
    let trusting = Arc::new(Sockets::builder().ca_file(ca).build().unwrap());
    let client_of =
        |service: Arc<Sockets>| Client::builder(base.parse().unwrap(), service).retry(Retry::never()).build();
    let response = client_of(trusting).send(&Request::get("getting").path("x")).await.unwrap();
    assert_eq!(response.body().as_ref(), b"{}");
    let pem = std::fs::read(ca).unwrap();
    let trusting = Arc::new(Sockets::builder().ca_pem(pem).build().unwrap());
    assert!(client_of(trusting).send(&Request::get("getting").path("x")).await.is_ok());
    assert!(matches!(Sockets::builder().ca_pem("none").build(), Err(SocketsError::Pem { .. })));
    let failure = client_of(sockets()).send(&Request::post("making").path("x")).await.unwrap_err();
    assert_eq!((failure.stage(), failure.may_have_happened()), (Stage::Connecting, false));
}

#[tokio::test]
async fn the_roots_of_the_system_were_read_though_nobody_spoke_tls() {
    let folder = std::env::temp_dir().join(format!("api-transport-roots-{}", std::process::id()));
    // Another process, so that the environment of this one stays as it is.
    let Some(roots) = std::env::var_os("REST_TEST_ROOTS") else {
        std::fs::create_dir_all(&folder).unwrap();
        let roots = folder.join("ca.pem");
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sockets::the_roots_of_the_system_were_read_though_nobody_spoke_tls"])
            .env("REST_TEST_ROOTS", &roots)
            .env("SSL_CERT_FILE", &roots)
            .env_remove("SSL_CERT_DIR")
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(status.success());
        return;
    };
    let client = client(&tls_server());
    let failure = client.send(&Request::get("getting").path("x")).await.unwrap_err();
    assert_eq!(failure.stage(), Stage::Connecting);
    let why = format!("{:?}", std::error::Error::source(&failure));
    assert!(why.contains("install ca-certificates"), "{why}");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/ca.pem"), roots).unwrap();
    let response = client.send(&Request::get("getting").path("x")).await.unwrap();
    assert_eq!(response.body().as_ref(), b"{}");
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked_for_this_machine() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    // Another process, so that the environment of this one stays as it is.
    if std::env::var_os("REST_TEST_PROXIED").is_none() {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sockets::a_proxy_of_the_environment_is_not_asked_for_this_machine"])
            .env("REST_TEST_PROXIED", "1")
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("http_proxy", "http://127.0.0.1:1")
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    } else {
        client(&server.uri()).send(&Request::get("getting").path("x")).await.unwrap();
    }
}
