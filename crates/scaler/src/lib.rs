#![doc = include_str!("../README.md")]

pub mod adapter;
pub mod core;
pub mod port;
pub mod workflow;
