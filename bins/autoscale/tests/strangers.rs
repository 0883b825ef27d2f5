//! What a command gives to whoever answers in the daemon's place, and how long it waits for one that does not answer.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use linode_sim::Timings;
use scaler_sqlite::SqliteStore;
use tokio::time::Instant;

use crate::session::{Cloud, Session};
use crate::with_daemon::Place;

const CREDENTIAL: &str = "the-operators-credential";

/// A program at a loopback address that answers everything with 200 and keeps what it was sent.
struct Stranger {
    url: String,
    heard: Arc<Mutex<String>>,
}

impl Stranger {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(String::new()));
        let keep = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while let Some(Ok(line)) =
                    lines.next().filter(|line| line.as_ref().is_ok_and(|l| !l.is_empty()))
                {
                    keep.lock().unwrap().push_str(&format!("{line}\n"));
                }
                let body = r#"{"groups":[],"unmanaged":[],"proof":"00"}"#;
                let _ = write!(
                    &stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { url, heard }
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_address_gets_no_credential_and_is_not_believed() {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let mut session = Session::new();
    session.env.push(("AUTOSCALE_CREDENTIAL".into(), CREDENTIAL.into()));
    session.write("autoscale.yaml", &cloud.configuration());
    // A daemon that was killed left its address, and another program took the port.
    let stranger = Stranger::listen();
    session.write("autoscale.db.addr", &stranger.url);
    let said = session.run("autoscale status --output json").await;
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.json()["groups"][0]["group"],
        "web",
        "nobody holds the store, so the command acts itself"
    );
    assert_eq!(stranger.heard(), "", "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_without_the_stores_key_gets_no_credential() {
    let mut place = Place::new().await;
    place.session.env.push(("AUTOSCALE_CREDENTIAL".into(), CREDENTIAL.into()));
    // The daemon holds the store, and somebody changed the address beside it.
    let stranger = Stranger::listen();
    place.session.write("autoscale.db.addr", &stranger.url);
    for line in ["autoscale status", "autoscale mode web paused"] {
        let said = place.session.run(line).await;
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.err.contains("has not proved") && said.err.contains("--daemon"), "{said:?}");
    }
    let heard = stranger.heard();
    assert!(!heard.contains(CREDENTIAL) && !heard.to_lowercase().contains("authorization"), "{heard}");
    assert!(heard.contains("/api/v1/proof"), "{heard}");
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemons_key_is_its_owners_alone() {
    let place = Place::new().await;
    let mode = fs::metadata(place.session.path("autoscale.db.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_to_another_host_is_refused_unless_it_is_asked_for() {
    let mut place = Place::new().await;
    place.session.env.push(("AUTOSCALE_CREDENTIAL".into(), CREDENTIAL.into()));
    // Not a loopback address by its looks, and this machine all the same.
    let address = fs::read_to_string(place.session.path("autoscale.db.addr")).unwrap();
    let address = address.trim().replace("127.0.0.1", "0.0.0.0");
    let said = place.session.run(&format!("autoscale status --daemon {address}")).await;
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("--insecure") && said.err.contains("https"), "{said:?}");
    let said = place.session.run(&format!("autoscale status --daemon {address} --insecure")).await;
    assert_eq!(said.code, 0, "{said:?}");
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_holds_also_when_a_stopped_daemon_never_answers() {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let mut session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    // What a process looks like that SIGSTOP halted: it holds the store, the system takes connections, and nothing comes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let store = SqliteStore::open(session.path("autoscale.db")).await.unwrap();
    store.write_address(&url).unwrap();
    session.write("autoscale.db.key", "00112233\n");
    for line in [
        "autoscale up web --timeout 1s".to_owned(),
        format!("autoscale up web --timeout 1s --daemon {url}"),
        format!("autoscale replace web web-aaaaa-1 --timeout 1s --daemon {url}"),
    ] {
        let began = Instant::now();
        let said = session.run(&line).await;
        assert_eq!(said.code, 5, "{said:?}");
        assert!(said.err.contains("does not answer"), "{said:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{line}: {:?}", began.elapsed());
    }
    let said = session.run("autoscale status").await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("does not answer") && said.err.contains(&url), "{said:?}");
}
