use api_transport::Request;

use crate::call::Call;
use crate::client::Client;
use crate::models::{Plugin, PluginList};

/// The plugins that are installed: from [`Client::plugins`].
#[derive(Debug, Clone)]
pub struct Plugins {
    client: Client,
}

impl Client {
    /// The plugins that are installed.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let plugins = client.plugins().list().await?;
    /// let stage_view = plugins.iter().any(|p| p.short_name.as_deref() == Some("pipeline-rest-api"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn plugins(&self) -> Plugins {
        Plugins { client: self.clone() }
    }
}

impl Plugins {
    /// The plugins; only administrators may see them. `GET pluginManager/api/json?depth=1`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for plugin in client.plugins().list().await? {
    ///     println!("{:?} {:?}", plugin.short_name, plugin.version);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<Vec<Plugin>> {
        let request = Request::get("listing the plugins").path("pluginManager/api/json");
        let call = Call::new(self.client.http(), request, |response, attempting| {
            response.json::<PluginList>(attempting).map(|list| list.plugins)
        });
        call.depth(1)
    }
}
