use api_transport::Request;

use crate::call::Call;
use crate::client::Client;
use crate::models::{Node, NodeList};

/// The nodes that builds run on: from [`Client::nodes`].
#[derive(Debug, Clone)]
pub struct Nodes {
    client: Client,
}

impl Client {
    /// The nodes that builds run on.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let nodes = client.nodes().list().await?;
    /// println!("{:?} of {:?} executors are busy", nodes.busy_executors, nodes.total_executors);
    /// # Ok(())
    /// # }
    /// ```
    pub fn nodes(&self) -> Nodes {
        Nodes { client: self.clone() }
    }
}

impl Nodes {
    /// The nodes; what their executors run is shown at [`depth`](Call::depth) 2. `GET computer/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for node in client.nodes().list().depth(2).await?.computer {
    ///     println!("{:?}: offline {:?}", node.display_name, node.offline);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<NodeList> {
        Call::json(self.client.http(), Request::get("listing the nodes").path("computer/api/json"))
    }

    /// One node; the built-in one is called `(built-in)`. `GET computer/NAME/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let node = client.nodes().get("(built-in)").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, name: &str) -> Call<Node> {
        let request = Request::get(format!("getting node {name}")).path("computer").segment(name);
        Call::json(self.client.http(), request.path("api/json"))
    }
}
