//! What holds where the store was restored from a backup, and is older than the world.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use linode_sim::Simulator;
use scaler_core::model::{InstanceId, Member, Mode, Origin, after};
use scaler_core::state::{Entry, Fact, GroupState, Step};

use super::{Judge, State};

/// So much later than a log was begun an instance of another log counts as newer.
const CLOCK_SKEW: Duration = Duration::from_secs(121);

/// A backup that was put back.
#[derive(Debug)]
pub struct Restored {
    at: Timestamp,
    /// Instances that we labelled and the log never heard of.
    newer: BTreeSet<u64>,
    /// A whole list showed one of them.
    shown: bool,
    /// An operator has decided since.
    decided: bool,
    /// Removals that are not in the log.
    forgotten: Vec<Timestamp>,
}

impl Restored {
    /// A whole list showed these.
    pub fn is_shown(&mut self, listed: &BTreeSet<u64>) {
        self.shown |= !self.newer.is_disjoint(listed);
    }
}

impl Judge {
    /// The store is as it was at `kept`, when the group's log had these entries.
    pub fn store_restored(&self, entries: &[Entry], kept: Timestamp) {
        let now = self.sim.now();
        let mut state = self.state();
        let state = &mut *state;
        state.state = GroupState::fold(entries);
        let began = entries.iter().rev().find(|entry| matches!(entry.draft.fact, Fact::Began { .. }));
        state.began = began.map(|entry| entry.draft.actor.clone());
        state.lost_stores += 1;
        let log = &state.state;
        let known = |id: u64| log.member_of(InstanceId(id)).is_some();
        // Nothing tells any more that the others were ours.
        state.truth.stripped.retain(|id, _| known(*id));
        // A removal that the log knows goes on, and needs no other permit.
        let leaving = log.members.values().filter(|member| member.is_leaving());
        state.removing = leaving.filter_map(|member| Some(member.instance?.0)).collect();
        let ours = state.truth.ours();
        let labelled = |label: &String| {
            self.group.name.owns_label(label) && !log.members.values().any(|member| member.label == *label)
        };
        let opened = entries.first().map_or(now, |entry| after(entry.draft.at, CLOCK_SKEW));
        // One of another log that this one may have come after tells nothing.
        let tells = |label: &String| {
            let numbered = self.group.name.slot_of(&log.incarnation, label);
            let later = state.launches.sent_at(label).is_some_and(|at| at > opened);
            numbered.map_or(later, |slot| slot >= log.free_slot())
        };
        let newer = ours.iter().filter(|(id, label)| !known(**id) && labelled(label) && tells(label));
        let newer = newer.map(|(id, _)| *id);
        state.restored = Some(Restored {
            at: now,
            newer: newer.collect(),
            shown: false,
            decided: false,
            forgotten: std::mem::take(&mut state.removals),
        });
        state.launches.forget_since(kept, |label| ours.values().any(|ours| ours == label));
    }
}

impl State {
    /// Whether the log can know what happened at `at`.
    pub(super) fn is_known(&self, at: Timestamp) -> bool {
        self.restored.as_ref().is_none_or(|restored| at > restored.at)
    }

    /// Whether a label that was sent before may be sent again: the log does not know it, and no list showed who has it. The API
    /// refuses it then.
    pub(super) fn may_send_again(&self) -> bool {
        self.restored.as_ref().is_some_and(|restored| !restored.shown)
    }

    /// Whether the store is seen to be older than the world, and nobody has decided yet.
    fn is_older(&self) -> bool {
        let shown = |restored: &Restored| {
            // The log found one under a label that it had tried itself: nothing told that there was more to it.
            let tried =
                |id| self.state.member_of(InstanceId(id)).is_some_and(|of| of.origin == Origin::Created);
            let exists = restored.newer.iter().any(|id| self.truth.carries_our_tags(*id) && !tried(*id));
            restored.shown && exists && !restored.decided
        };
        self.state.older.is_some() || self.restored.as_ref().is_some_and(shown)
    }

    /// Nobody who may serve goes.
    pub(super) fn older_removes_nothing(&mut self, sim: &Simulator, step: &Step) {
        let removes = match step {
            Step::SetMode { mode: Mode::Drain, .. } => true,
            Step::Delete { slot, .. } => {
                let member = self.state.members.get(slot);
                member.is_some_and(|member| !member.failed && member.delete_intended.is_none())
            }
            _ => false,
        };
        if removes && self.is_older() {
            self.breach(sim, "older", format!("{step}: the store is older than the members"));
        }
    }

    /// And the size does not fall by itself.
    pub(super) fn older_keeps_its_size(&mut self, sim: &Simulator, desired: u32) {
        if self.is_older() {
            self.breach(sim, "older", format!("the size falls to {desired}, the store is older"));
        }
    }

    /// The log learns that it is older, or an operator decides.
    pub(super) fn hears_of_age(&mut self, sim: &Simulator, fact: &Fact) {
        match fact {
            Fact::StoreOlder { .. } => {
                let log = &self.state;
                let stays = |member: &Member| {
                    let held = member.standby || member.untagged.is_some() || member.replacing.is_some();
                    !held && !member.is_leaving() && !member.failed
                };
                let stays = |id: &&u64| log.member_of(InstanceId(**id)).is_some_and(stays);
                let serving = self.truth.serving();
                let kept = serving.iter().filter(stays).count();
                if log.desired.is_some_and(|desired| (desired as usize) < kept) {
                    let what = format!("{kept} serve, and {:?} are kept", log.desired);
                    self.breach(sim, "older", what);
                }
                // From here on the log reckons with removals that it does not know.
                if let Some(restored) = &mut self.restored {
                    self.removals.append(&mut restored.forgotten);
                    self.removals.sort_unstable();
                }
            }
            Fact::ModeSet { .. } | Fact::SizeAsked { .. } => {
                if let Some(restored) = &mut self.restored {
                    restored.decided = true;
                }
            }
            _ => {}
        }
    }
}
