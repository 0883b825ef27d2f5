//! Silences the first alert that fires, and lets it be heard again.
//!
//! `cargo run -p alertmanager-types --features client --example silence -- [ADDRESS] [MATCHERS]`
//!
//! ADDRESS is that of an Alertmanager (`http://127.0.0.1:9093` unless given), MATCHERS are as in its configuration, such as
//! `'{group="web"}'` (all alerts unless given).
#![allow(clippy::print_stdout)]

mod clock;

use std::error::Error;

use alertmanager_types::api::{AlertsQuery, PostableSilence};
use alertmanager_types::{Client, Matcher, MatcherError, Matchers};
use jiff::SignedDuration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "http://127.0.0.1:9093".to_owned());
    let wanted: Matchers = arguments.next().unwrap_or_default().parse()?;
    let client = Client::new(address)?;
    println!("Alertmanager {} at {}", client.status().get().await?.version_info.version, client.address());

    // What fires and is heard: neither silenced nor inhibited.
    let heard = AlertsQuery::default().silenced(false).inhibited(false);
    let heard = wanted.iter().cloned().fold(heard, AlertsQuery::filter);
    let alerts = client.alerts().list().query(heard).await?;
    for alert in &alerts {
        println!("  fires since {}: {}", alert.starts_at, alert.labels);
    }
    let Some(alert) = alerts.first() else {
        println!("nothing to silence");
        return Ok(());
    };

    // All labels of the alert name this one alone.
    let this_one: Result<Matchers, MatcherError> =
        alert.labels.iter().map(|(name, value)| Matcher::equal(name, value)).collect();
    let now = clock::now();
    let end = now + SignedDuration::from_mins(30);
    let silence = PostableSilence::new(&this_one?, now, end, "the example", "to see how it is done");
    let id = client.silences().create(silence).await?;
    let made = client.silence(&id).get().await?;
    println!("silence {id} is {} until {}", made.status.state, made.ends_at);

    client.silence(&id).expire().await?;
    println!("silence {id} is {}", client.silence(&id).get().await?.status.state);
    Ok(())
}
