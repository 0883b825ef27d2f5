//! The autoscaler command line.

fn main() {}
