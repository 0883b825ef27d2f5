use api_transport::Request;

use crate::call::Call;
use crate::client::Client;
use crate::models::{SystemInfo, View};

/// Views, the lists of jobs that people put together: from [`Client::views`].
#[derive(Debug, Clone)]
pub struct Views {
    client: Client,
}

impl Client {
    /// Views, the lists of jobs that people put together.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let views = client.views().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn views(&self) -> Views {
        Views { client: self.clone() }
    }
}

impl Views {
    /// The views at the root. `GET api/json?tree=views[…]`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for view in client.views().list().await? {
    ///     println!("{}", view.name.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<Vec<View>> {
        let request = Request::get("listing the views").path("api/json");
        let call = Call::new(self.client.http(), request, |response, attempting| {
            response.json::<SystemInfo>(attempting).map(|system| system.views)
        });
        call.tree("views[_class,name,url,description]")
    }

    /// One view with the jobs in it. `GET view/NAME/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let view = client.views().get("Scaling").await?;
    /// println!("{} jobs", view.jobs.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, name: &str) -> Call<View> {
        let request = Request::get(format!("getting view {name}")).path("view").segment(name);
        Call::json(self.client.http(), request.path("api/json"))
    }
}
