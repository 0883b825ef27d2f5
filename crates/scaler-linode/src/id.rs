//! Ids of the engine as ids of the client; the other way is `From`.

use std::num::NonZeroU64;

use scaler_core::ports::Failure;

use crate::failure::unsent;

/// The client's id with this number.
pub(super) fn id<T: From<NonZeroU64>>(number: u64, of: &str) -> Result<T, Failure> {
    NonZeroU64::new(number).map(T::from).ok_or_else(|| unsent(format!("0 is not the id of any {of}")))
}
