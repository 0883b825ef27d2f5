//! `alerts`.

use autoscale_api::view::HeldAlert;
use autoscale_api::{ForgetAlerts, Forgotten};
use serde::Serialize;

use super::Context;
use crate::args::{AlertsArgs, AlertsCommand, ForgetArgs};
use crate::exit::{Exit, Failure};
use crate::output::{table, time};

/// What was dropped, or would be.
#[derive(Debug, Serialize)]
struct Done {
    #[serde(flatten)]
    forgotten: Forgotten,
    dry_run: bool,
}

pub(super) async fn run(context: &Context<'_>, args: &AlertsArgs) -> Result<Exit, Failure> {
    if let Some(AlertsCommand::Forget(args)) = &args.command {
        return forget(context, args).await;
    }
    let alerts = context.backend().await?.alerts().await?;
    let text = match alerts.alerts.as_slice() {
        [] => "no alerts are held".to_owned(),
        held => table(["ALERT", "STATE", "SINCE", "HEARD", "FOR", "FINGERPRINT"], held.iter().map(line)),
    };
    context.output.result(&alerts, text)?;
    Ok(Exit::Ok)
}

async fn forget(context: &Context<'_>, args: &ForgetArgs) -> Result<Exit, Failure> {
    let backend = context.backend().await?;
    let mut ask = ForgetAlerts::new(args.fingerprints.clone());
    ask.reason.clone_from(&args.operator.reason);
    ask.who = Some(args.operator.who());
    let forgotten = if args.dry_run {
        let held = backend.alerts().await?.alerts.into_iter().map(|held| held.fingerprint);
        Forgotten::new(&ask.fingerprints, held.filter(|held| ask.fingerprints.contains(held)).collect())
    } else {
        backend.forget_alerts(&ask).await?
    };
    let what = if args.dry_run { "would be dropped" } else { "is dropped" };
    let dropped = forgotten.forgotten.iter().map(|fingerprint| format!("{fingerprint} {what}"));
    let unknown = forgotten
        .unknown
        .iter()
        .map(|fingerprint| format!("{fingerprint} is not held: `autoscale alerts` shows what is"));
    let text = dropped.chain(unknown).collect::<Vec<_>>().join("\n");
    let exit = if forgotten.unknown.is_empty() { Exit::Ok } else { Exit::Usage };
    context.output.result(&Done { forgotten, dry_run: args.dry_run }, text)?;
    Ok(exit)
}

fn line(held: &HeldAlert) -> [String; 6] {
    let policies = held.policies.iter().map(|(group, policies)| format!("{group}: {}", policies.join(", ")));
    let heartbeat = held.heartbeat.then(|| "heartbeat".to_owned());
    let used: Vec<String> = heartbeat.into_iter().chain(policies).collect();
    [
        name(held),
        held.standing.to_string(),
        time(held.since),
        time(held.heard),
        if used.is_empty() { "nobody".to_owned() } else { used.join("; ") },
        held.fingerprint.clone(),
    ]
}

/// Its name, and the labels that tell it from others of that name.
fn name(held: &HeldAlert) -> String {
    let labels = held.labels.iter().filter(|(label, _)| *label != "alertname");
    let labels: Vec<String> = labels.map(|(label, value)| format!("{label}={value}")).collect();
    let name = held.labels.get("alertname").map_or("?", String::as_str);
    if labels.is_empty() { name.to_owned() } else { format!("{name} ({})", labels.join(", ")) }
}
