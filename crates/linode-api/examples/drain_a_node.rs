//! Takes one node out of a NodeBalancer without cutting a connection: drain, then reject, then delete.
//!
//! ```text
//! LINODE_TOKEN=… [LINODE_URL=…] cargo run -p linode-api --example drain_a_node LABEL [SECONDS] [ADDRESS:PORT]
//! ```
//!
//! `LABEL` is the NodeBalancer's. The seconds, 300 by default, are how long clients may go on with what they began. Without an
//! address it is the first node that accepts connections.
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::env;
use std::error::Error;
use std::time::Duration;

use linode_api::models::{NodeBalancerNode, NodeMode};
use linode_api::{Client, Filter};
use tokio::time::sleep;

/// How long a NodeBalancer takes at most to follow a change of mode.
const FOLLOWS: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let label = arguments.next().ok_or("name the NodeBalancer by its label")?;
    let drain = Duration::from_secs(arguments.next().map_or(Ok(300), |seconds| seconds.parse())?);
    let address = arguments.next();

    let client = Client::from_env()?;
    let found = client.nodebalancers().list().filter(Filter::label(&label)).await?;
    let found = found.into_iter().find(|one| one.label.as_deref() == Some(&*label));
    let nodebalancer = client.nodebalancer(found.ok_or("there is no NodeBalancer with this label")?.id);

    for config in nodebalancer.configs().list().await? {
        let handle = nodebalancer.config(config.id);
        let nodes = handle.nodes().list().await?;
        if !nodes.is_consistent() {
            return Err("the nodes changed while they were listed: start again".into());
        }
        let accepting = nodes.iter().filter(|node| node.mode == NodeMode::Accept).count();
        let Some(node) = nodes.into_iter().find(|node| is_meant(node, address.as_deref())) else { continue };
        if accepting < 2 {
            return Err(format!("{} is the last one that accepts: add another first", node.address).into());
        }
        let handle = handle.node(node.id);

        println!("port {}: {} drains for {} s", config.port, node.address, drain.as_secs());
        handle.set_mode(NodeMode::Drain).await?;
        // The drain begins when the NodeBalancer follows.
        sleep(FOLLOWS.min(drain) + drain).await;
        println!("it rejects");
        handle.set_mode(NodeMode::Reject).await?;
        sleep(FOLLOWS.min(drain)).await;
        handle.delete().await?;
        println!("it is gone");
        return Ok(());
    }
    Err("there is no such node that accepts connections".into())
}

fn is_meant(node: &NodeBalancerNode, address: Option<&str>) -> bool {
    node.mode == NodeMode::Accept && address.is_none_or(|address| node.address == address)
}
