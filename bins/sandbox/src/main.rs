//! The whole system on one machine: a simulated cloud, load, alerts and the daemon, and a story that is played with them.

mod args;

use std::error::Error;
use std::fs::File;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::process::ExitCode;
use std::sync::Mutex;

use autoscale_sandbox::{LOG, Report, Sandbox};
use clap::Parser as _;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::args::{Args, Output};

/// As shells have it for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(code) => code,
        Err(failure) => {
            let mut text = failure.to_string();
            let mut source = failure.source();
            while let Some(error) = source {
                text.push_str(": ");
                text.push_str(&error.to_string());
                source = error.source();
            }
            // Without stderr there is nobody to tell.
            let _ = writeln!(stderr(), "error: {text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let ended = async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    };
    tokio::pin!(ended);
    let folder = tempfile::Builder::new().prefix("sandbox-").tempdir()?;
    log_to(&folder)?;
    let mut sandbox = tokio::select! {
        sandbox = Sandbox::open(args.options(), folder) => sandbox?,
        () = &mut ended => return Ok(ExitCode::from(INTERRUPTED)),
    };
    let report = tokio::select! {
        report = sandbox.play() => report,
        () = &mut ended => {
            sandbox.close().await?;
            return Ok(ExitCode::from(INTERRUPTED));
        }
    };
    print(args, &report)?;
    if args.keep {
        writeln!(stderr(), "\nEverything keeps running until Ctrl-C:\n{}", sandbox.places())?;
        ended.await;
    }
    let folder = sandbox.close().await?;
    if report.ok {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(stderr(), "The logs are in {}.", folder.keep().display())?;
    Ok(ExitCode::FAILURE)
}

/// The terminal is for the story: what everything logs goes to a file, which stays if something was not right.
fn log_to(folder: &TempDir) -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = File::create(folder.path().join(LOG))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init()
}

fn print(args: &Args, report: &Report) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut out = stdout();
    match args.output {
        Output::Text => out.write_all(report.text(out.is_terminal() && !args.plain).as_bytes())?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(report)?)?,
    }
    Ok(())
}
