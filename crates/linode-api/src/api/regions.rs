//! Regions, and what can be had in them.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{Region, RegionAvailability};
use crate::operation::Operation;

/// Regions: `/regions`. The API asks for no token here.
#[derive(Debug, Clone)]
pub struct Regions(Target);

/// One region: `/regions/{id}`.
#[derive(Debug, Clone)]
pub struct RegionHandle(Target);

impl Client {
    /// Regions.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let regions = client.regions().list().await?;
    /// println!("{} regions", regions.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn regions(&self) -> Regions {
        Regions(Target::new(self, "regions"))
    }

    /// One region, such as `nl-ams`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let amsterdam = client.region("nl-ams").get().await?;
    /// println!("{}", amsterdam.label);
    /// # Ok(())
    /// # }
    /// ```
    pub fn region(&self, id: &str) -> RegionHandle {
        RegionHandle(self.regions().0.child(id, format!("region {id}")))
    }
}

impl Regions {
    /// All regions.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for region in client.regions().list().await? {
    ///     println!("{} is {}", region.id, region.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Region> {
        self.0.list(Operation::ListRegions, &self.0)
    }

    /// Which select types can be had where; types that it does not name can be had wherever the region has their kind. It is
    /// minutes old: only a create shows what can be had at that moment.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let all = client.regions().availability().await?;
    /// let sold_out = all.iter().filter(|one| !one.available);
    /// println!("{} types cannot be had somewhere", sold_out.count());
    /// # Ok(())
    /// # }
    /// ```
    pub fn availability(&self) -> List<RegionAvailability> {
        self.0.list(Operation::ListRegionAvailability, "the availability of types")
    }
}

impl RegionHandle {
    /// The region.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let amsterdam = client.region("nl-ams").get().await?;
    /// assert!(amsterdam.has_capability("NodeBalancers"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Region> {
        self.0.json(Operation::GetRegion, format!("getting {}", self.0))
    }

    /// Which select types can be had in the region; see [`Regions::availability`].
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let listed = client.region("nl-ams").availability().await?;
    /// let sold_out = listed.iter().any(|one| one.plan == "g6-dedicated-2" && !one.available);
    /// # Ok(())
    /// # }
    /// ```
    pub fn availability(&self) -> Call<Vec<RegionAvailability>> {
        let attempting = format!("getting the availability of types in {}", self.0);
        self.0.json(Operation::GetRegionAvailability, attempting)
    }
}

impl Identified for Region {
    type Id = String;

    fn identity(&self) -> String {
        self.id.clone()
    }
}

impl Identified for RegionAvailability {
    type Id = (String, String);

    fn identity(&self) -> (String, String) {
        (self.region.clone(), self.plan.clone())
    }
}
