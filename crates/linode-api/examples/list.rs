//! Lists what the token sees. `LINODE_TOKEN=… [LINODE_URL=http://127.0.0.1:8080] cargo run -p linode-api --example list [TAG]`
#![allow(clippy::print_stdout)]

use futures_util::TryStreamExt;
use linode_api::{Client, Filter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let linode = Client::from_env()?;
    let filter = std::env::args().nth(1).map_or_else(Filter::new, |tag| Filter::tag(&tag));

    let mut instances = Box::pin(linode.instances().list().filter(filter.clone()).stream());
    while let Some(instance) = instances.try_next().await? {
        println!("{:>10}  {:<32} {:<14} {}", instance.id, instance.label, instance.region, instance.status);
    }
    for nodebalancer in linode.nodebalancers().list().filter(filter).await? {
        let configs = linode.nodebalancer(nodebalancer.id).configs().list().await?;
        for config in configs {
            let nodes = linode.nodebalancer(nodebalancer.id).config(config.id).nodes().list().await?;
            println!("NodeBalancer {} port {}: {} nodes", nodebalancer.id, config.port, nodes.len());
            for node in nodes {
                println!(
                    "{:>10}  {:<32} {:<21} {} {}",
                    node.id, node.label, node.address, node.mode, node.status
                );
            }
        }
    }
    Ok(())
}
