//! `/sim`: the control plane, for people and for tests in other languages. It asks for no login.

use serde_json::{Value, json};

use super::answer::Answer;
use super::escape::unescape;
use crate::faults::Fault;
use crate::{FaultId, Seed, Simulator};

pub(super) fn answer(simulator: &Simulator, method: &str, path: &str, body: &[u8]) -> Answer {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(unescape).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let answer = match (method, parts.as_slice()) {
        ("GET", [] | ["snapshot"]) => {
            serde_json::to_value(simulator.snapshot()).map_err(|error| error.to_string())
        }
        ("GET", ["now"]) => Ok(json!({"now": simulator.now()})),
        ("GET", ["faults"]) => {
            serde_json::to_value(simulator.faults().list()).map_err(|error| error.to_string())
        }
        ("POST", ["faults"]) => add_faults(simulator, body),
        ("DELETE", ["faults"]) => {
            simulator.faults().clear();
            Ok(json!({}))
        }
        ("DELETE", ["faults", id]) => match id.parse().map(FaultId) {
            Ok(id) if simulator.faults().remove(id) => Ok(json!({})),
            _ => return problem(404, "there is no fault of this id"),
        },
        ("POST", ["seed"]) => seed(simulator, body),
        ("POST", ["restart"]) => {
            simulator.restart();
            Ok(json!({}))
        }
        ("POST", ["crash"]) => {
            simulator.crash();
            Ok(json!({}))
        }
        _ => return problem(404, "the control plane has no such page"),
    };
    match answer {
        Ok(value) => of_simulator(Answer::json(&value)),
        Err(message) => problem(400, &message),
    }
}

fn of_simulator(answer: Answer) -> Answer {
    Answer { foreign: true, ..answer }
}

fn problem(status: u16, message: &str) -> Answer {
    of_simulator(Answer { status, ..Answer::json(&json!({"error": message})) })
}

/// Faults as the command line has them, or one as JSON.
fn add_faults(simulator: &Simulator, body: &[u8]) -> Result<Value, String> {
    let faults = simulator.faults();
    let text = String::from_utf8_lossy(body);
    let ids = if text.trim_start().starts_with('{') {
        let fault: Fault = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        vec![faults.add(fault)]
    } else {
        faults.add_all(&text).map_err(|error| error.to_string())?
    };
    Ok(json!({"added": ids}))
}

fn seed(simulator: &Simulator, body: &[u8]) -> Result<Value, String> {
    let seed: Seed = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    simulator.seed(&seed).map_err(|error| error.to_string())?;
    Ok(json!({}))
}
