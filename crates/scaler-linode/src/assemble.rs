//! A scaler of Linode groups.

use linode_api::Client;
use scaler_core::runtime::{BuildError, Builder, Scaler};

use crate::{LinodeBalancers, LinodeCompute, LinodeGroup, OwnerTags};

/// A scaler of these groups, whose log is kept in memory and whose time is the machine's; [`builder`] takes another store or
/// clock, and a source of alerts.
///
/// `owner` says whose the instances are: 1 to 34 lower case letters, digits and hyphens, which stand in a tag. Two
/// installations on one account must not share it.
///
/// # Errors
/// [`BuildError`] says what can't be used, or contradicts itself. Nothing is asked of the API.
pub fn scaler(
    client: Client,
    owner: &str,
    groups: impl IntoIterator<Item = LinodeGroup>,
) -> Result<Scaler, BuildError> {
    builder(client, owner, groups)?.build()
}

/// The same, to be given a store, a clock or a source of alerts before it is built.
///
/// ```
/// use linode_api::{Client, Token};
/// use scaler_core::in_memory::InMemoryStore;
/// use scaler_linode::LinodeGroup;
///
/// let client = Client::builder(Token::new("hush-hush")?).build()?;
/// let web = LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")?.node_balancer(9042, 11873, 8080);
/// let scaler = scaler_linode::builder(client, "shop", [web])?.store(InMemoryStore::new()).build()?;
/// assert_eq!(scaler.groups().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BuildError::Owner`] and [`BuildError::Group`].
pub fn builder(
    client: Client,
    owner: &str,
    groups: impl IntoIterator<Item = LinodeGroup>,
) -> Result<Builder, BuildError> {
    let tags = OwnerTags::new(owner)?;
    let members: Vec<LinodeGroup> = groups.into_iter().collect();
    let groups = members.iter().map(LinodeGroup::to_group).collect::<Result<Vec<_>, _>>()?;
    Ok(Scaler::builder()
        .balancer(LinodeBalancers::new(client.clone(), &members))
        .compute(LinodeCompute::new(client, tags, members))
        .groups(groups))
}
