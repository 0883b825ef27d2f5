//! Worlds that begin with something in them.

mod credential;
mod job;
mod parameter;
mod user;

use std::collections::BTreeMap;

use api_sim::SeedError;
use serde::Deserialize;

pub use self::credential::SeedCredential;
pub use self::job::SeedJob;
pub use self::parameter::SeedParameter;
pub use self::user::SeedUser;
use crate::faults::Fault;
use crate::refusal::Refusal;
use crate::world::{Credential, Node, User, World, join, parent, short_name};

/// What a seed file holds, as JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// Who may log in. Without anybody there is no security.
    pub users: Vec<SeedUser>,
    /// Jobs and folders; folders on the way to a job are made.
    pub jobs: Vec<SeedJob>,
    /// Nodes beside the built-in one.
    pub nodes: Vec<SeedNode>,
    /// Credentials.
    pub credentials: Vec<SeedCredential>,
    /// Repositories that pipelines come from: files by path, by branch, by URL.
    pub repositories: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Faults, as the command line has them.
    pub faults: Vec<String>,
}

/// A node beside the built-in one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedNode {
    /// Its name.
    pub name: String,
    /// How many builds it runs at once.
    pub executors: usize,
    /// Its labels, with spaces between.
    pub labels: String,
}

impl SeedNode {
    fn check(&self) -> Wrong {
        match (self.name.is_empty(), self.executors) {
            (true, _) => Err("it has no `name`".to_owned()),
            (_, 0) => Err("it runs nothing without `executors`, such as 1".to_owned()),
            _ => Ok(()),
        }
    }
}

/// What is wrong with an entry, and what would be right.
type Wrong = Result<(), String>;

pub(crate) fn user(world: &mut World, seed: &SeedUser) {
    let full_name = if seed.full_name.is_empty() { &seed.id } else { &seed.full_name };
    let user = User {
        full_name: full_name.clone(),
        password: seed.password.clone(),
        tokens: seed.tokens.clone(),
        permissions: seed.permissions.clone(),
        hidden: seed.hidden.clone(),
    };
    world.users.insert(seed.id.clone(), user);
}

pub(crate) fn job(world: &mut World, seed: &SeedJob) -> Result<(), SeedError> {
    let wrong = |reason: String| SeedError::new(format!("the job `{}`", seed.name), reason);
    let refused = |refusal: Refusal| wrong(refusal.message);
    seed.check().map_err(wrong)?;
    if let Some(url) = seed.branches_of.as_ref().filter(|url| !world.repositories.contains_key(*url)) {
        return Err(wrong(format!("`branches_of` is {url}, and `repositories` has none of that URL")));
    }
    let mut folder = String::new();
    for name in parent(&seed.name).split('/').filter(|name| !name.is_empty()) {
        let next = join(&folder, name);
        if !world.items.contains_key(&next) {
            world.create_item(&folder, name, &SeedJob::folder(name).config_xml()).map_err(refused)?;
        }
        folder = next;
    }
    world.create_item(&folder, short_name(&seed.name), &seed.config_xml()).map_err(refused)?;
    world.scan(&seed.name);
    Ok(())
}

pub(crate) fn all(world: &mut World, seed: &Seed) -> Result<(), SeedError> {
    for text in &seed.faults {
        let faults =
            Fault::parse_all(text).map_err(|error| SeedError::new("the faults", error.to_string()))?;
        for fault in faults {
            world.faults.add(fault);
        }
    }
    for one in &seed.users {
        one.check().map_err(|reason| SeedError::new(format!("the user `{}`", one.id), reason))?;
        user(world, one);
    }
    world.repositories.extend(seed.repositories.clone());
    for node in &seed.nodes {
        node.check().map_err(|reason| SeedError::new(format!("the node `{}`", node.name), reason))?;
        world.nodes.insert(node.name.clone(), Node::new(node.executors, "", &node.labels));
    }
    for seed in &seed.credentials {
        let credential = seed
            .check()
            .and_then(|()| Credential::read(&seed.xml(), || seed.id.clone()))
            .map_err(|reason| SeedError::new(format!("the credential `{}`", seed.id), reason))?;
        let store = world.credentials.entry(seed.folder.clone()).or_default();
        store.entry("_".to_owned()).or_default().insert(credential.id.clone(), credential);
    }
    seed.jobs.iter().try_for_each(|one| job(world, one))
}
