//! The simulated Linode API as a program.

mod args;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use linode_sim::live::{LiveOptions, Server};
use linode_sim::{RateLimits, Seed, Simulator};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::args::Args;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    // Before the address is printed: who reads it may end the program at once.
    let mut terminated = signal(SignalKind::terminate())?;
    let simulator = simulator(&args)?;
    let mut options = if args.no_guests { LiveOptions::without_guests() } else { LiveOptions::default() };
    options.web_port = args.web_port;
    options.metrics_port = args.metrics_port;
    options.request_cost = args.request_cost;
    options.unhealthy = args.unhealthy.into();
    let server = Server::bind(args.listen, simulator, options).await.map_err(|error| {
        format!("cannot listen on {}: {error}; --listen takes another address", args.listen)
    })?;
    let line = serde_json::json!({"address": server.addr(), "url": server.url()});
    writeln!(std::io::stdout(), "{line}")?;
    tokio::select! {
        _ = terminated.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    server.shutdown().await;
    Ok(())
}

fn simulator(args: &Args) -> Result<Simulator, Box<dyn Error>> {
    let mut builder = Simulator::builder()
        .seed(args.seed)
        .speed(args.speed)
        .profile(args.timings.into())
        .loopback(args.network);
    builder = match args.start {
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
    if let Some(path) = &args.seed_file {
        let place = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read the seed file {place}: {error}"))?;
        let seed: Seed = serde_json::from_str(&text)
            .map_err(|error| format!("the seed file {place} is not one: {error}"))?;
        simulator.seed(&seed).map_err(|error| format!("the seed file {place}: {error}"))?;
    }
    for fault in &args.faults {
        simulator.faults().add(fault.clone());
    }
    Ok(simulator)
}
