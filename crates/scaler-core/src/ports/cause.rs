//! The cause of an error whose own words were already said.

use std::error::Error;
use std::fmt;

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
