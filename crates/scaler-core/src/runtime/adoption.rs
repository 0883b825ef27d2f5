//! Members that an operator brings or takes away.

use crate::model::{Instance, InstanceId, InstanceStatus, Origin, Size, Slot};
use crate::runtime::calls::Calls;
use crate::runtime::{CallRefusal, Error};
use crate::state::{Cause, Fact, GroupState, Mark};

impl Calls {
    /// Makes an instance of the operator's a member: it gets the group's tags, and keeps its nodes whatever their port.
    pub(super) async fn adopt(&self, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.runtime.ownership.ensure().await?;
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
        let mut taken_in_before = false;
        // On standby until it has the tags: a turn that comes between neither counts nor touches it.
        self.post(|journal, state| {
            if let Some(member) = state.member_of(instance) {
                // One that was interrupted goes on.
                let waits = member.origin == Origin::Adopted && member.standby && member.served.is_none();
                taken_in_before = !waits;
                return Ok(Vec::new());
            }
            if state.members.values().any(|member| member.label == shown.label) {
                return Err(refused(CallRefusal::LabelTaken { instance }));
            }
            let slot = state.free_slot();
            let found = Fact::Found {
                slot,
                instance,
                label: shown.label.clone(),
                instance_type: shown.kind.clone(),
                created: shown.created,
                origin: Origin::Adopted,
                draining: false,
            };
            let aside = Fact::Marked { slot, mark: Mark::Standby };
            let now = self.runtime.clock.now();
            Ok([found, aside].map(|fact| journal.draft(now, fact, cause.clone())).into())
        })
        .await?;
        let tagged = self.runtime.compute.mark(instance, &group.name, true).await;
        group.outdate(&self.runtime.observer, [instance]);
        if !taken_in_before {
            let size = group.group().size;
            self.post(|journal, state| {
                let facts = state.member_of(instance).map(|member| match &tagged {
                    Ok(()) => taken_in(member.slot, state, size),
                    Err(_) => vec![Fact::Marked { slot: member.slot, mark: Mark::Released }],
                });
                let now = self.runtime.clock.now();
                let drafts = facts.into_iter().flatten().map(|fact| journal.draft(now, fact, cause.clone()));
                Ok(drafts.collect())
            })
            .await?;
        }
        tagged.map_err(|source| Error::Cloud { attempted: format!("tagging instance {instance}"), source })
    }

    /// Takes a member out of the group and leaves it as it is: its nodes stay, and it loses the group's tags.
    pub(super) async fn release(&self, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.runtime.ownership.ensure().await?;
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

/// What says that an adopted instance is one of the group: one more, not one in another's place.
fn taken_in(slot: Slot, state: &GroupState, size: Size) -> Vec<Fact> {
    let mut facts = vec![Fact::Marked { slot, mark: Mark::Active }];
    if let Some(desired) = state.desired {
        let desired = size.clamp(desired.saturating_add(1));
        facts.push(Fact::SizeAsked { desired, floor_until: None, over_budget: false });
        if state.older.is_some() {
            // Nobody has said how many there should be of those that the log does not know.
            facts.push(Fact::StoreOlder { incarnation: state.incarnation.clone() });
        }
    }
    facts
}

const fn usable(shown: &Instance) -> Result<(), CallRefusal> {
    match shown.status {
        _ if shown.address.is_none() => Err(CallRefusal::NoAddress { instance: shown.id }),
        InstanceStatus::Deleting => Err(CallRefusal::Deleting { instance: shown.id }),
        _ => Ok(()),
    }
}
