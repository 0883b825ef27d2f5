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
    pub fn regions(&self) -> Regions {
        Regions(Target::new(self, "regions"))
    }

    /// One region, such as `nl-ams`.
    pub fn region(&self, id: &str) -> RegionHandle {
        RegionHandle(self.regions().0.child(id, format!("region {id}")))
    }
}

impl Regions {
    /// All regions.
    pub fn list(&self) -> List<Region> {
        self.0.list(Operation::ListRegions, &self.0)
    }

    /// Which select types can be had where; types that it does not name can be had wherever the region has their kind. It is
    /// minutes old: only a create shows what can be had at that moment.
    pub fn availability(&self) -> List<RegionAvailability> {
        self.0.list(Operation::ListRegionAvailability, "the availability of types")
    }
}

impl RegionHandle {
    /// The region.
    pub fn get(&self) -> Call<Region> {
        self.0.json(Operation::GetRegion, format!("getting {}", self.0))
    }

    /// Which select types can be had in the region; see [`Regions::availability`].
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
