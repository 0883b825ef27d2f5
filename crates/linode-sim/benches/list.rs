//! Listing 10,000 instances.
fn main() {}
