//! The adapters, each against what stands behind it.

mod clock;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
