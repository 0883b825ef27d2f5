//! Typed models and client of the Linode API v4.

pub mod models;
