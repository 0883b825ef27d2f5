//! Repositories that pipelines come from: files by path, by branch, by URL. Nothing leaves the process.

use std::collections::BTreeMap;

use super::{Cause, Scheduled, World, join};
use crate::config::{Definition, ItemKind, escape};

/// Files by path.
pub(crate) type Files = BTreeMap<String, String>;
/// By URL, then by branch.
pub(crate) type Repositories = BTreeMap<String, BTreeMap<String, Files>>;

impl World {
    /// The script of a pipeline, or why there is none.
    pub(super) fn script_of(&self, definition: &Definition) -> Result<String, String> {
        match definition {
            Definition::None => Err("ERROR: No flow definition, cannot run".to_owned()),
            Definition::Script(script) => Ok(script.clone()),
            Definition::Scm { url, branch, path } => {
                let branches = self.repositories.get(url).ok_or_else(|| {
                    format!("stderr: fatal: repository '{url}' not found\nERROR: Error cloning remote repo 'origin'")
                })?;
                let files = branches.get(branch).ok_or_else(|| {
                    format!("ERROR: Couldn't find any revision to build. Verify the repository and branch configuration: {branch}")
                })?;
                files.get(path).cloned().ok_or_else(|| format!("ERROR: Unable to find {path} from git {url}"))
            }
        }
    }

    /// The files that a checkout brings.
    pub(super) fn checkout_of(&self, definition: &Definition) -> Files {
        match definition {
            Definition::Scm { url, branch, .. } => {
                let branches = self.repositories.get(url);
                branches.and_then(|branches| branches.get(branch)).cloned().unwrap_or_default()
            }
            _ => Files::new(),
        }
    }

    /// Looks for the branches of a multibranch project, and builds those that are new.
    pub(crate) fn scan(&mut self, full: &str) {
        let Some(item) = self.items.get(full).filter(|item| item.config.kind == ItemKind::Multibranch) else {
            return;
        };
        let Definition::Scm { url, path, .. } = item.config.definition.clone() else { return };
        let branches = self.repositories.get(&url).cloned();
        let mut log = "Started\n[Branch indexing] Starting branch indexing...\n".to_owned();
        let mut found = Vec::new();
        match &branches {
            None => log.push_str(&format!("ERROR: [Branch indexing] repository '{url}' not found\n")),
            Some(branches) => {
                log.push_str("  Checking branches:\n");
                for (branch, files) in branches {
                    let there = files.contains_key(&path);
                    let note = if there {
                        format!("‘{path}’ found\n    Met criteria")
                    } else {
                        format!("‘{path}’ not found\n    Does not meet criteria")
                    };
                    log.push_str(&format!("  Checking branch {branch}\n      {note}\n"));
                    if there {
                        found.push(branch.clone());
                    }
                }
            }
        }
        log.push_str("[Branch indexing] Finished branch indexing.\nFinished: SUCCESS\n");
        let encoded: Vec<String> = found.iter().map(|branch| encode(branch)).collect();
        let gone: Vec<String> = self
            .children(full)
            .map(|(name, _)| name.clone())
            .filter(|name| branches.is_some() && !encoded.iter().any(|branch| join(full, branch) == *name))
            .collect();
        for name in gone {
            self.delete_item(&name, "SYSTEM");
        }
        for (branch, name) in found.iter().zip(encoded) {
            let child = join(full, &name);
            let xml = branch_xml(&url, branch, &path);
            if self.items.contains_key(&child) || self.add_item(&child, &name, &xml).is_err() {
                continue;
            }
            if let Some(item) = self.items.get_mut(&child) {
                item.config.display_name = Some(branch.clone());
                let job = item.id;
                if let Scheduled::Created(id) = self.schedule(job, Vec::new(), Cause::Branch, None) {
                    log.push_str(&format!("Scheduled build for branch: {branch} (item {id})\n"));
                }
            }
        }
        if let Some(item) = self.items.get_mut(full) {
            item.scan_log = log;
        }
    }
}

/// A branch's name as the name of a job: with `/` and its like escaped.
fn encode(branch: &str) -> String {
    let mut name = String::new();
    for byte in branch.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

fn branch_xml(url: &str, branch: &str, path: &str) -> String {
    format!(
        "<flow-definition><keepDependencies>false</keepDependencies><properties/>\
         <definition class=\"org.jenkinsci.plugins.workflow.multibranch.SCMBinder\"><scm class=\"hudson.plugins.git.GitSCM\">\
         <userRemoteConfigs><hudson.plugins.git.UserRemoteConfig><url>{}</url></hudson.plugins.git.UserRemoteConfig>\
         </userRemoteConfigs><branches><hudson.plugins.git.BranchSpec><name>{}</name></hudson.plugins.git.BranchSpec>\
         </branches></scm><scriptPath>{}</scriptPath></definition></flow-definition>",
        escape(url),
        escape(branch),
        escape(path)
    )
}
