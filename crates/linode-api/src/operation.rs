//! The operations of the API that this crate calls, each with its endpoint and its rate limit.

use std::fmt;
use std::time::Duration;

use api_transport::Budget;

/// Declares the operations: lists, which have a documented limit, and everything else.
macro_rules! operations {
    (
        lists { $($list:ident = $list_endpoint:literal,)+ }
        others { $($other:ident = $other_endpoint:literal,)+ }
    ) => {
        /// An operation of the API. The API counts requests for each user and operation, and so does the client: see
        /// [`Client::rate_left`](crate::Client::rate_left).
        ///
        /// ```
        /// use linode_api::Operation;
        ///
        /// assert_eq!(Operation::GetInstance.endpoint(), "GET /linode/instances/{id}");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Operation {
            $(#[doc = concat!("`", $list_endpoint, "`")] $list,)+
            $(#[doc = concat!("`", $other_endpoint, "`")] $other,)+
        }

        impl Operation {
            /// All operations.
            pub const ALL: &[Self] = &[$(Self::$list,)+ $(Self::$other,)+];

            /// Method and path, with `{id}` for each id in it.
            ///
            /// ```
            /// use linode_api::Operation;
            ///
            /// assert_eq!(Operation::GetInstance.endpoint(), "GET /linode/instances/{id}");
            /// ```
            pub const fn endpoint(self) -> &'static str {
                match self {
                    $(Self::$list => $list_endpoint,)+
                    $(Self::$other => $other_endpoint,)+
                }
            }

            /// Whether its answer comes in pages.
            ///
            /// ```
            /// use linode_api::Operation;
            ///
            /// assert!(Operation::ListInstances.is_list() && !Operation::GetInstance.is_list());
            /// ```
            pub const fn is_list(self) -> bool {
                matches!(self, $(Self::$list)|+)
            }
        }
    };
}

operations! {
    lists {
        ListInstances = "GET /linode/instances",
        ListInstanceNodeBalancers = "GET /linode/instances/{id}/nodebalancers",
        ListInstanceFirewalls = "GET /linode/instances/{id}/firewalls",
        ListInstanceTypes = "GET /linode/types",
        ListKernels = "GET /linode/kernels",
        ListStackScripts = "GET /linode/stackscripts",
        ListNodeBalancers = "GET /nodebalancers",
        ListNodeBalancerFirewalls = "GET /nodebalancers/{id}/firewalls",
        ListNodeBalancerVpcs = "GET /nodebalancers/{id}/vpcs",
        ListNodeBalancerConfigs = "GET /nodebalancers/{id}/configs",
        ListNodeBalancerNodes = "GET /nodebalancers/{id}/configs/{id}/nodes",
        ListRegions = "GET /regions",
        ListRegionAvailability = "GET /regions/availability",
        ListImages = "GET /images",
        ListFirewalls = "GET /networking/firewalls",
        ListIps = "GET /networking/ips",
        ListTags = "GET /tags",
        ListTaggedObjects = "GET /tags/{id}",
        ListLocks = "GET /locks",
        ListAccountAvailability = "GET /account/availability",
        ListMaintenance = "GET /account/maintenance",
        ListEvents = "GET /account/events",
    }
    others {
        CreateInstance = "POST /linode/instances",
        GetInstance = "GET /linode/instances/{id}",
        UpdateInstance = "PUT /linode/instances/{id}",
        DeleteInstance = "DELETE /linode/instances/{id}",
        BootInstance = "POST /linode/instances/{id}/boot",
        RebootInstance = "POST /linode/instances/{id}/reboot",
        ShutDownInstance = "POST /linode/instances/{id}/shutdown",
        GetInstanceIps = "GET /linode/instances/{id}/ips",
        AddInstanceIp = "POST /linode/instances/{id}/ips",
        GetInstanceType = "GET /linode/types/{id}",
        GetStackScript = "GET /linode/stackscripts/{id}",
        CreateNodeBalancer = "POST /nodebalancers",
        GetNodeBalancer = "GET /nodebalancers/{id}",
        UpdateNodeBalancer = "PUT /nodebalancers/{id}",
        DeleteNodeBalancer = "DELETE /nodebalancers/{id}",
        CreateNodeBalancerConfig = "POST /nodebalancers/{id}/configs",
        GetNodeBalancerConfig = "GET /nodebalancers/{id}/configs/{id}",
        UpdateNodeBalancerConfig = "PUT /nodebalancers/{id}/configs/{id}",
        DeleteNodeBalancerConfig = "DELETE /nodebalancers/{id}/configs/{id}",
        RebuildNodeBalancerConfig = "POST /nodebalancers/{id}/configs/{id}/rebuild",
        CreateNodeBalancerNode = "POST /nodebalancers/{id}/configs/{id}/nodes",
        GetNodeBalancerNode = "GET /nodebalancers/{id}/configs/{id}/nodes/{id}",
        UpdateNodeBalancerNode = "PUT /nodebalancers/{id}/configs/{id}/nodes/{id}",
        DeleteNodeBalancerNode = "DELETE /nodebalancers/{id}/configs/{id}/nodes/{id}",
        GetRegion = "GET /regions/{id}",
        GetRegionAvailability = "GET /regions/{id}/availability",
        GetImage = "GET /images/{id}",
        GetFirewall = "GET /networking/firewalls/{id}",
        GetIp = "GET /networking/ips/{id}",
        CreateTag = "POST /tags",
        DeleteTag = "DELETE /tags/{id}",
        GetLock = "GET /locks/{id}",
        GetAccount = "GET /account",
        GetAccountSettings = "GET /account/settings",
        GetEvent = "GET /account/events/{id}",
        GetProfile = "GET /profile",
        GetGrants = "GET /profile/grants",
    }
}

impl Operation {
    /// What is assumed until the first answer: the smallest limit of creates that was recorded, and the documented one
    /// of lists.
    const fn assumed(self) -> Option<(u64, Duration)> {
        match self {
            Self::CreateInstance => Some((8, Duration::from_secs(30))),
            _ if self.is_list() => Some((200, Duration::from_secs(60))),
            _ => None,
        }
    }

    /// A budget with what is assumed of each operation.
    pub(crate) fn budget() -> Budget {
        Self::ALL.iter().fold(Budget::new(), |budget, operation| match operation.assumed() {
            Some((requests, per)) => budget.assume(operation.endpoint(), requests, per),
            None => budget,
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.endpoint())
    }
}
