//! Test reports.

use serde_json::Value;

use super::Exporter;
use super::bean::{Bean, Prop};
use crate::world::{BuildId, TestCase, TestSuite};

impl Exporter<'_> {
    pub(super) fn test_report(&self, id: BuildId) -> Option<Bean> {
        let report = self.world.build(id)?.tests.as_ref()?;
        let seconds: f64 = report.cases().map(|case| case.seconds).sum();
        let suites = report.suites.iter().map(suite).collect();
        Some(
            Bean::new("hudson.tasks.junit.TestResult")
                .prop(1, "testActions", Prop::Beans(Vec::new()))
                .value(1, "duration", seconds)
                .value(1, "empty", report.suites.is_empty())
                .value(1, "failCount", report.failed())
                .value(1, "passCount", report.passed())
                .value(1, "skipCount", report.skipped())
                .prop(1, "suites", Prop::Beans(suites)),
        )
    }
}

fn suite(suite: &TestSuite) -> Bean {
    let seconds: f64 = suite.cases.iter().map(|case| case.seconds).sum();
    Bean::default()
        .prop(2, "cases", Prop::Beans(suite.cases.iter().map(case).collect()))
        .value(2, "duration", seconds)
        .value(2, "id", Value::Null)
        .value(2, "name", suite.name.as_str())
        .value(2, "stderr", Value::Null)
        .value(2, "stdout", Value::Null)
        .value(2, "timestamp", Value::Null)
}

fn case(case: &TestCase) -> Bean {
    let status = match (&case.failure, case.skipped) {
        (Some(_), _) => "FAILED",
        (None, true) => "SKIPPED",
        (None, false) => "PASSED",
    };
    let (message, details) = case.failure.clone().unzip();
    Bean::default()
        .prop(3, "testActions", Prop::Beans(Vec::new()))
        .value(3, "age", u8::from(case.failure.is_some()))
        .value(3, "className", case.class.as_str())
        .value(3, "duration", case.seconds)
        .value(3, "errorDetails", message)
        .value(3, "errorStackTrace", details)
        .value(3, "failedSince", 0)
        .value(3, "name", case.name.as_str())
        .value(3, "skipped", case.skipped)
        .value(3, "skippedMessage", Value::Null)
        .value(3, "status", status)
        .value(3, "stderr", Value::Null)
        .value(3, "stdout", Value::Null)
}
