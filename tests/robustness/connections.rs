//! Callers who only take room.

use std::io::Write as _;
use std::net::TcpStream;

use super::timings;
use crate::rig::{Account, Configuration, Daemon, alert, seconds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_beyond_its_files_silence_neither_the_webhook_nor_health_nor_the_cloud() {
    let account = Account::api_only(timings()).await;
    let mut daemon = Daemon::new(&account).with_files(128);
    daemon.start(&account, &Configuration::default()).await;
    daemon.until_at_rest(2, seconds(40)).await;
    let mut crowd = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(daemon.address()).unwrap();
        // Those that had to make room are closed already.
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHo");
        crowd.push(stream);
    }
    assert_eq!(daemon.get("/healthz").await.status, 200);
    daemon.notify(&[alert("WebCpuHigh", "firing")]).await;
    daemon.until_at_rest(4, seconds(40)).await;
    assert!(daemon.log().contains("too many connections"), "{}", daemon.log());
    drop(crowd);
    account.assert_whole();
}
