//! Test results in JUnit's XML.

use roxmltree::{Document, Node};

/// What a build's tests came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct TestReport {
    pub(crate) suites: Vec<TestSuite>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct TestSuite {
    pub(crate) name: String,
    pub(crate) cases: Vec<TestCase>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct TestCase {
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) seconds: f64,
    pub(crate) skipped: bool,
    /// The message and the details of a failure.
    pub(crate) failure: Option<(String, String)>,
}

impl TestReport {
    /// Adds the suites of a file.
    pub(super) fn add(&mut self, xml: &str) -> Result<(), String> {
        let document = Document::parse(xml.trim_start()).map_err(|error| error.to_string())?;
        let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
        self.suites.extend(suites.map(suite));
        Ok(())
    }

    pub(crate) fn cases(&self) -> impl Iterator<Item = &TestCase> {
        self.suites.iter().flat_map(|suite| &suite.cases)
    }

    pub(crate) fn failed(&self) -> usize {
        self.cases().filter(|case| case.failure.is_some()).count()
    }

    pub(crate) fn skipped(&self) -> usize {
        self.cases().filter(|case| case.skipped).count()
    }

    pub(crate) fn passed(&self) -> usize {
        self.cases().count() - self.failed() - self.skipped()
    }
}

fn suite(node: Node<'_, '_>) -> TestSuite {
    let attribute = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let cases = node.children().filter(|child| child.has_tag_name("testcase"));
    let case = |node: Node<'_, '_>| {
        let child = |names: &[&str]| node.children().find(|child| names.contains(&child.tag_name().name()));
        let failure = child(&["failure", "error"])
            .map(|failure| (attribute(failure, "message"), failure.text().unwrap_or_default().to_owned()));
        TestCase {
            class: attribute(node, "classname"),
            name: attribute(node, "name"),
            seconds: node.attribute("time").and_then(|time| time.parse().ok()).unwrap_or(0.0),
            skipped: child(&["skipped"]).is_some(),
            failure,
        }
    };
    TestSuite { name: attribute(node, "name"), cases: cases.map(case).collect() }
}
