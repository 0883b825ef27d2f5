//! The load, and the alerts that it raises.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use scaler_core::model::{Alert, AlertState};
use scaler_core::runtime::AlertBoard;
use tokio::time::{Instant, sleep};

use super::invariants::Judge;

/// How often the rules are evaluated.
const EVALUATED: Duration = Duration::from_secs(5);
/// How often what fires is told again.
const REPEATED: Duration = Duration::from_secs(60);

/// What argues for a size.
#[derive(Clone, Debug)]
pub struct Weather {
    /// In members that would be wholly busy.
    pub load: f64,
    /// Somebody silenced the high alert.
    pub silenced: bool,
}

impl Weather {
    pub const fn new(load: f64) -> Self {
        Self { load, silenced: false }
    }

    /// Whether the load is high, and whether it is low, for so many members.
    pub fn says(&self, serving: usize) -> (bool, bool) {
        let each = self.load / serving.max(1) as f64;
        (each > 0.7, each < 0.3)
    }

    /// Tells the alerts for ever. `deaf`: a silenced alert is told as resolved.
    pub async fn tell(weather: &Mutex<Self>, judge: &Judge, board: &AlertBoard, deaf: bool) {
        let mut told: Option<(Vec<AlertState>, Instant)> = None;
        loop {
            let weather = weather.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let (high, low) = weather.says(judge.with(|truth, _| truth.truly_serving()));
            let high = match (high, weather.silenced) {
                (_, true) if !deaf => AlertState::Suppressed,
                (true, false) => AlertState::Firing,
                _ => AlertState::Resolved,
            };
            let low = if low { AlertState::Firing } else { AlertState::Resolved };
            let fires = low == AlertState::Firing;
            judge.signal(fires && !weather.silenced && high == AlertState::Resolved, fires, weather.silenced);
            let states = vec![high, low];
            let due = told.as_ref().is_none_or(|(last, at)| *last != states || at.elapsed() >= REPEATED);
            if due {
                let alerts = vec![alert("WebCpuHigh", high), alert("WebCpuLow", low)];
                // What is not kept is told again.
                if board.notified(alerts).await.is_ok() {
                    told = Some((states, Instant::now()));
                }
            }
            sleep(EVALUATED).await;
        }
    }
}

fn alert(name: &str, state: AlertState) -> Alert {
    let labels = BTreeMap::from([
        ("alertname".to_owned(), name.to_owned()),
        ("autoscale_group".to_owned(), "web".to_owned()),
    ]);
    Alert::new(name.to_owned(), labels, BTreeMap::new(), jiff::Timestamp::UNIX_EPOCH, state)
}
