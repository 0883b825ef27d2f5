//! Sessions at the command line, against a simulated Linode API: alone, and with a daemon.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unreachable_pub, missing_docs)]

mod alerts;
mod alone;
mod files;
mod help;
mod session;
mod stop;
mod store;
mod strangers;
mod with_daemon;
