//! The stories: what is done to the load, and what is waited for.

use std::time::Duration;

use autoscale_api::view::Status;
use scaler_core::model::Phase;
use tokio::time::sleep;

use crate::alerts::rules::HIGH;
use crate::happening::{Chapter, Diary, What};
use crate::options::Story;
use crate::stage::Stage;
use crate::stage::settings::{MAX, MIN};

/// Requests a second. A member bears 100: of two this is a fifth.
const CALM: f64 = 40.0;
/// Of two members 88 %, of four 44 %.
const SPIKE: f64 = 176.0;
/// Of three members 80 %, of four 60 %.
const RETURN: f64 = 240.0;

/// Waits are as long as they usually are, times three, and so much real time more: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
const MINUTE: Duration = Duration::from_secs(60);

/// The first words, before anything is there.
pub(crate) fn begin(diary: &Diary) {
    diary.note(What::Chapter(Chapter::Calm));
}

/// Plays a story to its end, from the calm on.
///
/// # Errors
/// Says what did not come about in time; the story ends there.
pub(crate) async fn play(stage: &Stage, story: Story) -> Result<(), String> {
    let played = chapters(stage, story).await;
    stage.diary.note(What::Chapter(Chapter::Bill));
    played
}

async fn chapters(stage: &Stage, story: Story) -> Result<(), String> {
    let begin = |chapter| stage.diary.note(What::Chapter(chapter));
    let limit = |usual: Duration| stage.pace.real(usual * 3) + PATIENCE;
    let simulated = |time: Duration| sleep(stage.pace.real(time));

    stage.load.rate(CALM);
    stage.until("both members warm", limit(MINUTE * 3), |group| warm(group) == MIN).await?;
    simulated(MINUTE / 2).await;

    let spike = stage.pace.now();
    begin(Chapter::Spike);
    stage.load.rate(SPIKE);
    stage.until("a decision for more members", limit(MINUTE * 3), |group| wants(group, MAX)).await?;

    begin(Chapter::ScaleUp);
    stage.until("new members in service", limit(MINUTE * 4), |group| serving(group) == MAX).await?;

    begin(Chapter::Spread);
    stage.until("new members warm", limit(MINUTE * 3), |group| warm(group) == MAX).await?;
    let resolved = |what: &What| matches!(what, What::Resolved { alert } if alert == HIGH);
    stage.until("the alert resolved", limit(MINUTE * 2), |_| stage.diary.has(spike, resolved)).await?;

    begin(Chapter::CalmAgain);
    stage.load.rate(CALM);
    stage.until("a member draining", limit(MINUTE * 6), |group| phase(group, Phase::Draining) > 0).await?;

    match story {
        Story::Spike => {
            begin(Chapter::ScaleDown);
            stage.until("back at two members", limit(MINUTE * 8), |group| settled(group, MIN)).await?;
        }
        Story::SpikeReturns => {
            begin(Chapter::SpikeReturns);
            stage.load.rate(RETURN);
            stage.until("the member reinstated", limit(MINUTE * 3), |group| settled(group, MAX)).await?;
            // Long enough to see that the larger load is borne, and that nothing more is created.
            simulated(MINUTE * 2).await;
        }
    }
    simulated(MINUTE / 4).await;
    Ok(())
}

/// A number of members as the API counts them.
fn size(members: u32) -> usize {
    usize::try_from(members).unwrap_or(usize::MAX)
}

fn wants(group: &Status, desired: usize) -> bool {
    group.desired.is_some_and(|now| size(now) == desired)
}

fn phase(group: &Status, phase: Phase) -> usize {
    group.members.iter().filter(|member| member.phase == phase).count()
}

fn warm(group: &Status) -> usize {
    phase(group, Phase::InService)
}

/// In service, warm or not.
fn serving(group: &Status) -> usize {
    phase(group, Phase::InService) + phase(group, Phase::Warming)
}

/// So many are wanted, and just these are there and serve.
fn settled(group: &Status, members: usize) -> bool {
    wants(group, members) && group.members.len() == members && serving(group) == members
}
