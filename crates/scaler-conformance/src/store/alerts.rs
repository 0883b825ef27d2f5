//! Rules about the table of alerts.

use std::sync::Arc;

use futures_util::future::join_all;
use scaler_core::model::{AlertRow, AlertState, AlertTable};

use crate::store::StoreFixture;
use crate::store::sample::{row, time};
use crate::{Wrong, same};

fn table(rows: impl IntoIterator<Item = AlertRow>, polled: Option<u64>) -> AlertTable {
    let mut table: AlertTable = rows.into_iter().collect();
    table.polled = polled.map(time);
    table
}

pub(super) async fn rows(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let [a, b] = ["a1", "b2"].map(|fingerprint| row(fingerprint, AlertState::Firing, 1));
    store.keep_alerts(&[a.clone(), b.clone()], None).await?;
    same("kept", &store.alerts().await?, &table([a, b.clone()], None))?;

    let a = row("a1", AlertState::Suppressed, 2);
    let c = row("c3", AlertState::Firing, 2);
    store.keep_alerts(&[a.clone(), c.clone()], None).await?;
    same("replaced", &store.alerts().await?, &table([a, b.clone(), c.clone()], None))?;

    // Of one fingerprint the last word counts, in one call too.
    let a = row("a1", AlertState::Resolved, 4);
    store.keep_alerts(&[row("a1", AlertState::Firing, 3), a.clone()], None).await?;
    same("said twice", &store.alerts().await?, &table([a, b.clone(), c], None))?;

    store.forget_alerts(&["a1".to_owned(), "c3".to_owned(), "never seen".to_owned()]).await?;
    same("forgotten", &store.alerts().await?, &table([b.clone()], None))?;
    store.forget_alerts(&[]).await?;
    same("nothing forgotten", &store.alerts().await?, &table([b], None))
}

pub(super) async fn polled(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    store.keep_alerts(&[], None).await?;
    same("never polled", &store.alerts().await?, &table([], None))?;
    store.keep_alerts(&[], Some(time(7))).await?;
    same("polled", &store.alerts().await?, &table([], Some(7)))?;
    let a = row("a1", AlertState::Firing, 8);
    store.keep_alerts(std::slice::from_ref(&a), None).await?;
    same("notified", &store.alerts().await?, &table([a.clone()], Some(7)))?;
    store.keep_alerts(std::slice::from_ref(&a), Some(time(9))).await?;
    same("polled again", &store.alerts().await?, &table([a.clone()], Some(9)))?;
    store.forget_alerts(&["a1".to_owned()]).await?;
    same("forgotten", &store.alerts().await?, &table([], Some(9)))
}

pub(super) async fn together(fixture: &dyn StoreFixture) -> Result<(), Wrong> {
    let store = fixture.empty().await?;
    let rows: Vec<AlertRow> =
        (0..100).map(|number| row(&format!("{number:016x}"), AlertState::Firing, number)).collect();
    let kept = rows.iter().cloned().map(|row| {
        let store = Arc::clone(&store);
        async move { store.keep_alerts(&[row], None).await }
    });
    for answer in join_all(kept).await {
        answer?;
    }
    same("kept", &store.alerts().await?, &table(rows, None))
}
