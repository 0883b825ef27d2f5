//! What tests of the real daemon stand on: a simulated account on real sockets, the configuration, `autoscalerd` as a child
//! process, and the load.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod account;
mod configuration;
mod daemon;
mod load;
mod network;
mod notification;
mod program;

use std::sync::Once;
use std::time::Duration;

use tokio::time::{Instant, sleep};

pub(crate) use account::Account;
pub(crate) use configuration::Configuration;
pub(crate) use daemon::{Answer, CREDENTIAL, Daemon, WEBHOOK_CREDENTIAL};
pub(crate) use load::Load;
pub(crate) use notification::{alert, notification};
pub(crate) use program::autoscalerd;

/// Asks until there is an answer; fails the test when there is none in time.
pub(crate) async fn eventually<T>(
    within: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {} s", within.as_secs());
        sleep(Duration::from_millis(50)).await;
    }
}

/// So many seconds.
pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client over plain HTTP on loopback, whatever proxy this machine has.
pub(crate) fn http(timeout: Duration) -> reqwest::Client {
    // Other crates of the workspace give reqwest a TLS without a provider, and then it wants one in any case.
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    reqwest::Client::builder().no_proxy().timeout(timeout).build().unwrap()
}
