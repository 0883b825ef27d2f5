//! Test results of a build.

use serde_json::Value;

objects! {
    /// The test report of a build.
    pub struct TestReport {
        /// Whether it holds no test at all.
        pub empty: Option<bool>,
        /// How long the tests took, in seconds.
        pub duration: Option<f64>,
        /// Tests that failed.
        pub fail_count: Option<u64>,
        /// Tests that passed.
        pub pass_count: Option<u64>,
        /// Tests that were skipped.
        pub skip_count: Option<u64>,
        /// All tests, of a report that joins several.
        pub total_count: Option<u64>,
        /// The suites.
        pub suites: Vec<TestSuite>,
        /// The reports that it joins.
        pub child_reports: Option<Vec<Value>>,
    }

    /// A suite of tests.
    pub struct TestSuite {
        /// Its name.
        pub name: Option<String>,
        /// How long it took, in seconds.
        pub duration: Option<f64>,
        /// Its tests.
        pub cases: Vec<TestCase>,
    }

    /// A test.
    pub struct TestCase {
        /// Its class.
        pub class_name: Option<String>,
        /// Its name.
        pub name: Option<String>,
        /// How it went.
        pub status: Option<TestStatus>,
        /// How long it took, in seconds.
        pub duration: Option<f64>,
        /// What was wrong.
        pub error_details: Option<String>,
        /// Where.
        pub error_stack_trace: Option<String>,
        /// Since which build it has failed; 0 where it does not.
        pub failed_since: Option<u64>,
        /// Whether it was skipped.
        pub skipped: Option<bool>,
    }
}

words! {
    /// How a test went.
    pub enum TestStatus {
        /// It passed, as before.
        Passed = "PASSED",
        /// It passed and failed before.
        Fixed = "FIXED",
        /// It failed, as before.
        Failed = "FAILED",
        /// It failed and passed before.
        Regression = "REGRESSION",
        /// It was skipped.
        Skipped = "SKIPPED",
    }
}
