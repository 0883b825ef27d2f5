//! A group that is described once.

use linode_api::models::{
    CreatePlacementGroup, FirewallId, PlacementGroupId, StackScriptData, StackScriptId, UserData,
};
use scaler_core::clock::TokioClock;
use scaler_core::model::{ConfigId, Size};
use scaler_core::runtime::{BuildError, Outcome};
use scaler_linode::LinodeGroup;

use super::{IMAGE, REGION, TYPE, World, client_of, group};

fn plain() -> LinodeGroup {
    LinodeGroup::new("web", REGION, TYPE, IMAGE).unwrap()
}

fn hash(group: &LinodeGroup) -> String {
    group.to_group().unwrap().template.hash.0
}

#[test]
fn the_engine_is_told_what_the_description_says() {
    let described = plain().size(2..=6).or_type("g6-dedicated-2").node_balancer(9042, 11_873, 8080);
    let group = described.configure(|group| group.largest_step.0 = 7).to_group().unwrap();
    assert_eq!((group.name.as_str(), group.size, group.largest_step.0), ("web", Size { min: 2, max: 6 }, 7));
    assert_eq!(group.balancers, [ConfigId(11_873)]);
    assert_eq!(group.template.types, [TYPE.into(), "g6-dedicated-2".into()]);
    assert_eq!(plain().to_group().unwrap().size, Size { min: 1, max: 1 });
}

#[test]
fn a_template_is_known_by_its_content() {
    let same = hash(&plain());
    assert_eq!(same, "aaa074ca84c45409", "members of a running installation would become older ones");
    let script = |value: &str| {
        let data = StackScriptData::new().field("release", value);
        plain().template(|create| create.stackscript(StackScriptId::new(9).unwrap(), data))
    };
    let others = [
        LinodeGroup::new("web", "de-fra-2", TYPE, IMAGE).unwrap(),
        LinodeGroup::new("web", REGION, TYPE, "private/24170").unwrap(),
        plain().template(|create| create.authorized_keys(vec!["ssh-ed25519 AAAA".to_owned()])),
        plain().template(|create| create.authorized_users(vec!["ada".to_owned()])),
        plain().template(|create| create.authorized_users(vec!["ada".to_owned(), "bob".to_owned()])),
        plain().template(|create| create.firewall_id(FirewallId::new(3).unwrap())),
        plain().template(|create| create.swap_size(3)),
        plain().template(|create| create.backups_enabled(true)),
        plain().template(|create| create.private_ip(false)),
        plain().template(|create| create.tags(vec!["one".to_owned()])),
        plain().template(|create| create.user_data(UserData::new("x"))),
        plain().template(|create| {
            create.placement_group(CreatePlacementGroup::new(PlacementGroupId::new(3).unwrap()))
        }),
        plain().template(|create| create.network_helper(true)),
        script("4.2"),
        script("4.3"),
    ];
    let mut seen = vec![same.clone()];
    for other in &others {
        let hash = hash(other);
        assert!(!seen.contains(&hash), "{:?}", other.template);
        seen.push(hash);
    }
    for same_content in [
        plain().size(2..=6),
        plain().or_type("g6-dedicated-2"),
        LinodeGroup::new("api", REGION, "g6-nanode-1", IMAGE).unwrap(),
        plain().node_balancer(1, 2, 3),
        plain().template(|create| create.root_pass("open sesame".to_owned().into())),
        plain().template(|create| create.label("x")),
    ] {
        assert_eq!(hash(&same_content), same);
    }
}

#[test]
fn secrets_are_not_in_the_hash() {
    let with = |value: &str| {
        let data = StackScriptData::new().field("release", "4.2").field("key", value);
        plain()
            .template(|create| create.stackscript(StackScriptId::new(9).unwrap(), data))
            .stackscript_secrets(["key"])
    };
    assert_eq!(hash(&with("open sesame")), hash(&with("open barley")));
}

#[test]
fn what_can_not_be_is_told_before_anything_is_asked() {
    let world = World::new();
    let error = LinodeGroup::new("Web!", REGION, TYPE, IMAGE).map(drop).unwrap_err();
    assert!(error.to_string().contains("Web!"));
    let build = |owner: &str, group: LinodeGroup| {
        scaler_linode::scaler(client_of(&world.simulator), owner, [group]).map(drop)
    };
    let error = build("shop", plain().node_balancer(0, 7, 80)).unwrap_err();
    assert!(matches!(&error, BuildError::Group { why, .. } if why.contains("ids are")), "{error}");
    let error = build("Shop", plain().node_balancer(1, 7, 80)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "owner \"Shop\" is not usable: 1 to 34 lower case letters, digits and hyphens, so that it can stand in a tag"
    );
    assert!(build("shop", plain()).unwrap_err().to_string().contains("no NodeBalancer config"));
    build("shop", plain().node_balancer(1, 7, 80)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_described_is_what_is_scaled() {
    let world = World::new();
    let (nodebalancer, config) = (world.backend.nodebalancer.get(), world.backend.config.get());
    let web = group("web").size(1..=4).node_balancer(nodebalancer, config, 8080);
    let scaler = scaler_linode::builder(client_of(&world.simulator), "shop", [web])
        .unwrap()
        .clock(TokioClock::new(world.simulator.now()))
        .build()
        .unwrap();
    let web = scaler.group("web").unwrap();
    assert_eq!(web.scale_to(3).because("a test").await.unwrap(), Outcome::Reached);
    let instances = world.linode.instances().list().await.unwrap();
    assert_eq!(instances.len(), 3);
    assert!(
        instances
            .items()
            .iter()
            .all(|one| one.has_tag("autoscale-owner:shop") && one.has_tag("autoscale-group:web"))
    );
    let nodes = world.linode.nodebalancer(world.backend.nodebalancer).config(world.backend.config).nodes();
    assert_eq!(nodes.list().await.unwrap().len(), 3);
}
