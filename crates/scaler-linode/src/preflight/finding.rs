//! What stands in the way of a group, as a typed finding with its cure.

use std::fmt;

use linode_api::models::{FirewallId, NodeBalancerConfigId, NodeBalancerId};

use scaler_core::model::{GroupName, InstanceType};

/// How much a [`Concern`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Good to know.
    Hint,
    /// It works, and will surprise somebody.
    Warning,
    /// It can't work.
    Error,
}

/// What [`check`](crate::preflight::check) found. Its `Display` says what is so and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concern {
    /// A question could not be answered.
    Unanswered {
        /// What was asked, what came back, what to do.
        why: String,
        /// Whether scaling needs what was asked.
        needed: bool,
    },
    /// The token lacks a scope.
    Scope {
        /// The scope, as in `linodes:read_write`.
        scope: &'static str,
        /// Whether scaling can't work without it.
        needed: bool,
        /// What it is for.
        purpose: &'static str,
    },
    /// The token's user may not tag Linodes.
    Restricted {
        /// The user.
        user: String,
    },
    /// The client speaks `v4`, which does not show locks.
    LocksUnseen,
    /// The account does not configure guests' networks.
    NetworkHelperOff,
    /// The account enrols new Linodes in paid backups; the template says that members get none.
    BackupsByDefault,
    /// The account does not allow the kind of interfaces that the template asks for.
    Interfaces {
        /// The group.
        group: GroupName,
        /// What the account allows.
        allowed: String,
    },
    /// The region is not one, or out.
    Region {
        /// The group.
        group: GroupName,
        /// What is wrong with it.
        what: String,
        /// Whether it can't work.
        fatal: bool,
    },
    /// A type does not exist, or is sold out now.
    Type {
        /// The group.
        group: GroupName,
        /// The type.
        kind: InstanceType,
        /// Whether there is no such type at all.
        unknown: bool,
    },
    /// The image is not there, or can't do what the template needs.
    Image {
        /// The group.
        group: GroupName,
        /// What is wrong with it.
        what: String,
    },
    /// More user data than other clients dare to send.
    LongUserData {
        /// The group.
        group: GroupName,
        /// How many bytes.
        bytes: usize,
    },
    /// A NodeBalancer is not there.
    NoNodeBalancer {
        /// The group.
        group: GroupName,
        /// The NodeBalancer.
        id: NodeBalancerId,
    },
    /// A NodeBalancer is in another region, which its nodes can't be.
    OtherRegion {
        /// The group.
        group: GroupName,
        /// The NodeBalancer.
        id: NodeBalancerId,
        /// Where it is.
        region: String,
        /// Where the group's members are.
        wanted: String,
    },
    /// A NodeBalancer takes another kind of address than the members have.
    OtherConnectivity {
        /// The group.
        group: GroupName,
        /// The NodeBalancer.
        id: NodeBalancerId,
        /// What it takes.
        takes: String,
    },
    /// A NodeBalancer's locks forbid removing its nodes.
    BalancerLocked {
        /// The NodeBalancer.
        id: NodeBalancerId,
    },
    /// A config is not there.
    NoConfig {
        /// The group.
        group: GroupName,
        /// The NodeBalancer.
        id: NodeBalancerId,
        /// The config.
        config: NodeBalancerConfigId,
    },
    /// A config checks nothing: every node counts as up at once.
    NoCheck {
        /// The config.
        config: NodeBalancerConfigId,
    },
    /// A config takes a node out by one failed request.
    PassiveCheck {
        /// The config.
        config: NodeBalancerConfigId,
    },
    /// Clients stick to their node: a drain alone may never empty one.
    Sticky {
        /// The config.
        config: NodeBalancerConfigId,
        /// How long they stick.
        how: &'static str,
    },
    /// Nodes of a UDP config have no modes: they can't be drained.
    Udp {
        /// The config.
        config: NodeBalancerConfigId,
    },
    /// The firewall is not there.
    NoFirewall {
        /// The group.
        group: GroupName,
        /// The firewall.
        id: FirewallId,
    },
    /// The firewall drops what comes from NodeBalancers.
    FirewallDrops {
        /// The group.
        group: GroupName,
        /// The firewall.
        id: FirewallId,
        /// The port at which members serve.
        port: u16,
    },
}

impl Concern {
    /// How much it weighs.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        match self {
            Self::Unanswered { needed: true, .. }
            | Self::Scope { needed: true, .. }
            | Self::Restricted { .. }
            | Self::Interfaces { .. }
            | Self::Region { fatal: true, .. }
            | Self::Type { unknown: true, .. }
            | Self::Image { .. }
            | Self::NoNodeBalancer { .. }
            | Self::OtherRegion { .. }
            | Self::OtherConnectivity { .. }
            | Self::NoConfig { .. }
            | Self::Udp { .. }
            | Self::NoFirewall { .. } => Weight::Error,
            Self::Region { .. }
            | Self::Type { .. }
            | Self::NetworkHelperOff
            | Self::LongUserData { .. }
            | Self::BalancerLocked { .. }
            | Self::NoCheck { .. }
            | Self::PassiveCheck { .. }
            | Self::Sticky { .. }
            | Self::FirewallDrops { .. } => Weight::Warning,
            Self::Unanswered { .. } | Self::Scope { .. } | Self::LocksUnseen | Self::BackupsByDefault => {
                Weight::Hint
            }
        }
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered { why, .. } => f.write_str(why),
            Self::Scope { scope, purpose, .. } => {
                write!(f, "the token lacks the scope {scope}, needed {purpose}: make a token that has it")
            }
            Self::Restricted { user } => {
                write!(f, "the token's user {user} is restricted and may not tag Linodes: use a token of an unrestricted user")
            }
            Self::LocksUnseen => f.write_str(
                "API version v4 does not show locks, so that a locked member is drained before its delete is refused: use v4beta",
            ),
            Self::NetworkHelperOff => f.write_str(
                "the account's setting network_helper is off, so that private addresses may not work and nodes stay DOWN: turn it on, or have the image configure them",
            ),
            Self::BackupsByDefault => {
                f.write_str("the account enrols new Linodes in paid backups; members get none, as the template says")
            }
            Self::Interfaces { group, allowed } => write!(
                f,
                "group {group}: the account's setting interfaces_for_new_linodes is {allowed}, which the template's interface_generation contradicts: change one of them"
            ),
            Self::Region { group, what, .. } => write!(f, "group {group}: {what}"),
            Self::Type { group, kind, unknown: true } => {
                write!(f, "group {group}: there is no type {kind}: correct the template")
            }
            Self::Type { group, kind, .. } => {
                write!(f, "group {group}: type {kind} can't be had in its region now: name a second type")
            }
            Self::Image { group, what } => write!(f, "group {group}: {what}"),
            Self::LongUserData { group, bytes } => write!(
                f,
                "group {group}: user data of {bytes} bytes; the documentation names both 65,535 and about 16,384 as the most: shorten it"
            ),
            Self::NoNodeBalancer { group, id } => {
                write!(f, "group {group}: there is no NodeBalancer {id} for this token: correct its number")
            }
            Self::OtherRegion { group, id, region, wanted } => write!(
                f,
                "group {group}: NodeBalancer {id} is in {region}, the group in {wanted}; nodes must be in its region: use one in {wanted}"
            ),
            Self::OtherConnectivity { group, id, takes } => write!(
                f,
                "group {group}: NodeBalancer {id} takes {takes} addresses, which members don't have: use another NodeBalancer"
            ),
            Self::BalancerLocked { id } => write!(
                f,
                "a lock on NodeBalancer {id} forbids removing its nodes, so that no member can be removed: have an unrestricted user remove it"
            ),
            Self::NoConfig { group, id, config } => {
                write!(f, "group {group}: NodeBalancer {id} has no config {config}: correct its number")
            }
            Self::NoCheck { config } => write!(
                f,
                "config {config} has no health check, so that every member counts as up at once: give it one (check http or connection)"
            ),
            Self::PassiveCheck { config } => write!(
                f,
                "config {config} has check_passive on: one 5xx answer takes a member out: turn it off unless that is meant"
            ),
            Self::Sticky { config, how } => write!(
                f,
                "clients of config {config} stick to their node {how}: a drain alone may not empty it, open sessions are cut by `reject`"
            ),
            Self::Udp { config } => {
                write!(f, "config {config} is for UDP, whose nodes can't be drained: use a TCP, HTTP or HTTPS config")
            }
            Self::NoFirewall { group, id } => {
                write!(f, "group {group}: there is no firewall {id} for this token: correct its number")
            }
            Self::FirewallDrops { group, id, port } => write!(
                f,
                "group {group}: firewall {id} drops what comes from NodeBalancers to port {port}: accept TCP from 192.168.255.0/24"
            ),
        }
    }
}
