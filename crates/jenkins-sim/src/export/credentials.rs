//! Credentials, without their secrets.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bean::{Bean, Prop};
use super::{Exporter, Ref};

impl Exporter<'_> {
    pub(super) fn store(&self, folder: &str) -> Bean {
        let class = if folder.is_empty() {
            "com.cloudbees.plugins.credentials.SystemCredentialsProvider$UserFacingAction"
        } else {
            "com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider$CredentialsStoreActionImpl"
        };
        let known = self.world.credentials.get(folder);
        let mut names: BTreeSet<&str> =
            known.into_iter().flat_map(|store| store.keys().map(String::as_str)).collect();
        names.insert("_");
        let domain = |name: &&str| ((*name).to_owned(), Ref::Domain(folder.to_owned(), (*name).to_owned()));
        let domains = names.iter().map(domain).collect();
        Bean::new(class).prop(1, "domains", Prop::Map(domains))
    }

    pub(super) fn domain(&self, folder: &str, domain: &str) -> Option<Bean> {
        let known = self.world.credentials.get(folder).and_then(|store| store.get(domain));
        if known.is_none() && domain != "_" {
            return None;
        }
        let of = |id: &String| Ref::Credential(folder.to_owned(), domain.to_owned(), id.clone());
        let credentials = known.into_iter().flat_map(|domain| domain.keys()).map(of).collect();
        let global = domain == "_";
        let shown = if global { "Global credentials (unrestricted)" } else { domain };
        let kind = if folder.is_empty() { "system" } else { "folder" };
        Some(
            Bean::new("com.cloudbees.plugins.credentials.CredentialsStoreAction$DomainWrapper")
                .prop(1, "credentials", Prop::Links(credentials))
                .value(1, "description", Value::Null)
                .value(1, "displayName", shown)
                .value(1, "fullDisplayName", format!("{kind} » {shown}"))
                .value(1, "fullName", format!("{kind}/{domain}"))
                .value(1, "global", global)
                .value(1, "urlName", domain),
        )
    }

    pub(super) fn credential(&self, folder: &str, domain: &str, id: &str) -> Option<Bean> {
        let credential = self.world.credentials.get(folder)?.get(domain)?.get(id)?;
        Some(
            Bean::new("com.cloudbees.plugins.credentials.CredentialsStoreAction$CredentialsWrapper")
                .value(1, "description", credential.description.as_str())
                .value(1, "displayName", credential.display_name())
                .value(1, "fingerprint", Value::Null)
                .value(1, "fullName", format!("system/{domain}/{id}"))
                .value(1, "id", credential.id.as_str())
                .value(1, "typeName", credential.type_name()),
        )
    }
}
