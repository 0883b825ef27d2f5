//! Targets for Prometheus' http_sd.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use scaler_core::ports::chain;
use scaler_core::view::{MemberStatus, Status};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::metrics::groups::word;
use crate::state::State;

/// One target and its labels, as http_sd has them.
#[derive(Debug, Serialize)]
pub(super) struct Target {
    targets: [String; 1],
    labels: BTreeMap<&'static str, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetSize {
    /// Where members are scraped. Default: node_exporter's.
    #[serde(default = "node_exporter")]
    port: u16,
    /// Which address: the one that the NodeBalancers use, or the public one.
    #[serde(default)]
    address: Which,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    Backend,
    Public,
}

const fn node_exporter() -> u16 {
    9100
}

/// The members of a group that have an address. While the cloud can't be believed it answers 503, so that Prometheus keeps
/// the targets that it has.
pub(super) async fn targets(
    Shared(state): Shared<Arc<State>>,
    Path(group): Path<String>,
    wanted: Result<Query<TargetSize>, QueryRejection>,
) -> Result<Json<Vec<Target>>, Refusal> {
    let Query(wanted) = wanted.map_err(|rejection| {
        Refusal::bad_request(
            rejection.body_text(),
            "ask with ?port=9100, and &address=public for public addresses",
        )
    })?;
    let (status, _) = state.status(&group).await?;
    if status.observed.is_none() {
        let why = status
            .discarded()
            .map(ToString::to_string)
            .or_else(|| status.trouble.as_ref().map(ToString::to_string))
            .unwrap_or_else(|| "it has not been observed yet".to_owned());
        return Err(Refusal::unavailable(
            format!("the members of group {group} are not known for certain: {why}"),
            "keep the targets that you have, as Prometheus does, and ask again",
        ));
    }
    let addresses = match wanted.address {
        Which::Backend => backend(&status),
        Which::Public => public(&state, &status).await?,
    };
    let targets = status.members.iter().filter_map(|member| {
        let address = addresses.get(&member.label)?;
        Some(Target {
            targets: [match address.parse::<IpAddr>() {
                Ok(IpAddr::V6(v6)) => format!("[{v6}]:{}", wanted.port),
                _ => format!("{address}:{}", wanted.port),
            }],
            labels: labels(&group, member),
        })
    });
    Ok(Json(targets.collect()))
}

fn labels(group: &str, member: &MemberStatus) -> BTreeMap<&'static str, String> {
    let mut labels = BTreeMap::from([
        ("group", group.to_owned()),
        ("phase", word(&member.phase)),
        ("instance_label", member.label.clone()),
        ("__meta_autoscaler_group", group.to_owned()),
        ("__meta_autoscaler_phase", word(&member.phase)),
        ("__meta_autoscaler_label", member.label.clone()),
        ("__meta_autoscaler_type", member.kind.to_string()),
        ("__meta_autoscaler_protected", member.protected.to_string()),
    ]);
    if let Some(instance) = member.instance {
        labels.insert("__meta_autoscaler_instance_id", instance.to_string());
    }
    labels
}

fn backend(status: &Status) -> BTreeMap<String, String> {
    let known =
        status.members.iter().filter_map(|member| Some((member.label.clone(), member.address.clone()?)));
    known.collect()
}

async fn public(state: &State, status: &Status) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(directory) = &state.directory else {
        return Err(Refusal::bad_request(
            "public addresses are not known here",
            "leave out ?address=public, or give the daemon a source of addresses",
        ));
    };
    let instances: Vec<_> = status.members.iter().filter_map(|member| member.instance).collect();
    let known = directory.of(&instances).await.map_err(|failure| {
        Refusal::unavailable(chain(&failure), "keep the targets that you have, and ask again")
    })?;
    Ok(status
        .members
        .iter()
        .filter_map(|member| Some((member.label.clone(), known.get(&member.instance?)?.to_string())))
        .collect())
}
