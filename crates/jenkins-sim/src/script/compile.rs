//! From statements to operations.

use super::ast::{Call, Statement};
use super::declarative;
use super::emit::block;
use super::program::Program;
use super::sections::{pipeline, section_calls};

/// Compiles a Jenkinsfile, declarative or scripted.
pub(crate) fn compile(statements: &[Statement]) -> Program {
    let mut ops = Vec::new();
    match pipeline(statements) {
        Some(body) => declarative::compile(&mut ops, body),
        None => block(&mut ops, statements),
    }
    Program { ops }
}

/// The parameters that a declarative Jenkinsfile defines, each as its call, and whether builds may run at once.
pub(crate) fn parameters(statements: &[Statement]) -> (Vec<Call>, bool) {
    let body = pipeline(statements);
    let section = |name: &str| body.map(|body| section_calls(body, name)).unwrap_or_default();
    let exclusive = section("options").iter().any(|option| option.is("disableConcurrentBuilds"));
    (section("parameters"), exclusive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Op, parse};

    fn titles(script: &str) -> Vec<String> {
        let title = |op: &Op| match op {
            Op::Enter { scope, .. } => scope.title().map(str::to_owned),
            Op::Step { call, .. } => Some(call.name()),
            _ => None,
        };
        compile(&parse(script).unwrap()).ops.iter().filter_map(title).collect()
    }

    #[test]
    fn a_declarative_pipeline_is_its_stages_in_scopes() {
        let script = "pipeline {\n agent any\n options { timeout(time: 5, unit: 'MINUTES') }\n stages {\n  stage('One') {\n   \
                      steps { echo 'a'; sh 'b' }\n  }\n }\n post { always { echo 'c' } }\n}";
        assert_eq!(titles(script), ["node", "timeout", "stage", "echo", "sh", "stage", "echo"]);
    }

    #[test]
    fn a_scripted_pipeline_is_what_it_says() {
        let script = "node {\n def x = sh(script: 'a', returnStdout: true)\n if (x == 'b') { error \"no ${x}\" } else { echo 'c' }\n}";
        assert_eq!(titles(script), ["node", "sh", "error", "echo"]);
    }
}
