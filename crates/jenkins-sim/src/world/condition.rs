//! Conditions of `when`, `if` and `post`.

use super::failure::Failure;
use super::{Build, Outcome};
use crate::script::Condition;

impl Build {
    pub(super) fn holds(&self, condition: &Condition) -> Result<bool, Failure> {
        Ok(match condition {
            Condition::Is(expr) => self.evaluate(expr)?.is_true(),
            Condition::Not(inner) => !self.holds(inner)?,
            Condition::All(all) => {
                for one in all {
                    if !self.holds(one)? {
                        return Ok(false);
                    }
                }
                true
            }
            Condition::Any(any) => {
                for one in any {
                    if self.holds(one)? {
                        return Ok(true);
                    }
                }
                false
            }
            Condition::Environment(name, value) => {
                let (name, value) = (self.evaluate(name)?.text(), self.evaluate(value)?.text());
                self.variable(&name) == Some(&value)
            }
            Condition::Equal(expected, actual) => {
                self.evaluate(expected)?.text() == self.evaluate(actual)?.text()
            }
            Condition::Branch(pattern) => {
                let pattern = self.evaluate(pattern)?.text();
                self.variable("BRANCH_NAME").is_some_and(|branch| api_sim::glob(&pattern, branch))
            }
            Condition::Post(section) => self.post_applies(section),
        })
    }

    fn post_applies(&self, section: &str) -> bool {
        let run = self.run.as_ref();
        let result = run.and_then(|run| run.result).unwrap_or(Outcome::Success);
        match section {
            "always" | "cleanup" => true,
            "success" => result == Outcome::Success,
            "unstable" => result == Outcome::Unstable,
            "failure" => result == Outcome::Failure,
            "aborted" => result == Outcome::Aborted,
            "unsuccessful" => result != Outcome::Success,
            before => {
                let last = run.and_then(|run| run.before);
                let good = result == Outcome::Success;
                match before {
                    "changed" => last != Some(result),
                    "fixed" => good && last.is_some_and(|last| last != Outcome::Success),
                    _ => !good && last == Some(Outcome::Success),
                }
            }
        }
    }
}
