//! The pure core against a modelled world.

mod boundary_cases;
mod creation;
mod explore;
mod failures_of_others;
mod golden;
mod health;
mod histories;
mod moves;
mod ramp;
mod reinstating;
mod removal;
mod replacement;
mod restored;
mod sizes;
mod story;
mod victims;
pub mod world;

/// Tells a figure also where tests pass: what the test runner captures nobody would read.
fn figure(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
