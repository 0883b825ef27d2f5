//! The models without the client.

use linode_api::InstanceId;
use linode_api::models::{CreateInstance, Instance};

pub fn request() -> CreateInstance {
    CreateInstance::new("nl-ams", "g6-nanode-1").label("web-7")
}

pub fn id(instance: &Instance) -> InstanceId {
    instance.id
}
