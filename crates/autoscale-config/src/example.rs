//! The example.

use crate::Owner;

const EXAMPLE: &str = include_str!("../autoscale.example.yaml");

/// The file in which the example has the credential of the webhook.
pub const WEBHOOK_KEY: &str = "webhook.key";

/// The owner in [`example`].
const ITS_OWNER: &str = "k3x9w2";

/// A commented `autoscale.yaml` for one group. It reads without a problem beside a `deploy.pub`, a `cloud-init.yaml` and
/// [`WEBHOOK_KEY`], where `LINODE_TOKEN` and `AUTOSCALE_TOKEN` are set.
#[must_use]
pub const fn example() -> &'static str {
    EXAMPLE
}

/// The same, with an owner of its own.
#[must_use]
pub fn example_for(owner: &Owner) -> String {
    EXAMPLE.replace(ITS_OWNER, owner.as_str())
}
