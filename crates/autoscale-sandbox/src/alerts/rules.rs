//! The rules: what is an alert, and since when. Both ways of alerting evaluate the same.

use std::time::Duration;

use alertmanager_types::{Annotations, Labels};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::pace::{Pace, seconds};

/// The group that the rules are about.
pub(crate) const GROUP: &str = "web";
pub(crate) const HIGH: &str = "WebCpuHigh";
pub(crate) const LOW: &str = "WebCpuLow";
pub(crate) const WATCHDOG: &str = "Watchdog";
/// Percent of CPU between which the group is well.
pub(crate) const LOW_THRESHOLD: f64 = 30.0;
pub(crate) const HIGH_THRESHOLD: f64 = 70.0;

/// Simulated time over which the CPU is averaged.
const WINDOW: Duration = Duration::from_secs(60);
/// A rate needs several scrapes, however fast the simulated clock goes.
const SHORTEST_WINDOW: Duration = Duration::from_secs(4);
/// Simulated time between scrapes, and its real bounds.
const SCRAPE: Duration = Duration::from_secs(10);
const SCRAPE_BOUNDS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));
/// Simulated time after which an unchanged alert is sent again.
const REPEAT: Duration = Duration::from_secs(300);

/// When a rule's alert is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Test {
    Always,
    /// The group's CPU in percent is above this.
    Above(f64),
    Below(f64),
}

/// A rule as Prometheus has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) alert: &'static str,
    pub(crate) test: Test,
    /// Simulated time that the condition must hold for.
    pub(crate) hold: Duration,
    severity: &'static str,
}

/// The rules of the sandbox.
pub(crate) const RULES: [Rule; 3] = [
    Rule {
        alert: HIGH,
        test: Test::Above(HIGH_THRESHOLD),
        hold: Duration::from_secs(30),
        severity: "warning",
    },
    Rule { alert: LOW, test: Test::Below(LOW_THRESHOLD), hold: Duration::from_secs(60), severity: "info" },
    Rule { alert: WATCHDOG, test: Test::Always, hold: Duration::ZERO, severity: "none" },
];

impl Rule {
    /// The value that makes the alert, where the condition holds.
    fn value(&self, cpu: Option<f64>) -> Option<f64> {
        match self.test {
            Test::Always => Some(1.0),
            Test::Above(threshold) => cpu.filter(|cpu| *cpu > threshold),
            Test::Below(threshold) => cpu.filter(|cpu| *cpu < threshold),
        }
    }

    pub(crate) fn labels(&self) -> Labels {
        let mut labels = Labels::new();
        labels.insert("alertname", self.alert);
        labels.insert("severity", self.severity);
        if self.test != Test::Always {
            labels.insert("autoscale_group", GROUP);
        }
        labels
    }

    pub(crate) fn annotations(&self, value: f64) -> Annotations {
        let mut annotations = Annotations::new();
        if self.test != Test::Always {
            annotations.insert("value", format!("{value:.1}"));
        }
        annotations
    }

    /// The rule in Prometheus' words.
    fn written(&self, pace: Pace) -> Value {
        let cpu = format!(
            "100 * (1 - avg(rate(node_cpu_seconds_total{{mode=\"idle\",group=\"{GROUP}\",phase=\"in_service\"}}[{}])))",
            millis(window(pace))
        );
        let expr = match self.test {
            Test::Always => "vector(1)".to_owned(),
            Test::Above(threshold) => format!("{cpu} > {threshold}"),
            Test::Below(threshold) => format!("{cpu} < {threshold}"),
        };
        let mut labels = self.labels();
        labels.remove("alertname");
        let mut rule = json!({
            "alert": self.alert,
            "expr": expr,
            "for": millis(pace.real(self.hold)),
            "labels": labels,
        });
        if self.test != Test::Always {
            rule["annotations"] = json!({ "value": "{{ printf \"%.1f\" $value }}" });
        }
        rule
    }
}

/// A rule file for Prometheus, as JSON, which is YAML too.
pub(crate) fn rule_file(pace: Pace) -> Value {
    let rules: Vec<Value> = RULES.iter().map(|rule| rule.written(pace)).collect();
    json!({ "groups": [{ "name": "autoscale", "rules": rules }] })
}

/// A duration as Prometheus and Alertmanager read it.
pub(crate) fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// Real time over which the CPU is averaged.
pub(crate) fn window(pace: Pace) -> Duration {
    pace.real(WINDOW).max(SHORTEST_WINDOW)
}

/// Real time between scrapes, and between evaluations.
pub(crate) fn interval(pace: Pace) -> Duration {
    pace.real(SCRAPE).clamp(SCRAPE_BOUNDS.0, SCRAPE_BOUNDS.1)
}

/// Real time after which an unchanged alert is sent again.
pub(crate) fn repeat(pace: Pace) -> Duration {
    pace.real(REPEAT)
}

/// The samples of one counter, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series(Vec<(Instant, f64)>);

impl Series {
    /// Adds a sample, and forgets those that are older than `keep` before it.
    pub(crate) fn push(&mut self, at: Instant, value: f64, keep: Duration) {
        self.0.retain(|(then, _)| at.saturating_duration_since(*then) <= keep);
        self.0.push((at, value));
    }

    /// Increase per second over the last `window` before `now`; none without two samples in it. A counter that fell
    /// began anew.
    pub(crate) fn rate(&self, window: Duration, now: Instant) -> Option<f64> {
        let recent: Vec<_> =
            self.0.iter().filter(|(at, _)| now.saturating_duration_since(*at) <= window).collect();
        let ((first, _), (last, _)) = (recent.first()?, recent.last()?);
        let span = last.saturating_duration_since(*first).as_secs_f64();
        let grown: f64 = recent
            .windows(2)
            .map(|two| if two[1].1 >= two[0].1 { two[1].1 - two[0].1 } else { two[1].1 })
            .sum();
        (span > 0.0).then(|| grown / span)
    }
}

/// Where the alert of a rule is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Inactive,
    Pending { since: Timestamp },
    Firing { since: Timestamp, value: f64 },
}

/// What an evaluation changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    Pending(f64),
    Firing(f64),
    Resolved,
}

/// Evaluates a rule again and again.
#[derive(Clone, Debug)]
pub(crate) struct Watcher {
    pub(crate) rule: Rule,
    pub(crate) state: State,
}

impl Watcher {
    pub(crate) const fn new(rule: Rule) -> Self {
        Self { rule, state: State::Inactive }
    }

    /// Evaluates the rule for the group's CPU in percent, where it is known.
    pub(crate) fn evaluate(&mut self, cpu: Option<f64>, now: Timestamp) -> Option<Change> {
        let held = |since| seconds(since, now) >= self.rule.hold.as_secs_f64();
        let (state, change) = match (self.rule.value(cpu), self.state) {
            (None, State::Firing { .. }) => (State::Inactive, Some(Change::Resolved)),
            (None, _) => (State::Inactive, None),
            (Some(value), State::Firing { since, .. }) => (State::Firing { since, value }, None),
            (Some(value), State::Pending { since }) if held(since) => {
                (State::Firing { since: now, value }, Some(Change::Firing(value)))
            }
            (Some(_), pending @ State::Pending { .. }) => (pending, None),
            (Some(value), State::Inactive) if self.rule.hold.is_zero() => {
                (State::Firing { since: now, value }, Some(Change::Firing(value)))
            }
            (Some(value), State::Inactive) => (State::Pending { since: now }, Some(Change::Pending(value))),
        };
        self.state = state;
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_rate_takes_the_window_only_and_bears_a_counter_that_begins_anew() {
        let (begin, mut series) = (Instant::now(), Series::default());
        series.push(begin, 0.0, SECOND * 60);
        assert_eq!(series.rate(SECOND * 60, begin), None);
        for (after, value) in [(10, 9.0), (20, 18.0), (30, 20.0), (40, 22.0)] {
            series.push(begin + SECOND * after, value, SECOND * 60);
        }
        let rate = |series: &Series, window, at| series.rate(SECOND * window, begin + SECOND * at).unwrap();
        assert!((rate(&series, 60, 40) - 0.55).abs() < 1e-9);
        assert!((rate(&series, 20, 40) - 0.2).abs() < 1e-9);
        series.push(begin + SECOND * 50, 3.0, SECOND * 20);
        assert!((rate(&series, 10, 50) - 0.3).abs() < 1e-9);
        assert_eq!(series.0.len(), 3, "what is too old is forgotten");
    }

    #[test]
    fn an_alert_fires_once_its_condition_held_long_enough_and_resolves_when_it_is_over() {
        let at = |second| Timestamp::UNIX_EPOCH + SECOND * second;
        let mut watcher = Watcher::new(RULES[0]);
        assert_eq!(watcher.evaluate(Some(69.9), at(0)), None);
        assert_eq!(watcher.evaluate(Some(80.0), at(10)), Some(Change::Pending(80.0)));
        assert_eq!(watcher.evaluate(Some(80.0), at(39)), None);
        assert_eq!(watcher.evaluate(Some(60.0), at(39)), None);
        assert_eq!(watcher.evaluate(Some(90.0), at(40)), Some(Change::Pending(90.0)), "it begins anew");
        assert_eq!(watcher.evaluate(Some(91.0), at(70)), Some(Change::Firing(91.0)));
        assert_eq!(watcher.evaluate(Some(92.0), at(80)), None);
        assert_eq!(watcher.state, State::Firing { since: at(70), value: 92.0 });
        assert_eq!(watcher.evaluate(None, at(90)), Some(Change::Resolved), "nothing known is nothing firing");
    }

    #[test]
    fn the_watchdog_fires_whatever_is_known_and_belongs_to_no_group() {
        let mut watcher = Watcher::new(RULES[2]);
        assert_eq!(watcher.evaluate(None, Timestamp::UNIX_EPOCH), Some(Change::Firing(1.0)));
        assert!(!RULES[2].labels().contains("autoscale_group"));
        assert_eq!(RULES[1].labels().get("autoscale_group"), Some(GROUP));
    }

    #[tokio::test]
    async fn prometheus_gets_the_same_thresholds_with_times_of_the_wall() {
        let rules = rule_file(Pace::new(10.0));
        let high = &rules["groups"][0]["rules"][0];
        assert_eq!(high["for"], "3000ms");
        let expr = high["expr"].as_str().unwrap();
        assert!(expr.contains("[6000ms]") && expr.ends_with("> 70"), "{expr}");
        assert_eq!(high["labels"], json!({ "autoscale_group": "web", "severity": "warning" }));
    }
}
