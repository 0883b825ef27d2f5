//! Consoles that grow.

use futures_util::{StreamExt, TryStreamExt};
use jenkins_client::ErrorKind;
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::client;

fn text(bytes: &[u8], size: u64, more: bool) -> ResponseTemplate {
    let answer =
        ResponseTemplate::new(200).set_body_bytes(bytes).insert_header("x-text-size", size.to_string());
    if more { answer.insert_header("x-more-data", "true") } else { answer }
}

async fn at(server: &MockServer, start: u64, answer: ResponseTemplate) {
    Mock::given(path("/job/web/7/logText/progressiveText"))
        .and(query_param("start", start.to_string()))
        .respond_with(answer)
        .expect(1)
        .mount(server)
        .await;
}

#[tokio::test]
async fn cut_lines_and_characters_are_joined_and_offsets_are_opaque() {
    let server = MockServer::start().await;
    let euro = "€".as_bytes();
    at(&server, 0, text(&[b"one\ntwo ", &euro[..1]].concat(), 5000, true)).await;
    at(&server, 5000, text(&[&euro[1..], b"\nthr"].concat(), 12263, true)).await;
    Mock::given(query_param("start", "12263"))
        .respond_with(text(b"", 12263, true))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    at(&server, 12263, text(b"ee\nFinished: SUCCESS", 12300, false)).await;
    let lines: Vec<String> =
        client(&server).job("web").unwrap().build_number(7).console().try_collect().await.unwrap();
    assert_eq!(lines, ["one", "two €", "three", "Finished: SUCCESS"]);
}

#[tokio::test]
async fn a_start_beyond_the_end_does_not_repeat_what_was_read() {
    let server = MockServer::start().await;
    at(&server, 0, text(b"one\n", 100, true)).await;
    at(&server, 100, text(b"one\n", 50, true)).await;
    at(&server, 50, text(b"two\n", 150, false)).await;
    let lines: Vec<String> =
        client(&server).job("web").unwrap().build_number(7).console().try_collect().await.unwrap();
    assert_eq!(lines, ["one", "two"]);
}

#[tokio::test]
async fn a_console_that_is_not_there_is_an_error() {
    let server = MockServer::start().await;
    let build = client(&server).job("web").unwrap().build_number(7);
    let error = build.console().next().await.unwrap().unwrap_err();
    assert!(error.is_not_found());
    let error = build.console_so_far().next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_loses_and_repeats_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\nx-text-size: 90\r\ncontent-length: 20\r\n\r\n";
        for body in ["first line\nsec", "first line\nsecond\nxx"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = [0; 4096];
            let _ = stream.read(&mut seen).await;
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    let client = super::builder(&address).api_token("ann", "t0ken").build().unwrap();
    let lines: Vec<String> =
        client.job("web").unwrap().build_number(7).console().try_collect().await.unwrap();
    assert_eq!(lines, ["first line", "second", "xx"]);
}
