//! What a program may write to its stderr.

use std::env;
use std::io::{self, IsTerminal};

/// Whether stderr is a terminal, and nobody asked for no colours by the variable `NO_COLOR`.
#[must_use]
pub fn has_colours() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
}
