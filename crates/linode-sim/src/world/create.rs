//! What `POST /linode/instances` demands.

use serde::Serialize;
use serde_json::Value;

use super::World;
use crate::body::Body;
use crate::catalog::has_capability;
use crate::faults::{Effect, Request};
use crate::refusal::Refusal;

/// Where instances are listed and created.
pub(super) const LIST: &str = "/linode/instances";

/// Why what belongs to each of its interfaces is refused for a Linode.
pub(super) const LINODE_INTERFACES: &str =
    "Option cannot be set on a Linode that is configured to use Linode Interfaces";

/// The size that a type gives.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Plan {
    pub(crate) disk: u64,
    pub(crate) memory: u64,
    pub(crate) vcpus: u32,
    pub(crate) gpus: u64,
    pub(crate) transfer: u64,
    pub(crate) accelerated_devices: u64,
}

/// A request that may be carried out.
#[derive(Debug)]
pub(super) struct Validated {
    pub(super) label: Option<String>,
    pub(super) region: String,
    pub(super) plan: String,
    pub(super) specs: Plan,
    pub(super) image: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) private_ip: bool,
    pub(super) booted: bool,
    pub(super) backups_enabled: bool,
    pub(super) has_user_data: bool,
    pub(super) placement_group: Option<Value>,
    pub(super) disk_encryption: String,
    pub(super) interface_generation: String,
    pub(super) maintenance_policy: String,
    pub(super) network_helper: Option<bool>,
    pub(super) firewall: Option<u64>,
}

pub(super) fn validate(world: &mut World, body: Body<'_>) -> Result<Validated, Refusal> {
    if !world.settings.activated {
        return Err(Refusal::bad("Your account must be activated before you can use this endpoint"));
    }
    let region =
        body.text("region")?.ok_or_else(|| Refusal::field("region", "region is required"))?.to_owned();
    let plan = body.text("type")?.ok_or_else(|| Refusal::field("type", "type is required"))?.to_owned();
    let catalog = world.catalog.clone();
    let place = catalog.region(&region).ok_or_else(|| Refusal::field("region", "region is not valid"))?;
    let size = catalog
        .plan(&plan)
        .ok_or_else(|| Refusal::field("type", "A valid plan type by that ID was not found"))?;
    let label = body.text("label")?.filter(|label| !label.is_empty());
    label.map_or(Ok(()), |label| check_label(label, 64))?;
    let tags = body.texts("tags")?;
    world.check_tags(tags.as_deref())?;
    let image = body.text("image")?.map(str::to_owned);
    let user_data = check_user_data(body)?;
    check_image(world, body, image.as_deref(), user_data.then_some(place))?;
    if let Some(id) = body.number("stackscript_id")? {
        world.check_stackscript(id, image.as_deref())?;
    }
    let interface_generation = check_interfaces(world, body)?;
    let firewall = world.firewall_named(body)?;
    refuse_by_capacity(world, &plan)?;
    let number = |name: &str| size.get(name).and_then(Value::as_u64).unwrap_or_default();
    Ok(Validated {
        label: label.map(str::to_owned),
        specs: Plan {
            disk: number("disk"),
            memory: number("memory"),
            vcpus: u32::try_from(number("vcpus")).unwrap_or(1),
            gpus: number("gpus"),
            transfer: number("transfer"),
            accelerated_devices: number("accelerated_devices"),
        },
        region,
        plan,
        booted: image.is_some() && body.flag("booted")?.unwrap_or(true),
        image,
        tags: tags.unwrap_or_default(),
        private_ip: body.flag("private_ip")?.unwrap_or(false),
        backups_enabled: body.flag("backups_enabled")?.unwrap_or(world.settings.backups_enabled),
        has_user_data: user_data,
        placement_group: body.get("placement_group").cloned(),
        disk_encryption: body
            .one_of("disk_encryption", &["enabled", "disabled"])?
            .unwrap_or("enabled")
            .to_owned(),
        interface_generation,
        maintenance_policy: body.text("maintenance_policy")?.unwrap_or("linode/migrate").to_owned(),
        network_helper: body.flag("network_helper")?,
        firewall,
    })
}

/// A Linode's or a firewall's label: 3 to `most` characters, first a letter, last alphanumeric, no doubled separators.
pub(super) fn check_label(label: &str, most: usize) -> Result<(), Refusal> {
    let refuse = |reason: &str| Err(Refusal::field("label", reason));
    if !(3..=most).contains(&label.chars().count()) {
        return refuse(&format!("Must be between 3 and {most} characters"));
    }
    if !label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return refuse("Must only use ASCII letters, numbers, underscores, dashes and periods");
    }
    if !label.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return refuse("Must begin with an alpha character");
    }
    if !label.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return refuse("Must end with an alphanumeric character");
    }
    if ["--", "__", ".."].iter().any(|double| label.contains(double)) {
        return refuse("Must not have two dashes (--), underscores (__) or periods (..) in a row");
    }
    Ok(())
}

fn check_image(
    world: &World,
    body: Body<'_>,
    image: Option<&str>,
    needs_metadata: Option<&Value>,
) -> Result<(), Refusal> {
    let Some(name) = image else { return Ok(()) };
    let image = world.catalog.image(name).ok_or_else(|| Refusal::field("image", "image is not valid"))?;
    if let Some(region) = needs_metadata {
        if !has_capability(region, "Metadata") {
            return Err(Refusal::field("metadata", "Metadata is not available in this region"));
        }
        if !has_capability(image, "cloud-init") {
            return Err(Refusal::field("metadata", "user_data requires an image that supports cloud-init"));
        }
    }
    let password = body.text("root_pass")?;
    let keys = body.list("authorized_keys")?.is_some_and(|keys| !keys.is_empty());
    let users = body.list("authorized_users")?.is_some_and(|users| !users.is_empty());
    match password {
        None if keys || users => {}
        None => {
            return Err(Refusal::bad("Must provide valid root_pass, authorized_keys, or authorized_users"));
        }
        Some(password) => check_password(password)?,
    }
    Ok(())
}

fn check_password(password: &str) -> Result<(), Refusal> {
    if !(7..=128).contains(&password.chars().count()) {
        return Err(Refusal::field("root_pass", "Must be between 7 and 128 characters"));
    }
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    if kinds.iter().filter(|kind| password.chars().any(*kind)).count() < 2 {
        return Err(Refusal::field("root_pass", "Password does not meet strength requirement"));
    }
    Ok(())
}

/// Whether there is user data, at most 65,535 bytes of base64 decoded.
fn check_user_data(body: Body<'_>) -> Result<bool, Refusal> {
    let data = body
        .object("metadata")?
        .and_then(|metadata| metadata.get("user_data"))
        .filter(|data| !data.is_null());
    let Some(data) = data else { return Ok(false) };
    let text = data.as_str().unwrap_or_default();
    let alphabet = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=' | b'\n');
    if text.is_empty() || !text.len().is_multiple_of(4) || !text.bytes().all(alphabet) {
        return Err(Refusal::field("metadata.user_data", "user_data must be base64 encoded"));
    }
    if text.len() / 4 * 3 > 65_537 {
        return Err(Refusal::field("metadata.user_data", "user_data must be at most 65535 bytes, decoded"));
    }
    Ok(true)
}

/// The generation of interfaces that the account and the request agree on.
fn check_interfaces(world: &World, body: Body<'_>) -> Result<String, Refusal> {
    let setting = world.settings.interfaces_for_new_linodes.as_str();
    let default = if setting.starts_with("linode") { "linode" } else { "legacy_config" };
    let chosen = body.one_of("interface_generation", &["linode", "legacy_config"])?.unwrap_or(default);
    if (setting == "linode_only" && chosen != "linode")
        || (setting == "legacy_config_only" && chosen == "linode")
    {
        return Err(Refusal::field(
            "interface_generation",
            "Not allowed by the account's interface settings",
        ));
    }
    let interfaces = body.list("interfaces")?;
    let legacy = interfaces.is_some_and(|all| all.iter().any(|one| one.get("purpose").is_some()));
    if chosen == "linode" && (legacy || body.get("firewall_id").is_some()) {
        let field = if legacy { "interfaces" } else { "firewall_id" };
        return Err(Refusal::field(field, LINODE_INTERFACES));
    }
    Ok(chosen.to_owned())
}

/// Refusals that only another type, another time or a person can cure.
fn refuse_by_capacity(world: &mut World, plan: &str) -> Result<(), Refusal> {
    let limited = "Account Limit reached. Please open a support ticket.";
    if world.settings.instance_limit.is_some_and(|limit| world.instances.len() >= limit) {
        return Err(Refusal::bad(limited));
    }
    let request = Request { method: "POST", path: LIST, collection: false };
    let wanted = |effect: &Effect| match effect {
        Effect::AccountLimit => true,
        Effect::SoldOut { plan: only } => only.as_deref().is_none_or(|only| only == plan),
        _ => false,
    };
    match world.strike(request, wanted) {
        Some(Effect::AccountLimit) => Err(Refusal::bad(limited)),
        Some(_) => Err(Refusal::bad(
            "A limit on capacity is preventing the deployment of the selected Linode plan in this region.",
        )),
        None => Ok(()),
    }
}
