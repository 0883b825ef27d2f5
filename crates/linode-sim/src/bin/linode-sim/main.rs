//! The simulated Linode API as a program.

mod args;

use std::error::Error;
use std::process::ExitCode;

use api_sim::program::{self, End};
use clap::Parser as _;
use linode_sim::live::{LiveOptions, Server};
use linode_sim::{RateLimits, Seed, Simulator};

use crate::args::Args;

#[tokio::main]
async fn main() -> ExitCode {
    program::run(run(Args::parse())).await
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let mut end = End::listen()?;
    let simulator = simulator(&args)?;
    let mut options = if args.no_guests { LiveOptions::without_guests() } else { LiveOptions::default() };
    options.web_port = args.web_port;
    options.metrics_port = args.metrics_port;
    options.request_cost = args.request_cost;
    options.unhealthy = args.unhealthy.into();
    let server = Server::bind(args.common.listen, simulator, options).await;
    let server = server.map_err(|error| args.common.cannot_listen(&error))?;
    program::announce(server.addr(), &server.url())?;
    end.wait().await?;
    server.shutdown().await;
    Ok(())
}

fn simulator(args: &Args) -> Result<Simulator, Box<dyn Error>> {
    let mut builder = Simulator::builder()
        .seed(args.common.seed)
        .speed(args.common.speed)
        .profile(args.timings.into())
        .loopback(args.network);
    builder = match args.common.start {
        Some(start) => builder.start(start),
        // Clients of a served simulator have clocks of their own, and ask for events since a time of theirs.
        None => builder.start_now(),
    };
    if let Some(token) = &args.token {
        builder = builder.token(token);
    }
    if args.no_rate_limits {
        builder = builder.rate_limits(RateLimits::off());
    }
    let simulator = builder.build();
    if let Some(seed) = args.common.read_seed::<Seed>()? {
        simulator.seed(&seed).map_err(|error| args.common.in_seed_file(&error))?;
    }
    for fault in &args.faults {
        simulator.faults().add(fault.clone());
    }
    Ok(simulator)
}
