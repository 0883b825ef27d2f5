//! The adapters, each against what stands behind it.

mod clock;
