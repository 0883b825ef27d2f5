//! Rules about instances.

use scaler_core::model::{GroupName, InstanceId, InstanceType};
use scaler_core::ports::FailureKind;

use crate::cloud::{Cloud, CloudFixture, found, member, new};
use crate::{Wrong, same};

/// Id and group of each listed instance.
pub(super) async fn listed(cloud: &Cloud) -> Result<Vec<(InstanceId, GroupName)>, Wrong> {
    let listing = cloud.compute.list().await?;
    let mut pairs: Vec<_> = listing.instances.into_iter().map(|one| (one.instance.id, one.group)).collect();
    pairs.sort();
    Ok(pairs)
}

pub(super) async fn nothing(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    same("listed", &listed(&cloud).await?, &Vec::new())?;
    same("found", &cloud.compute.find("conform-1").await?, &None)?;
    for config in cloud.configs {
        same("nodes", &cloud.balancer.nodes(config).await?, &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn created(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let made = cloud.compute.create(&new(&cloud, "conform-1")).await?;
    same("the label", &made.label.as_str(), &"conform-1")?;
    same("the type", &made.kind, &cloud.kind)?;
    fixture.settle().await?;
    let group = Some(cloud.groups[0].clone());
    let (by_id, tagged) = found("by its id", cloud.compute.get(made.id).await?)?;
    same("id and label by id", &(by_id.id, by_id.label.as_str()), &(made.id, "conform-1"))?;
    same("the group by id", &tagged, &group)?;
    let (by_label, tagged) = found("by its label", cloud.compute.find("conform-1").await?)?;
    same("the id by label", &by_label.id, &made.id)?;
    same("the group by label", &tagged, &group)?;
    same("listed", &listed(&cloud).await?, &vec![(made.id, cloud.groups[0].clone())])?;
    // A label that begins with another is another.
    same("found by a part of its label", &cloud.compute.find("conform").await?, &None)
}

pub(super) async fn label_once(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let made = member(fixture, &cloud, "conform-1").await?;
    match cloud.compute.create(&new(&cloud, "conform-1")).await {
        Ok(second) => return Err(Wrong::new(format!("a second instance with the label, {}", second.id))),
        Err(failure) => same("the failure's kind", &failure.kind, &FailureKind::LabelTaken)?,
    }
    fixture.settle().await?;
    same("listed", &listed(&cloud).await?, &vec![(made.id, cloud.groups[0].clone())])
}

pub(super) async fn stranger(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let id = fixture.stranger("conform-theirs").await?;
    fixture.settle().await?;
    same("listed", &listed(&cloud).await?, &Vec::new())?;
    let (instance, group) = found("by its label", cloud.compute.find("conform-theirs").await?)?;
    same("id and group by label", &(instance.id, group), &(id, None))?;
    let (_, group) = found("by its id", cloud.compute.get(id).await?)?;
    same("the group by id", &group, &None)
}

pub(super) async fn label_taken(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let id = fixture.stranger("conform-theirs").await?;
    fixture.settle().await?;
    match cloud.compute.create(&new(&cloud, "conform-theirs")).await {
        Ok(second) => return Err(Wrong::new(format!("a second instance with the label, {}", second.id))),
        Err(failure) => same("the failure's kind", &failure.kind, &FailureKind::LabelTaken)?,
    }
    let (_, group) = found("by its id", cloud.compute.get(id).await?)?;
    same("the group of theirs", &group, &None)
}

pub(super) async fn marked(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let made = member(fixture, &cloud, "conform-1").await?;
    let [group, other] = &cloud.groups;
    cloud.compute.mark(made.id, group, false).await?;
    fixture.settle().await?;
    same("listed without tags", &listed(&cloud).await?, &Vec::new())?;
    let (_, tagged) = found("by its id", cloud.compute.get(made.id).await?)?;
    same("the group without tags", &tagged, &None)?;
    cloud.compute.mark(made.id, other, true).await?;
    fixture.settle().await?;
    same("listed with the other group's tags", &listed(&cloud).await?, &vec![(made.id, other.clone())])
}

pub(super) async fn deleted(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let goes = member(fixture, &cloud, "conform-1").await?;
    let stays = member(fixture, &cloud, "conform-2").await?;
    cloud.compute.delete(goes.id).await?;
    fixture.settle().await?;
    same("the deleted one by id", &cloud.compute.get(goes.id).await?, &None)?;
    same("the deleted one by label", &cloud.compute.find("conform-1").await?, &None)?;
    same("listed", &listed(&cloud).await?, &vec![(stays.id, cloud.groups[0].clone())])?;
    cloud.compute.delete(goes.id).await?;
    same("listed", &listed(&cloud).await?, &vec![(stays.id, cloud.groups[0].clone())])
}

pub(super) async fn prices(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let asked = [cloud.kind.clone(), InstanceType::from("conform-no-such-type")];
    let known = cloud.compute.prices(&cloud.groups[0], &asked).await?;
    match known.iter().find(|(kind, _)| *kind != cloud.kind) {
        Some((kind, _)) => {
            Err(Wrong::new(format!("a price of {kind}, which was not asked for or does not exist")))
        }
        None => Ok(()),
    }
}
