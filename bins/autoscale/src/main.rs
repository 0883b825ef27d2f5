#![doc = include_str!("../README.md")]

mod args;
mod assemble;
mod backend;
mod command;
mod exit;
mod limit;
mod locate;
mod output;
mod progress;

use std::process::ExitCode;

use autoscale_daemon::has_colours;
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::args::Cli;
use crate::output::Output;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // Progress and results say it in words; the libraries' own records are for whoever looks for a fault.
    if let Ok(filter) = EnvFilter::try_from_env("AUTOSCALE_LOG") {
        let logs = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(has_colours());
        logs.with_writer(std::io::stderr).init();
    }
    let output = Output::new(cli.global.output);
    match command::run(&cli, output).await {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failed(&failure);
            failure.exit().into()
        }
    }
}
