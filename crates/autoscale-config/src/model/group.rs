//! A group.

use std::num::NonZeroU64;

use scaler_core::model::Group;

use super::InstanceTemplate;

/// A NodeBalancer config at which every member of a group is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct BalancerSettings {
    /// The NodeBalancer's number.
    pub nodebalancer: NonZeroU64,
    /// The config's number.
    pub config: NonZeroU64,
    /// The port at which members serve.
    pub port: u16,
}

/// What the file says of one group: the group as the scaler decides by it, and what only its cloud needs to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GroupSettings {
    /// The region of its members, and of its NodeBalancers.
    pub region: String,
    /// What new members are made of, beside their type, which [`Group::template`] has.
    pub template: InstanceTemplate,
    /// Where members are registered, in the order of [`Group::balancers`]; at least one.
    pub balancers: Vec<BalancerSettings>,
    /// Limits, policies and times. Prices of types are not in the file: the scaler learns them from the API. Nor is the hash
    /// of the template here: it is that of the request which creates a member.
    pub group: Group,
}
