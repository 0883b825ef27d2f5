//! Requests at once: who crowds one lane holds up nobody in another.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Requests that may be answered at once, together fewer than there may be connections, so that a new one finds room.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub(crate) notifications: Arc<Semaphore>,
    /// Those that show a credential.
    pub(crate) known: Arc<Semaphore>,
    /// Those that show none: they only read.
    pub(crate) strangers: Arc<Semaphore>,
}

impl Lanes {
    /// Shares of so many connections.
    pub(crate) fn new(connections: usize) -> Self {
        let share = |of: usize| Arc::new(Semaphore::new((connections / of).max(1)));
        Self { notifications: share(3), known: share(6), strangers: share(4) }
    }
}
