//! How many notifications one core takes in.
fn main() {}
