//! `plan`.

use super::{Context, named_or_only};
use crate::args::PlanArgs;
use crate::exit::{Exit, Failure};

pub(super) async fn run(context: &Context<'_>, args: &PlanArgs) -> Result<Exit, Failure> {
    let backend = context.backend().await?;
    let group = named_or_only(&*backend, &args.group, &args.named).await?;
    let plan = backend.plan(&group, None).await?;
    context.output.result(&plan, &plan)?;
    Ok(Exit::Ok)
}
