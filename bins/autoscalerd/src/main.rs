//! The autoscaler daemon.

mod args;
mod exit;
mod logs;

use std::io::{self, Write as _};
use std::process::ExitCode;

use autoscale_config::Config;
use autoscale_daemon::{Assembly, Hangups, StopSignals};
use clap::Parser as _;

use crate::args::Args;
use crate::exit::Failure;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    logs::begin(args.log_format);
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

async fn run(args: &Args) -> Result<(), Failure> {
    // Before anything is begun: a signal that comes early must not be lost.
    let mut signals = StopSignals::listen()?;
    let hangups = Hangups::listen()?;
    let config = Config::load(&args.config)?;
    for warning in config.warnings() {
        // A record is a line.
        warning.to_string().lines().for_each(|line| tracing::warn!("{line}"));
    }
    if args.check {
        let groups = config.groups.len();
        writeln!(io::stdout(), "{}: no errors, {groups} groups", args.config.display())?;
        return Ok(());
    }
    let daemon = Assembly::new(&config).build().await?;
    let listener = daemon.bind(args.listen.unwrap_or(config.daemon.listen)).await?;
    writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    tokio::select! {
        served = daemon.serve(listener, signals.next()) => Ok(served?),
        ended = hangups.refuse() => ended,
    }
}
