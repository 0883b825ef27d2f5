//! From the arguments to the exit code.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::process::ExitCode;
use std::sync::Mutex;

use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::args::{Args, Output};
use crate::happening::Diary;
use crate::pace::Pace;
use crate::report::{Evidence, Report};
use crate::show::Show;
use crate::stage::Stage;
use crate::{Failure, story};

/// As shells have it for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Plays the story and reports.
///
/// # Errors
/// What could not be started.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, Failure> {
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
    let pace = Pace::new(args.speed);
    let (diary, told) = Diary::new(pace);
    story::begin(&diary);
    let mut stage = tokio::select! {
        stage = Stage::open(args, pace, diary, folder) => stage?,
        () = &mut ended => return Ok(ExitCode::from(INTERRUPTED)),
    };
    let show = Show::start(args, &stage, told);
    let played = tokio::select! {
        played = story::play(&stage, args.story) => played,
        () = &mut ended => {
            show.end().await;
            stage.close().await?;
            return Ok(ExitCode::from(INTERRUPTED));
        }
    };
    if !args.keep {
        stage.load.finish().await;
    }
    let evidence = Evidence::gather(args, pace, &stage, played.err()).await;
    show.end().await;
    let report = Report::of(&evidence);
    print(args, &report)?;
    if args.keep {
        say_where(&stage)?;
        ended.await;
    }
    let folder = stage.close().await?;
    if report.ok {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(stderr(), "The logs are in {}.", folder.keep().display())?;
    Ok(ExitCode::FAILURE)
}

/// The terminal is for the story: what everything logs goes to a file, which stays if something was not right.
fn log_to(folder: &TempDir) -> Result<(), Failure> {
    let file = File::create(folder.path().join(crate::LOG))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init()
}

fn print(args: &Args, report: &Report) -> Result<(), Failure> {
    let mut out = stdout();
    match args.output {
        Output::Text => out.write_all(report.text(out.is_terminal() && !args.plain).as_bytes())?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(report)?)?,
    }
    Ok(())
}

/// Says where everything keeps running.
fn say_where(stage: &Stage) -> Result<(), Failure> {
    let places = &stage.places;
    let mut err = stderr();
    writeln!(err, "\nEverything keeps running until Ctrl-C:")?;
    writeln!(err, "  the service     {}", places.balancer)?;
    writeln!(err, "  the daemon      {}/api/v1/groups", places.daemon)?;
    writeln!(err, "  the Linode API  {}/v4 (token {})", places.linode, crate::stage::settings::TOKEN)?;
    writeln!(err, "  the alerts      {}/api/v2/alerts", places.alertmanager)?;
    if let Some(prometheus) = &places.prometheus {
        writeln!(err, "  Prometheus      {prometheus}")?;
    }
    writeln!(err, "  configuration, store and logs: {}", stage.folder.path().display())?;
    Ok(())
}
