#![doc = include_str!("../README.md")]

mod assemble;
mod calls;
mod connections;
mod credential;
mod daemon;
mod error;
mod events;
mod http;
mod lanes;
pub mod local;
mod member;
mod metrics;
mod preflight;
mod scrape;
mod sentinel;
mod state;
mod stop;
mod terminal;

pub use self::assemble::{AssembleError, Assembly};
pub use self::calls::{ApiCalls, Counted};
pub use self::credential::{ApiCredential, InvalidCredential};
pub use self::daemon::{Daemon, DaemonBuilder};
pub use self::error::ServeError;
pub use self::member::carry_out;
pub use self::scrape::Addresses;
pub use self::stop::{Hangups, StopSignals};
pub use self::terminal::has_colours;
