//! The one configuration file: parse, check.
