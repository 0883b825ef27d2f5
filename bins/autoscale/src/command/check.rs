//! `check`.

use std::fmt::Write as _;
use std::path::Path;

use autoscale_config::{Config, Environment, Problems, StoreAt};
use scaler_core::model::AlertStanding;
use scaler_linode::{Concern, Weight};
use serde::Serialize;

use super::Context;
use crate::args::CheckArgs;
use crate::assemble;
use crate::exit::{Exit, Failure};

/// What `check` says to programs.
#[derive(Debug, Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    problems: &'a Problems,
    /// What the Linode API was asked about; none without `--online`.
    #[serde(skip_serializing_if = "Option::is_none")]
    online: Option<Vec<Found>>,
}

/// A [`Concern`] for programs.
#[derive(Debug, Serialize)]
struct Found {
    weight: &'static str,
    message: String,
}

pub(super) async fn run(context: &Context<'_>, args: &CheckArgs) -> Result<Exit, Failure> {
    let path = &context.global.config;
    let environment = Environment::new(path.parent().unwrap_or_else(|| Path::new("")));
    let environment = if args.no_secrets { environment.lenient() } else { environment };
    let problems = Config::check_in(path, &environment);
    let mut text = problems.to_string();
    let mut online = None;
    let mut weights = Vec::new();
    if args.online {
        match Config::load_in(path, &environment) {
            Ok(config) => {
                let concerns = ask(&config).await?;
                weights = concerns.iter().map(Concern::weight).collect();
                tell(&concerns, &mut text);
                let mut found: Vec<Found> = concerns.iter().map(Found::of).collect();
                if let Some(message) = heartbeats(context, &config).await {
                    // Writing to a String can't fail.
                    let _ = write!(text, "\n\nwarning: {message}");
                    weights.push(Weight::Warning);
                    found.push(Found { weight: "warning", message });
                }
                online = Some(found);
            }
            Err(_) => text.push_str("\nthe Linode API was not asked: mend the configuration first"),
        }
    }
    context.output.result(&Report { problems: &problems, online }, text)?;
    let warned = problems.warnings().next().is_some() || weights.contains(&Weight::Warning);
    let wrong = problems.is_fatal() || weights.contains(&Weight::Error) || (args.strict && warned);
    Ok(if wrong { Exit::Usage } else { Exit::Ok })
}

/// What is wrong with a heartbeat that is only a name, if more than one alert of that name was heard. Nobody was heard where no
/// store is there yet, and a store that can't be asked is told by whoever needs it.
async fn heartbeats(context: &Context<'_>, config: &Config) -> Option<String> {
    let asked =
        context.global.daemon.is_some() || matches!(&config.store, StoreAt::Sqlite(path) if path.exists());
    if config.heartbeat.len() != 1 || !asked {
        return None;
    }
    let held = context.backend().await.ok()?.alerts().await.ok()?;
    let beats =
        held.alerts.into_iter().filter(|held| held.heartbeat && held.standing != AlertStanding::Resolved);
    let beats: Vec<String> = beats
        .map(|beat| {
            let labels = beat.labels.iter().filter(|(label, _)| *label != "alertname");
            labels.map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join(", ")
        })
        .collect();
    let (first, others) = beats.split_first()?;
    (!others.is_empty()).then(|| {
        format!(
            "heartbeat: {} alerts of this name were heard, and each vouches for all: add a label that only ours has, one of {{ \
             {first} }}, not {{ {} }}",
            beats.len(),
            others.join(" }, { "),
        )
    })
}

async fn ask(config: &Config) -> Result<Vec<Concern>, Failure> {
    let client = assemble::linode(config)?;
    let groups = config.linode_groups().map_err(|error| Failure::new(Exit::Usage, error))?;
    let mut concerns = scaler_linode::check(&client, &groups).await;
    concerns.sort_by_key(|concern| std::cmp::Reverse(concern.weight()));
    Ok(concerns)
}

fn tell(concerns: &[Concern], text: &mut String) {
    for concern in concerns {
        // Writing to a String can't fail.
        let _ = write!(text, "\n\n{}: {concern}", weight(concern));
    }
    let count = |which| concerns.iter().filter(|concern| concern.weight() == which).count();
    let (errors, warnings) = (count(Weight::Error), count(Weight::Warning));
    let _ = match (errors, warnings) {
        (0, 0) => write!(text, "\nLinode API: no problems"),
        _ => write!(text, "\n\nLinode API: errors {errors}, warnings {warnings}"),
    };
}

const fn weight(concern: &Concern) -> &'static str {
    match concern.weight() {
        Weight::Error => "error",
        Weight::Warning => "warning",
        Weight::Hint => "hint",
    }
}

impl Found {
    fn of(concern: &Concern) -> Self {
        Self { weight: weight(concern), message: concern.to_string() }
    }
}
