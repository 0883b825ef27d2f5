//! What can be had: types, regions, images, StackScripts.

use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{Image, InstanceType, Kernel, Region, RegionAvailability, StackScript, StackScriptId};

const TYPES: &str = "linode/types";
const REGIONS: &str = "regions";
const AVAILABILITY: &str = "regions/availability";
const IMAGES: &str = "images";
const STACKSCRIPTS: &str = "linode/stackscripts";
const KERNELS: &str = "linode/kernels";

/// Types (plans) of instances: `/linode/types`. No token is needed for them.
#[derive(Debug, Clone)]
pub struct Types(Linode);

/// Regions, and what can be had in them: `/regions`. No token is needed for them.
#[derive(Debug, Clone)]
pub struct Regions(Linode);

/// Images: `/images`.
#[derive(Debug, Clone)]
pub struct Images(Linode);

/// StackScripts: `/linode/stackscripts`.
#[derive(Debug, Clone)]
pub struct StackScripts(Linode);

/// Kernels: `/linode/kernels`.
#[derive(Debug, Clone)]
pub struct Kernels(Linode);

impl Linode {
    /// Types of instances.
    pub fn types(&self) -> Types {
        Types(self.clone())
    }

    /// Regions.
    pub fn regions(&self) -> Regions {
        Regions(self.clone())
    }

    /// Images.
    pub fn images(&self) -> Images {
        Images(self.clone())
    }

    /// StackScripts.
    pub fn stackscripts(&self) -> StackScripts {
        StackScripts(self.clone())
    }

    /// Kernels.
    pub fn kernels(&self) -> Kernels {
        Kernels(self.clone())
    }
}

impl Types {
    /// All types, with their prices.
    pub fn list(&self) -> List<InstanceType> {
        List::new(&self.0, self.0.at(Request::get("listing types").family(TYPES), TYPES))
    }

    /// One type, such as `g6-nanode-1`.
    pub fn get(&self, id: &str) -> Call<InstanceType> {
        Call::json(&self.0, self.0.at(Request::get(format!("getting type {id}")), TYPES).segment(id))
    }
}

impl Regions {
    /// All regions.
    pub fn list(&self) -> List<Region> {
        List::new(&self.0, self.0.at(Request::get("listing regions").family(REGIONS), REGIONS))
    }

    /// One region, such as `eu-west`.
    pub fn get(&self, id: &str) -> Call<Region> {
        Call::json(&self.0, self.0.at(Request::get(format!("getting region {id}")), REGIONS).segment(id))
    }

    /// Which select types can be had where; types that it does not name can be had wherever the region has their kind. It is
    /// minutes old: a create is what tells.
    pub fn availability(&self) -> List<RegionAvailability> {
        let request = Request::get("listing the availability of types").family(AVAILABILITY);
        List::new(&self.0, self.0.at(request, AVAILABILITY))
    }

    /// Which select types can be had in one region.
    pub fn availability_in(&self, region: &str) -> Call<Vec<RegionAvailability>> {
        let request = Request::get(format!("getting the availability of types in region {region}"));
        Call::json(&self.0, self.0.at(request, REGIONS).segment(region).segment("availability"))
    }
}

impl Images {
    /// All images that the token sees, public ones included; filterable by `is_public`, `label`, `tags` and others.
    pub fn list(&self) -> List<Image> {
        List::new(&self.0, self.0.at(Request::get("listing images").family(IMAGES), IMAGES))
    }

    /// One image, such as `linode/debian12` or `private/123`.
    pub fn get(&self, id: &str) -> Call<Image> {
        Call::json(&self.0, self.0.at(Request::get(format!("getting image {id}")), IMAGES).segment(id))
    }
}

impl StackScripts {
    /// All StackScripts that the token sees, thousands of public ones included: filter by `mine`, `label` or `username`.
    pub fn list(&self) -> List<StackScript> {
        List::new(&self.0, self.0.at(Request::get("listing StackScripts").family(STACKSCRIPTS), STACKSCRIPTS))
    }

    /// One StackScript.
    pub fn get(&self, id: StackScriptId) -> Call<StackScript> {
        let request = Request::get(format!("getting StackScript {id}"));
        Call::json(&self.0, self.0.at(request, STACKSCRIPTS).segment(id))
    }
}

impl Kernels {
    /// All kernels.
    pub fn list(&self) -> List<Kernel> {
        List::new(&self.0, self.0.at(Request::get("listing kernels"), KERNELS))
    }
}

impl Identified for InstanceType {
    fn identity(&self) -> String {
        self.id.clone()
    }
}

impl Identified for Region {
    fn identity(&self) -> String {
        self.id.clone()
    }
}

impl Identified for RegionAvailability {
    fn identity(&self) -> String {
        format!("{} {}", self.region, self.plan)
    }
}

impl Identified for Image {
    fn identity(&self) -> String {
        self.id.clone()
    }
}

impl Identified for StackScript {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}

impl Identified for Kernel {
    fn identity(&self) -> String {
        self.id.clone()
    }
}
