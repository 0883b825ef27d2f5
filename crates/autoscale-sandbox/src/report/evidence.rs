//! What the report is drawn from: what the cloud did, what the log says, what the clients got.

use std::collections::BTreeMap;
use std::time::Duration;

use autoscale_api::view::MemberStatus;
use autoscale_api::{History, Outcome};
use jiff::Timestamp;
use linode_sim::Snapshot;
use scaler_core::model::Price;
use scaler_core::state::Step;

use crate::alerts::rules::GROUP;
use crate::happening::{Chapter, Happening, What};
use crate::load::Request;
use crate::options::{Options, Story};
use crate::stage::{FOREIGN, Stage, settings};

/// Everything that is known when the story is over.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub(crate) story: Story,
    pub(crate) speed: f64,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// Why the story could not be played to its end.
    pub(crate) stuck: Option<String>,
    /// By time.
    pub(crate) happenings: Vec<Happening>,
    pub(crate) requests: Vec<Request>,
    pub(crate) changes: Vec<Change>,
    pub(crate) operations: Vec<Operation>,
    /// Calls that the API saw, by method and path.
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) foreign: (Option<Instance>, Option<Instance>),
    /// Instances with our marks that exist at the end, and labels of nodes with whether their instance exists.
    pub(crate) ours: Vec<Instance>,
    pub(crate) nodes: Vec<(String, bool)>,
    /// Members as the daemon shows them at the end.
    pub(crate) members: Vec<String>,
    /// US dollars an hour of one member, as the daemon read it from the API.
    pub(crate) price: Option<f64>,
    pub(crate) bill: Bill,
    pub(crate) drain: Duration,
}

/// An instance as far as it matters here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Instance {
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) status: String,
    pub(crate) tags: Vec<String>,
    pub(crate) created: Timestamp,
}

/// Kinds of changes, by the call that makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Create,
    Register,
    SetMode,
    Deregister,
    Delete,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Create, Self::Register, Self::SetMode, Self::Deregister, Self::Delete];

    /// Its call, as the simulator counts them.
    pub(crate) const fn call(self) -> &'static str {
        match self {
            Self::Create => "POST /linode/instances",
            Self::Register => "POST /nodebalancers/{id}/configs/{id}/nodes",
            Self::SetMode => "PUT /nodebalancers/{id}/configs/{id}/nodes/{id}",
            Self::Deregister => "DELETE /nodebalancers/{id}/configs/{id}/nodes/{id}",
            Self::Delete => "DELETE /linode/instances/{id}",
        }
    }
}

/// A change as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) cause: String,
    pub(crate) intended: Timestamp,
    /// The label of an instance that is to be created.
    pub(crate) label: Option<String>,
}

/// A generation of the desired size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operation {
    pub(crate) previous: Option<u32>,
    pub(crate) desired: u32,
    /// How it ended; none while it is under way.
    pub(crate) ended: Option<Outcome>,
}

/// What it cost, in US dollars.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bill {
    pub(crate) total: f64,
    pub(crate) per_hour: f64,
    pub(crate) lines: Vec<Line>,
}

/// One thing on the bill.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) plan: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) hours: u64,
    pub(crate) amount: f64,
}

impl Evidence {
    /// Asks the daemon and the simulator, at the end.
    pub(crate) async fn gather(options: &Options, stage: &Stage, stuck: Option<String>) -> Self {
        let world = stage.simulator.snapshot();
        let history = stage.client.history(GROUP, 100).await;
        let status = stage.client.group(GROUP).await;
        let mut stuck = stuck;
        let mut asked = |why: String| {
            stuck.get_or_insert(why);
        };
        let (changes, operations) = match &history {
            Ok(history) => (changes(history), operations(history)),
            Err(error) => {
                asked(format!("the history could not be read: {error}"));
                (Vec::new(), Vec::new())
            }
        };
        let (members, price) = match &status {
            Ok(status) => {
                let each = |price: Price| price.dollars() / f64::from(status.may_exist.max(1));
                (status.members.iter().map(label).collect(), status.cost_per_hour.map(each))
            }
            Err(error) => {
                asked(format!("the status could not be read: {error}"));
                (Vec::new(), None)
            }
        };
        let ours = format!("autoscale-owner:{}", settings::OWNER);
        Self {
            story: options.story,
            speed: options.speed,
            start: stage.pace.start,
            end: world.now,
            happenings: stage.diary.all(),
            requests: stage.load.requests(),
            changes,
            operations,
            foreign: (foreign(&stage.before), foreign(&world)),
            ours: instances(&world).filter(|one| one.tags.contains(&ours)).collect(),
            nodes: nodes(&world),
            members,
            price,
            bill: bill(&world),
            calls: world.calls,
            drain: settings::drain(options.story),
            stuck,
        }
    }

    /// When a chapter began.
    pub(crate) fn began(&self, chapter: Chapter) -> Option<Timestamp> {
        self.first(self.start, |what| *what == What::Chapter(chapter))
    }

    /// When something first happened from `since` on.
    pub(crate) fn first(&self, since: Timestamp, wanted: impl Fn(&What) -> bool) -> Option<Timestamp> {
        let mut later = self.happenings.iter().filter(|happening| happening.at >= since);
        later.find(|happening| wanted(&happening.what)).map(|happening| happening.at)
    }

    /// Labels of what was created, in order.
    pub(crate) fn created(&self) -> Vec<(Timestamp, &str)> {
        let created = self.happenings.iter().filter_map(|happening| match &happening.what {
            What::Created { label } => Some((happening.at, label.as_str())),
            _ => None,
        });
        created.collect()
    }

    /// Labels of what was deleted, in order.
    pub(crate) fn deleted(&self) -> Vec<(Timestamp, &str)> {
        let deleted = self.happenings.iter().filter_map(|happening| match &happening.what {
            What::Deleted { label } => Some((happening.at, label.as_str())),
            _ => None,
        });
        deleted.collect()
    }
}

fn label(member: &MemberStatus) -> String {
    member.label.clone()
}

fn instances(world: &Snapshot) -> impl Iterator<Item = Instance> {
    world.instances.iter().map(|one| Instance {
        id: one.id,
        label: one.label.clone(),
        status: one.status.clone(),
        tags: one.tags.clone(),
        created: one.created,
    })
}

fn foreign(world: &Snapshot) -> Option<Instance> {
    instances(world).find(|one| one.label == FOREIGN)
}

fn nodes(world: &Snapshot) -> Vec<(String, bool)> {
    let configs = world.nodebalancers.iter().flat_map(|balancer| &balancer.configs);
    configs
        .flat_map(|config| &config.nodes)
        .map(|node| (node.label.clone(), node.instance.is_some()))
        .collect()
}

fn bill(world: &Snapshot) -> Bill {
    let lines = world.bill.lines.iter().map(|line| Line {
        label: line.label.clone(),
        plan: line.plan.clone(),
        from: line.from,
        until: line.until,
        hours: line.hours,
        amount: line.amount,
    });
    Bill { total: world.bill.total, per_hour: world.bill.per_hour, lines: lines.collect() }
}

fn changes(history: &History) -> Vec<Change> {
    let steps = history.activities.iter().flat_map(|activity| &activity.steps);
    let changes = steps.filter_map(|step| {
        let (kind, label) = match step.step.known()? {
            Step::Create { label, .. } => (Kind::Create, Some(label.clone())),
            Step::Register { .. } => (Kind::Register, None),
            Step::SetMode { .. } => (Kind::SetMode, None),
            Step::Deregister { .. } | Step::Sweep { .. } => (Kind::Deregister, None),
            Step::Delete { .. } => (Kind::Delete, None),
            _ => return None,
        };
        let (text, cause) = (step.text.clone(), step.cause.to_string());
        Some(Change { kind, text, cause, intended: step.intended, label })
    });
    changes.collect()
}

fn operations(history: &History) -> Vec<Operation> {
    // The latest comes first there.
    let operations = history.activities.iter().rev().map(|activity| Operation {
        previous: activity.previous,
        desired: activity.desired,
        ended: activity.ended.as_ref().map(|ended| ended.outcome.clone()),
    });
    operations.collect()
}
