//! References from one thing to another.

use super::{BuildNumber, JobName};

objects! {
    /// A reference to a build.
    pub struct BuildRef {
        /// The build's number; missing in `{}`.
        pub number: Option<BuildNumber>,
        /// Its URL, built from the root URL that is configured in Jenkins.
        pub url: Option<String>,
    }

    /// A reference to the job that an item of the queue will run.
    pub struct TaskRef {
        /// The job's own name.
        pub name: Option<String>,
        /// Its URL, built from the root URL that is configured in Jenkins.
        pub url: Option<String>,
        /// Its state as a colour.
        pub color: Option<super::Color>,
    }
}

impl BuildRef {
    /// The job's full name and the build's number, read from the URL.
    #[must_use]
    pub fn job_and_number(&self) -> Option<(JobName, BuildNumber)> {
        let (job, rest) = JobName::from_url(self.url.as_deref()?)?;
        let number = rest.first()?.parse().ok()?;
        Some((job, self.number.unwrap_or(number)))
    }
}

impl TaskRef {
    /// The job's full name, read from the URL.
    #[must_use]
    pub fn job(&self) -> Option<JobName> {
        JobName::from_url(self.url.as_deref()?).map(|(job, _)| job)
    }
}
