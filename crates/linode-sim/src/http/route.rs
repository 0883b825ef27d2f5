//! Which path is what, and which scope it needs.

use super::answer::Answer;
use super::call::Call;
use super::list::nothing;
use super::{account, balancers, catalog, firewalls, instances, networking, stackscripts, tags};
use crate::refusal::Refusal;
use crate::world::World;

/// Whether a path is a collection, which has a rate limit of its own.
pub(super) fn is_collection(segments: &[String]) -> bool {
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["regions" | "images" | "nodebalancers" | "tags" | "locks" | "volumes" | "vpcs" | "domains"]
            | ["tags", _]
            | ["regions", "availability"]
            | ["linode", "instances" | "types" | "kernels" | "stackscripts"]
            | ["linode", "instances", _, "configs" | "disks" | "nodebalancers" | "volumes" | "firewalls"]
            | ["nodebalancers", _, "configs" | "firewalls"]
            | ["nodebalancers", _, "configs", _, "nodes"]
            | ["networking", "ips" | "firewalls"]
            | ["networking", "firewalls", _, "devices"]
            | ["networking", "ipv6", "ranges" | "pools"]
            | ["account", "events" | "maintenance" | "users"]
            | ["placement", "groups"]
            | ["profile", "sshkeys"]
    )
}

/// The scope that a call needs: `*` when any token will do.
pub(super) fn scope(call: &Call) -> String {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let family = match path.as_slice() {
        ["regions", ..] | ["linode", "types" | "kernels", ..] | ["profile"] | ["profile", "grants"] => {
            return all();
        }
        ["account", "maintenance"] | ["images"] if call.method == "GET" => return all(),
        ["images", ..] => "images",
        ["linode", "stackscripts", ..] => "stackscripts",
        ["linode", ..] | ["placement", ..] => "linodes",
        ["nodebalancers", ..] => "nodebalancers",
        ["networking", "firewalls", ..] => "firewall",
        ["networking", ..] => "ips",
        ["account", "events", ..] => "events",
        ["volumes", ..] => "volumes",
        ["vpcs", ..] => "vpc",
        ["domains", ..] => "domains",
        _ => "account",
    };
    let access = if call.method == "GET" { "read_only" } else { "read_write" };
    format!("{family}:{access}")
}

fn all() -> String {
    "*".to_owned()
}

/// Whether a call is answered without any token.
pub(super) fn is_public(call: &Call) -> bool {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    call.method == "GET"
        && matches!(path.as_slice(), ["regions" | "images", ..] | ["linode", "types" | "kernels", ..])
}

/// Carries a call out.
pub(super) fn carry_out(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    match path.as_slice() {
        ["linode", "instances", rest @ ..] => instances::answer(world, call, method, rest),
        ["nodebalancers", rest @ ..] => balancers::answer(world, call, method, rest),
        ["networking", "firewalls", rest @ ..] => firewalls::answer(world, call, method, rest),
        ["networking", rest @ ..] => networking::answer(world, call, method, rest),
        ["account", rest @ ..] => account::account(world, call, method, rest),
        ["profile", rest @ ..] => account::profile(world, call, method, rest),
        ["tags", rest @ ..] => tags::tags(world, call, method, rest),
        // The API has locks in its beta version only.
        ["locks", rest @ ..] if call.beta => tags::locks(world, call, method, rest),
        ["regions", rest @ ..] => catalog::regions(world, call, method, rest),
        ["images", rest @ ..] => catalog::images(world, call, method, rest),
        ["linode", "stackscripts", rest @ ..] => stackscripts::answer(world, call, method, rest),
        ["linode", rest @ ..] => catalog::linode(world, call, method, rest),
        ["volumes" | "vpcs" | "domains"] | ["placement", "groups"] if method == "GET" => nothing(call),
        _ => Err(Refusal::not_found()),
    }
}
