//! Rules about those who write at once.

use std::sync::Arc;

use futures_util::future::{FutureExt, join_all};
use scaler_core::model::Position;
use scaler_core::ports::{LogName, Store, StoreError};
use tokio::task::JoinSet;

use crate::store::StoreFixture;
use crate::store::sample::{drafts, group};
use crate::{Wrong, same};

const WRITERS: u32 = 8;
const ROUNDS: u32 = 12;
/// How many entries each append has: they must stay together.
const TOGETHER: u32 = 3;

pub(super) async fn one_wins(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    let mut end = Position::START;
    for _ in 0..5 {
        let attempts = (0..WRITERS).map(|writer| {
            let (store, log) = (Arc::clone(&store), log.clone());
            async move { store.append(&log, end, &drafts(&writer.to_string(), 0..2)).await }
        });
        let mut winners = 0;
        let expected = end.next().next();
        for answer in join_all(attempts).await {
            match answer {
                Ok(position) => {
                    winners += 1;
                    same("the winner's end", &position, &expected)?;
                }
                Err(StoreError::Conflict { last, .. }) => same("the losers' end", &last, &expected)?,
                Err(other) => return Err(other.into()),
            }
        }
        same("winners", &winners, &1)?;
        end = expected;
    }
    Ok(())
}

pub(super) async fn writers(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        tasks.spawn(write(Arc::clone(&store), log.clone(), writer));
    }
    let mut ends = Vec::new();
    while let Some(done) = tasks.join_next().await {
        ends.extend(done??);
    }
    ends.sort();
    let step = usize::try_from(TOGETHER)?;
    let expected: Vec<Position> =
        (1..=u64::from(WRITERS * ROUNDS)).map(|n| Position(n * u64::from(TOGETHER))).collect();
    same("the ends that were answered", &ends, &expected)?;

    let entries = store.read(&log, Position::START, usize::MAX).await?;
    let places: Vec<u64> = entries.iter().map(|entry| entry.position.0).collect();
    let whole: Vec<u64> = (1..=u64::from(WRITERS * ROUNDS * TOGETHER)).collect();
    same("the positions", &places, &whole)?;
    let mut rounds = std::collections::BTreeMap::<_, u32>::new();
    for chunk in entries.chunks(step) {
        let Some(first) = chunk.first() else { continue };
        let round = rounds.entry(first.draft.actor.clone()).or_default();
        let expected = drafts(&first.draft.actor.0, *round * TOGETHER..(*round + 1) * TOGETHER);
        let found: Vec<_> = chunk.iter().map(|entry| entry.draft.clone()).collect();
        same("what was appended together", &found, &expected)?;
        *round += 1;
    }
    Ok(())
}

async fn write(store: Arc<dyn Store>, log: LogName, writer: u32) -> Result<Vec<Position>, Wrong> {
    let actor = writer.to_string();
    let mut ends = Vec::new();
    let mut end = Position::START;
    let mut conflicts = 0;
    for round in 0..ROUNDS {
        let entries = drafts(&actor, round * TOGETHER..(round + 1) * TOGETHER);
        loop {
            match store.append(&log, end, &entries).await {
                Ok(position) => {
                    end = position;
                    ends.push(position);
                    break;
                }
                // Each conflict is an append of somebody else that was not known yet, and there are only so many.
                Err(StoreError::Conflict { .. }) if conflicts > WRITERS * ROUNDS => {
                    return Err(Wrong::new("a writer gets conflicts without anybody appending"));
                }
                Err(StoreError::Conflict { last, .. }) => {
                    conflicts += 1;
                    end = last;
                }
                Err(other) => return Err(other.into()),
            }
            tokio::task::yield_now().await;
        }
    }
    Ok(ends)
}

pub(super) async fn abandoned(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    let mut end = Position::START;
    for _ in 0..20 {
        // Polled once and dropped, as when an actor is stopped.
        let abandoned = drafts("gone", 0..TOGETHER);
        drop(store.append(&log, end, &abandoned).now_or_never());
        let ended = Position(end.0 + u64::from(TOGETHER));
        let next = drafts("next", 0..1);
        end = match store.append(&log, end, &next).await {
            Ok(position) => position,
            Err(StoreError::Conflict { last, .. }) => {
                same("the end of an abandoned append", &last, &ended)?;
                let read: Vec<_> =
                    store.read(&log, end, usize::MAX).await?.into_iter().map(|e| e.draft).collect();
                same("the abandoned append", &read, &abandoned)?;
                store.append(&log, last, &next).await?
            }
            Err(other) => return Err(other.into()),
        };
    }
    Ok(())
}
