//! Mistakes, each as a port that lies.

pub mod balancer;
pub mod compute;
pub mod store;
