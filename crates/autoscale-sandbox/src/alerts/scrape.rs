//! Scrapes the members as Prometheus does: found by the daemon's `http_sd`, read as node_exporter's text.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::rules::Series;
use crate::web::Web;

/// A member that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A member that was not scraped for so many windows is forgotten.
const FORGET: u32 = 3;

/// What `http_sd` answers: targets with labels.
#[derive(Clone, Debug, Deserialize)]
struct TargetGroup {
    targets: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// The figures of all members. Clones see the same.
#[derive(Clone, Debug)]
pub(crate) struct Gauges {
    members: Arc<Mutex<BTreeMap<String, Member>>>,
    window: Duration,
}

#[derive(Debug)]
struct Member {
    /// What `node_uname_info` calls it.
    name: String,
    /// Whether the daemon lists it as in service and warm.
    counts: bool,
    idle: BTreeMap<String, Series>,
    scraped: Instant,
}

impl Gauges {
    /// Nothing known yet; averages over `window`.
    pub(crate) fn new(window: Duration) -> Self {
        Self { members: Arc::default(), window }
    }

    /// Looks up the targets at `sd`, and scrapes each of them.
    ///
    /// # Errors
    /// Says why the daemon did not tell the targets. A member that does not answer is left out.
    pub(crate) async fn scrape(&self, web: &Web, sd: &str) -> Result<(), String> {
        let answer = web.get(sd, PATIENCE).await.map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("{sd} answers {}", answer.status()));
        }
        let groups: Vec<TargetGroup> = serde_json::from_slice(answer.body())
            .map_err(|error| format!("{sd} answers no http_sd: {error}"))?;
        let mut scrapes = JoinSet::new();
        for group in groups {
            let counts = group.labels.get("phase").is_some_and(|phase| phase == "in_service");
            for target in group.targets {
                let web = web.clone();
                scrapes.spawn(async move {
                    let text = read(&web, &target).await?;
                    Some((target, counts, Instant::now(), text))
                });
            }
        }
        let listed = scrapes.join_all().await;
        let mut members = self.members();
        members.values_mut().for_each(|member| member.counts = false);
        for (target, counts, at, text) in listed.into_iter().flatten() {
            let (name, idle) = read_text(&text);
            let member = members.entry(target).or_insert_with(|| Member {
                name: String::new(),
                counts,
                idle: BTreeMap::new(),
                scraped: at,
            });
            if member.name != name {
                // The address belongs to somebody else by now.
                member.idle.clear();
                member.name = name;
            }
            (member.counts, member.scraped) = (counts, at);
            for (cpu, seconds) in idle {
                member.idle.entry(cpu).or_default().push(at, seconds, self.window);
            }
        }
        let now = Instant::now();
        members.retain(|_, member| now.saturating_duration_since(member.scraped) < self.window * FORGET);
        Ok(())
    }

    /// CPU of the group in percent: the mean over the cores of all members that count, as the rule has it.
    pub(crate) fn group(&self) -> Option<f64> {
        let members = self.members();
        let idle: Vec<f64> = members
            .values()
            .filter(|member| member.counts)
            .flat_map(|member| member.idle.values())
            .filter_map(|series| series.rate(self.window, Instant::now()))
            .collect();
        busy(&idle)
    }

    /// CPU of each member in percent over `span`, by label.
    pub(crate) fn each(&self, span: Duration) -> BTreeMap<String, f64> {
        let now = Instant::now();
        let members = self.members();
        let known = members.values().filter_map(|member| {
            let idle: Vec<f64> = member.idle.values().filter_map(|series| series.rate(span, now)).collect();
            Some((member.name.clone(), busy(&idle)?))
        });
        known.collect()
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<String, Member>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Percent of time not idle, by the mean of idle seconds a second.
fn busy(idle: &[f64]) -> Option<f64> {
    let mean = idle.iter().sum::<f64>() / idle.len() as f64;
    (!idle.is_empty()).then(|| (100.0 * (1.0 - mean)).clamp(0.0, 100.0))
}

async fn read(web: &Web, target: &str) -> Option<String> {
    let answer = web.get(&format!("http://{target}/metrics"), PATIENCE).await.ok()?;
    answer.status().is_success().then(|| String::from_utf8_lossy(answer.body()).into_owned())
}

/// The name of the machine and the idle seconds of its cores.
fn read_text(text: &str) -> (String, BTreeMap<String, f64>) {
    let mut name = String::new();
    let mut idle = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("node_uname_info{") {
            name = label(rest, "nodename").unwrap_or_default().to_owned();
        } else if let Some(rest) = line.strip_prefix("node_cpu_seconds_total{")
            && label(rest, "mode") == Some("idle")
            && let (Some(cpu), Some((_, value))) = (label(rest, "cpu"), rest.rsplit_once(' '))
            && let Ok(value) = value.parse()
        {
            idle.insert(cpu.to_owned(), value);
        }
    }
    (name, idle)
}

/// The value of a label in the braces of a sample; none of the labels that are asked for has quotes in its value.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    labels
        .split(['{', ',', '}'])
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_seconds_and_the_name_are_read_from_node_exporters_text() {
        let text = "# TYPE node_cpu_seconds_total counter\n\
            node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 59.4\n\
            node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n\
            node_cpu_seconds_total{cpu=\"1\",mode=\"idle\"} 1e2\n\
            node_uname_info{machine=\"x86_64\",nodename=\"web-one\",sysname=\"Linux\"} 1\n";
        let (name, idle) = read_text(text);
        assert_eq!(name, "web-one");
        assert_eq!(idle, BTreeMap::from([("0".to_owned(), 59.4), ("1".to_owned(), 100.0)]));
    }

    #[tokio::test(start_paused = true)]
    async fn the_group_is_the_mean_of_the_cores_of_members_that_count() {
        let second = Duration::from_secs(1);
        let gauges = Gauges::new(second * 60);
        let begin = Instant::now();
        let member = |rate: f64, counts| {
            let mut series = Series::default();
            series.push(begin, 0.0, second * 60);
            series.push(begin + second * 10, rate * 10.0, second * 60);
            let idle = BTreeMap::from([("0".to_owned(), series)]);
            Member { name: format!("{rate}"), counts, idle, scraped: begin }
        };
        assert_eq!(gauges.group(), None);
        {
            let mut members = gauges.members();
            members.insert("a".to_owned(), member(0.2, true));
            members.insert("b".to_owned(), member(0.4, true));
            members.insert("c".to_owned(), member(1.0, false));
        }
        tokio::time::advance(second * 10).await;
        assert!((gauges.group().unwrap() - 70.0).abs() < 1e-6);
        assert!(gauges.each(second * 60)["1"].abs() < 1e-6);
    }
}
