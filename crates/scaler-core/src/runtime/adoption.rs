//! Members that an operator brings or takes away.

use crate::model::{Instance, InstanceId, InstanceStatus, Origin, Position, Slot};
use crate::runtime::calls::Calls;
use crate::runtime::{CallRefusal, Error};
use crate::state::{Cause, Fact, Mark};

impl Calls {
    /// Makes an instance of the operator's a member: it gets the group's tags, and keeps its nodes whatever their port.
    pub(super) async fn adopt(&self, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        let group = &self.group;
        let found = self.runtime.compute.get(instance).await;
        let found = found
            .map_err(|source| Error::Cloud { attempted: format!("reading instance {instance}"), source })?;
        let refused = |why| Error::Refused { group: group.name.clone(), why };
        let Some((shown, owner)) = found else {
            return Err(refused(CallRefusal::NoInstance { instance }));
        };
        if let Some(owner) = owner.filter(|owner| *owner != group.name) {
            return Err(refused(CallRefusal::OtherGroup { instance, owner }));
        }
        usable(&shown).map_err(refused)?;
        // Held until the tags are there, so that no turn sees a member without them and lets it go.
        let mut journal = group.journal.lock().await;
        let now = self.runtime.clock.now();
        let mut known = false;
        let position = journal
            .post(|journal, state| {
                known = state.member_of(instance).is_some();
                if known {
                    return Ok(Vec::new());
                }
                if state.members.values().any(|member| member.label == shown.label) {
                    return Err(refused(CallRefusal::LabelTaken { instance }));
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
                    let desired = group.group().size.clamp(desired.saturating_add(1));
                    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
                    drafts.push(journal.draft(now, asked, cause.clone()));
                }
                Ok(drafts)
            })
            .await?;
        let tagged = self.runtime.compute.mark(instance, &group.name, true).await;
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
        group.rouse.notify_one();
        tagged.map_err(|source| Error::Cloud { attempted: format!("tagging instance {instance}"), source })
    }

    /// Takes a member out of the group and leaves it as it is: its nodes stay, and it loses the group's tags.
    pub(super) async fn release(&self, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        let group = &self.group;
        // The log names the cause before the change; from here on nobody touches it, whatever comes between.
        self.mark(instance, Mark::Standby, cause.clone()).await?;
        let freed = self.runtime.compute.mark(instance, &group.name, false).await;
        freed.map_err(|source| Error::Cloud {
            attempted: format!("taking the tags off instance {instance}"),
            source,
        })?;
        let now = self.runtime.clock.now();
        self.post(|journal, state| {
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

const fn usable(shown: &Instance) -> Result<(), CallRefusal> {
    match shown.status {
        _ if shown.address.is_none() => Err(CallRefusal::NoAddress { instance: shown.id }),
        InstanceStatus::Deleting => Err(CallRefusal::Deleting { instance: shown.id }),
        _ => Ok(()),
    }
}
