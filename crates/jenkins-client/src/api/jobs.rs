use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use api_transport::Request;
use futures_util::stream::{Stream, TryStreamExt, try_unfold};

use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::models::{Job, JobName};

/// What a list shows of each job. Folders are those that have `jobs`.
const FIELDS: &str = "_class,name,fullName,displayName,url,color,buildable,jobs[name]{0,1}";

/// Jobs and folders: from [`Client::jobs`].
#[derive(Debug, Clone)]
pub struct Jobs {
    client: Client,
}

impl Client {
    /// Jobs and folders; a single one is [`Client::job`].
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for job in client.jobs().list().await? {
    ///     println!("{}", job.name.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn jobs(&self) -> Jobs {
        Jobs { client: self.clone() }
    }
}

impl Jobs {
    /// The jobs at the root; with [`recursive`](JobList::recursive) those in folders too. `GET api/json?tree=jobs[…]`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut jobs = std::pin::pin!(client.jobs().list().recursive().stream());
    /// while let Some(job) = jobs.try_next().await? {
    ///     println!("{}", job.full_name.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> JobList {
        JobList::new(&self.client, None)
    }
}

/// A listing that was made ready and not yet asked for: `.await` fetches all of it, [`stream`](Self::stream) folder after
/// folder.
#[must_use = "a listing is not fetched until it is awaited or streamed"]
pub struct JobList {
    client: Client,
    folder: Option<JobName>,
    recursive: bool,
}

impl JobList {
    pub(super) fn new(client: &Client, folder: Option<JobName>) -> Self {
        Self { client: client.clone(), folder, recursive: false }
    }

    /// Lists what is in folders too: each folder is followed by what is in it.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let all = client.jobs().list().recursive().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn recursive(mut self) -> Self {
        self.recursive = true;
        self
    }

    /// The jobs one after the other, a request for each folder. At most the jobs of the folders that lead to the current one
    /// are in memory.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let count = client.jobs().list().recursive().stream().try_fold(0, |n, _| async move { Ok(n + 1) }).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> impl Stream<Item = Result<Job, Error>> + Send + 'static {
        // Folders to look into stand behind the jobs before them: a walk in depth.
        let begin = VecDeque::from([Step::LookInto(self.folder)]);
        let (client, recursive) = (self.client, self.recursive);
        try_unfold(begin, move |mut steps| {
            let client = client.clone();
            async move {
                loop {
                    match steps.pop_front() {
                        None => return Ok(None),
                        Some(Step::Show(job)) => return Ok(Some((*job, steps))),
                        Some(Step::LookInto(folder)) => {
                            for job in level(&client, folder.as_ref()).await?.into_iter().rev() {
                                let name = job.job_name().filter(|_| recursive && job.is_folder());
                                // Deeper with every step, so that the walk ends.
                                if let Some(inside) = name.filter(|name| name.folder() == folder) {
                                    steps.push_front(Step::LookInto(Some(inside)));
                                }
                                steps.push_front(Step::Show(Box::new(job)));
                            }
                        }
                    }
                }
            }
        })
    }
}

enum Step {
    Show(Box<Job>),
    LookInto(Option<JobName>),
}

/// The jobs of one folder.
fn level(client: &Client, folder: Option<&JobName>) -> Call<Vec<Job>> {
    let attempting =
        folder.map_or_else(|| "listing the jobs".to_owned(), |name| format!("listing the jobs of {name}"));
    let request = at_job(Request::get(attempting), folder).path("api/json");
    let call = Call::new(client.http(), request, |response, attempting| {
        response.json::<Job>(attempting).map(|job| job.jobs.unwrap_or_default())
    });
    call.tree(&format!("jobs[{FIELDS}]"))
}

impl IntoFuture for JobList {
    type Output = Result<Vec<Job>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.stream().try_collect())
    }
}

impl fmt::Debug for JobList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobList")
            .field("folder", &self.folder)
            .field("recursive", &self.recursive)
            .finish_non_exhaustive()
    }
}
