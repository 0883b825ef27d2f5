//! Commands and files of builds on the real machine: processes with a workspace, an environment, and a log that grows.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::pipe;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::world::{Errand, ErrandId, ErrandResult, Work};

/// How long a process has to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// Who is told what comes of work.
pub(crate) trait Listener: Clone + Send + Sync + 'static {
    /// A command has printed something.
    fn printed(&self, id: ErrandId, text: &[u8]);

    /// Some work is done.
    fn done(&self, id: ErrandId, result: ErrandResult);
}

/// What is under way on the machine. A clone is the same.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    home: PathBuf,
    running: Arc<Mutex<HashMap<ErrandId, Stops>>>,
}

/// What tells a command to end.
#[derive(Debug, Clone, Default)]
struct Stops {
    term: CancellationToken,
    kill: CancellationToken,
    gone: CancellationToken,
}

impl Commands {
    pub(crate) fn new(home: PathBuf) -> Self {
        Self { home, running: Arc::default() }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ErrandId, Stops>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins or stops something; what comes of it is told to the listener.
    pub(crate) fn take(&self, listener: &impl Listener, errand: Errand) {
        match errand {
            Errand::Stop { id, at_once } => {
                if let Some(stops) = self.running().get(&id) {
                    if at_once { stops.kill.cancel() } else { stops.term.cancel() }
                }
            }
            Errand::Begin { id, workspace, work } => {
                let stops = Stops::default();
                self.running().insert(id, stops.clone());
                let folder = self.home.join("workspace").join(workspace);
                let (listener, commands) = (listener.clone(), self.clone());
                let task = async move {
                    let result = carry_out(&listener, id, &folder, work, &stops).await;
                    let result = result.unwrap_or_else(|error| ErrandResult::Failed(error.to_string()));
                    commands.running().remove(&id);
                    stops.gone.cancel();
                    listener.done(id, result);
                };
                match tokio::runtime::Handle::try_current() {
                    Ok(runtime) => drop(runtime.spawn(task)),
                    Err(error) => tracing::error!(%error, "a command can't run outside of a tokio runtime"),
                }
            }
        }
    }

    pub(crate) async fn end_all(&self) {
        let all: Vec<Stops> = self.running().values().cloned().collect();
        for stops in all {
            stops.kill.cancel();
            stops.gone.cancelled().await;
        }
    }
}

async fn carry_out(
    listener: &impl Listener,
    id: ErrandId,
    folder: &Path,
    work: Work,
    stops: &Stops,
) -> io::Result<ErrandResult> {
    tokio::fs::create_dir_all(folder).await?;
    Ok(match work {
        Work::Run { script, environment, capture } => {
            let process = Process { listener, id, folder, stops };
            process.run(&script, environment, capture).await?
        }
        Work::Write { file, content } => {
            write(folder, &file, &content).await?;
            ErrandResult::Written
        }
        Work::WriteAll { files } => {
            for (file, content) in files {
                write(folder, &file, &content).await?;
            }
            ErrandResult::Written
        }
        Work::Read { file } => match tokio::fs::read(inside(folder, &file)?).await {
            Ok(content) => ErrandResult::Content(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => ErrandResult::Content(None),
            Err(error) => return Err(error),
        },
        Work::Collect { patterns } => {
            let folder = folder.to_owned();
            let collected = tokio::task::spawn_blocking(move || collect(&folder, &patterns));
            ErrandResult::Collected(collected.await.map_err(io::Error::other)??)
        }
    })
}

/// A file's place below a folder; one outside is refused.
fn inside(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let path = Path::new(file);
    if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(folder.join(path));
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{file} is not inside the workspace")))
}

async fn write(folder: &Path, file: &str, content: &[u8]) -> io::Result<()> {
    let path = inside(folder, file)?;
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    tokio::fs::write(path, content).await
}

fn collect(folder: &Path, patterns: &str) -> io::Result<BTreeMap<String, Bytes>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            let name = path.to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && crate::world::is_match(patterns, &name) {
                found.insert(name, Bytes::from(std::fs::read(entry.path())?));
            }
        }
    }
    Ok(found)
}

/// A command that runs.
struct Process<'a, L> {
    listener: &'a L,
    id: ErrandId,
    folder: &'a Path,
    stops: &'a Stops,
}

impl<L: Listener> Process<'_, L> {
    async fn run(
        &self,
        script: &str,
        environment: BTreeMap<String, String>,
        capture: bool,
    ) -> io::Result<ErrandResult> {
        // One pipe for both, so that the log has their lines in the order in which they were printed.
        let (reader, writer) = io::pipe()?;
        let mut log = pipe::Receiver::from_owned_fd(reader.into())?;
        let mut command = Command::new("/bin/sh");
        command.arg("-xe").arg("-c").arg(script);
        command
            .current_dir(self.folder)
            .envs(environment)
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        command.stderr(writer.try_clone()?);
        // The log ends when nobody holds the end that is written to, so none may stay here.
        command.stdout(if capture {
            drop(writer);
            Stdio::piped()
        } else {
            writer.into()
        });
        let mut child = command.spawn()?;
        drop(command);
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let mut captured = Vec::new();
        let mut output = child.stdout.take();
        let ended = async {
            let printed = self.print(&mut log);
            let taken = async {
                match output.as_mut() {
                    Some(output) => output.read_to_end(&mut captured).await.map(drop),
                    None => Ok(()),
                }
            };
            let (printed, taken) = tokio::join!(printed, taken);
            printed.and(taken)?;
            child.wait().await
        };
        let status = tokio::select! {
            status = ended => status?,
            () = self.stopped(group) => return Ok(ErrandResult::Exited { code: 143, captured: String::new() }),
        };
        let captured = String::from_utf8_lossy(&captured).into_owned();
        Ok(ErrandResult::Exited { code: status.code().unwrap_or(-1), captured })
    }

    async fn print(&self, log: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = log.read(&mut buffer).await?;
            let Some(text) = buffer.get(..read).filter(|text| !text.is_empty()) else { return Ok(()) };
            self.listener.printed(self.id, text);
        }
    }

    /// Waits for a wish to stop, and fulfils it.
    async fn stopped(&self, group: Option<Pid>) {
        let signal = |signal| {
            // A group that is gone needs no signal.
            let _ = group.map(|group| kill_process_group(group, signal));
        };
        tokio::select! {
            () = self.stops.kill.cancelled() => {}
            () = self.stops.term.cancelled() => {
                signal(Signal::TERM);
                tokio::select! {
                    () = self.stops.kill.cancelled() => {}
                    () = tokio::time::sleep(GRACE) => {}
                }
            }
        }
        signal(Signal::KILL);
    }
}
