//! What Jenkins refuses, and what is not Jenkins.

use jenkins_client::ErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{builder, client};

/// The error of one call against one answer.
async fn refused(answer: ResponseTemplate, trigger: bool) -> jenkins_client::Error {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(answer).expect(1).mount(&server).await;
    let job = client(&server).job("web").unwrap();
    if trigger { job.build().await.map(|_| ()).unwrap_err() } else { job.enable().await.unwrap_err() }
}

fn html(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "text/html;charset=utf-8")
}

#[tokio::test]
async fn each_refusal_has_its_kind_its_words_and_its_doubt() {
    let error_page = |words: &str| {
        format!("<html><head><title>Jenkins</title></head><body><h1>Error</h1><p>{words}</p></body></html>")
    };
    let to = |status: u16, location: &str| ResponseTemplate::new(status).insert_header("location", location);
    let rows = [
        (
            "login",
            ResponseTemplate::new(401).insert_header("www-authenticate", "Basic realm=\"Jenkins\""),
            ErrorKind::Login,
            "API token",
            false,
        ),
        (
            "permission",
            html(403, "<p>ann is missing the Job/Build permission</p>")
                .insert_header("x-required-permission", "hudson.model.Item.Build")
                .insert_header("x-you-are-authenticated-as", "ann"),
            ErrorKind::Permission,
            "grant the user hudson.model.Item.Build",
            false,
        ),
        (
            "permission in words",
            html(403, "<p>ann is missing the Job/Build permission</p>"),
            ErrorKind::Permission,
            "grant the user Job/Build",
            false,
        ),
        (
            "anonymous",
            html(403, "")
                .insert_header("x-required-permission", "hudson.model.Item.Build")
                .insert_header("x-you-are-authenticated-as", "anonymous"),
            ErrorKind::Permission,
            "log in",
            false,
        ),
        ("proxy", html(403, "<h1>Forbidden</h1>"), ErrorKind::Forbidden, "proxy", false),
        (
            "hidden",
            html(404, "<h2>HTTP ERROR 404 Not Found</h2>"),
            ErrorKind::NotFound,
            "may not see it",
            false,
        ),
        (
            "disabled",
            html(409, &error_page("web is not buildable")),
            ErrorKind::NotBuildable,
            "web is not buildable",
            false,
        ),
        (
            "unparameterized",
            html(400, &error_page("Nothing is submitted")),
            ErrorKind::Parameters,
            "Nothing is submitted",
            false,
        ),
        (
            "unknown parameter",
            html(
                500,
                "<pre>java.lang.IllegalArgumentException: No such parameter definition: N\n at x</pre>",
            ),
            ErrorKind::Parameters,
            "No such parameter definition: N",
            false,
        ),
        ("not scheduled", to(302, "."), ErrorKind::NotScheduled, "plugin refused", false),
        ("login page", to(302, "https://sso.example/login?from=x"), ErrorKind::Login, "proxy", false),
        (
            "another address",
            to(301, "https://ci.example/job/web/build"),
            ErrorKind::Redirected,
            "address",
            false,
        ),
        (
            "gateway",
            html(502, "<h1>502 Bad Gateway</h1>"),
            ErrorKind::Unavailable,
            "look whether it was done",
            true,
        ),
        (
            "starting",
            html(503, "<h1>Please wait while Jenkins is getting ready to work</h1>"),
            ErrorKind::Starting,
            "has started",
            false,
        ),
        (
            "broken",
            html(500, "<h1>Oops!</h1><p>A problem occurred while processing the request</p>"),
            ErrorKind::Server,
            "A problem occurred",
            true,
        ),
        (
            "too many",
            ResponseTemplate::new(429).insert_header("retry-after", "7"),
            ErrorKind::RateLimited,
            "try again in 7 s",
            false,
        ),
    ];
    for (name, answer, kind, words, doubt) in rows {
        let error = refused(answer, true).await;
        assert_eq!((error.kind(), error.may_have_happened()), (kind, doubt), "{name}: {error:?}");
        let text = error.to_string();
        assert!(text.starts_with("triggering web: ") && text.contains(words), "{name}: {text}");
        assert!(
            text.contains("(POST job/web/build)") && !text.contains('<') && !text.contains('\n'),
            "{name}: {text}"
        );
    }
    let proxied = refused(to(302, "https://ci.example/job/web/enable"), false).await;
    assert_eq!(proxied.kind(), ErrorKind::Redirected, "the same path again is not a success: {proxied:?}");
}

#[tokio::test]
async fn a_trigger_without_an_item_is_in_doubt_and_says_why() {
    let error = refused(ResponseTemplate::new(201), true).await;
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Decode, true));
    assert!(
        super::super::sim::chain(&error).contains("follow redirects"),
        "{}",
        super::super::sim::chain(&error)
    );
}

#[tokio::test]
async fn the_header_with_the_error_goes_before_the_page() {
    let server = MockServer::start().await;
    let error =
        wiremock::http::HeaderValue::from_bytes("A job already exists with the name ‘web’".as_bytes())
            .unwrap();
    let answer = html(400, "<p>something else</p>").insert_header("x-error", error);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let error = client(&server).job("web").unwrap().create("<project/>").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(error.message(), Some("A job already exists with the name ‘web’"));
}

#[tokio::test]
async fn pages_where_data_should_be_are_a_login_or_a_wrong_address() {
    for (body, kind, words) in [
        ("<html><form action=\"j_spring_security_check\">", ErrorKind::Login, "log in"),
        ("<html>Welcome to nginx!</html>", ErrorKind::Decode, "check the address"),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/job/web/api/json")).respond_with(html(200, body)).mount(&server).await;
        let error = client(&server).job("web").unwrap().get().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn half_a_body_is_lost_and_names_no_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = [0; 4096];
            let _ = stream.read(&mut seen).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"name\": ").await;
        }
    });
    let client = builder(&address).api_token("ann", "t0ken").build().unwrap();
    let error = client.job("web").unwrap().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Lost, "{error:?}");
    assert!(error.to_string().contains("the answer broke off"), "{error}");
    assert!(!format!("{client:?} {error:?}").contains("t0ken"));
}
