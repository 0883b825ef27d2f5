//! Full names of jobs.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The full name of a job or folder: its name behind those of its folders, with slashes between, such as `infra/scale-web`.
///
/// A branch of a multibranch pipeline is a job whose name has `/` and a few other characters escaped; [`JobName::branch`]
/// makes it from the branch's name.
///
/// ```
/// use jenkins_client::JobName;
///
/// let pipeline: JobName = "infra/scale web".parse()?;
/// assert_eq!(pipeline.name(), "scale web");
/// assert_eq!(pipeline.folder().unwrap().to_string(), "infra");
/// assert_eq!(pipeline.branch("feature/x").to_string(), "infra/scale web/feature%2Fx");
/// # Ok::<(), jenkins_client::JobNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobName(Vec<String>);

/// Text that is not a full name of a job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a valid job name: give the names of its folders and its own with single slashes between, such as infra/scale-web"
)]
pub struct JobNameError {
    given: String,
}

impl JobName {
    /// Its own name, without those of its folders.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The folder that it is in; none at the root.
    #[must_use]
    pub fn folder(&self) -> Option<Self> {
        let (_, folders) = self.0.split_last()?;
        (!folders.is_empty()).then(|| Self(folders.to_vec()))
    }

    /// The names of its folders, the outermost first, and its own.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The job of this name in this folder.
    ///
    /// # Errors
    /// When `name` is empty, `.` or `..`, or contains a slash.
    pub fn child(&self, name: &str) -> Result<Self, JobNameError> {
        if !is_segment(name) || name.contains('/') {
            return Err(JobNameError { given: name.to_owned() });
        }
        Ok(self.with(name.to_owned()))
    }

    /// The job of a branch of this multibranch pipeline, such as `feature/x`; its name is escaped as Jenkins does.
    #[must_use]
    pub fn branch(&self, branch: &str) -> Self {
        self.with(escape_branch(branch))
    }

    /// The job that a URL of an answer names, and what follows its job part: `https://ci.example/x/job/a/job/b/7/` is the job
    /// `a/b` and `["7"]`. None where the URL names no job.
    #[must_use]
    pub fn from_url(url: &str) -> Option<(Self, Vec<String>)> {
        let url = url.split(['?', '#']).next()?;
        let path = url
            .split_once("://")
            .map_or(url, |(_, place)| place.split_once('/').map_or("", |(_, path)| path));
        let mut parts = path.split('/').filter(|part| !part.is_empty()).map(unescape).peekable();
        let mut segments = Vec::new();
        while let Some(part) = parts.next_if(|part| part != "job") {
            drop(part);
        }
        while parts.next_if(|part| part == "job").is_some() {
            segments.push(parts.next().filter(|name| is_segment(name) && !name.contains('/'))?);
        }
        (!segments.is_empty()).then(|| (Self(segments), parts.collect()))
    }

    fn with(&self, name: String) -> Self {
        Self(self.0.iter().cloned().chain([name]).collect())
    }
}

/// Whether `name` can stand in a path: `.` and `..` would name another resource.
fn is_segment(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
}

/// As Jenkins' branch API makes the name of a job from that of a branch.
fn escape_branch(branch: &str) -> String {
    match branch {
        "" => "%00".to_owned(),
        "." => "%2E".to_owned(),
        ".." => "%2E.".to_owned(),
        _ => branch.chars().fold(String::with_capacity(branch.len() + 4), |mut name, c| {
            match c {
                '#' | '%' | '/' | '?' | '[' | ']' | '\\' => name += &format!("%{:02X}", u32::from(c)),
                _ => name.push(c),
            }
            name
        }),
    }
}

/// Decodes one percent-encoded part of a URL's path.
fn unescape(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl FromStr for JobName {
    type Err = JobNameError;

    fn from_str(text: &str) -> Result<Self, JobNameError> {
        let segments: Vec<String> = text.split('/').map(str::to_owned).collect();
        if segments.iter().all(|segment| is_segment(segment)) {
            Ok(Self(segments))
        } else {
            Err(JobNameError { given: text.to_owned() })
        }
    }
}

impl TryFrom<&str> for JobName {
    type Error = JobNameError;

    fn try_from(text: &str) -> Result<Self, JobNameError> {
        text.parse()
    }
}

impl TryFrom<String> for JobName {
    type Error = JobNameError;

    fn try_from(text: String) -> Result<Self, JobNameError> {
        text.parse()
    }
}

impl TryFrom<&String> for JobName {
    type Error = JobNameError;

    fn try_from(text: &String) -> Result<Self, JobNameError> {
        text.parse()
    }
}

impl From<&Self> for JobName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl From<Infallible> for JobNameError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<JobName> for String {
    fn from(name: JobName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.join("/"))
    }
}

impl fmt::Debug for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobName({self})")
    }
}
