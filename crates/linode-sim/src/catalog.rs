//! What the cloud has to offer: regions, types, images, kernels, StackScripts, as recorded.

use std::collections::BTreeMap;

use serde_json::Value;

/// The fixed part of the world, in the API's own shapes.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) regions: Vec<Value>,
    pub(crate) types: Vec<Value>,
    pub(crate) images: Vec<Value>,
    pub(crate) kernels: Vec<Value>,
    pub(crate) stackscripts: Vec<Value>,
    pub(crate) account: Value,
    pub(crate) profile: Value,
    plans: BTreeMap<String, usize>,
}

/// Prices of one type in one region, in USD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Price {
    pub(crate) hourly: f64,
    pub(crate) monthly: f64,
}

/// A NodeBalancer's price as the price list has it; no recorded answer carries it.
pub(crate) const NODEBALANCER_PRICE: Price = Price { hourly: 0.015, monthly: 10.0 };

impl Catalog {
    pub(crate) fn recorded() -> Self {
        let types = list(include_str!("../data/types.json"));
        let plans =
            types.iter().enumerate().filter_map(|(at, plan)| Some((id(plan)?.to_owned(), at))).collect();
        Self {
            regions: list(include_str!("../data/regions.json")),
            images: list(include_str!("../data/images.json")),
            kernels: list(include_str!("../data/kernels.json")),
            stackscripts: list(include_str!("../data/stackscripts.json")),
            account: object(include_str!("../data/account.json")),
            profile: object(include_str!("../data/profile.json")),
            types,
            plans,
        }
    }

    pub(crate) fn region(&self, name: &str) -> Option<&Value> {
        self.regions.iter().find(|region| id(region) == Some(name))
    }

    pub(crate) fn plan(&self, name: &str) -> Option<&Value> {
        self.types.get(*self.plans.get(name)?)
    }

    pub(crate) fn image(&self, name: &str) -> Option<&Value> {
        self.images.iter().find(|image| id(image) == Some(name))
    }

    /// The price of a type in a region: some regions have their own.
    pub(crate) fn price(&self, plan: &str, region: &str) -> Option<Price> {
        let plan = self.plan(plan)?;
        let own = plan.get("region_prices").and_then(Value::as_array);
        let own = own.and_then(|prices| prices.iter().find(|price| id(price) == Some(region)));
        let price = own.or_else(|| plan.get("price"))?;
        Some(Price { hourly: price.get("hourly")?.as_f64()?, monthly: price.get("monthly")?.as_f64()? })
    }
}

pub(crate) fn has_capability(entry: &Value, name: &str) -> bool {
    entry
        .get("capabilities")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(name)))
}

fn id(entry: &Value) -> Option<&str> {
    entry.get("id")?.as_str()
}

/// The data files are part of the program; a test reads each, so that an unreadable one can't be shipped.
fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap_or_default()
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_can_be_read() {
        let catalog = Catalog::recorded();
        for (name, list, least) in [
            ("regions", &catalog.regions, 30),
            ("types", &catalog.types, 30),
            ("images", &catalog.images, 20),
            ("kernels", &catalog.kernels, 5),
            ("stackscripts", &catalog.stackscripts, 5),
        ] {
            assert!(list.len() >= least, "{name}: {}", list.len());
            assert!(list.iter().all(|entry| entry.get("id").is_some()), "{name}");
        }
        assert!(catalog.account.is_object() && catalog.profile.is_object());
        assert_eq!(catalog.price("g6-nanode-1", "nl-ams"), Some(Price { hourly: 0.0075, monthly: 5.0 }));
        assert_eq!(catalog.price("g6-nanode-1", "br-gru"), Some(Price { hourly: 0.0105, monthly: 7.0 }));
    }
}
