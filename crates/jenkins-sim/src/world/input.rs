//! Questions of a pipeline to people.

use jiff::Timestamp;

use crate::config::Parameter;

/// A question that waits for an answer.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// With a capital first letter, as Jenkins makes it.
    pub(crate) id: String,
    pub(crate) message: String,
    pub(crate) proceed: String,
    pub(crate) parameters: Vec<Parameter>,
    /// Who may answer, if not everybody.
    pub(super) submitters: Vec<String>,
    pub(super) asked: Timestamp,
    /// The branch that waits for the answer.
    pub(super) branch: u64,
    pub(super) into: Option<Vec<String>>,
}
