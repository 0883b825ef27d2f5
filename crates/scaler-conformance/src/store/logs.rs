//! Rules about logs.

use std::sync::Arc;

use scaler_core::model::{AlertState, AlertTable, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, LogError};

use crate::store::StoreFixture;
use crate::store::sample::{draft, drafts, group, row, time};
use crate::{Wrong, same};

const ALL: usize = usize::MAX;

async fn texts(store: &Arc<dyn Store>, log: &LogName) -> Result<Vec<Draft>, Wrong> {
    let entries = store.read(log, Position::START, ALL).await?;
    Ok(entries.into_iter().map(|entry| entry.draft).collect())
}

fn conflicts<T>(answer: Result<T, StoreError>, at: Position, end: Position) -> Result<(), Wrong> {
    match answer {
        Err(StoreError::Conflict { after, last, .. }) => {
            same("the conflict's positions", &(after, last), &(at, end))
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err(Wrong::new(format!("no conflict behind position {at} of a log that ends at {end}"))),
    }
}

pub(super) async fn empty(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    same("logs", &store.logs().await?, &Vec::new())?;
    same("alerts", &store.alerts().await?, &AlertTable::default())?;
    let read = store.read(&LogName::Installation, Position::START, ALL).await?;
    same("entries", &read, &Vec::new())
}

pub(super) async fn read(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    let written = drafts("a", 0..7);
    same("the end", &store.append(&log, Position::START, &written[..3]).await?, &Position(3))?;
    same("the end", &store.append(&log, Position(3), &written[3..]).await?, &Position(7))?;
    for from in 0..9_u64 {
        for limit in [0, 1, 2, 7, ALL] {
            let read = store.read(&log, Position(from), limit).await?;
            let places: Vec<u64> = read.iter().map(|entry| entry.position.0).collect();
            let expected: Vec<u64> = (from + 1..=7).take(limit).collect();
            same(&format!("the positions behind {from}, at most {limit}"), &places, &expected)?;
            for entry in read {
                let index = usize::try_from(entry.position.0 - 1)?;
                same("an entry", &Some(&entry.draft), &written.get(index))?;
            }
        }
    }
    Ok(())
}

pub(super) async fn conflict(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    conflicts(store.append(&log, Position(1), &drafts("a", 0..1)).await, Position(1), Position::START)?;
    store.append(&log, Position::START, &drafts("a", 0..3)).await?;
    for at in [0, 1, 2, 4, u64::MAX] {
        conflicts(store.append(&log, Position(at), &drafts("b", 0..2)).await, Position(at), Position(3))?;
    }
    same("the entries", &texts(&store, &log).await?, &drafts("a", 0..3))
}

pub(super) async fn nothing(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    same("the end", &store.append(&log, Position::START, &[]).await?, &Position::START)?;
    same("logs", &store.logs().await?, &Vec::new())?;
    store.append(&log, Position::START, &drafts("a", 0..2)).await?;
    same("the end", &store.append(&log, Position(2), &[]).await?, &Position(2))?;
    for at in [0, 1, 3] {
        conflicts(store.append(&log, Position(at), &[]).await, Position(at), Position(2))?;
    }
    same("the entries", &texts(&store, &log).await?, &drafts("a", 0..2))
}

pub(super) async fn apart(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let logs = [LogName::Installation, group("api")?, group("installation")?, group("web")?, group("web-2")?];
    for (number, log) in (0..5).zip(&logs).rev() {
        let end = store.append(log, Position::START, &[draft("a", number)]).await?;
        same("the end", &end, &Position(1))?;
    }
    same("logs", &store.logs().await?, &logs.to_vec())?;
    for (number, log) in (0..5).zip(&logs) {
        same("the entries", &texts(&store, log).await?, &vec![draft("a", number)])?;
    }
    Ok(())
}

pub(super) async fn refused(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let text = draft("a", 2).encode()?;
    let kind = text.replacen("\"size_asked\"", "\"dreamt\"", 1);
    let format = text.replacen("\"format\":1", "\"format\":2", 1);
    let damaged = text.get(..text.len() / 2).unwrap_or_default().to_owned();
    for (planted, what) in [(kind, "kind"), (format, "format"), (damaged, "damage")] {
        let store = fixture.empty().await?;
        let log = group("web")?;
        store.append(&log, Position::START, &drafts("a", 0..2)).await?;
        fixture.plant(&store, &log, &planted).await?;
        same("the readable part", &store.read(&log, Position::START, 2).await?.len(), &2)?;
        for from in [Position::START, Position(2)] {
            let refused = match store.read(&log, from, ALL).await {
                Err(StoreError::Log { source, .. }) => source,
                Err(other) => return Err(other.into()),
                Ok(entries) => return Err(Wrong::new(format!("{what} was read as {entries:?}"))),
            };
            let (found, position) = match refused {
                LogError::Kind { position, .. } => ("kind", position),
                LogError::Format { position, .. } => ("format", position),
                LogError::Decode { position, .. } => ("damage", position),
                other => return Err(other.into()),
            };
            same("the refusal", &(found, position), &(what, Position(3)))?;
        }
        same("logs", &store.logs().await?, &vec![log])?;
    }
    Ok(())
}

pub(super) async fn durable(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let log = group("web")?;
    store.append(&log, Position::START, &drafts("a", 0..5)).await?;
    store.append(&LogName::Installation, Position::START, &drafts("a", 5..6)).await?;
    store.keep_alerts(&[row("00000000000000aa", AlertState::Firing, 4)], Some(time(5))).await?;
    let table = store.alerts().await?;
    let Some(store) = fixture.again(store).await? else { return Ok(()) };
    same("logs", &store.logs().await?, &vec![LogName::Installation, log.clone()])?;
    same("the entries", &texts(&store, &log).await?, &drafts("a", 0..5))?;
    same("alerts", &store.alerts().await?, &table)?;
    conflicts(store.append(&log, Position(4), &drafts("b", 0..1)).await, Position(4), Position(5))?;
    same("the end", &store.append(&log, Position(5), &drafts("b", 0..1)).await?, &Position(6))
}
