//! Following a trigger or a build to its end.
//!
//! [`Follow`] is a future that brings the finished build, and with [`events`](Follow::events) a stream of what happens on the way.
//! It survives what goes wrong on that way: a restart of Jenkins, an item of the queue that has expired, a trigger that was
//! joined with one that was waiting, a result that is set while the build still runs.

mod cancel;
mod error;
mod progress;
mod run;
mod settings;
mod stages;

use std::fmt;
use std::future::{Future, IntoFuture, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{Stream, StreamExt};
use tokio::sync::mpsc;

use self::run::{Run, Start};
use self::settings::Settings;
use crate::api::{BuildHandle, QueuedBuild, Trigger};
use crate::models::Build;

pub use self::error::FollowError;
pub use self::progress::Progress;

/// Events that wait to be taken. The following waits where more have come.
const EVENTS: usize = 64;

/// The way from a trigger, an item of the queue or a build to the end, not yet gone: `.await` brings the finished build.
///
/// Dropping it ends the following, and the work goes on in Jenkins: see [`cancelled_by`](Self::cancelled_by).
///
/// ```no_run
/// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// let trigger = client.job("infra/scale-web")?.build_with([("DESIRED", "5")]);
/// let build = trigger.follow().deadline(Duration::from_secs(1800)).await?;
/// println!("{:?}", build.result);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is followed until it is awaited or its events are polled"]
pub struct Follow {
    start: Start,
    settings: Settings,
}

impl Follow {
    fn new(start: Start) -> Self {
        Self { start, settings: Settings::default() }
    }

    /// Brings the lines of the console among the [`events`](Self::events).
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = client.job("web")?.build().follow().with_console().events();
    /// # Ok(())
    /// # }
    /// ```
    pub const fn with_console(mut self) -> Self {
        self.settings.console = true;
        self
    }

    /// Brings the stages of a pipeline, and the inputs that it waits for, among the [`events`](Self::events). Without the stage
    /// view plugin there are none.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = client.job("web")?.build().follow().with_stages().events();
    /// # Ok(())
    /// # }
    /// ```
    pub const fn with_stages(mut self) -> Self {
        self.settings.stages = true;
        self
    }

    /// The longest time; none by default. The work then goes on in Jenkins, unless
    /// [`stop_at_deadline`](Self::stop_at_deadline) says otherwise.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().follow().deadline(std::time::Duration::from_secs(600)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// Cancels the work in Jenkins when the deadline passes: the item is taken out of the queue, or the build stopped. A build
    /// that ends within a minute of that is the result.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let follow = client.job("web")?.build().follow().deadline(std::time::Duration::from_secs(600));
    /// let build = follow.stop_at_deadline().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn stop_at_deadline(mut self) -> Self {
        self.settings.stop_at_deadline = true;
        self
    }

    /// Cancels the work in Jenkins when this future is done: the item is taken out of the queue, or the build stopped. The
    /// following goes on to the end that this leads to: a build that was aborted, or [`FollowError::Cancelled`].
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or(()) };
    /// let build = client.job("web")?.build().follow().cancelled_by(interrupted).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancelled_by(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.settings.cancelled_by = Some(Box::pin(signal));
        self
    }

    /// How long Jenkins may be away, such as for a restart; ten minutes by default.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().follow().patience(std::time::Duration::from_secs(60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.settings.patience = patience;
        self
    }

    /// The pauses between two looks: the first after something happened, and the longest that it grows to; 250 ms and 3 s by
    /// default.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// let follow = client.job("web")?.build().follow().every(Duration::from_secs(1), Duration::from_secs(10));
    /// let build = follow.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn every(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.pauses = (first, longest);
        self
    }

    /// What happens on the way. The last event is [`Progress::Finished`], or an error.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::TryStreamExt;
    ///
    /// let trigger = client.job("infra/scale-web")?.build_with([("DESIRED", "5")]);
    /// let mut events = trigger.follow().with_console().with_stages().events();
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{event}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(self) -> FollowEvents {
        let (sender, receiver) = mpsc::channel(EVENTS);
        let run = Box::pin(Run::drive(self.start, self.settings, Some(sender)));
        FollowEvents { run: Some(run), receiver, last: None }
    }
}

impl IntoFuture for Follow {
    type Output = Result<Build, FollowError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(Run::drive(self.start, self.settings, None))
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow")
            .field("start", &self.start)
            .field("deadline", &self.settings.deadline)
            .field("patience", &self.settings.patience)
            .finish_non_exhaustive()
    }
}

/// What happens while a build is followed: from [`Follow::events`].
#[must_use = "a stream does nothing until it is polled"]
pub struct FollowEvents {
    /// Sends the events while it is polled; none once it is over.
    run: Option<BoxFuture<'static, Result<Build, FollowError>>>,
    receiver: mpsc::Receiver<Progress>,
    last: Option<Result<Progress, FollowError>>,
}

impl Stream for FollowEvents {
    type Item = Result<Progress, FollowError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Poll::Ready(Some(event)) = self.receiver.poll_recv(context) {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(run) = &mut self.run else { return Poll::Ready(self.last.take()) };
            match run.as_mut().poll(context) {
                Poll::Ready(ended) => {
                    self.run = None;
                    self.last = Some(ended.map(|build| Progress::Finished(Box::new(build))));
                }
                Poll::Pending => {
                    let sent = self.receiver.poll_recv(context);
                    return if let Poll::Ready(Some(event)) = sent {
                        Poll::Ready(Some(Ok(event)))
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
    }
}

impl fmt::Debug for FollowEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowEvents").field("over", &self.run.is_none()).finish_non_exhaustive()
    }
}

impl Trigger {
    /// Triggers the build and follows it to its end.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().follow().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(self) -> Follow {
        Follow::new(Start::Trigger(Box::new(self)))
    }
}

impl QueuedBuild {
    /// Waits until it becomes a build.
    ///
    /// # Errors
    /// When it is cancelled or lost, or Jenkins is away for more than ten minutes.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().await?.started().await?;
    /// println!("build {}", build.number());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn started(&self) -> Result<BuildHandle, FollowError> {
        Run::until_started(self, self.follow().settings).await
    }

    /// Waits until its build is over.
    ///
    /// # Errors
    /// When it ends otherwise: see [`FollowError`]. A build that failed is not an error.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().await?.finished().await?;
    /// println!("{:?}", build.result);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn finished(&self) -> Result<Build, FollowError> {
        self.follow().await
    }

    /// The lines of its build's console, from when it starts to when it is over.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut lines = client.job("web")?.build().await?.console();
    /// while let Some(line) = lines.try_next().await? {
    ///     println!("{line}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn console(&self) -> impl Stream<Item = Result<String, FollowError>> + Send + Unpin + 'static {
        let events = self.follow().with_console().events();
        events.filter_map(|event| {
            ready(match event {
                Ok(Progress::Line(line)) => Some(Ok(line)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            })
        })
    }

    /// Follows it to its end.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// let queued = client.job("web")?.build().await?;
    /// let build = queued.follow().deadline(Duration::from_secs(600)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self) -> Follow {
        Follow::new(Start::Queued(self.clone()))
    }
}

impl BuildHandle {
    /// Waits until it is over.
    ///
    /// # Errors
    /// When it ends otherwise: see [`FollowError`]. A build that failed is not an error.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build_number(7).finished().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn finished(&self) -> Result<Build, FollowError> {
        self.follow().await
    }

    /// Follows it to its end.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build_number(7).follow().with_console().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self) -> Follow {
        Follow::new(Start::Build(self.clone()))
    }
}
