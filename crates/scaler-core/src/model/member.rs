//! One instance of a group, as the log knows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    ConfigId, Group, InstanceId, InstanceType, Mode, NodeId, Slot, TemplateHash, after, elapsed,
};

/// So many times in which a member was unhealthy are remembered.
const UNHEALTHY_TIMES: usize = 64;

/// Where a member is. Each phase that waits has a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Its create was intended, or the cloud is making it.
    Provisioning,
    /// Made, not running yet.
    Booting,
    /// Running, not yet up in every config.
    Registering,
    /// In service, counted as capacity and not yet as evidence.
    Warming,
    /// In service.
    InService,
    /// Once in service, now down in a config.
    Unhealthy,
    /// Its nodes drain.
    Draining,
    /// Its nodes reject: the last minute before it is deregistered.
    Rejecting,
    /// Past the point of no return.
    Deleting,
    /// An operator's: not counted, not touched.
    Standby,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provisioning => "provisioning",
            Self::Booting => "booting",
            Self::Registering => "registering",
            Self::Warming => "warming",
            Self::InService => "in service",
            Self::Unhealthy => "unhealthy",
            Self::Draining => "draining",
            Self::Rejecting => "rejecting",
            Self::Deleting => "deleting",
            Self::Standby => "standby",
        })
    }
}

/// How a member came to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// We created it.
    Created,
    /// It carried our marks and the log did not know it.
    Found,
    /// An operator adopted it.
    Adopted,
}

/// Why a member drains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DrainWhy {
    /// There were too many: it may be reinstated.
    Surplus,
    /// It was unhealthy or an operator replaced it: never reinstated.
    Replaced,
    /// It never reached service: no time to drain, no permit.
    FailedLaunch,
    /// Its group left the config. It serves at the group's configs and stays, so it needs no permit.
    Moved,
}

/// A drain that was intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Drain {
    /// Why.
    pub why: DrainWhy,
    /// When it was intended.
    pub at: Timestamp,
    /// A permit was drawn for it, or it needs none. Without one it goes no further.
    pub drawn: bool,
    /// Calls for it that were taken, or may have been.
    pub sent: u32,
    /// When every node was seen in the mode.
    pub seen: Option<Timestamp>,
    /// When the nodes were asked to reject.
    pub reject_at: Option<Timestamp>,
    /// When every node was seen rejecting.
    pub rejected: Option<Timestamp>,
}

/// A mode that we asked for and whether the cloud took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RequestedMode {
    /// The mode.
    pub mode: Mode,
    /// When we asked.
    pub at: Timestamp,
    /// The cloud answered that it is done.
    pub done: bool,
}

/// What the log knows of a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Member {
    /// Its slot.
    pub slot: Slot,
    /// Its label, on the instance and on its nodes.
    pub label: String,
    /// How it came to be one.
    pub origin: Origin,
    /// Its instance, once known.
    pub instance: Option<InstanceId>,
    /// When the cloud says that the instance was created.
    pub created: Option<Timestamp>,
    /// Its type.
    pub kind: InstanceType,
    /// The template that it was made of; none for one that was found or adopted.
    pub template: Option<TemplateHash>,
    /// When its create was intended, or when it was found: members of one turn have one time.
    pub begun: Timestamp,
    /// Since when it has its time to reach service: when its create was answered, or it was created or found. Until there is an
    /// answer, as [`begun`](Self::begun).
    pub launched: Timestamp,
    /// How often it was looked up for want of an answer to its create, and not found.
    pub looked: u32,
    /// Its phase as last seen.
    pub phase: Phase,
    /// Since when it is in this phase.
    pub since: Timestamp,
    /// Its last entry into service, if it ever was.
    pub served: Option<Timestamp>,
    /// Its launch failed: it goes without a permit.
    pub failed: bool,
    /// Being replaced since then; recovery does not unmark it.
    pub replacing: Option<Timestamp>,
    /// Never removed.
    pub protected: bool,
    /// An operator's.
    pub standby: bool,
    /// Its nodes as the log knows them.
    pub nodes: BTreeMap<ConfigId, NodeId>,
    /// Registrations that were intended, by config, and when.
    pub registering: BTreeMap<ConfigId, Timestamp>,
    /// The modes that we last asked for.
    pub modes: BTreeMap<ConfigId, RequestedMode>,
    /// When a drain was last intended, also one that was reinstated.
    pub last_drain: Option<Timestamp>,
    /// The drain under way.
    pub drain: Option<Drain>,
    /// Its deregistration or deletion is intended: no way back.
    pub delete_intended: Option<Timestamp>,
    /// When its removal was last refused, or its drain not seen in time: it is left alone for a while.
    pub refused: Option<Timestamp>,
    /// How often that was: each time doubles the while, and it goes after the others.
    pub refusals: u32,
    /// Its instance exists without our tags, since then. It still counts, and is not touched.
    pub untagged: Option<Timestamp>,
    /// It has been in service for a whole warm-up: its launch is a success.
    pub proven: bool,
    /// When it was unhealthy lately, from when until when.
    pub unhealthy: VecDeque<(Timestamp, Timestamp)>,
    /// First missing in two kinds of look-up, by list and by id, at that time.
    pub missing: Option<Timestamp>,
}

/// What a member, or the group, waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Awaited {
    /// A launch is to reach service: else it has failed.
    Service,
    /// A member is to be up in every config.
    EveryConfig,
    /// A member warms up.
    WarmUp,
    /// An unhealthy member may recover: else it is replaced.
    Recovery,
    /// A member drains.
    Drain,
    /// A member rejects.
    Reject,
    /// A member drains or rejects at a config that the group left.
    LeaveConfig,
    /// The next launch may begin.
    NextLaunch,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "to reach service",
            Self::EveryConfig => "to be up in every config",
            Self::WarmUp => "to warm up",
            Self::Recovery => "to recover",
            Self::Drain => "to drain",
            Self::Reject => "to reject",
            Self::LeaveConfig => "to leave a config that the group left",
            Self::NextLaunch => "the next launch",
            Self::Other => "something that this version does not know",
        })
    }
}

impl Member {
    /// What it waits for, and when that has lasted long enough, or too long.
    #[must_use]
    pub fn deadline(&self, group: &Group) -> Option<(Awaited, Timestamp)> {
        if let Some(drain) = self.drain {
            return match (drain.seen, drain.rejected) {
                _ if self.delete_intended.is_some() => None,
                (_, Some(at)) => Some((Awaited::Reject, after(at, group.remove.reject))),
                (Some(at), None) => Some((Awaited::Drain, after(at, group.remove.drain))),
                (None, None) => None,
            };
        }
        match self.phase {
            Phase::Provisioning | Phase::Booting | Phase::Registering if self.served.is_none() => {
                Some((Awaited::Service, after(self.launched, group.launch.timeout)))
            }
            Phase::Registering => Some((Awaited::EveryConfig, after(self.since, group.launch.timeout))),
            Phase::Warming => Some((Awaited::WarmUp, after(self.since, group.launch.warm_up))),
            Phase::Unhealthy if self.replacing.is_none() => {
                Some((Awaited::Recovery, after(self.since, group.replace.after)))
            }
            _ => None,
        }
    }

    /// A member as it is when its slot is first heard of.
    #[must_use]
    pub fn new(slot: Slot, label: String, origin: Origin, kind: InstanceType, at: Timestamp) -> Self {
        Self {
            slot,
            label,
            origin,
            instance: None,
            created: None,
            kind,
            template: None,
            begun: at,
            launched: at,
            looked: 0,
            phase: Phase::Provisioning,
            since: at,
            served: None,
            failed: false,
            replacing: None,
            protected: false,
            standby: false,
            nodes: BTreeMap::new(),
            registering: BTreeMap::new(),
            modes: BTreeMap::new(),
            last_drain: None,
            drain: None,
            delete_intended: None,
            refused: None,
            refusals: 0,
            untagged: None,
            proven: false,
            unhealthy: VecDeque::new(),
            missing: None,
        }
    }

    /// The times from which its deadlines are counted.
    pub(crate) fn timed(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let drains = self.drain.iter_mut().flat_map(|drain| {
            let Drain { at, seen, reject_at, rejected, .. } = drain;
            [Some(at), seen.as_mut(), reject_at.as_mut(), rejected.as_mut()].into_iter().flatten()
        });
        let modes = self.modes.values_mut().map(|asked| &mut asked.at);
        let Self { refused, untagged, missing, last_drain, replacing, .. } = self;
        let others = [refused, untagged, missing, last_drain, replacing];
        let calls = modes.chain(self.registering.values_mut());
        let own = [&mut self.since, &mut self.begun, &mut self.launched];
        own.into_iter().chain(drains).chain(calls).chain(others.into_iter().flatten())
    }

    /// On its way into service: for the first time, reinstated, or into a config that was added later.
    #[must_use]
    pub const fn is_on_its_way(&self) -> bool {
        !self.failed
            && !self.is_leaving()
            && self.replacing.is_none()
            && self.untagged.is_none()
            && matches!(self.phase, Phase::Provisioning | Phase::Booting | Phase::Registering)
    }

    /// In service, warmed or not, and not leaving.
    #[must_use]
    pub const fn is_in_service(&self) -> bool {
        !self.is_leaving() && matches!(self.phase, Phase::Warming | Phase::InService)
    }

    /// In service and there to stay; one that answered 404 is not, though it is only gone once it did so twice.
    #[must_use]
    pub const fn is_serving(&self) -> bool {
        self.is_in_service() && self.replacing.is_none() && self.missing.is_none()
    }

    /// In service, warmed, and there to stay: it counts as evidence.
    #[must_use]
    pub fn is_warm(&self) -> bool {
        self.is_serving() && self.phase == Phase::InService
    }

    /// Capacity that the group may expect: in service, on its way, or unhealthy for less than `replace.after`.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.is_on_its_way() || ((self.is_in_service() || self.is_unhealthy()) && self.replacing.is_none())
    }

    /// It was unhealthy from `since` until `until`.
    pub(crate) fn was_unhealthy(&mut self, since: Timestamp, until: Timestamp) {
        self.unhealthy.push_back((since, until));
        if self.unhealthy.len() > UNHEALTHY_TIMES {
            self.unhealthy.pop_front();
        }
    }

    /// How long it was unhealthy within `window` before `now`, being unhealthy since `self.since`.
    pub(crate) fn unhealthy_within(&self, window: Duration, now: Timestamp) -> Duration {
        let within = |since, until| window.saturating_sub(elapsed(until, now)).min(elapsed(since, until));
        let before: Duration = self.unhealthy.iter().map(|(since, until)| within(*since, *until)).sum();
        before.saturating_add(within(self.since, now))
    }

    /// Unhealthy, and nothing is done about it yet.
    #[must_use]
    pub fn is_unhealthy(&self) -> bool {
        !self.is_leaving() && self.phase == Phase::Unhealthy
    }

    /// Exists or may exist, and counts against max.
    #[must_use]
    pub const fn counts_against_max(&self) -> bool {
        !self.standby
    }

    /// Configs that the group left, at which it has nodes or may have.
    #[must_use]
    pub fn old_configs(&self, group: &Group) -> BTreeSet<ConfigId> {
        let known = self.nodes.keys().chain(self.registering.keys()).copied();
        known.filter(|config| !group.balancers.contains(config)).collect()
    }

    /// On its way out.
    #[must_use]
    pub const fn is_leaving(&self) -> bool {
        self.drain.is_some() || self.delete_intended.is_some()
    }
}
