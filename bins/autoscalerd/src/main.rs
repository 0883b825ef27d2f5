//! The autoscaler daemon.

fn main() {}
