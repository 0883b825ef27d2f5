//! What every store must do, as a suite that any store can be put through.
//!
//! An author of a store implements [`StoreFixture`] for it and has [`check`] run over it in a test. Each rule begins with an
//! empty store; the first one that is broken is told with what was found.

mod alerts;
mod logs;
mod races;
mod sample;

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use scaler_core::ports::{LogName, Store};

use crate::{Violation, rules};

/// Makes stores of one kind, and gets at them from below.
#[async_trait]
pub trait StoreFixture: Send + Sync {
    /// A store with nothing in it, apart from all others.
    ///
    /// # Errors
    /// When none can be made: the suite ends.
    async fn empty(&self) -> Result<Arc<dyn Store>, Box<dyn Error + Send + Sync>>;

    /// Puts `text` at the end of a log of `store` as it is, as another build would have written it.
    ///
    /// # Errors
    /// When it can't be done: the suite ends.
    async fn plant(
        &self,
        store: &Arc<dyn Store>,
        log: &LogName,
        text: &str,
    ) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Ends `store` and opens what it has kept; `None` for stores that keep nothing beyond their own life.
    ///
    /// # Errors
    /// When it can't be done: the suite ends.
    async fn again(
        &self,
        store: Arc<dyn Store>,
    ) -> Result<Option<Arc<dyn Store>>, Box<dyn Error + Send + Sync>>;
}

/// Puts a kind of store through every rule, and returns the rules that were kept.
///
/// # Errors
/// The first rule that is broken.
pub async fn check(fixture: &dyn StoreFixture) -> Result<Vec<&'static str>, Violation> {
    rules! { fixture:
        "an empty store has no logs and no alerts" => logs::empty,
        "entries are read as they were appended, in order, from any position, up to any limit" => logs::read,
        "who appends behind another end gets a conflict, and nothing is appended" => logs::conflict,
        "appending nothing only checks" => logs::nothing,
        "logs are apart from each other and listed in order" => logs::apart,
        "what this build can't read is refused at its position" => logs::refused,
        "of those who append at once exactly one wins" => races::one_wins,
        "racing writers leave no gap and no mixture" => races::writers,
        "an append that nobody waits for lands whole or not at all" => races::abandoned,
        "rows of alerts are replaced, kept apart and forgotten" => alerts::rows,
        "the time of the last poll stays until there is a later one" => alerts::polled,
        "rows that arrive together are all kept" => alerts::together,
        "what was answered is there when the store is opened again" => logs::durable,
    }
}
