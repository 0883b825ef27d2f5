//! The embedded store works by `spawn_blocking`, and tokio holds its paused clock meanwhile.

use std::sync::Arc;
use std::time::Duration;

use scaler_core::model::Position;
use scaler_core::ports::{LogName, Store};
use scaler_core::state::{Cause, Draft, Fact};
use scaler_sqlite::SqliteStore;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::simulate;
use super::world::{Kept, Setup, World, seconds};

/// Longer in real time than tokio needs to turn a paused clock by an hour.
const REAL: Duration = Duration::from_millis(100);

#[test]
fn the_clock_stands_while_something_blocks() {
    simulate(async {
        let (tell, mut told) = oneshot::channel();
        let began = Instant::now();
        let timer = tokio::spawn(async move {
            tokio::time::sleep(seconds(3_600)).await;
            let _ = tell.send(());
        });
        tokio::task::spawn_blocking(|| std::thread::sleep(REAL)).await.unwrap();
        assert!(told.try_recv().is_err(), "an hour passed while something blocked");
        assert_eq!(began.elapsed(), Duration::ZERO, "no time passed");
        timer.await.unwrap();
        assert_eq!(began.elapsed(), seconds(3_600), "and then it turns as ever");
    });
}

#[test]
fn the_clock_stands_while_sqlite_commits() {
    simulate(async {
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        let timer = tokio::spawn(tokio::time::sleep(seconds(1)));
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path().join("store")).await.unwrap());
        let log = LogName::Group("web".parse().unwrap());
        let mut end = Position::START;
        for n in 0..50 {
            let at = jiff::Timestamp::from_second(n).unwrap();
            let fact = Fact::Began { incarnation: "abcde".to_owned() };
            let draft = Draft::new(at, "actor".into(), Position::START, 0, Cause::Converge, fact);
            end = store.append(&log, end, &[draft]).await.unwrap();
        }
        let read = store.read(&log, Position::START, 100).await.unwrap();
        assert_eq!(read.len(), 50);
        assert_eq!(began.elapsed(), Duration::ZERO, "fifty commits took no simulated time");
        assert!(!timer.is_finished(), "a timer of one second is still running");
        timer.await.unwrap();
    });
}

/// The same story takes the same simulated time and leaves the same log, whichever store keeps it.
#[test]
fn a_story_is_the_same_in_memory_and_in_sqlite() {
    let told = |kept| {
        simulate(async {
            let mut setup = Setup::new(3, 2, 6);
            setup.kept = kept;
            let mut world = World::new(setup).await;
            world.load(2.05);
            world.start();
            world.pass(seconds(60)).await;
            world.comes_to_rest().await;
            world.load(0.2);
            world.pass(seconds(200)).await;
            world.rests().await;
            (world.judge.breaches(), world.judge.story())
        })
    };
    let (state, sqlite) = (told(Kept::GroupState), told(Kept::Sqlite));
    assert_eq!(state, sqlite);
    assert!(state.0.is_empty(), "{:#?}", state.0);
    assert!(state.1.len() > 50, "it was a story");
}
