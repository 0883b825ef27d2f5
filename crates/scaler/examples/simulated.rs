//! A simulated account in this process, so that the examples need no token and no money.

use std::error::Error;
use std::sync::Arc;

use linode_api::{Client, InProcess, Token};
use linode_sim::{SeedBalancer, SeedConfig, Simulator};
use scaler::clock::TokioClock;

/// How much faster than life it goes.
const SPEED: f64 = 100.0;

/// What stands in for your account.
pub(crate) struct Account {
    /// Yours: `Client::from_env()?`.
    pub(crate) client: Client,
    /// Yours: none, for the machine's clock is the default.
    pub(crate) clock: TokioClock,
    /// The id of your NodeBalancer.
    pub(crate) nodebalancer: u64,
    /// The id of its config.
    pub(crate) config: u64,
}

/// An account with a NodeBalancer that listens at port 80.
pub(crate) fn account() -> Result<Account, Box<dyn Error>> {
    let simulator = Simulator::builder().speed(SPEED).build();
    let front = simulator.seed_nodebalancer(&SeedBalancer::new("front").config(SeedConfig::new(80)))?;
    let client = Client::builder(Token::new("simulated")?)
        .version("v4beta")
        .service(Arc::new(InProcess::new(simulator.router())))
        .build()?;
    Ok(Account {
        client,
        clock: TokioClock::new(simulator.now()).with_speed(SPEED),
        nodebalancer: front.id,
        config: front.configs.first().copied().ok_or("the NodeBalancer has a config")?,
    })
}
