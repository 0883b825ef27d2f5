//! What the programs of simulators share: their common arguments, their seed file, how they begin and end.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// The arguments that every simulator has.
#[derive(Debug, Clone, clap::Args)]
#[non_exhaustive]
pub struct CommonArgs {
    /// Where the API listens; port 0 takes a free one. Loopback only: the simulator guards nothing.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub listen: SocketAddr,

    /// What there is at the start, as JSON.
    #[arg(long, value_name = "FILE")]
    pub seed_file: Option<PathBuf>,

    /// Seed of everything that is drawn by chance.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// How many times faster than real time the simulated clock goes.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,

    /// When the simulated clock begins, such as 2026-01-05T08:00:00Z; now, if not given.
    #[arg(long, value_name = "TIME")]
    pub start: Option<Timestamp>,
}

impl CommonArgs {
    /// What the seed file holds; none where none is given.
    ///
    /// # Errors
    /// When it cannot be read, or is not a seed; the text names the file and the place in it.
    pub fn read_seed<S: DeserializeOwned>(&self) -> Result<Option<S>, Box<dyn Error>> {
        let Some(path) = &self.seed_file else { return Ok(None) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read the seed file {}: {error}", path.display()))?;
        let seed = serde_json::from_str(&text)
            .map_err(|error| format!("the seed file {} is not one: {error}", path.display()))?;
        Ok(Some(seed))
    }

    /// What is wrong with a seed, with the file that it stands in.
    pub fn in_seed_file(&self, error: &impl fmt::Display) -> String {
        format!("the seed file {}: {error}", self.seed_file.as_deref().unwrap_or(Path::new("")).display())
    }

    /// What is wrong with the address to listen on.
    pub fn cannot_listen(&self, error: &impl fmt::Display) -> String {
        format!("cannot listen on {}: {error}; --listen takes another address", self.listen)
    }
}

/// Sets up the log on stderr, carries a program out, and logs its error.
pub async fn run(program: impl Future<Output = Result<(), Box<dyn Error>>>) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    log.with_ansi(io::stderr().is_terminal()).init();
    match program.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Says on stdout where the API listens, as one line of JSON.
///
/// # Errors
/// When nobody reads it.
pub fn announce(address: SocketAddr, url: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{}", serde_json::json!({"address": address, "url": url}))
}

/// SIGTERM and Ctrl-C, heard from when it is made: before [`announce`], for who reads that may end the program at once.
#[derive(Debug)]
pub struct End(Signal);

impl End {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::terminate())?))
    }

    /// Waits for one of them.
    ///
    /// # Errors
    /// When the system refuses to tell of Ctrl-C.
    pub async fn wait(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.0.recv() => Ok(()),
            result = tokio::signal::ctrl_c() => result,
        }
    }
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    let address = address.ok_or("an address and a port are wanted, such as 127.0.0.1:8080")?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{} is reachable from elsewhere; use a loopback address such as 127.0.0.1", address.ip()))
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("a number above 0 is wanted, such as 20 or 0.5".to_owned()),
    }
}
