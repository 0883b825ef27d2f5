//! The store in a SQLite file.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use jiff::Timestamp;
use rusqlite::Connection;
use scaler_conformance::store::{StoreFixture, check};
use scaler_core::model::{ActorId, Alert, AlertRow, AlertState, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Cause, Draft, Fact};
use scaler_sqlite::{OpenError, SqliteStore, check_free, read_address};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

type Boxed = Box<dyn Error + Send + Sync>;

/// Stores in one directory; the last one's file can be got at from below.
struct Directory {
    directory: tempfile::TempDir,
    last: Mutex<(u32, Option<SqliteStore>)>,
}

impl Directory {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), last: Mutex::default() }
    }
}

#[async_trait]
impl StoreFixture for Directory {
    async fn empty(&self) -> Result<Arc<dyn Store>, Boxed> {
        let mut last = self.last.lock().await;
        last.0 += 1;
        let store = SqliteStore::open(self.directory.path().join(format!("{}.db", last.0))).await?;
        last.1 = Some(store.clone());
        Ok(Arc::new(store))
    }

    async fn plant(&self, _: &Arc<dyn Store>, log: &LogName, text: &str) -> Result<(), Boxed> {
        let last = self.last.lock().await;
        let below = Connection::open(last.1.as_ref().unwrap().path())?;
        below.execute(
            "INSERT INTO entry (log, position, text)
             SELECT ?1, coalesce(max(position), 0) + 1, ?2 FROM entry WHERE log = ?1",
            [log.to_string().as_str(), text],
        )?;
        Ok(())
    }

    async fn again(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Boxed> {
        drop(store);
        let mut last = self.last.lock().await;
        let ended = last.1.take().unwrap();
        ended.close().await;
        let store = SqliteStore::open(ended.path()).await?;
        last.1 = Some(store.clone());
        Ok(Some(Arc::new(store)))
    }
}

fn draft(number: u32) -> Draft {
    let fact = Fact::SizeAsked { desired: number, floor_until: None, over_budget: false };
    Draft::new(Timestamp::UNIX_EPOCH, ActorId::from("a"), Position::START, 1, Cause::operator("test"), fact)
}

fn row(number: usize) -> AlertRow {
    let (labels, at) = ([("alertname".to_owned(), "WebCpuHigh".to_owned())].into(), Timestamp::UNIX_EPOCH);
    let alert = Alert::new(format!("{number:016x}"), labels, [].into(), at, AlertState::Firing);
    AlertRow::new(alert, at, at)
}

fn web() -> LogName {
    LogName::Group("web".parse().unwrap())
}

/// Holds the file's write lock as another program would.
fn blocked(path: &Path) -> Connection {
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sqlite_store_conforms() {
    let rules = check(&Directory::new()).await.unwrap();
    assert_eq!(rules.len(), 13);
}

#[tokio::test]
async fn the_sqlite_store_conforms_on_one_thread() {
    check(&Directory::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_still_while_the_store_works() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("a.db")).await.unwrap();
    let other = blocked(store.path());
    let began = Instant::now();
    let append = tokio::spawn({
        let store = store.clone();
        async move { timeout(Duration::from_millis(1), store.append(&web(), Position::START, &[draft(1)])).await }
    });
    // A timer of one millisecond would fire at once if the clock went on while the runtime has nothing else to do.
    let free = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        other.execute_batch("ROLLBACK").unwrap();
    });
    assert_eq!(append.await.unwrap().expect("the clock stood still").unwrap(), Position(1));
    let read = timeout(Duration::from_millis(1), store.read(&web(), Position::START, 10)).await;
    assert_eq!(read.expect("the clock stood still").unwrap().len(), 1);
    assert_eq!(began.elapsed(), Duration::ZERO);
    free.join().unwrap();
}

#[tokio::test]
async fn changes_that_arrive_together_share_a_commit() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("a.db")).await.unwrap();
    let wal = directory.path().join("a.db-wal");
    let began = frames(&wal);
    let other = blocked(store.path());
    let rows: Vec<AlertRow> = (0..200).map(row).collect();
    let kept = join_all(rows.chunks(1).map(|row| store.keep_alerts(row, None)));
    let freed = async {
        tokio::task::yield_now().await;
        other.execute_batch("ROLLBACK").unwrap();
    };
    let (kept, ()) = tokio::join!(kept, freed);
    assert!(kept.into_iter().all(|answer| answer.is_ok()));
    assert_eq!(store.alerts().await.unwrap().len(), 200);
    // A commit of its own for each would have written at least 200 pages.
    let written = frames(&wal) - began;
    assert!(written < 60, "{written} pages were written");
}

#[tokio::test]
async fn the_second_opener_is_told_who_has_it_and_where() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(read_address(&path).unwrap(), None);
    let said = SqliteStore::open(&path).await.unwrap_err().to_string();
    assert!(said.contains(&format!("(process {})", std::process::id())), "{said}");

    store.write_address("http://127.0.0.1:9876").unwrap();
    assert_eq!(read_address(&path).unwrap().as_deref(), Some("http://127.0.0.1:9876"));
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    match SqliteStore::open(&link).await.unwrap_err() {
        OpenError::Locked { holder, address, .. } => {
            assert!(holder.unwrap().contains("process"));
            assert_eq!(address.as_deref(), Some("http://127.0.0.1:9876"));
        }
        other => panic!("{other}"),
    }
    // The failed attempts must not have loosened what the holder has: a third one, and its writes, show it.
    assert!(SqliteStore::open(&path).await.is_err());
    store.append(&web(), Position::START, &[draft(1)]).await.unwrap();

    store.close().await;
    assert_eq!(read_address(&path).unwrap(), None);
    let next = SqliteStore::open(&path).await.unwrap();
    assert_eq!(next.read(&web(), Position::START, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_address_of_one_that_was_killed_does_not_outlive_the_next_opener() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    fs::write(directory.path().join("a.db.addr"), "http://127.0.0.1:1\n").unwrap();
    fs::write(directory.path().join("a.db.lock"), "autoscalerd (process 1)\n").unwrap();
    assert_eq!(read_address(&path).unwrap().as_deref(), Some("http://127.0.0.1:1"));
    let _store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(read_address(&path).unwrap(), None);
}

#[tokio::test]
async fn whether_it_is_held_can_be_seen_without_holding_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    check_free(&path).unwrap();
    check_free(directory.path().join("nowhere/a.db")).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let said = check_free(&path).unwrap_err();
    assert!(matches!(&said, OpenError::Locked { holder: Some(_), .. }), "{said}");
    store.close().await;
    check_free(&path).unwrap();
    SqliteStore::open(&path).await.expect("looking left it free");
}

#[tokio::test]
async fn who_only_looks_keeps_nobody_from_opening_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    // Looking takes the lock shared, for a moment.
    let looking = fs::File::open(directory.path().join("a.db.lock")).unwrap();
    looking.lock_shared().unwrap();
    let away = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(looking);
    });
    SqliteStore::open(&path).await.expect("nobody holds it");
    away.await.unwrap();
}

#[tokio::test]
async fn a_file_that_vanishes_under_its_holder_takes_nothing_more_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let end = store.append(&web(), Position::START, &[draft(1)]).await.unwrap();
    fs::rename(&path, directory.path().join("elsewhere.db")).unwrap();
    for another in [false, true] {
        if another {
            fs::write(&path, "").unwrap();
        }
        let refused = store.append(&web(), end, &[draft(2)]).await.unwrap_err();
        let said = format!("{refused}: {}", std::error::Error::source(&refused).unwrap());
        assert!(said.contains("removed or replaced") && said.contains("no longer there"), "{said}");
        store.probe().await.unwrap_err();
        store.keep_alerts(&[], None).await.unwrap_err();
    }
    // Put back, it goes on.
    fs::rename(directory.path().join("elsewhere.db"), &path).unwrap();
    store.append(&web(), end, &[draft(2)]).await.unwrap();
}

/// Pages in the write-ahead log.
fn frames(wal: &Path) -> u64 {
    fs::metadata(wal).map_or(0, |file| file.len() / 4_120)
}

#[tokio::test]
async fn a_probe_writes_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let wal = directory.path().join("a.db-wal");
    let before = frames(&wal);
    store.probe().await.unwrap();
    assert!(frames(&wal) > before, "it only read");
    assert_eq!(store.logs().await.unwrap(), []);
    store.close().await;
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("a.db")).await.unwrap();
    let (log, entries) = (web(), [draft(1)]);
    let waiting = store.append(&log, Position::START, &entries);
    let (landed, ()) = tokio::join!(biased; waiting, store.close());
    assert_eq!(landed.unwrap(), Position(1), "what was begun is finished");
    for answer in [
        store.append(&web(), Position(1), &[draft(2)]).await.map(drop),
        store.read(&web(), Position::START, 1).await.map(drop),
        store.keep_alerts(&[row(1)], None).await,
    ] {
        let error = answer.unwrap_err();
        assert!(matches!(error, StoreError::Broken { .. }), "{error}");
        assert!(error.source().unwrap().to_string().contains("closed"));
    }
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("newer one"), "{error}");
    let version: i64 =
        Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 7);
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let foreign = directory.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE guests (name)").unwrap();
    assert!(matches!(SqliteStore::open(&foreign).await.unwrap_err(), OpenError::Foreign { .. }));

    let text = directory.path().join("notes.txt");
    fs::write(&text, "no database at all, but long enough to look like one to a careless reader".repeat(20))
        .unwrap();
    let error = SqliteStore::open(&text).await.unwrap_err().to_string();
    assert!(error.contains("restore it from a backup"), "{error}");

    let error = SqliteStore::open(directory.path().join("missing/a.db")).await.unwrap_err();
    assert!(error.to_string().contains("the directory must exist"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_damaged_under_way_is_told_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("a.db")).await.unwrap();
    Connection::open(store.path()).unwrap().execute_batch("DROP TABLE entry").unwrap();
    let error = store.append(&web(), Position::START, &[draft(1)]).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("appending to the log of group/web") && said.contains("a.db"), "{said}");
    // The rest of the file is whole, and a failed change leaves no transaction open.
    store.keep_alerts(&[row(1)], None).await.unwrap();
}

#[test]
fn a_store_outlives_the_runtime_that_it_was_used_in() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let store = first.block_on(SqliteStore::open(directory.path().join("a.db"))).unwrap();
    first.block_on(store.append(&web(), Position::START, &[draft(1)])).unwrap();
    drop(first);
    assert_eq!(runtime().block_on(store.append(&web(), Position(1), &[draft(2)])).unwrap(), Position(2));
}
