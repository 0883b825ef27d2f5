//! Jobs and folders.

use std::collections::BTreeMap;

use super::World;
use super::build::Build;
use super::outcome::{BuildId, Outcome};
use crate::config::{JobConfig, Parameter, set_disabled};
use crate::refusal::Refusal;

/// A job or a folder.
#[derive(Debug)]
pub(crate) struct Item {
    /// Stays when it is renamed.
    pub(crate) id: u64,
    pub(crate) xml: String,
    pub(crate) config: JobConfig,
    pub(crate) next_number: u64,
    pub(crate) builds: BTreeMap<u64, Build>,
    /// Console text of the last scan, of a multibranch project.
    pub(crate) scan_log: String,
}

impl Item {
    pub(crate) fn last_build(&self) -> Option<&Build> {
        self.builds.values().next_back()
    }

    pub(crate) fn is_buildable(&self) -> bool {
        !self.config.disabled && !self.config.kind.is_container()
    }

    /// The ball's colour.
    pub(crate) fn color(&self) -> String {
        let last = self.last_build();
        let animated = if last.is_some_and(Build::is_building) { "_anime" } else { "" };
        if self.config.disabled {
            return format!("disabled{animated}");
        }
        let done = self.builds.values().rev().find_map(|build| build.result);
        let color = match done {
            None | Some(Outcome::NotBuilt) => "notbuilt",
            Some(Outcome::Success) => "blue",
            Some(Outcome::Unstable) => "yellow",
            Some(Outcome::Failure) => "red",
            Some(Outcome::Aborted) => "aborted",
        };
        format!("{color}{animated}")
    }
}

/// The full name of a child of a folder; the root's name is empty.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The name without its folders.
pub(crate) fn short_name(full: &str) -> &str {
    full.rsplit_once('/').map_or(full, |(_, name)| name)
}

/// The full name of the folder that it stands in.
pub(crate) fn parent(full: &str) -> &str {
    full.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Why a name can't be one, as Jenkins says it.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::failure("No name is specified"));
    }
    if name == "." || name == ".." {
        return Err(Refusal::failure(format!("\"{name}\" is not an allowed name")));
    }
    match name.chars().find(|c| "?*/\\%!@#$^&|<>[]:;".contains(*c) || c.is_control()) {
        Some(unsafe_character) => {
            Err(Refusal::failure(format!("‘{unsafe_character}’ is an unsafe character")))
        }
        None => Ok(()),
    }
}

impl World {
    /// The names of the items that stand directly in a folder.
    pub(crate) fn children<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a String, &'a Item)> {
        self.items.iter().filter(move |(name, _)| parent(name) == folder)
    }

    pub(crate) fn item_by_id(&self, id: u64) -> Option<(&String, &Item)> {
        self.items.iter().find(|(_, item)| item.id == id)
    }

    pub(crate) fn item_by_id_mut(&mut self, id: u64) -> Option<&mut Item> {
        self.items.values_mut().find(|item| item.id == id)
    }

    /// The full name of an item, or nothing when it was deleted.
    pub(crate) fn name_of(&self, id: u64) -> &str {
        self.item_by_id(id).map_or("", |(name, _)| name)
    }

    pub(crate) fn create_item(&mut self, folder: &str, name: &str, xml: &str) -> Result<(), Refusal> {
        check_name(name)?;
        self.add_item(&join(folder, name), name, xml)
    }

    /// Adds an item whose name need not be one that people may choose, such as a branch.
    pub(super) fn add_item(&mut self, full: &str, name: &str, xml: &str) -> Result<(), Refusal> {
        if self.items.contains_key(full) {
            return Err(Refusal::failure(format!("A job already exists with the name ‘{name}’")));
        }
        let config = JobConfig::read(xml).map_err(|error| Refusal::exception(error.to_string()))?;
        let id = self.new_id();
        let item = Item {
            id,
            xml: xml.to_owned(),
            config,
            next_number: 1,
            builds: BTreeMap::new(),
            scan_log: String::new(),
        };
        self.items.insert(full.to_owned(), item);
        self.touch();
        Ok(())
    }

    pub(crate) fn configure(&mut self, full: &str, xml: &str) -> Result<(), Refusal> {
        let config = JobConfig::read(xml).map_err(|error| Refusal::exception(error.to_string()))?;
        let item = self.items.get_mut(full).ok_or_else(Refusal::not_found)?;
        if item.config.kind != config.kind {
            let message = format!("Expecting {} but got {}", item.config.kind.class(), config.kind.class());
            return Err(Refusal::exception(message));
        }
        xml.clone_into(&mut item.xml);
        item.config = config;
        self.touch();
        Ok(())
    }

    pub(crate) fn set_disabled(&mut self, full: &str, disabled: bool) -> Result<(), Refusal> {
        let item = self.items.get(full).ok_or_else(Refusal::not_found)?;
        let xml = set_disabled(&item.xml, disabled);
        self.configure(full, &xml)
    }

    pub(crate) fn copy_item(&mut self, folder: &str, from: &str, name: &str) -> Result<(), Refusal> {
        let source =
            if from.starts_with('/') { from.trim_start_matches('/').to_owned() } else { join(folder, from) };
        let item = self.items.get(&source);
        let item = item.ok_or_else(|| Refusal::failure(format!("No such job: {from}")))?;
        let xml = item.xml.clone();
        self.create_item(folder, name, &xml)
    }

    /// Gives it, and everything below it, another full name.
    pub(crate) fn rename_item(&mut self, full: &str, to: &str) -> Result<(), Refusal> {
        check_name(short_name(to))?;
        if self.items.contains_key(to) {
            let name = short_name(to);
            return Err(Refusal::failure(format!("The name “{name}” is already in use.")));
        }
        let below = format!("{full}/");
        let moved: Vec<String> =
            self.items.keys().filter(|name| *name == full || name.starts_with(&below)).cloned().collect();
        for name in moved {
            if let Some(item) = self.items.remove(&name) {
                let rest = name.get(full.len()..).unwrap_or_default();
                self.items.insert(format!("{to}{rest}"), item);
            }
        }
        self.touch();
        Ok(())
    }

    /// Deletes it and everything below it; what runs is aborted, what waits is cancelled.
    pub(crate) fn delete_item(&mut self, full: &str, by: &str) {
        let below = format!("{full}/");
        let gone: Vec<String> =
            self.items.keys().filter(|name| *name == full || name.starts_with(&below)).cloned().collect();
        for name in gone {
            let Some(item) = self.items.get(&name) else { continue };
            let id = item.id;
            let running: Vec<BuildId> = item
                .builds
                .values()
                .filter(|build| build.is_building())
                .map(|build| BuildId { job: id, number: build.number })
                .collect();
            for build in running {
                self.interrupt(build, by, super::Level::Kill);
            }
            self.cancel_job(id);
            self.items.remove(&name);
            self.workspaces.remove(&id);
        }
        self.touch();
    }

    /// Forgets the files of a job's workspace.
    pub(crate) fn wipe_workspace(&mut self, full: &str) {
        if let Some(id) = self.items.get(full).map(|item| item.id) {
            self.workspaces.remove(&id);
        }
    }

    /// Takes over the parameters that a Jenkinsfile defines, as the first run of a pipeline does.
    pub(super) fn set_parameters(&mut self, job: u64, parameters: &[Parameter], exclusive: bool) {
        let Some(item) = self.item_by_id_mut(job) else { return };
        item.config.concurrent &= !exclusive;
        if parameters.is_empty() || item.config.parameters == parameters {
            return;
        }
        item.config.parameters = parameters.to_vec();
        let definitions: String = parameters.iter().map(Parameter::xml).collect();
        let property = format!(
            "<hudson.model.ParametersDefinitionProperty><parameterDefinitions>{definitions}</parameterDefinitions>\
             </hudson.model.ParametersDefinitionProperty>"
        );
        item.xml =
            crate::config::set_property(&item.xml, "hudson.model.ParametersDefinitionProperty", &property);
    }
}
