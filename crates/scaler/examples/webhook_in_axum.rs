//! Alertmanager's notifications in an axum server of yours: while an alert fires, members are added.
//!
//! The group runs against the simulator in this process, a hundred times as fast as life; the notification is what
//! Alertmanager would send.
//!
//! ```text
//! cargo run -p scaler --all-features --example webhook_in_axum
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod simulated;

use std::collections::BTreeMap;
use std::error::Error;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use scaler::alertmanager::alertmanager_types::Labels;
use scaler::alertmanager::alertmanager_types::webhook::{Alert, Message};
use scaler::alertmanager::notified;
use scaler::model::{Amount, StepPolicy};
use scaler::ports::Clock;
use scaler::runtime::Events;
use scaler::{GroupHandle, LinodeGroup, Scaler};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = simulated::account()?;
    let on = BTreeMap::from([("alertname".to_owned(), "WebCpuHigh".to_owned())]);
    let policy = StepPolicy::on(on).adding(Amount::Count(2));
    let web = LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")?
        .size(2..=6)
        .node_balancer(account.nodebalancer, account.config, 8080)
        .template(|create| create.root_pass("correct-Horse-battery-9".to_owned().into()))
        .configure(|group| group.policies.push(policy));
    let scaler = scaler::linode_builder(account.client, "shop", [web])?.clock(account.clock).build()?;
    let web = scaler.group("web")?;

    // Yours: `axum::serve(TcpListener::bind("127.0.0.1:9095").await?, router)`, and a `webhook_config` of Alertmanager that
    // points there. Here the notification is put into the router by hand.
    let router = Router::new().route("/webhook", post(webhook)).with_state(scaler.clone());

    // The loops of all groups, until told to stop: steps under way end first.
    let mut events = web.subscribe();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(async move { scaler.run(async { drop(stopped.await) }).await });
    until_in_service(&web, 2, &mut events).await?;

    let alert = Alert::new(Labels::from([("alertname", "WebCpuHigh")]), account.clock.now());
    let message = Message::new("scaler", "{}:{alertname=\"WebCpuHigh\"}", vec![alert]);
    let request = Request::post("/webhook").body(Body::from(serde_json::to_vec(&message)?))?;
    println!("the webhook answers {}", router.oneshot(request).await?.status());
    until_in_service(&web, 4, &mut events).await?;

    drop(stop);
    running.await??;
    Ok(())
}

/// Takes a notification in. It is answered once it is stored; Alertmanager sends one that was not again.
async fn webhook(State(scaler): State<Scaler>, body: Bytes) -> Result<StatusCode, (StatusCode, String)> {
    let message = Message::from_json(&body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let stored = scaler.alerts().notified(notified(message)).await;
    stored.map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    Ok(StatusCode::OK)
}

/// Prints events until so many members serve.
async fn until_in_service(web: &GroupHandle, wanted: u32, events: &mut Events) -> Result<(), Box<dyn Error>> {
    while web.status().await?.in_service < wanted {
        let event = events.next().await.ok_or("the scaler is gone")?;
        println!("{} {event}", event.at.strftime("%H:%M:%S"));
    }
    println!("{wanted} members serve");
    Ok(())
}
