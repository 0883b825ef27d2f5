//! The real daemon as a child process, killed, fed with nonsense, and left alone by the cloud. Real sockets, no Prometheus.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod cloud;
mod configuration;
mod crash;
mod figures;
mod input;

use linode_sim::{Delay, Timings};

use crate::rig::{Account, Configuration, Daemon, seconds};

/// As quick as a cloud can be in which something can still be seen under way.
fn timings() -> Timings {
    let mut timings = Timings::quick();
    timings.provision = Delay::secs(1);
    timings.boot = Delay::secs(2);
    timings.mode = Delay::secs(1);
    timings
}

/// A daemon at rest, with two members that it made itself.
async fn at_rest() -> (Account, Daemon) {
    let account = Account::api_only(timings()).await;
    let mut daemon = Daemon::new(&account);
    daemon.start(&account, &Configuration::default()).await;
    daemon.until_at_rest(2, seconds(40)).await;
    account.assert_whole();
    (account, daemon)
}
