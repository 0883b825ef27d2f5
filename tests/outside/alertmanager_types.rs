//! The models, which are the default features.

use alertmanager_types::Labels;
use alertmanager_types::webhook::{Message, MessageError};

/// The labels of what fires.
pub fn firing(body: &[u8]) -> Result<Vec<Labels>, MessageError> {
    let message = Message::from_json(body)?;
    Ok(message.firing().map(|alert| alert.labels.clone()).collect())
}
