//! The clocks and the store in memory.

mod clock;
mod in_memory;
