#![doc = include_str!("../README.md")]

mod assemble;
mod calls;
mod credential;
mod daemon;
mod error;
mod events;
mod http;
pub mod local;
mod member;
mod metrics;
mod preflight;
mod scrape;
mod sentinel;
mod state;
mod stop;

pub use self::assemble::{AssembleError, Assembly};
pub use self::calls::{ApiCalls, Counted};
pub use self::credential::{ApiCredential, InvalidCredential};
pub use self::daemon::{Daemon, DaemonBuilder};
pub use self::error::ServeError;
pub use self::member::carry_out;
pub use self::scrape::Addresses;
pub use self::stop::StopSignals;
