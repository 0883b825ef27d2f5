//! Looking for what a trigger led to.

use api_transport::Request;

use super::build_list::page;
use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::models::{BuildNumber, Job, JobName, ParameterDefinition, QueueId, QueueItem, QueueItems};

/// How far back builds are looked at.
const NEWEST: usize = 500;

/// How many of them one request brings.
const PAGE: usize = 50;

/// The build that an item of the queue became.
pub(crate) async fn build_of_item(
    client: &Client,
    job: &JobName,
    item: QueueId,
) -> Result<Option<BuildNumber>, Error> {
    for from in (0..NEWEST).step_by(PAGE) {
        let builds = page(client, job, from, from + PAGE, "number,queueId,url").await?;
        if let Some(build) = builds.iter().find(|build| build.queue_id == Some(item)) {
            return Ok(build.number);
        }
        if builds.len() < PAGE {
            break;
        }
    }
    Ok(None)
}

/// The item of the queue whose parameter has this value, or the one that a build with it was.
pub(super) async fn item_with(
    client: &Client,
    job: &JobName,
    name: &str,
    value: &str,
) -> Result<Option<QueueId>, Error> {
    let request = Request::get(format!("looking for {name}={value} in the queue")).path("queue/api/json");
    let queue: Call<QueueItems> = Call::json(client.http(), request);
    let queue = queue.tree("items[id,task[url],actions[parameters[name,value]]]").await?;
    let ours = |item: &&QueueItem| {
        let of_job = item.task.as_ref().and_then(|task| task.job()).is_none_or(|task| task == *job);
        of_job && item.parameters().any(|p| p.name == name && p.text().as_deref() == Some(value))
    };
    if let Some(item) = queue.items.iter().find(ours) {
        return Ok(item.id);
    }
    // In this order nothing slips through: what leaves the queue in between is among the builds by then.
    let builds = page(client, job, 0, PAGE, "number,queueId,actions[parameters[name,value]]").await?;
    let ours = builds.iter().find(|b| b.parameter(name).and_then(|p| p.text()).as_deref() == Some(value));
    Ok(ours.and_then(|build| build.queue_id))
}

/// The parameters that a job takes.
pub(super) fn parameters(client: &Client, job: &JobName) -> Call<Vec<ParameterDefinition>> {
    let request =
        at_job(Request::get(format!("reading the parameters of {job}")), Some(job)).path("api/json");
    let call = Call::new(client.http(), request, |response, attempting| {
        response.json::<Job>(attempting).map(|job| job.parameter_definitions().cloned().collect())
    });
    call.tree(
        "property[_class,parameterDefinitions[_class,name,type,description,defaultParameterValue[name,value],choices]]",
    )
}
