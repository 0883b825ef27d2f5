//! The Linode API's client, and the groups of the configuration as groups of Linodes.

use std::sync::Arc;

use api_transport::service::{Sockets, SocketsError};
use api_transport::{Service, TokenError};
use linode_api::models::{
    CreateInstance, CreatePlacementGroup, DiskEncryption, InterfaceGeneration, StackScriptData, UserData,
};
use linode_api::{BuildError, Client, Token};
use scaler_linode::{Backend, BackendAddress, LinodeGroup};
use secrecy::ExposeSecret;

use crate::{
    Config, Datum, GroupSettings, InstanceTemplate, Interfaces, LinodeAccess, MissingSecret, SecretSource,
    StackScriptSettings,
};

/// Only this version shows locks.
const VERSION: &str = "v4beta";

/// The client of the Linode API can't be made as the configuration has it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinodeClientError {
    /// The token was not there to be read; only after a lenient reading.
    #[error(transparent)]
    Secret(#[from] MissingSecret),
    /// The token can't be sent.
    #[error("the Linode token can't be used: look at {from}")]
    Token {
        /// Where it comes from.
        from: SecretSource,
        /// Why.
        source: TokenError,
    },
    /// TLS can't be made ready.
    #[error(transparent)]
    Sockets(#[from] SocketsError),
    /// Another setting can't be used.
    #[error("the client of the Linode API can't be made")]
    Client(#[from] BuildError),
}

impl LinodeAccess {
    /// What sends over the network: it trusts [`LinodeAccess::ca`] where that is set, else the system's certificates.
    ///
    /// # Errors
    /// [`LinodeClientError::Sockets`] where the certificates can't be read.
    pub fn service(&self) -> Result<Arc<dyn Service>, LinodeClientError> {
        let sockets = Sockets::builder();
        let sockets = match &self.ca {
            Some(ca) => sockets.ca_file(ca),
            None => sockets,
        };
        Ok(Arc::new(sockets.build()?))
    }

    /// The client of the API that every program uses, so that all of them ask the same one. It sends by `service`, which
    /// is [`LinodeAccess::service`] or something around or in place of it; `program` names the caller in the `User-Agent`.
    ///
    /// # Errors
    /// [`LinodeClientError`]; nothing is sent yet.
    pub fn client(&self, service: Arc<dyn Service>, program: &str) -> Result<Client, LinodeClientError> {
        let token = Token::new(self.token.value()?.expose_secret())
            .map_err(|source| LinodeClientError::Token { from: self.token.source().clone(), source })?;
        let mut client = Client::builder(token)
            .version(self.api_version.as_deref().unwrap_or(VERSION))
            .user_agent(program)
            .service(service);
        if let Some(url) = &self.url {
            client = client.address(url.as_str());
        }
        Ok(client.build()?)
    }
}

impl Config {
    /// The groups, by name. Prices of types are not in the file: the scaler learns them from the API.
    ///
    /// # Errors
    /// [`MissingSecret`] where a template names a secret that was not there; only after a lenient reading.
    pub fn linode_groups(&self) -> Result<Vec<LinodeGroup>, MissingSecret> {
        self.groups.values().map(GroupSettings::to_linode).collect()
    }
}

impl GroupSettings {
    /// The group: its limits, policies and times, the request that creates a member, and where members are registered.
    ///
    /// # Errors
    /// [`MissingSecret`] where the template names a secret that was not there; only after a lenient reading.
    pub fn to_linode(&self) -> Result<LinodeGroup, MissingSecret> {
        let address =
            if self.template.private_ip { BackendAddress::PrivateIpv4 } else { BackendAddress::PublicIpv6 };
        let group = LinodeGroup::of(self.group.clone(), &self.region, &self.template.image)
            .address(address)
            .stackscript_secrets(self.template.stackscript.iter().flat_map(StackScriptSettings::secrets));
        let template = self.template.fill(group.template.clone())?;
        let group = group.template(|_| template);
        Ok(self.balancers.iter().fold(group, |group, balancer| {
            group.backend(Backend {
                nodebalancer: balancer.nodebalancer.into(),
                config: balancer.config.into(),
                port: balancer.port,
            })
        }))
    }
}

impl StackScriptSettings {
    /// The fields that hold secrets.
    fn secrets(&self) -> impl Iterator<Item = &String> {
        self.data.iter().filter(|(_, datum)| matches!(datum, Datum::Secret(_))).map(|(name, _)| name)
    }
}

impl InstanceTemplate {
    fn fill(&self, mut request: CreateInstance) -> Result<CreateInstance, MissingSecret> {
        request.private_ip = Some(self.private_ip);
        request.backups_enabled = Some(self.backups);
        request.network_helper = self.network_helper;
        request.firewall_id = self.firewall.map(Into::into);
        request.swap_size = self.swap_size.map(u64::from);
        request.interface_generation = Some(match self.interfaces {
            Interfaces::LegacyConfig => InterfaceGeneration::LegacyConfig,
            Interfaces::Linode => InterfaceGeneration::Linode,
        });
        request.placement_group = self.placement_group.map(|id| CreatePlacementGroup::new(id.into()));
        request.disk_encryption = self
            .disk_encryption
            .map(|encrypted| if encrypted { DiskEncryption::Enabled } else { DiskEncryption::Disabled });
        if !self.tags.is_empty() {
            request.tags = Some(self.tags.clone());
        }
        if !self.authorized_keys.is_empty() {
            let keys = self.authorized_keys.iter().map(|key| key.text.trim().to_owned()).collect();
            request.authorized_keys = Some(keys);
        }
        if !self.authorized_users.is_empty() {
            request.authorized_users = Some(self.authorized_users.clone());
        }
        if let Some(root_pass) = &self.root_pass {
            request.root_pass = Some(root_pass.value()?.clone());
        }
        if let Some(data) = &self.user_data {
            request = request.user_data(UserData::new(data.text.as_bytes()));
        }
        if let Some(script) = &self.stackscript {
            let mut data = StackScriptData::new();
            for (name, datum) in &script.data {
                data = match datum {
                    Datum::Plain(text) => data.field(name, text),
                    Datum::Secret(secret) => data.field(name, secret.value()?.expose_secret()),
                };
            }
            request = request.stackscript(script.id.into(), data);
        }
        Ok(request)
    }
}
