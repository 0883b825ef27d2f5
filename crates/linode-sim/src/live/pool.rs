//! Which node gets the next connection or request.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::balancer::{Algorithm, CheckKind, ConfigSpec, Mode, NodeSpec, Stickiness};

/// The nodes of a config with what the forwarder knows of them.
#[derive(Debug)]
pub(crate) struct Pool(Mutex<State>);

#[derive(Debug)]
struct State {
    spec: ConfigSpec,
    slots: Vec<Slot>,
    table: HashMap<IpAddr, (u64, Instant)>,
}

#[derive(Debug)]
struct Slot {
    node: NodeSpec,
    up: bool,
    open: u32,
    /// Smooth weighted round robin: grows by the weight each turn, falls by the sum when chosen.
    credit: i64,
}

/// A node in use by one connection or request; it counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pool: Arc<Pool>,
    pub(crate) node: u64,
    pub(crate) target: SocketAddr,
}

impl Pool {
    pub(crate) fn new(spec: ConfigSpec) -> Self {
        let pool = Self(Mutex::new(State { spec: spec.clone(), slots: Vec::new(), table: HashMap::new() }));
        pool.update(spec);
        pool
    }

    /// Takes over a changed config; nodes that stay keep their health and their count.
    pub(crate) fn update(&self, spec: ConfigSpec) {
        let mut state = self.lock();
        let unchecked = spec.check.kind == CheckKind::None;
        let mut old = std::mem::take(&mut state.slots);
        state.slots = spec
            .nodes
            .iter()
            .map(|node| match old.iter().position(|slot| slot.node.id == node.id) {
                Some(at) => {
                    let mut slot = old.swap_remove(at);
                    let moved = slot.node.target != node.target;
                    slot.up = (slot.up && !moved) || (moved && unchecked);
                    slot.node = node.clone();
                    slot
                }
                None => Slot { node: node.clone(), up: unchecked, open: 0, credit: 0 },
            })
            .collect();
        state.spec = spec;
    }

    /// Marks a node's health. True when that was news.
    pub(crate) fn set_up(&self, node: u64, up: bool) -> bool {
        let mut state = self.lock();
        let Some(slot) = state.slots.iter_mut().find(|slot| slot.node.id == node) else { return false };
        std::mem::replace(&mut slot.up, up) != up
    }

    /// A request to `node` failed. True when that took it out (passive checks, and it was in).
    pub(crate) fn failed(&self, node: u64) -> bool {
        self.lock().spec.passive && self.set_up(node, false)
    }

    /// True when clients stick by cookie.
    pub(crate) fn sets_cookie(&self) -> bool {
        self.lock().spec.stickiness == Stickiness::HttpCookie
    }

    /// Chooses a node for a client, which may carry a cookie that names one; none when no node can take it.
    pub(crate) fn pick(self: &Arc<Self>, client: IpAddr, cookie: Option<u64>) -> Option<Lease> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let now = Instant::now();
        let at = state.stuck(client, cookie, now).or_else(|| state.choose(client))?;
        let slot = state.slots.get_mut(at)?;
        let target = slot.node.target?;
        slot.open += 1;
        let node = slot.node.id;
        if state.spec.stickiness == Stickiness::Table {
            state.table.insert(client, (node, now + state.spec.sticky_for));
        }
        Some(Lease { pool: Arc::clone(self), node, target })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn stuck(&mut self, client: IpAddr, cookie: Option<u64>, now: Instant) -> Option<usize> {
        let node = match self.spec.stickiness {
            Stickiness::None => return None,
            Stickiness::HttpCookie => cookie?,
            Stickiness::Table => {
                self.table.retain(|_, (_, until)| *until > now);
                self.table.get(&client)?.0
            }
        };
        self.slots.iter().position(|slot| {
            slot.node.id == node && slot.up && slot.node.target.is_some() && slot.node.mode != Mode::Reject
        })
    }

    fn choose(&mut self, client: IpAddr) -> Option<usize> {
        let able = |mode: Mode| -> Vec<usize> {
            let able = |slot: &Slot| slot.up && slot.node.target.is_some() && slot.node.mode == mode;
            self.slots.iter().enumerate().filter(|(_, slot)| able(slot)).map(|(at, _)| at).collect()
        };
        let mut candidates = able(Mode::Accept);
        if candidates.is_empty() {
            candidates = able(Mode::Backup);
        }
        let slots = &mut self.slots;
        match self.spec.algorithm {
            Algorithm::RoundRobin => {
                let sum: i64 = candidates.iter().map(|at| slots[*at].weight()).sum();
                for at in &candidates {
                    let weight = slots[*at].weight();
                    slots[*at].credit += weight;
                }
                let first = candidates.into_iter().max_by_key(|at| (slots[*at].credit, usize::MAX - *at))?;
                slots[first].credit -= sum;
                Some(first)
            }
            // Cross-multiplied, so that open/weight is compared without rounding.
            Algorithm::LeastConn => candidates.into_iter().min_by(|left, right| {
                let (left, right) = (&slots[*left], &slots[*right]);
                (i64::from(left.open) * right.weight()).cmp(&(i64::from(right.open) * left.weight()))
            }),
            // Rendezvous hashing: a node that comes or goes moves only its own share of the clients.
            Algorithm::Source => candidates
                .into_iter()
                .max_by(|left, right| slots[*left].score(client).total_cmp(&slots[*right].score(client))),
        }
    }
}

impl Slot {
    fn weight(&self) -> i64 {
        i64::from(self.node.weight.max(1))
    }

    fn score(&self, client: IpAddr) -> f64 {
        let mut hasher = DefaultHasher::new();
        (client, self.node.id).hash(&mut hasher);
        let unit = (hasher.finish() as f64 + 1.0) / (u64::MAX as f64 + 2.0);
        -(self.weight() as f64) / unit.ln()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        if let Some(slot) = state.slots.iter_mut().find(|slot| slot.node.id == self.node) {
            slot.open = slot.open.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::balancer::{CheckSpec, Protocol};
    use super::*;

    fn node(id: u64, weight: u32, mode: Mode) -> NodeSpec {
        NodeSpec { id, target: Some(SocketAddr::from(([127, 0, 9, id as u8], 80))), weight, mode }
    }

    fn pool(algorithm: Algorithm, stickiness: Stickiness, nodes: Vec<NodeSpec>) -> Arc<Pool> {
        Arc::new(Pool::new(spec(algorithm, stickiness, nodes)))
    }

    fn spec(algorithm: Algorithm, stickiness: Stickiness, nodes: Vec<NodeSpec>) -> ConfigSpec {
        let second = Duration::from_secs(1);
        ConfigSpec {
            id: 1,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            protocol: Protocol::Tcp,
            algorithm,
            stickiness,
            sticky_for: second * 1800,
            check: CheckSpec {
                kind: CheckKind::None,
                interval: second,
                timeout: second,
                attempts: 1,
                path: String::new(),
                body: String::new(),
            },
            passive: true,
            nodes,
        }
    }

    fn client(last: u8) -> IpAddr {
        IpAddr::from([127, 0, 8, last])
    }

    fn picks(pool: &Arc<Pool>, times: usize) -> Vec<u64> {
        (0..times).filter_map(|_| pool.pick(client(1), None)).map(|lease| lease.node).collect()
    }

    #[tokio::test]
    async fn round_robin_follows_the_weights_without_bursts() {
        let nodes = vec![node(1, 100, Mode::Accept), node(2, 50, Mode::Accept)];
        let pool = pool(Algorithm::RoundRobin, Stickiness::None, nodes);
        assert_eq!(picks(&pool, 6), [1, 2, 1, 1, 2, 1]);
    }

    #[tokio::test]
    async fn least_connections_counts_what_is_open() {
        let nodes = vec![node(1, 50, Mode::Accept), node(2, 50, Mode::Accept)];
        let pool = pool(Algorithm::LeastConn, Stickiness::None, nodes);
        let first = pool.pick(client(1), None).unwrap();
        let second = pool.pick(client(1), None).unwrap();
        assert_ne!(first.node, second.node);
        let freed = first.node;
        drop(first);
        assert_eq!(pool.pick(client(1), None).unwrap().node, freed);
    }

    #[tokio::test]
    async fn source_gives_a_client_the_same_node_and_moves_few_when_one_goes() {
        let nodes = |count: u64| (1..=count).map(|id| node(id, 50, Mode::Accept)).collect::<Vec<_>>();
        let of = |pool: &Arc<Pool>| -> Vec<u64> {
            (0..100).map(|last| pool.pick(client(last), None).unwrap().node).collect()
        };
        let pool = pool(Algorithm::Source, Stickiness::None, nodes(4));
        let before = of(&pool);
        assert_eq!(before, of(&pool));
        pool.update(spec(Algorithm::Source, Stickiness::None, nodes(3)));
        let after = of(&pool);
        assert!(before.iter().zip(&after).all(|(old, new)| old == new || *old == 4));
    }

    #[tokio::test]
    async fn drain_serves_only_clients_that_stick_and_reject_nobody() {
        let nodes = |mode| vec![node(1, 50, mode), node(2, 50, Mode::Backup)];
        let (algorithm, table) = (Algorithm::RoundRobin, Stickiness::Table);
        let pool = pool(algorithm, table, nodes(Mode::Accept));
        assert_eq!(pool.pick(client(1), None).unwrap().node, 1);
        pool.update(spec(algorithm, table, nodes(Mode::Drain)));
        assert_eq!(pool.pick(client(1), None).unwrap().node, 1);
        assert_eq!(pool.pick(client(2), None).unwrap().node, 2);
        pool.update(spec(algorithm, table, nodes(Mode::Reject)));
        assert_eq!(pool.pick(client(1), None).unwrap().node, 2);
    }

    #[tokio::test]
    async fn a_failed_request_takes_a_node_out_only_with_passive_checks() {
        let nodes = vec![node(1, 50, Mode::Accept)];
        let pool = pool(Algorithm::RoundRobin, Stickiness::None, nodes.clone());
        assert!(pool.failed(1));
        assert!(!pool.failed(1));
        assert!(pool.pick(client(1), None).is_none());
        assert!(pool.set_up(1, true));
        pool.update(ConfigSpec { passive: false, ..spec(Algorithm::RoundRobin, Stickiness::None, nodes) });
        assert!(!pool.failed(1));
        assert!(pool.pick(client(1), None).is_some());
    }
}
