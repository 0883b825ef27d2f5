//! Cancelling what waits.

use super::answer::Answer;
use super::context::Context;
use crate::Permission;
use crate::refusal::Refusal;
use crate::world::World;

/// `POST /queue/cancelItem?id=N`.
pub(super) fn cancel(world: &mut World, context: Context<'_>) -> Result<Answer, Refusal> {
    context.needs_post()?;
    let id = context.call.parameter("id").unwrap_or_default();
    let id: u64 = id.parse().map_err(|_| Refusal::error(400, format!("`{id}` is not the id of an item")))?;
    let known = world.queue.items.get(&id).map(|item| item.job);
    let name = known.map(|job| world.name_of(job).to_owned());
    if !name.is_some_and(|name| world.sees(context.caller, &name)) {
        return Ok(Answer::empty(404));
    }
    if !world.may(context.caller, Permission::JobCancel) {
        return Ok(Answer::empty(422));
    }
    Ok(Answer::empty(if world.cancel(id) { 204 } else { 404 }))
}

/// `POST /queue/item/N/cancelQueue`.
pub(super) fn cancel_one(world: &mut World, context: Context<'_>, id: &str) -> Result<Answer, Refusal> {
    context.changes(world, Permission::JobCancel)?;
    let id: u64 = id.parse().map_err(|_| Refusal::not_found())?;
    if world.cancel(id) {
        Ok(Answer::redirect(302, format!("{}queue/", context.server(world))))
    } else {
        Err(Refusal::not_found())
    }
}
