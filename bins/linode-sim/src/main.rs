//! The simulated Linode API as a program.

fn main() {}
