//! Errors with what lies beneath them.

use std::error::Error;
use std::fmt;

/// An error with everything beneath it, on one line.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// What lies beneath an error: it stands in a chain below the text that the error gave.
#[derive(Debug)]
struct Cause<E>(E);

/// The source of `error`, owned; none where nothing lies beneath.
pub fn cause_of(error: impl Error + Send + Sync + 'static) -> Option<Box<dyn Error + Send + Sync>> {
    error.source()?;
    Some(Box::new(Cause(error)))
}

impl<E: Error> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().map_or(Ok(()), |source| fmt::Display::fmt(source, f))
    }
}

impl<E: Error + 'static> Error for Cause<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()?.source()
    }
}
