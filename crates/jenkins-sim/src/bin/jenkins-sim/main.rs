//! The simulated Jenkins as a program.

mod args;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use jenkins_sim::{Builder, Seed, SeedUser, Shell, Simulator};
use tokio::net::TcpListener;
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
    let (home, made) = match &args.home {
        Some(home) => {
            std::fs::create_dir_all(home).map_err(|error| {
                format!("cannot make the folder {}: {error}; --home takes another", home.display())
            })?;
            (home.clone(), None)
        }
        None => {
            let home = std::env::temp_dir().join(format!("jenkins-sim-{}", std::process::id()));
            (home.clone(), Some(home))
        }
    };
    let simulator = simulator(&args, &home)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}; --listen takes another address", args.listen)
    })?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}{}/", args.prefix());
    let line = serde_json::json!({"address": address, "url": url});
    writeln!(std::io::stdout(), "{line}")?;
    tokio::select! {
        _ = terminated.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
        result = simulator.serve(listener) => result?,
        () = simulator.keep_time() => {}
    }
    simulator.end_commands().await;
    if let Some(home) = made {
        remove(&home);
    }
    Ok(())
}

/// Removes the home that was made for this run; a run without a real command made none.
fn remove(home: &Path) {
    match std::fs::remove_dir_all(home) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!("cannot remove {}: {error}", home.display()),
    }
}

fn simulator(args: &Args, home: &Path) -> Result<Simulator, Box<dyn Error>> {
    let mut builder = Simulator::builder()
        .seed(args.seed)
        .speed(args.speed)
        .timings(args.timings.into())
        .prefix(&args.prefix())
        .executors(args.executors)
        .crumbs(!args.no_crumbs)
        .shell(if args.no_commands { Shell::Modelled } else { Shell::Real })
        .home(home);
    builder = match args.start {
        Some(start) => builder.start(start),
        None => builder.start_now(),
    };
    if let Some(url) = &args.root_url {
        builder = builder.root_url(url);
    }
    let mut users: BTreeMap<&str, SeedUser> = BTreeMap::new();
    for given in &args.users {
        let user = users.remove(given.name.as_str()).unwrap_or_else(|| SeedUser::new(&given.name));
        users.insert(&given.name, user.token(&given.secret));
    }
    builder = users.into_values().fold(builder, Builder::user);
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
