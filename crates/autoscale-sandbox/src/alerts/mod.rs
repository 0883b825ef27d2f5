//! Where alerts come from: rules over scraped metrics, by a small source of our own or by the real programs.

pub(crate) mod messenger;
pub(crate) mod prometheus;
pub(crate) mod rules;
pub(crate) mod scrape;
pub(crate) mod source;
