//! Credentials, in the domains of a store. A store belongs to Jenkins itself or to a folder.

use std::collections::BTreeMap;

use roxmltree::Document;
use secrecy::SecretString;

use super::{World, parent};
use crate::config::escape;

/// The domains of a store, by name; `_` is the global one.
pub(crate) type CredentialStore = BTreeMap<String, BTreeMap<String, Credential>>;

/// A credential, as its `config.xml` says.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) class: String,
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) username: Option<String>,
    secret: Option<SecretString>,
    /// Without its secrets.
    pub(crate) xml: String,
}

/// The elements that hold secrets.
const SECRETS: [&str; 5] = ["password", "secret", "passphrase", "privateKey", "secretBytes"];

impl Credential {
    /// Reads one from XML. An id is made for one without.
    pub(crate) fn read(xml: &str, made_id: impl FnOnce() -> String) -> Result<Self, String> {
        let document = Document::parse(xml.trim()).map_err(|error| error.to_string())?;
        let root = document.root_element();
        let text = |name: &str| {
            let node = root.descendants().find(|node| node.tag_name().name() == name);
            node.and_then(|node| node.text()).map(|text| text.trim().to_owned())
        };
        let mut shown = xml.to_owned();
        let mut hidden: Vec<_> = root
            .descendants()
            .filter(|node| SECRETS.contains(&node.tag_name().name()) && node.text().is_some())
            .map(|node| (node.range(), node.tag_name().name()))
            .collect();
        hidden.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let offset = xml.len() - xml.trim_start().len();
        for (range, name) in hidden {
            let replacement = format!("<{name}>\n    <secret-redacted/>\n  </{name}>");
            shown.replace_range(range.start + offset..range.end + offset, &replacement);
        }
        Ok(Self {
            class: root.tag_name().name().to_owned(),
            id: text("id").filter(|id| !id.is_empty()).unwrap_or_else(made_id),
            description: text("description").unwrap_or_default(),
            username: text("username"),
            secret: SECRETS.iter().find_map(|name| text(name)).map(SecretString::from),
            xml: shown,
        })
    }

    /// Makes the XML of one from the form that people fill in.
    pub(crate) fn xml_of_form(form: &serde_json::Value) -> Option<String> {
        let credentials = form.get("credentials")?.as_object()?;
        let class = ["$class", "stapler-class"].iter().find_map(|name| credentials.get(*name)?.as_str())?;
        let fields: String = credentials
            .iter()
            .filter(|(name, _)| !["$class", "stapler-class", "$redact"].contains(&name.as_str()))
            .filter_map(|(name, value)| Some(format!("<{name}>{}</{name}>", escape(value.as_str()?))))
            .collect();
        Some(format!("<{class}>{fields}</{class}>"))
    }

    /// What the API calls its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.class.rsplit('.').next().unwrap_or_default() {
            "UsernamePasswordCredentialsImpl" => "Username with password",
            "StringCredentialsImpl" => "Secret text",
            "BasicSSHUserPrivateKey" => "SSH Username with private key",
            "FileCredentialsImpl" => "Secret file",
            "CertificateCredentialsImpl" => "Certificate",
            _ => "Credentials",
        }
    }

    pub(crate) fn display_name(&self) -> String {
        let described = (!self.description.is_empty()).then(|| format!(" ({})", self.description));
        let name = match &self.username {
            Some(name) => format!("{name}/******"),
            None => self.id.clone(),
        };
        name + &described.unwrap_or_default()
    }

    pub(crate) fn secret(&self) -> Option<&SecretString> {
        self.secret.as_ref()
    }
}

impl World {
    /// The credential that a job sees under an id: in its folders from the inside out, then in Jenkins' own store.
    pub(super) fn credential(&self, job: &str, id: &str) -> Option<&Credential> {
        let mut folder = parent(job);
        loop {
            let store = self.credentials.get(folder);
            let found = store.and_then(|store| store.values().find_map(|domain| domain.get(id)));
            if found.is_some() || folder.is_empty() {
                return found;
            }
            folder = parent(folder);
        }
    }
}
