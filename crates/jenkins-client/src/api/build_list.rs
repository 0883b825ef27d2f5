use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use api_transport::Request;
use futures_util::stream::{self, Stream, TryStreamExt, try_unfold};

use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::models::{Build, JobName};

/// What a list shows of each build.
const FIELDS: &str = "_class,number,url,queueId,building,inProgress,result,timestamp,duration,displayName,description,\
                      actions[_class,parameters[_class,name,value],causes[_class,shortDescription,userId]]";

/// Builds that one request brings.
const PAGE: usize = 100;

/// The builds of a job, the newest first, not yet asked for: `.await` fetches the first 100 or [`limit`](Self::limit), and
/// [`stream`](Self::stream) all.
#[must_use = "builds are not fetched until they are awaited or streamed"]
pub struct BuildList {
    client: Client,
    job: JobName,
    limit: usize,
}

impl BuildList {
    pub(super) fn new(client: &Client, job: &JobName) -> Self {
        Self { client: client.clone(), job: job.clone(), limit: PAGE }
    }

    /// How many `.await` fetches.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let last_five = client.job("web")?.builds().limit(5).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// All builds one after the other, 100 a request. A build that starts meanwhile moves the others on, so that one may be
    /// seen twice; none is missed.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let builds: Vec<_> = client.job("web")?.builds().stream().try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> impl Stream<Item = Result<Build, Error>> + Send + 'static {
        try_unfold((self, Some(0)), |(list, from)| async move {
            let Some(from) = from else { return Ok::<_, Error>(None) };
            let page = page(&list.client, &list.job, from, from + PAGE, FIELDS).await?;
            let next = (page.len() == PAGE).then_some(from + PAGE);
            Ok(Some((stream::iter(page.into_iter().map(Ok)), (list, next))))
        })
        .try_flatten()
    }
}

/// The builds from position `from` to before `to`, the newest first. `allBuilds` is not cut at 100 as `builds` is.
pub(super) fn page(client: &Client, job: &JobName, from: usize, to: usize, fields: &str) -> Call<Vec<Build>> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct AllBuilds {
        #[serde(default)]
        all_builds: Vec<Build>,
    }

    let request = at_job(Request::get(format!("listing the builds of {job}")), Some(job)).path("api/json");
    let call = Call::new(client.http(), request, |response, attempting| {
        response.json::<AllBuilds>(attempting).map(|job| job.all_builds)
    });
    call.tree(&format!("allBuilds[{fields}]{{{from},{to}}}"))
}

impl IntoFuture for BuildList {
    type Output = Result<Vec<Build>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        page(&self.client, &self.job, 0, self.limit, FIELDS).into_future()
    }
}

impl fmt::Debug for BuildList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuildList")
            .field("job", &self.job)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
