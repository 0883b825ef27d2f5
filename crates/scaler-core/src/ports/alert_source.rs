//! Where alerts are asked for.

use async_trait::async_trait;

use crate::model::Alert;
use crate::ports::Failure;

/// Tells every alert that exists now, silenced and inhibited ones too, as suppressed.
#[async_trait]
pub trait AlertSource: Send + Sync {
    /// All alerts.
    ///
    /// # Errors
    /// A [`Failure`]; that nothing fires may not be concluded from it.
    async fn alerts(&self) -> Result<Vec<Alert>, Failure>;
}
