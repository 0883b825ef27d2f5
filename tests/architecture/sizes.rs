//! How large a package is, and which types it shows.
//!
//! A line of code is one that is neither blank nor a comment (`//`, `///`, `//!`), in a file under `src`, outside of what is
//! only for tests: items under `#[cfg(test)]`, and files of modules that are declared so.

use super::source::{tokens, without_tests};

/// What one file adds to its package.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) lines: usize,
    /// The structs, enums, unions, traits and aliases that are `pub`, with their lines. The lint `unreachable_pub` sees to
    /// it that each can be reached from outside. Those that a macro makes are not seen.
    pub(crate) public_types: Vec<(usize, String)>,
}

pub(crate) fn measure(text: &str) -> Measured {
    let all = tokens(text);
    let kept = without_tests(&all);
    let in_tests = |line: usize| kept.left_out.iter().any(|(first, last)| (*first..=*last).contains(&line));
    let lines = text
        .lines()
        .zip(1..)
        .filter(|(line, number)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//") && !in_tests(*number)
        })
        .count();
    let public_types = kept
        .tokens
        .windows(3)
        .filter(|three| {
            three[0].text == "pub"
                && matches!(three[1].text.as_str(), "struct" | "enum" | "union" | "trait" | "type")
                && three[2].is_word()
        })
        .map(|three| (three[2].line, three[2].text.clone()))
        .collect();
    Measured { lines, public_types }
}
