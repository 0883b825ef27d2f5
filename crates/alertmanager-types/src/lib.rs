//! Typed models of Alertmanager's webhook message and API v2.
