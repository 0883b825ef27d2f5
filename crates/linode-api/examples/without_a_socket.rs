//! How to test a program without a network and without waiting: the client speaks to a simulator in the same process, and
//! tokio's clock is paused, so that minutes of waiting take no time.
//!
//! ```text
//! cargo run -p linode-api --features in-process --example without_a_socket
//! ```
//!
//! In a test the attribute is `#[tokio::test(start_paused = true)]`.
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use linode_api::models::CreateInstance;
use linode_api::{Client, Filter, InProcess, Retry, Token, conditions};
use linode_sim::{Simulator, Timings};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().token("secret").profile(Timings::realistic()).build();
    let client = Client::builder(Token::new("secret")?)
        .service(Arc::new(InProcess::new(simulator.service())))
        .retry(Retry::default().seed(1)) // the same jitter each time
        .build()?;

    // A create that may have happened is not sent again; its label tells whether it did.
    simulator.faults().add_all("create:lost*1")?;
    let create = CreateInstance::new("nl-ams", "g6-nanode-1").label("web-1").booted(false);
    let lost = client.instances().create(&create).await.err().ok_or("the answer should have been lost")?;
    assert!(lost.may_have_happened(), "{lost}");
    let again = client.instances().create(&create).await.err().ok_or("the label should be taken")?;
    assert!(again.is_label_taken(), "{again}");
    assert_eq!(simulator.snapshot().instances.len(), 1);

    // Reads go through trouble, and an instance that takes its time is there in a blink.
    simulator.faults().add_all("GET /linode/instances/*:500*3")?;
    let clock = Instant::now();
    tokio::time::sleep(Duration::from_secs(5)).await; // a list lags behind writes
    let listed = client.instances().list().filter(Filter::label("web-1")).await?;
    let id = listed.first().ok_or("it should be listed")?.id;
    let stopped = client.instance(id).wait().until(conditions::offline()).await?;
    println!("{} is {} after {:?} of simulated time", stopped.label, stopped.status, clock.elapsed());

    // A burst that the API would refuse waits its turn.
    let clock = Instant::now();
    for n in 2..30 {
        client.instances().create(create.clone().label(format!("web-{n}"))).await?;
    }
    println!("28 creates take {:?} of simulated time", clock.elapsed());
    assert!(clock.elapsed() > Duration::from_secs(5), "the API lets 20 through in 15 s");
    Ok(())
}
