//! Members that an operator brings or takes away.

use crate::model::{Instance, InstanceId, InstanceStatus, Origin, Position, Slot};
use crate::runtime::{Error, Scaler};
use crate::state::{Cause, Fact, Mark};

impl Scaler {
    /// Makes an instance of the operator's a member: it gets the group's tags, and keeps its nodes whatever their port.
    ///
    /// # Errors
    /// [`Error::Refused`] with the fix where it can't be one; [`Error::UnknownGroup`], [`Error::Cloud`], [`Error::Store`].
    pub async fn adopt(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        let group_runtime = self.shared.group_runtime(group)?;
        let found = self.shared.compute.get(instance).await;
        let found = found
            .map_err(|source| Error::Cloud { attempted: format!("reading instance {instance}"), source })?;
        let refused = |why: &str, fix: &str| Error::Refused {
            what: format!("adopting instance {instance} into group {group}"),
            why: why.to_owned(),
            fix: fix.to_owned(),
        };
        let Some((shown, owner)) = found else {
            return Err(refused("it does not exist on this account", "check the number"));
        };
        if let Some(owner) = owner.filter(|owner| *owner != group_runtime.name) {
            return Err(refused(&format!("it is a member of group {owner}"), "release it there first"));
        }
        usable(&shown).map_err(|(why, fix)| refused(why, fix))?;
        // Held until the tags are there, so that no turn sees a member without them and lets it go.
        let mut journal = group_runtime.journal.lock().await;
        let now = self.shared.clock.now();
        let mut known = false;
        let position = journal
            .post(|journal, state| {
                known = state.member_of(instance).is_some();
                if known {
                    return Ok(Vec::new());
                }
                if state.members.values().any(|member| member.label == shown.label) {
                    return Err(refused("a member has its label", "give it another label"));
                }
                let fact = Fact::Found {
                    slot: state.free_slot(),
                    instance,
                    label: shown.label.clone(),
                    instance_type: shown.kind.clone(),
                    created: shown.created,
                    origin: Origin::Adopted,
                    draining: false,
                };
                let mut drafts = vec![journal.draft(now, fact, cause.clone())];
                // It is one more, not one in another's place.
                if let Some(desired) = state.desired {
                    let desired = group_runtime.group().size.clamp(desired.saturating_add(1));
                    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
                    drafts.push(journal.draft(now, asked, cause.clone()));
                }
                Ok(drafts)
            })
            .await?;
        let tagged = self.shared.compute.mark(instance, &group_runtime.name, true).await;
        if let (Err(_), false, true) = (&tagged, known, position > Position::START) {
            let slot = |state: &crate::state::GroupState| state.member_of(instance).map(|member| member.slot);
            let undone = journal
                .post(|journal, state| {
                    Ok(slot(state)
                        .map(|slot| {
                            journal.draft(now, Fact::Marked { slot, mark: Mark::Released }, cause.clone())
                        })
                        .into_iter()
                        .collect())
                })
                .await;
            undone?;
        }
        drop(journal);
        group_runtime.rouse.notify_one();
        tagged.map_err(|source| Error::Cloud { attempted: format!("tagging instance {instance}"), source })
    }

    /// Takes a member out of the group and leaves it as it is: its nodes stay, and it loses the group's tags.
    ///
    /// # Errors
    /// [`Error::NoMember`], [`Error::UnknownGroup`], [`Error::Cloud`] if the tags could not be taken away: then it is on
    /// standby, and releasing it again goes on; [`Error::Store`].
    pub async fn release(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        let group_runtime = self.shared.group_runtime(group)?;
        // The log names the cause before the change; from here on nobody touches it, whatever comes between.
        self.mark(&group_runtime, instance, Mark::Standby, cause.clone()).await?;
        let freed = self.shared.compute.mark(instance, &group_runtime.name, false).await;
        freed.map_err(|source| Error::Cloud {
            attempted: format!("taking the tags off instance {instance}"),
            source,
        })?;
        let now = self.shared.clock.now();
        self.post(&group_runtime, |journal, state| {
            // A turn may have seen already that it lost its tags.
            let slot: Option<Slot> = state.member_of(instance).map(|member| member.slot);
            Ok(slot
                .map(|slot| journal.draft(now, Fact::Marked { slot, mark: Mark::Released }, cause.clone()))
                .into_iter()
                .collect())
        })
        .await?;
        Ok(())
    }
}

fn usable(instance: &Instance) -> Result<(), (&'static str, &'static str)> {
    if instance.address.is_none() {
        return Err((
            "it has no address that the group's NodeBalancers take",
            "it must be in their region and have a private IPv4 address (or one in their VPC): add one and reboot it",
        ));
    }
    if instance.status == InstanceStatus::Deleting {
        return Err(("it is being deleted", "choose another one"));
    }
    Ok(())
}
