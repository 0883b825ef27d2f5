//! The whole system on one machine: a simulated cloud, load, alerts and the daemon, and a story that is played with them.

mod alerts;
mod args;
mod happening;
mod load;
mod pace;
mod report;
mod run;
mod show;
mod stage;
mod story;
mod web;

use std::error::Error;
use std::io::{Write as _, stderr};
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;

/// Why the sandbox could not do its work.
type Failure = Box<dyn Error + Send + Sync>;

/// The file that everything logs to, in the sandbox's folder.
const LOG: &str = "sandbox.log";

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(&Args::parse()).await {
        Ok(code) => code,
        Err(failure) => {
            // Without stderr there is nobody to tell.
            let _ = writeln!(stderr(), "error: {}", chain(&*failure));
            ExitCode::FAILURE
        }
    }
}

/// An error with what lies under it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
