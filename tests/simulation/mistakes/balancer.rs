//! Mistakes about nodes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use scaler_core::model::{ConfigId, Mode, Node, NodeId, NodeStatus};
use scaler_core::ports::{Balancer, Failure, NewNode, NodeCounts};
use tokio::time::Instant;

/// Nodes that were read are shown for so long.
const OLD: Duration = Duration::from_secs(150);

/// What is done wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Says that a node drains, or rejects, and does nothing.
    SkipsDrains,
    /// Registers twice.
    RegistersTwice,
    /// Shows every node as healthy.
    ShowsAllHealthy,
    /// Shows nodes that were read a while ago as if they were read now.
    ShowsOldNodes,
}

/// A balancer that does it.
pub struct WrongBalancer {
    pub inner: Arc<dyn Balancer>,
    pub wrong: Wrong,
    said: Mutex<BTreeMap<NodeId, Mode>>,
    read: Mutex<BTreeMap<ConfigId, (Instant, Vec<Node>)>>,
}

impl WrongBalancer {
    pub fn new(inner: Arc<dyn Balancer>, wrong: Wrong) -> Self {
        Self { inner, wrong, said: Mutex::default(), read: Mutex::default() }
    }

    fn shown(&self, mut node: Node) -> Node {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        node.mode = said.get(&node.id).copied().unwrap_or(node.mode);
        if self.wrong == Wrong::ShowsAllHealthy {
            node.status = NodeStatus::Up;
        }
        node
    }

    /// Whether it was only said.
    fn only_says(&self, id: NodeId, mode: Mode) -> bool {
        if self.wrong != Wrong::SkipsDrains {
            return false;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if mode == Mode::Accept {
            said.remove(&id);
            return false;
        }
        said.insert(id, mode);
        true
    }
}

#[async_trait]
impl Balancer for WrongBalancer {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&config).cloned();
        if let Some((_, nodes)) =
            read.filter(|(at, _)| self.wrong == Wrong::ShowsOldNodes && at.elapsed() < OLD)
        {
            return Ok(nodes);
        }
        let nodes = self.inner.nodes(config).await?;
        let now = Instant::now();
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(config, (now, nodes.clone()));
        Ok(nodes.into_iter().map(|node| self.shown(node)).collect())
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        Ok(self.inner.node(config, id).await?.map(|node| self.shown(node)))
    }

    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        self.inner.node_counts(config).await
    }

    fn lists_left(&self) -> Option<u64> {
        self.inner.lists_left()
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        if self.wrong == Wrong::RegistersTwice {
            self.inner.register(new).await?;
        }
        self.inner.register(new).await
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        if self.only_says(id, mode) {
            return Ok(());
        }
        self.inner.set_mode(config, id, mode).await
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        self.inner.deregister(config, id).await
    }
}
