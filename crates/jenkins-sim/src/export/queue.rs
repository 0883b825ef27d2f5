//! The queue and its items.

use serde_json::Value;

use super::bean::{Bean, Prop};
use super::build::actions;
use super::{Exporter, Ref};
use crate::world::{QueueItem, QueueState};

impl Exporter<'_> {
    pub(super) fn queue(&self) -> Bean {
        let standing = self.world.queue.standing().into_iter().filter(|id| {
            let item = self.world.queue.items.get(id);
            item.is_some_and(|item| self.sees(self.world.name_of(item.job)))
        });
        Bean::new("hudson.model.Queue").prop(1, "discoverableItems", Prop::Beans(Vec::new())).prop(
            1,
            "items",
            Prop::Links(standing.map(Ref::QueueItem).collect()),
        )
    }

    pub(super) fn queue_item(&self, id: u64) -> Option<Bean> {
        let item = self.world.queue.items.get(&id)?;
        let class = match item.state {
            QueueState::Waiting { .. } => "hudson.model.Queue$WaitingItem",
            QueueState::Blocked { .. } => "hudson.model.Queue$BlockedItem",
            QueueState::Buildable { .. } => "hudson.model.Queue$BuildableItem",
            QueueState::Left { .. } => "hudson.model.Queue$LeftItem",
        };
        let name = self.world.name_of(item.job).to_owned();
        let bean = Bean::new(class)
            .prop(999, "actions", Prop::Beans(actions(&item.causes, &item.parameters)))
            .value(999, "blocked", matches!(item.state, QueueState::Blocked { .. }))
            .value(999, "buildable", matches!(item.state, QueueState::Buildable { .. }))
            .value(999, "id", item.id)
            .value(999, "inQueueSince", item.since.as_millisecond())
            .value(999, "params", params(item))
            .value(999, "stuck", false)
            .link(999, "task", (!name.is_empty()).then_some(Ref::Item(name)))
            .value(999, "url", format!("queue/item/{id}/"))
            .value(999, "why", self.world.why(item));
        Some(match item.state {
            QueueState::Waiting { until } => bean.value(999, "timestamp", until.as_millisecond()),
            QueueState::Blocked { since } => {
                bean.value(999, "buildableStartMilliseconds", since.as_millisecond())
            }
            QueueState::Buildable { since, pending } => bean
                .value(999, "buildableStartMilliseconds", since.as_millisecond())
                .value(999, "pending", pending),
            QueueState::Left { number } => bean.value(999, "cancelled", number.is_none()).link(
                999,
                "executable",
                item.build().map(Ref::Build),
            ),
        })
    }
}

/// The parameters as one text.
fn params(item: &QueueItem) -> Value {
    let shown = item.parameters.iter().map(|parameter| {
        let value = if parameter.is_secret() { "******" } else { &parameter.value };
        format!("\n{}={value}", parameter.name)
    });
    Value::from(shown.collect::<String>())
}
