//! The long-running service: HTTP surface, metrics, actors.
