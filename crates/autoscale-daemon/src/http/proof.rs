//! Proves to who can read the store's files that this daemon holds the store.

use std::sync::Arc;

use autoscale_api::Proof;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use serde::Deserialize;

use super::refusal::Refusal;
use crate::state::State;

/// The longest challenge: twice what the command line sends.
const LONGEST: usize = 96;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Challenge {
    challenge: String,
}

pub(super) async fn prove(
    Shared(state): Shared<Arc<State>>,
    asked: Result<Query<Challenge>, QueryRejection>,
) -> Result<Json<Proof>, Refusal> {
    let refused = |message| Refusal::bad_request(message, "ask with ?challenge=TEXT").at("challenge");
    let Query(asked) = asked.map_err(|rejection| refused(rejection.body_text()))?;
    if asked.challenge.len() > LONGEST {
        return Err(refused(format!("the challenge is longer than {LONGEST} bytes")));
    }
    let (Some(left), Some(address)) = (&state.key, state.address.get()) else {
        return Err(Refusal::not_found(
            "this daemon has no file beside which it could have left a key",
            "name it by --daemon URL",
        ));
    };
    Ok(Json(Proof::new(left.key.prove(address, &asked.challenge))))
}
