//! Linodes.

use std::sync::Arc;
use std::time::Duration;

use linode_api::models::{CreateInstance, InstanceId as LinodeId, UpdateInstance, UserData};
use linode_sim::{SeedInstance, Simulator};
use scaler_core::model::{Installation, InstanceId, InstanceStatus, InstanceType};
use scaler_core::ports::{Compute, FailureKind};
use scaler_linode::{LinodeCompute, LinodeGroup, OwnerTags};

use super::{REGION, TYPE, World, client, group, marks, name, new, settle};
use crate::canned::Canned;

const OWNER: &str = "autoscale-owner:k3x9w2";
const WEB: &str = "autoscale-group:web";

async fn running(world: &World, id: InstanceId) -> scaler_core::model::Instance {
    for _ in 0..600 {
        let (instance, _) = world.compute.get(id).await.unwrap().expect("it exists");
        if instance.status == InstanceStatus::Running {
            return instance;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("it does not run after ten minutes")
}

#[tokio::test(start_paused = true)]
async fn a_member_is_created_with_its_marks_listed_found_and_deleted() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    assert_eq!((created.label.as_str(), created.kind.0.as_str()), ("web-ab1cd-1", TYPE));
    assert_eq!(created.status, InstanceStatus::Provisioning);
    let other = world.compute.create(&new("api", 1)).await.unwrap();

    let instance = running(&world, created.id).await;
    assert!(instance.address.as_deref().unwrap().starts_with("192.168."), "{instance:?}");
    assert!(!instance.locked);

    let mut listed = world.compute.list().await.unwrap();
    listed.instances.sort_by_key(|marked| marked.instance.id);
    let groups: Vec<_> = listed.instances.iter().map(|m| (m.instance.id, m.group.as_str())).collect();
    assert_eq!(groups, [(created.id, "web"), (other.id, "api")]);
    assert!(!listed.inconsistent);

    let (found, owner) = world.compute.find("web-ab1cd-1").await.unwrap().unwrap();
    assert_eq!((found.id, owner), (created.id, Some(name("web"))));
    assert_eq!(found.created, created.created);
    assert!(world.compute.find("web-ab1cd-11").await.unwrap().is_none());

    world.compute.delete(created.id).await.unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(world.compute.get(created.id).await.unwrap().is_none());
    world.compute.delete(created.id).await.expect("what is gone is deleted");
}

#[tokio::test(start_paused = true)]
async fn the_template_is_sent_whole_and_what_the_account_would_decide_is_said() {
    let world = World::new();
    let made = LinodeGroup::new("web", REGION, TYPE, "linode/debian12").unwrap().template(|template| {
        template
            .authorized_keys(vec!["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJt deploy".to_owned()])
            .tags(vec!["team:shop".to_owned(), OWNER.to_owned()])
            .user_data(UserData::new("#cloud-config\n"))
    });
    let template: &CreateInstance = &made.template;
    assert_eq!(
        (template.booted, template.private_ip, template.backups_enabled),
        (Some(true), Some(true), Some(false))
    );
    assert!(template.interface_generation.is_some());
    let compute = LinodeCompute::new(world.linode.clone(), marks(), [made]);
    let created = compute.create(&new("web", 1)).await.unwrap();
    let shown = world.linode.instance(LinodeId::new(created.id.0).unwrap()).get().await.unwrap();
    let mut tags = shown.tags.clone();
    tags.sort();
    assert_eq!(tags, [WEB, OWNER, "team:shop"]);
    assert_eq!((shown.region.as_str(), shown.instance_type.as_deref()), (REGION, Some(TYPE)));
    assert_eq!(shown.has_user_data, Some(true));
    assert!(shown.private_ipv4().is_some());
    assert_eq!(shown.backups.map(|backups| backups.enabled), Some(false));
}

#[tokio::test(start_paused = true)]
async fn only_exact_marks_count_whatever_the_filter_lets_through() {
    let world = World::new();
    let seed = |label: &str, tags: &[&str]| {
        let seed = tags.iter().fold(SeedInstance::new(label), |seed, tag| seed.tag(*tag));
        InstanceId(world.simulator.seed_instance(&seed).unwrap())
    };
    let ours = seed("web-ab1cd-1", &[OWNER, WEB]);
    let twice = seed("web-ab1cd-2", &[OWNER, WEB, "autoscale-group:api"]);
    for (label, tags) in [
        ("stranger", &["production"][..]),
        ("longer", &["autoscale-owner:k3x9w22", WEB]),
        ("no-group", &[OWNER]),
        ("no-owner", &[WEB]),
        ("odd-group", &[OWNER, "autoscale-group:Web"]),
        ("whose", &[OWNER, WEB, "autoscale-group:api"]),
    ] {
        let id = seed(label, tags);
        let (_, owner) = world.compute.get(id).await.unwrap().unwrap();
        assert_eq!(owner, None, "{label}");
    }
    settle().await;
    world.fault("instances:all-tags");
    let listed = world.compute.list().await.unwrap();
    let groups: Vec<_> = listed.instances.iter().map(|m| (m.instance.id, m.group.clone())).collect();
    assert_eq!(groups, [(ours, name("web")), (twice, name("web"))]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_changed_while_it_was_read_says_so() {
    let world = World::new();
    for slot in 1..4 {
        world.compute.create(&new("web", slot)).await.unwrap();
    }
    settle().await;
    world.fault("instances:half");
    let listed = world.compute.list().await.unwrap();
    assert!(listed.inconsistent);

    let body = r#"{"data":[],"page":1,"pages":1,"results":1}"#;
    let server = Canned::default().with("GET /v4beta/linode/instances", 200, body);
    let compute = LinodeCompute::new(client(Arc::new(server)), marks(), [group("web")]);
    let failure = compute.find("web-ab1cd-9").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Transient, "one that is not shown may exist: {failure}");
}

#[tokio::test(start_paused = true)]
async fn members_of_a_group_that_left_the_configuration_are_shown_and_get_no_more() {
    let world = World::new();
    world.compute.create(&new("web", 1)).await.unwrap();
    settle().await;
    let compute = LinodeCompute::new(world.linode.clone(), marks(), [group("api")]);
    assert_eq!(compute.list().await.unwrap().instances[0].group, name("web"));
    let failure = compute.create(&new("web", 2)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Request);
    assert!(failure.message.contains("add it to the configuration"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn marks_are_put_and_taken_and_other_tags_stay() {
    let world = World::new();
    let id =
        InstanceId(world.simulator.seed_instance(&SeedInstance::new("by-hand").tag("team:shop")).unwrap());
    let tags = async || {
        let mut tags = world.linode.instance(LinodeId::new(id.0).unwrap()).get().await.unwrap().tags;
        tags.sort();
        tags
    };
    world.compute.mark(id, &name("web"), true).await.unwrap();
    assert_eq!(tags().await, [WEB, OWNER, "team:shop"]);
    world.compute.mark(id, &name("web"), true).await.expect("marking twice changes nothing");
    assert_eq!(world.compute.get(id).await.unwrap().unwrap().1, Some(name("web")));

    let failure = world.compute.mark(id, &name("api"), true).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Guarded);
    assert!(failure.message.contains("of group web"), "{failure}");
    let stranger = OwnerTags::new("other1").unwrap();
    let strange = LinodeCompute::new(world.linode.clone(), stranger, [group("web")]);
    let failure = strange.mark(id, &name("web"), true).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Guarded);
    assert!(failure.message.contains(OWNER), "{failure}");

    world.compute.mark(id, &name("api"), false).await.expect("marks that are not there can be taken");
    assert_eq!(tags().await, [WEB, OWNER, "team:shop"]);
    world.compute.mark(id, &name("web"), false).await.unwrap();
    assert_eq!(tags().await, ["team:shop"]);
    assert!(world.compute.mark(InstanceId(999), &name("web"), true).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn prices_are_those_of_the_region_with_backups_where_they_are_made() {
    let world = World::new();
    let kinds: Vec<InstanceType> = vec![TYPE.into(), "g6-nanode-1".into(), "g6-imaginary".into()];
    let types = world.linode.instance_types().list().await.unwrap();
    let listed = |kind: &str| types.iter().find(|one| one.id == kind).unwrap().clone();
    for region in [REGION, "br-gru"] {
        let at = |backups: bool| {
            let made = LinodeGroup::new("web", region, TYPE, "linode/debian12")
                .unwrap()
                .template(|template| template.backups_enabled(backups));
            LinodeCompute::new(world.linode.clone(), marks(), [made])
        };
        let plain = at(false).prices(&name("web"), &kinds).await.unwrap();
        assert_eq!(plain.len(), 2, "a type that is not offered has no price");
        for (kind, price) in &plain {
            let hourly = listed(&kind.0).price_in(region).hourly.unwrap().as_f64();
            assert!((price.0 as f64 / 1e6 - hourly).abs() < 1e-6, "{kind} in {region}: {price}");
        }
        let with = at(true).prices(&name("web"), &kinds).await.unwrap();
        for ((kind, plain), (_, with)) in plain.iter().zip(&with) {
            assert!(with > plain, "{kind} in {region}: {with} with backups");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_locked_member_is_shown_as_such_and_its_delete_is_guarded() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    running(&world, created.id).await;
    let body = serde_json::json!({
        "entity_id": created.id.0, "entity_type": "linode", "lock_type": "cannot_delete"
    });
    world.linode.post::<serde_json::Value>("locks", &body).await.unwrap();
    assert!(world.compute.get(created.id).await.unwrap().unwrap().0.locked);
    assert!(world.compute.list().await.unwrap().instances[0].instance.locked);
    let failure = world.compute.delete(created.id).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Guarded);
    assert!(world.compute.get(created.id).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn statuses_follow_what_the_cloud_shows() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    let id = LinodeId::new(created.id.0).unwrap();
    running(&world, created.id).await;
    world.linode.instance(id).shutdown().await.unwrap();
    tokio::time::sleep(Duration::from_secs(300)).await;
    // Lassie boots a guest that powers itself off, not one that was shut down.
    assert_eq!(world.compute.get(created.id).await.unwrap().unwrap().0.status, InstanceStatus::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_released_member_is_nobodys() {
    let world = World::new();
    let created = world.compute.create(&new("web", 1)).await.unwrap();
    let id = LinodeId::new(created.id.0).unwrap();
    world.linode.instance(id).update(UpdateInstance::new().tags(vec![OWNER.to_owned()])).await.unwrap();
    settle().await;
    assert_eq!(world.compute.get(created.id).await.unwrap().unwrap().1, None);
    assert!(world.compute.list().await.unwrap().instances.is_empty());
}

#[test]
fn owners_fit_into_a_tag() {
    assert_eq!(OwnerTags::new("k3x9w2").unwrap().owner_tag(), OWNER);
    assert_eq!(OwnerTags::group_tag(&name("web")), WEB);
    assert_eq!(OwnerTags::new("a".repeat(34).as_str()).unwrap().owner_tag().len(), 50);
    for bad in ["", "Upper", "a b", "ü", &"a".repeat(35)] {
        assert!(OwnerTags::new(bad).unwrap_err().to_string().contains("1 to 34"), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_account_is_told_by_its_id_or_where_that_may_not_be_read_by_a_nodebalancer() {
    let world = World::new();
    let first = world.compute.account(&Installation::new("k3x9w2")).await.unwrap();
    assert_eq!(world.compute.owner(), Some("k3x9w2"));
    assert!(first.account.as_deref().unwrap().starts_with("FFFFFFFF-"), "{first:?}");
    let landmark = format!("nodebalancer/{}", world.backend.nodebalancer);
    assert_eq!(first.landmarks, [landmark.as_str()], "they tell it once the scope is gone");

    let scopes = "linodes:read_write nodebalancers:read_write";
    let poor = World::of(Simulator::builder().scoped_token("hush-hush", scopes).build());
    let shown = poor.compute.account(&first).await.unwrap();
    assert_eq!(shown.account, None);
    assert_eq!(first.shares_account(&shown), Some(true), "the NodeBalancer answers: {shown:?}");
    let mut elsewhere = first.clone();
    elsewhere.landmarks = vec!["nodebalancer/4711".to_owned()];
    let shown = poor.compute.account(&elsewhere).await.unwrap();
    assert_eq!(elsewhere.shares_account(&shown), None, "the one that is remembered is not there: {shown:?}");

    let other = World::new().with(|settings| settings.euuid = "EEEE".to_owned());
    let shown = other.compute.account(&first).await.unwrap();
    assert_eq!(first.shares_account(&shown), Some(false));
    other.fault("any:500");
    assert_eq!(other.compute.account(&first).await.unwrap_err().kind, FailureKind::Transient);
}
