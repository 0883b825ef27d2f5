//! How fast lists are read: the account's rate of them is shared by all groups.
//!
//! The API lets each list be read 200 times a minute. Listings of the instances take no more than a third of that, whatever
//! their pages. Of the lists of nodes, groups at rest have up to 90 a minute, and groups that move the others, with what those at
//! rest leave. Between two lists single things are read by id, at half of the general rate. All times are those of the monotonic
//! clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::GroupName;

/// What a listing of the instances takes up for each of its calls, and at least.
const LISTING: Duration = Duration::from_millis(1_250);
const LISTING_AT_LEAST: Duration = Duration::from_secs(2);
/// Where nothing was listed for a while, a listing may begin so much before its turn: a small account never waits.
const LISTING_AHEAD: Duration = Duration::from_secs(20);

/// Lists of nodes in a minute, those at once aside.
const NODES: u32 = 165;
/// Of which groups at rest have so many for each config, and at most.
const NODES_AT_REST: u32 = 6;
const NODES_AT_REST_MOST: u32 = 90;
/// So many lists of nodes may begin at once for groups that move, and for groups at rest: what groups that look every ten seconds,
/// all at the same moment, have in that time.
const AT_ONCE: u32 = 20;
const AT_ONCE_AT_REST: u32 = 15;
/// A group at rest does not read its nodes again before it is a quarter of the time in which all have their turn.
const EARLY: u32 = 4;
/// Configs read by id in a minute for the counts of their nodes. None is read again sooner than after this time.
const COUNTS: u32 = 480;
const COUNTED: Duration = Duration::from_secs(15);
/// Instances read by id in a minute while no newer listing has its turn: half of what the API allows. So many may begin at once.
const LOOK_UPS: u32 = 400;
const LOOK_UPS_AT_ONCE: u32 = 40;
/// Who has not asked again for so long does not wait for its turn any more.
const WANTS: Duration = Duration::from_secs(15);

const MINUTE: Duration = Duration::from_secs(60);

/// How much a group needs to be seen anew. Of those that move, the earlier ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// It has something to add.
    Acts,
    /// More or fewer of its nodes are up than were when they were read.
    Changed,
    /// Something of it moves, or it was never observed.
    Moves,
    /// It is at rest.
    Rests,
}

/// Reads of a group's nodes that are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodesAsked {
    pub(super) need: Need,
    pub(super) configs: usize,
    /// When they were read last.
    pub(super) last: Option<Duration>,
    /// Where it has to wait it has its turn later; else it gives way to all who wait.
    pub(super) waits: bool,
}

/// A rate that is kept on the whole: some calls may begin at once, and then each waits for its turn.
#[derive(Debug)]
struct Rate {
    per_call: Duration,
    ahead: Duration,
    /// What was begun is paid for up to this time.
    paid: Duration,
}

impl Rate {
    fn new(a_minute: u32, at_once: u32) -> Self {
        let per_call = MINUTE / a_minute.max(1);
        Self { per_call, ahead: per_call.saturating_mul(at_once), paid: Duration::ZERO }
    }

    /// How much of `ahead` is left.
    fn left(&self, now: Duration) -> Duration {
        self.ahead.saturating_sub(self.paid.saturating_sub(now))
    }

    /// Calls that may begin now.
    fn free(&self, now: Duration) -> usize {
        let calls = self.left(now).as_micros() / self.per_call.as_micros().max(1);
        usize::try_from(calls).unwrap_or(usize::MAX)
    }

    fn spend(&mut self, now: Duration, time: Duration) {
        self.paid = self.paid.max(now).saturating_add(time);
    }
}

/// Who may read a list now.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    /// How old a group's nodes are at least when they are read again at rest.
    at_rest: Duration,
    /// And when they are counted: so seldom that all have their turn.
    counted: Duration,
}

#[derive(Debug)]
struct State {
    listings: Rate,
    /// What the last listing took up.
    listing: Duration,
    moving: Rate,
    resting: Rate,
    look_ups: Rate,
    /// Groups that asked for their nodes and have to wait.
    wanting: BTreeMap<GroupName, Wanting>,
}

#[derive(Debug)]
struct Wanting {
    need: Need,
    /// When it last read them.
    last: Option<Duration>,
    asked: Duration,
}

impl Pace {
    /// That of groups with so many configs in all.
    pub(super) fn new(configs: usize) -> Self {
        let configs = u32::try_from(configs).unwrap_or(u32::MAX);
        let resting = configs.saturating_mul(NODES_AT_REST).clamp(1, NODES_AT_REST_MOST);
        let resting = Rate::new(resting, AT_ONCE_AT_REST);
        let at_rest = resting.per_call.saturating_mul(configs) / EARLY;
        let state = State {
            listings: Rate { per_call: LISTING, ahead: LISTING_AHEAD, paid: Duration::ZERO },
            listing: LISTING_AT_LEAST,
            moving: Rate::new(NODES - NODES_AT_REST_MOST.min(configs.saturating_mul(NODES_AT_REST)), AT_ONCE),
            resting,
            look_ups: Rate::new(LOOK_UPS, LOOK_UPS_AT_ONCE),
            wanting: BTreeMap::new(),
        };
        let counted = (MINUTE / COUNTS).saturating_mul(configs).max(COUNTED);
        Self { state: Mutex::new(state), at_rest, counted }
    }

    /// Whether the instances may be listed now, if that takes as many calls as the last time.
    pub(super) fn may_list(&self, now: Duration) -> bool {
        let state = self.state();
        state.listings.left(now) >= state.listing.min(state.listings.ahead)
    }

    /// They were listed by so many calls.
    pub(super) fn listed(&self, now: Duration, calls: u32) {
        let mut state = self.state();
        state.listing = LISTING.saturating_mul(calls).max(LISTING_AT_LEAST);
        let takes = state.listing;
        state.listings.spend(now, takes);
    }

    /// Takes `needed` reads by id, and of `more` as many as there is room for: that many.
    pub(super) fn look_ups(&self, needed: usize, more: usize, now: Duration) -> usize {
        let mut state = self.state();
        let free = state.look_ups.free(now).saturating_sub(needed).min(more);
        let calls = u32::try_from(needed.saturating_add(free)).unwrap_or(u32::MAX);
        let takes = state.look_ups.per_call.saturating_mul(calls);
        state.look_ups.spend(now, takes);
        free
    }

    /// Whether the nodes of a group that were read or counted at `last` may be counted.
    pub(super) fn may_count(&self, last: Duration, now: Duration) -> bool {
        now.saturating_sub(last) >= self.counted
    }

    /// Takes the reads of nodes that were asked for `group`; whoever waits the longest comes first.
    pub(super) fn take_nodes(&self, group: &GroupName, asked: &NodesAsked, now: Duration) -> bool {
        let NodesAsked { need, configs, last, waits } = *asked;
        let rests = need == Need::Rests;
        if rests && last.is_some_and(|last| now.saturating_sub(last) < self.at_rest) {
            return false;
        }
        let mut state = self.state();
        let State { moving, resting, wanting, .. } = &mut *state;
        wanting.retain(|_, other| now.saturating_sub(other.asked) < WANTS);
        if !waits && !wanting.is_empty() {
            return false;
        }
        wanting.remove(group);
        // Who was never observed takes the share of those at rest as well: they come after that.
        if rests && wanting.values().any(|other| other.last.is_none()) {
            return false;
        }
        let same = |other: &Wanting| (other.need == Need::Rests) == rests;
        let first = |other: &&Wanting| same(other) && other.need <= need && other.last < last;
        let wanted = configs.saturating_add(wanting.values().filter(first).count());
        let rate = match need {
            Need::Rests => resting,
            _ if moving.free(now) >= wanted => moving,
            // Who was never observed may also take from those at rest: at the start nobody is.
            _ if last.is_none() => resting,
            // What those at rest leave.
            _ if resting.left(now) == resting.ahead && resting.free(now) >= wanted => resting,
            _ => moving,
        };
        // More than ever may begin at once begin when all of that is free.
        let most =
            usize::try_from(rate.ahead.as_micros() / rate.per_call.as_micros().max(1)).unwrap_or(usize::MAX);
        if rate.free(now) < wanted.min(most) {
            if waits {
                wanting.insert(group.clone(), Wanting { need, last, asked: now });
            }
            return false;
        }
        let calls = u32::try_from(configs).unwrap_or(u32::MAX);
        let takes = rate.per_call.saturating_mul(calls);
        rate.spend(now, takes);
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
