//! `/sim`: the control plane, for people and for tests in other languages. It asks for no token.

use serde_json::{Value, json};

use super::answer::Answer;
use super::path::unescape;
use crate::refusal::Refusal;
use crate::{Fault, FaultId, Seed, Simulator};

pub(super) fn answer(simulator: &Simulator, method: &str, path: &str, body: &[u8]) -> Answer {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(unescape).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    carry_out(simulator, method, &parts, body).unwrap_or_else(Answer::from)
}

fn carry_out(simulator: &Simulator, method: &str, path: &[&str], body: &[u8]) -> Result<Answer, Refusal> {
    match (method, path) {
        ("GET", [] | ["snapshot"]) => Ok(Answer::json(&simulator.snapshot())),
        ("GET", ["now"]) => Ok(Answer::json(&json!({"now": simulator.now()}))),
        ("GET", ["bill"]) => Ok(Answer::json(&simulator.bill())),
        ("GET", ["guests"]) => Ok(Answer::json(&simulator.guests())),
        ("GET", ["backends", config]) => Ok(Answer::json(&simulator.backends(number(config)?))),
        ("GET", ["faults"]) => Ok(Answer::json(&simulator.faults().list())),
        ("POST", ["faults"]) => add_faults(simulator, body),
        ("DELETE", ["faults"]) => {
            simulator.faults().clear();
            Ok(Answer::done())
        }
        ("DELETE", ["faults", id]) => found(simulator.faults().remove(FaultId(number(id)?))),
        ("POST", ["seed"]) => {
            let seed: Seed = serde_json::from_slice(body).map_err(|error| Refusal::bad(error.to_string()))?;
            let seeded = simulator.seed(&seed).map_err(|error| Refusal::bad(error.to_string()))?;
            Ok(Answer::json(&seeded))
        }
        ("PUT", ["instances", id, "health"]) => {
            let healthy = flag(body, "healthy")?;
            found(simulator.set_healthy(number(id)?, healthy))
        }
        ("POST", ["instances", id, "poweroff"]) => found(simulator.power_off_guest(number(id)?)),
        ("PUT", ["nodes", id, "probe"]) => {
            let up = flag(body, "up")?;
            found(simulator.set_probe(number(id)?, up))
        }
        _ => Err(Refusal::not_found()),
    }
}

/// Faults as the command line has them, or one as JSON.
fn add_faults(simulator: &Simulator, body: &[u8]) -> Result<Answer, Refusal> {
    let faults = simulator.faults();
    let text = String::from_utf8_lossy(body);
    let ids = if text.trim_start().starts_with('{') {
        let fault: Fault = serde_json::from_str(&text).map_err(|error| Refusal::bad(error.to_string()))?;
        vec![faults.add(fault)]
    } else {
        faults.add_all(&text).map_err(|error| Refusal::bad(error.to_string()))?
    };
    Ok(Answer::json(&json!({"added": ids})))
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

fn flag(body: &[u8], name: &str) -> Result<bool, Refusal> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    value
        .get(name)
        .and_then(Value::as_bool)
        .ok_or_else(|| Refusal::field(name, format!("{name} must be a boolean")))
}

fn found(there: bool) -> Result<Answer, Refusal> {
    if there { Ok(Answer::done()) } else { Err(Refusal::not_found()) }
}
