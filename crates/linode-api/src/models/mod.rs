//! The things that the API knows, as plain data, and the requests that make and change them.
//!
//! Answers decode and encode again without loss: a field that this version does not know is kept in `extra`,
//! a word that it does not know in `Other`, and a number is written as it was read. A field is an `Option`
//! where the API has `null` or leaves it out.

#[macro_use]
mod macros;

mod account;
mod decimal;
mod entity;
mod errors;
mod event;
mod extra;
mod firewall;
mod id;
mod image;
mod instance;
mod lock;
mod networking;
mod nodebalancer;
mod page;
mod placement;
mod profile;
mod region;
mod secret;
mod stackscript;
mod stats;
mod tag;
mod time;
mod types;
mod user_data;
mod volume;
mod vpc;
mod word;

pub use self::account::*;
pub use self::decimal::Decimal;
pub use self::entity::*;
pub use self::errors::*;
pub use self::event::*;
pub use self::extra::Extra;
pub use self::firewall::*;
pub use self::id::*;
pub use self::image::*;
pub use self::instance::*;
pub use self::lock::*;
pub use self::networking::*;
pub use self::nodebalancer::*;
pub use self::page::*;
pub use self::placement::*;
pub use self::profile::*;
pub use self::region::*;
pub use self::secret::Concealed;
pub use self::stackscript::*;
pub use self::stats::*;
pub use self::tag::*;
pub use self::types::*;
pub use self::user_data::*;
pub use self::volume::*;
pub use self::vpc::*;
