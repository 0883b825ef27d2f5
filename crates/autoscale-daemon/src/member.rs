//! What may be done with one member.

use autoscale_api::MemberAction;
use scaler_core::model::InstanceId;
use scaler_core::runtime::{Error, GroupHandle};
use scaler_core::state::Cause;

/// Carries `action` out. A replacement is only begun: whoever turns the group's loop goes on with it.
///
/// # Errors
/// As the handle's calls.
pub async fn carry_out(
    action: MemberAction,
    group: &GroupHandle,
    instance: InstanceId,
    cause: Cause,
) -> Result<(), Error> {
    match action {
        MemberAction::Adopt => group.adopt(instance, cause).await,
        MemberAction::Release => group.release(instance, cause).await,
        MemberAction::Protect => group.protect(instance, cause).await,
        MemberAction::Unprotect => group.unprotect(instance, cause).await,
        MemberAction::Standby => group.standby(instance, cause).await,
        MemberAction::Activate => group.activate(instance, cause).await,
        MemberAction::Replace => group.begin_replacing(instance, cause).await,
    }
}
