//! Jobs and folders: creating, changing, deleting.

use super::answer::Answer;
use super::context::Context;
use crate::Permission;
use crate::config::{ItemKind, set_element};
use crate::export::item_path;
use crate::refusal::Refusal;
use crate::world::{World, join, parent};

/// `POST createItem`, in a folder or at the root.
pub(super) fn create(world: &mut World, context: Context<'_>, folder: &str) -> Result<Answer, Refusal> {
    context.changes(world, Permission::JobCreate)?;
    let call = context.call;
    let container =
        folder.is_empty() || world.items.get(folder).is_some_and(|item| item.config.kind == ItemKind::Folder);
    if !container {
        return Err(Refusal::not_found());
    }
    let name =
        call.parameter("name").ok_or_else(|| Refusal::failure("Query parameter 'name' is required"))?;
    let place = || format!("{}{}", context.server(world), item_path(&join(folder, name)));
    match call.parameter("mode") {
        Some("copy") => {
            let location = place();
            let from = call.parameter("from").unwrap_or_default();
            world.copy_item(folder, from, name)?;
            Ok(Answer::redirect(302, location))
        }
        Some(mode) => {
            let location = format!("{}configure", place());
            world.create_item(folder, name, empty_config(mode)?)?;
            Ok(Answer::redirect(302, location))
        }
        None => {
            let xml =
                call.content_type.starts_with("application/xml") || call.content_type.starts_with("text/xml");
            if !xml {
                return Err(Refusal::failure("No mode given"));
            }
            world.create_item(folder, name, &call.text())?;
            Ok(Answer::done())
        }
    }
}

/// The configuration of an item that is made by its class alone.
fn empty_config(mode: &str) -> Result<&'static str, Refusal> {
    Ok(match mode {
        "com.cloudbees.hudson.plugins.folder.Folder" => {
            "<com.cloudbees.hudson.plugins.folder.Folder><properties/></com.cloudbees.hudson.plugins.folder.Folder>"
        }
        "hudson.model.FreeStyleProject" => "<project><properties/><builders/><publishers/></project>",
        "org.jenkinsci.plugins.workflow.job.WorkflowJob" => {
            "<flow-definition><properties/></flow-definition>"
        }
        _ => return Err(Refusal::failure(format!("No such item type: {mode}"))),
    })
}

pub(super) fn carry_out(
    world: &mut World,
    context: Context<'_>,
    full: &str,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    let call = context.call;
    let page = |world: &World, full: &str| format!("{}{}", context.server(world), item_path(full));
    match rest {
        [] | ["configure"] => Ok(Answer::page("Job")),
        ["createItem"] => create(world, context, full),
        ["config.xml"] if call.is_post() => {
            context.needs(world, Permission::JobConfigure)?;
            world.configure(full, &call.text())?;
            Ok(Answer::done())
        }
        ["config.xml"] => {
            context.needs(world, Permission::JobConfigure)?;
            Ok(Answer::xml(world.items.get(full).ok_or_else(Refusal::not_found)?.xml.clone()))
        }
        ["doDelete"] => {
            context.changes(world, Permission::JobDelete)?;
            let location = page(world, parent(full));
            world.delete_item(full, &context.caller.id);
            Ok(Answer::redirect(302, location))
        }
        ["doRename" | "confirmRename"] => {
            context.changes(world, Permission::JobConfigure)?;
            let name = call.parameter("newName").unwrap_or_default();
            let to = join(parent(full), name);
            world.rename_item(full, &to)?;
            Ok(Answer::redirect(302, page(world, &to)))
        }
        ["move", "move"] => {
            context.changes(world, Permission::JobConfigure)?;
            let folder = call.parameter("destination").unwrap_or_default().trim_matches('/');
            if !folder.is_empty() && !world.items.contains_key(folder) {
                return Err(Refusal::failure(format!("No such folder: {folder}")));
            }
            let to = join(folder, crate::world::short_name(full));
            world.rename_item(full, &to)?;
            Ok(Answer::redirect(302, page(world, &to)))
        }
        [what @ ("enable" | "disable")] => {
            context.changes(world, Permission::JobConfigure)?;
            world.set_disabled(full, *what == "disable")?;
            Ok(Answer::redirect(302, page(world, full)))
        }
        ["description"] if !call.is_post() => {
            let item = world.items.get(full).ok_or_else(Refusal::not_found)?;
            Ok(Answer::text(item.config.description.clone().unwrap_or_default()))
        }
        [what @ ("description" | "submitDescription")] => {
            context.changes(world, Permission::JobConfigure)?;
            let item = world.items.get(full).ok_or_else(Refusal::not_found)?;
            let xml =
                set_element(&item.xml, "description", call.parameter("description").unwrap_or_default());
            world.configure(full, &xml)?;
            let shown = *what == "submitDescription";
            Ok(if shown { Answer::redirect(302, page(world, full)) } else { Answer::empty(204) })
        }
        ["nextbuildnumber", "submit"] => {
            context.changes(world, Permission::JobConfigure)?;
            let number = call.parameter("nextBuildNumber").and_then(|text| text.trim().parse::<u64>().ok());
            let number = number.ok_or_else(|| Refusal::failure("Build number is not a number"))?;
            let item = world.items.get_mut(full).ok_or_else(Refusal::not_found)?;
            // A smaller one than those that exist is not taken.
            if item.builds.keys().next_back().is_none_or(|last| number > *last) {
                item.next_number = number;
            }
            Ok(Answer::redirect(302, page(world, full)))
        }
        ["doWipeOutWorkspace"] => {
            context.changes(world, Permission::JobConfigure)?;
            world.wipe_workspace(full);
            Ok(Answer::redirect(302, page(world, full)))
        }
        ["reload"] => {
            context.changes(world, Permission::JobConfigure)?;
            Ok(Answer::redirect(302, page(world, full)))
        }
        ["indexing" | "computation", "consoleText"] => {
            let item = world.items.get(full).filter(|item| item.config.kind == ItemKind::Multibranch);
            Ok(Answer::text(item.ok_or_else(Refusal::not_found)?.scan_log.clone()))
        }
        _ => Err(Refusal::not_found()),
    }
}

/// `POST build` on a multibranch project looks for branches.
pub(super) fn scan(world: &mut World, context: Context<'_>, full: &str) -> Result<Answer, Refusal> {
    context.changes(world, Permission::JobBuild)?;
    world.scan(full);
    Ok(Answer::redirect(302, format!("{}{}", context.server(world), item_path(full))))
}
