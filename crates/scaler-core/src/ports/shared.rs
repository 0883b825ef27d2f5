//! Ports that several owners share are ports too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{
    Alert, AlertRow, AlertTable, ConfigId, GroupName, Installation, Instance, InstanceId, InstanceType, Mode,
    Node, NodeId, Position, Price,
};
use crate::ports::{
    AlertSource, Balancer, Clock, Compute, Failure, Listing, LogName, NewInstance, NewNode, NodeCounts,
    Store, StoreError,
};
use crate::state::{Draft, Entry};

#[async_trait]
impl<T: Compute + ?Sized> Compute for Arc<T> {
    async fn list(&self) -> Result<Listing, Failure> {
        (**self).list().await
    }

    fn lists_left(&self) -> Option<u64> {
        (**self).lists_left()
    }

    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        (**self).get(id).await
    }

    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        (**self).find(label).await
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        (**self).create(new).await
    }

    fn creates_left(&self) -> Result<u32, Duration> {
        (**self).creates_left()
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        (**self).delete(id).await
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        (**self).mark(id, group, ours).await
    }

    fn owner(&self) -> Option<&str> {
        (**self).owner()
    }

    async fn account(&self, remembered: &Installation) -> Result<Installation, Failure> {
        (**self).account(remembered).await
    }

    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        (**self).prices(group, kinds).await
    }
}

#[async_trait]
impl<T: Balancer + ?Sized> Balancer for Arc<T> {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        (**self).nodes(config).await
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        (**self).node(config, id).await
    }

    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        (**self).node_counts(config).await
    }

    fn lists_left(&self) -> Option<u64> {
        (**self).lists_left()
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        (**self).register(new).await
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        (**self).set_mode(config, id, mode).await
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        (**self).deregister(config, id).await
    }
}

#[async_trait]
impl<T: Store + ?Sized> Store for Arc<T> {
    async fn append(
        &self,
        log: &LogName,
        after: Position,
        entries: &[Draft],
    ) -> Result<Position, StoreError> {
        (**self).append(log, after, entries).await
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        (**self).read(log, from, limit).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        (**self).logs().await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        (**self).alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        (**self).keep_alerts(rows, polled).await
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        (**self).forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        (**self).probe().await
    }
}

#[async_trait]
impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    async fn sleep_until(&self, at: Timestamp) {
        (**self).sleep_until(at).await;
    }
}

#[async_trait]
impl<T: AlertSource + ?Sized> AlertSource for Arc<T> {
    async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        (**self).alerts().await
    }
}
