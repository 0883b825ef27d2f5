//! The daemon on a socket, over SQLite, as the program runs it.

use std::sync::Arc;
use std::time::Duration;

use api_transport::Token;
use api_transport::service::InProcess;
use autoscale_api::SetDesired;
use autoscale_api::client::{Client, ErrorKind};
use autoscale_daemon::local::Key;
use autoscale_daemon::{Assembly, ServeError};
use linode_sim::Timings;
use scaler_sqlite::{SqliteStore, read_address};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::stage::{account, configuration, notification};

async fn assembled(store: &std::path::Path, more: &str) -> autoscale_daemon::Daemon {
    let (simulator, balancer, config) = account(Timings::instant());
    let store = store.display();
    let config = configuration(balancer, config, &format!("store: {{ sqlite: \"{store}\" }}\n{more}"));
    let service = Arc::new(InProcess::new(simulator.router()));
    Assembly::new(&config).linode_service(service).build().await.unwrap()
}

#[tokio::test]
async fn it_serves_is_found_beside_its_store_and_ends_between_two_steps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("autoscale.db");
    let daemon = assembled(&path, "").await;
    let listener = daemon.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = {
        let daemon = daemon.clone();
        tokio::spawn(async move { daemon.serve(listener, async { drop(stopped.await) }).await })
    };
    let address = loop {
        if let Some(address) = read_address(&path).unwrap() {
            break address;
        }
        tokio::task::yield_now().await;
    };
    // No credential is configured: who may read the store's files may change things.
    let key = Key::read(&path).unwrap().expect("the key of this start");
    let token = Token::new(key.credential()).unwrap();
    let client = Client::new(address.parse().unwrap(), Some(&token)).unwrap();
    let stranger = Client::new(address.parse().unwrap(), None).unwrap();
    let proof = stranger.proof("never heard before").await.unwrap().proof;
    assert!(key.is_proved(&address, "never heard before", &proof), "{proof}");
    let ask = SetDesired::to(3);
    assert_eq!(stranger.set_desired("web", &ask).await.unwrap_err().kind(), ErrorKind::Credential);
    client.set_desired("web", &ask).await.unwrap();
    let held = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(held.contains(&address), "{held}");

    // Somebody watches, and the daemon ends all the same.
    let watching = {
        let client = client.clone();
        tokio::spawn(async move { client.events("web", Some(u64::MAX - 1), Duration::from_secs(20)).await })
    };
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let request =
        "GET /api/v1/groups/web/events HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");

    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), served).await.expect("it ends soon").unwrap().unwrap();
    let _ = watching.await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream is ended, not cut off");
    assert_eq!(read_address(&path).unwrap(), None);
    assert_eq!(client.groups().await.unwrap_err().kind(), ErrorKind::Connect);
    drop(daemon);
    assert!(Key::read(&path).unwrap().is_none(), "it goes with the daemon");
    SqliteStore::open(&path).await.expect("the store is free again");
}

#[tokio::test]
async fn notifications_survive_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("autoscale.db");
    for round in 0..2 {
        let daemon = assembled(&path, "").await;
        let listener = daemon.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = daemon.clone();
        let served =
            tokio::spawn(async move { serving.serve(listener, async { drop(stopped.await) }).await });
        if round == 0 {
            let body = notification(&[("WebCpuLow", "firing")]);
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST /webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(body.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        } else {
            let loaded = async {
                while daemon.scaler().alerts().table().is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(30), loaded).await.unwrap();
        }
        stop.send(()).unwrap();
        served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn ten_megabytes_over_a_socket_get_their_answer() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = assembled(&folder.path().join("autoscale.db"), "").await;
    let listener = daemon.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(async move { daemon.serve(listener, async { drop(stopped.await) }).await });
    for expect in ["", "Expect: 100-continue\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let size = 10 << 20;
        let head = format!(
            "POST /webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{expect}Content-Length: {size}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        if expect.is_empty() {
            stream.write_all(&vec![b'x'; size]).await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn it_listens_where_others_reach_it_only_with_both_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("autoscale.db");
    let daemon = assembled(&path, "daemon: { credentials: { env: AUTOSCALE_TOKEN } }").await;
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = daemon.bind(address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(refused, ServeError::Exposed { .. }), "{refused}");
        assert!(refused.to_string().contains("daemon.webhook_credentials"), "{refused}");
    }
    // A listener that somebody else made is looked at too.
    let open = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = daemon.serve(open, std::future::pending()).await.unwrap_err();
    assert!(matches!(refused, ServeError::Exposed { .. }), "{refused}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refused = daemon.bind(taken.local_addr().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("free it"), "{refused}");
}

#[tokio::test]
async fn the_key_beside_the_store_proves_and_lets_nobody_in_where_a_credential_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("autoscale.db");
    let daemon = assembled(&path, "daemon: { credentials: { env: AUTOSCALE_TOKEN } }").await;
    let key = Key::read(&path).unwrap().expect("the key of this start");
    let listener = daemon.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { daemon.serve(listener, std::future::pending()).await });
    let client = Client::new(address.parse().unwrap(), Some(&Token::new(key.credential()).unwrap())).unwrap();
    assert!(key.is_proved(&address, "c", &client.proof("c").await.unwrap().proof));
    let refused = client.set_desired("web", &SetDesired::to(3)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Credential);
    serving.abort();
}

#[tokio::test]
async fn a_daemon_that_ends_takes_its_own_key_with_it_and_not_that_of_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("autoscale.db");
    let ended = assembled(&path, "").await;
    let listener = ended.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    ended.serve(listener, std::future::ready(())).await.unwrap();
    let next = assembled(&path, "").await;
    drop(ended);
    assert!(Key::read(&path).unwrap().is_some(), "the next one can't prove anything any more");
    drop(next);
    assert!(Key::read(&path).unwrap().is_none());
}
