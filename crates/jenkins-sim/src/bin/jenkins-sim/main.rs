//! The simulated Jenkins as a program.

mod args;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use api_sim::program::{self, End};
use clap::Parser as _;
use jenkins_sim::{Seed, SeedUser, Shell, Simulator, SimulatorBuilder};
use tokio::net::TcpListener;

use crate::args::Args;

#[tokio::main]
async fn main() -> ExitCode {
    program::run(run(Args::parse())).await
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let mut end = End::listen()?;
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
    let listener = TcpListener::bind(args.common.listen).await;
    let listener = listener.map_err(|error| args.common.cannot_listen(&error))?;
    let address = listener.local_addr()?;
    program::announce(address, &format!("http://{address}{}/", args.prefix()))?;
    tokio::select! {
        result = end.wait() => result?,
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
        .seed(args.common.seed)
        .speed(args.common.speed)
        .timings(args.timings.into())
        .prefix(&args.prefix())
        .executors(args.executors)
        .crumbs(!args.no_crumbs)
        .shell(if args.no_commands { Shell::Modelled } else { Shell::Real })
        .home(home);
    builder = match args.common.start {
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
    builder = users.into_values().fold(builder, SimulatorBuilder::user);
    let simulator = builder.build();
    if let Some(seed) = args.common.read_seed::<Seed>()? {
        simulator.seed(&seed).map_err(|error| args.common.in_seed_file(&error))?;
    }
    for fault in &args.faults {
        simulator.faults().add(fault.clone());
    }
    Ok(simulator)
}
