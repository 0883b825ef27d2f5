//! The families of the API: handles that make [`Call`](crate::Call)s.
//!
//! They come from methods of [`Client`](crate::Client): [`jobs`](crate::Client::jobs), [`job`](crate::Client::job),
//! [`queue`](crate::Client::queue), [`nodes`](crate::Client::nodes), [`views`](crate::Client::views),
//! [`plugins`](crate::Client::plugins), [`system`](crate::Client::system), [`credentials`](crate::Client::credentials).

mod build;
mod build_list;
mod credentials;
mod input;
mod job;
mod jobs;
mod nodes;
mod plugins;
mod queue;
mod queued;
mod search;
mod system;
mod trigger;
mod views;

pub use self::build::{BuildHandle, Download};
pub use self::build_list::BuildList;
pub use self::credentials::Credentials;
pub use self::input::InputHandle;
pub use self::job::{JobHandle, Permalink};
pub use self::jobs::{JobList, Jobs};
pub use self::nodes::Nodes;
pub use self::plugins::Plugins;
pub use self::queue::{Cancelled, QueueHandle};
pub use self::queued::QueuedBuild;
pub(crate) use self::search::build_of_item;
pub use self::system::SystemHandle;
pub use self::trigger::{ParameterProblem, Trigger};
pub use self::views::Views;
