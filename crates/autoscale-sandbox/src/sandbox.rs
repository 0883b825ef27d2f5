//! From the options to the report.

use tempfile::TempDir;

use crate::happening::Diary;
use crate::options::Options;
use crate::pace::Pace;
use crate::report::{Evidence, Report};
use crate::show::Show;
use crate::stage::{Places, Stage};
use crate::{Failure, story};

/// The whole system at work on this machine, with a story to be played. Dropping it ends everything at once;
/// [`Sandbox::close`] politely.
#[derive(Debug)]
pub struct Sandbox {
    options: Options,
    stage: Stage,
    show: Option<Show>,
}

impl Sandbox {
    /// Sets everything up, with its files in `folder`, and shows what happens from now on.
    ///
    /// # Errors
    /// Says what could not be started.
    pub async fn open(options: Options, folder: TempDir) -> Result<Self, Failure> {
        let pace = Pace::new(options.speed);
        let (diary, told) = Diary::new(pace);
        story::begin(&diary);
        let stage = Stage::open(&options, pace, diary, folder).await?;
        let show = Show::start(&options, &stage, told);
        Ok(Self { options, stage, show: Some(show) })
    }

    /// Plays the story to its end, and judges it.
    pub async fn play(&mut self) -> Report {
        let played = story::play(&self.stage, self.options.story).await;
        if !self.options.keep {
            self.stage.load.finish().await;
        }
        let evidence = Evidence::gather(&self.options, &self.stage, played.err()).await;
        self.end_show().await;
        Report::of(&evidence)
    }

    /// Where everything listens.
    #[must_use]
    pub const fn places(&self) -> &Places {
        &self.stage.places
    }

    /// Ends the daemon between two steps, then everything else; gives back the folder.
    ///
    /// # Errors
    /// Says with what the daemon ended.
    pub async fn close(mut self) -> Result<TempDir, Failure> {
        self.end_show().await;
        self.stage.close().await
    }

    async fn end_show(&mut self) {
        if let Some(show) = self.show.take() {
            show.end().await;
        }
    }
}
