//! The daemon in process.
