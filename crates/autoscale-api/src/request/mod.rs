//! What may be asked of a group.

mod alerts;
mod member;
mod mode;
mod size;

use scaler_core::state::Cause;

use crate::error::ErrorDetail;

pub use alerts::ForgetAlerts;
pub use member::{MemberAction, MemberRequest, UnknownAction};
pub use mode::SetMode;
pub use size::SetDesired;

/// The most bytes of what is said for the log.
const LONGEST_TEXT: usize = 500;
/// Who asks, where the caller does not say.
const SOMEBODY: &str = "the API";

/// Who asks, as the log has it.
fn somebody(who: Option<&str>) -> Result<&str, ErrorDetail> {
    short("who", who.unwrap_or_default())?;
    Ok(who.map(str::trim).filter(|who| !who.is_empty()).unwrap_or(SOMEBODY))
}

/// Who asks, and why.
fn cause(who: Option<&str>, reason: &str) -> Result<Cause, ErrorDetail> {
    let who = somebody(who)?;
    short("reason", reason)?;
    let reason = reason.trim();
    Ok(Cause::operator(if reason.is_empty() { who.to_owned() } else { format!("{who}: {reason}") }))
}

fn short(field: &str, text: &str) -> Result<(), ErrorDetail> {
    if text.len() > LONGEST_TEXT {
        let message = format!("{field} has {} bytes", text.len());
        return Err(ErrorDetail::new(message, format!("say it in {LONGEST_TEXT}")).at(field));
    }
    Ok(())
}
