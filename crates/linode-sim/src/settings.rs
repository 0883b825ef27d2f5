//! The simulated account: who may do what, and what its settings do to new Linodes.

use serde::{Deserialize, Serialize};

/// Settings of the account that bear on scaling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Settings {
    /// Without it a guest doesn't configure its private address, and NodeBalancer nodes stay DOWN.
    pub network_helper: bool,
    /// Enrols new Linodes in paid backups unless the request says otherwise.
    pub backups_enabled: bool,
    /// `legacy_config_only`, `linode_only`, `legacy_config_default_but_linode_allowed`, or
    /// `linode_default_but_legacy_config_allowed`.
    pub interfaces_for_new_linodes: String,
    /// The account's id.
    pub euuid: String,
    /// The account's user may not tag Linodes, and `/profile/grants` answers with grants.
    pub restricted: bool,
    /// `false`: the account must be activated before it can create anything.
    pub activated: bool,
    /// The most Linodes that the account may have.
    pub instance_limit: Option<usize>,
    /// Instances and NodeBalancers take their public addresses from 127.`loopback`.0.0/16, so that simulators on one
    /// host don't collide.
    pub loopback: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            network_helper: true,
            backups_enabled: false,
            interfaces_for_new_linodes: "legacy_config_default_but_linode_allowed".to_owned(),
            euuid: "FFFFFFFF-2E4D-47CE-FFFFFFFFFFFFFFFFF".to_owned(),
            restricted: false,
            activated: true,
            instance_limit: None,
            loopback: 64,
        }
    }
}
