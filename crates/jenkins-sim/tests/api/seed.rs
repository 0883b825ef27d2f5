//! Seeds that are wrong: which entry, what of it, and what would be right.

use jenkins_sim::{Seed, Simulator};

#[test]
fn each_mistake_in_a_seed_names_its_entry_and_the_fix() {
    let rows = [
        (r#"{"users": [{"tokens": ["x"]}]}"#, "the user ``: it has no `id`"),
        (r#"{"nodes": [{"name": "far"}]}"#, "the node `far`: it runs nothing without `executors`, such as 1"),
        (r#"{"credentials": [{"id": "cloud"}]}"#, "the credential `cloud`: it has no `secret`"),
        (r#"{"credentials": [{"secret": "hush"}]}"#, "it has no `id`"),
        (r#"{"jobs": [{"name": "a", "parameters": [{"kind": "string"}]}]}"#, "a parameter has no `name`"),
        (
            r#"{"jobs": [{"name": "a", "parameters": [{"name": "P", "kind": "choise"}]}]}"#,
            "the `kind` of the parameter `P` is `choise`; it is one of string, text, boolean, choice",
        ),
        (
            r#"{"jobs": [{"name": "a", "parameters": [{"name": "P", "kind": "choice"}]}]}"#,
            "the parameter `P` is a choice without `choices`",
        ),
        (
            r#"{"jobs": [{"name": "a", "pipeline": "echo 'a'", "folder": true}]}"#,
            "the job `a`: it has pipeline and folder: give one of them",
        ),
        (
            r#"{"jobs": [{"name": "a", "branches_of": "https://git.example"}]}"#,
            "`branches_of` is https://git.example, and `repositories` has none of that URL",
        ),
        (r#"{"jobs": [{"name": "a"}, {"name": "a"}]}"#, "A job already exists with the name"),
        (r#"{"faults": ["triger:lost"]}"#, "a target is one of any, trigger"),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _inside = runtime.enter();
    for (json, says) in rows {
        let seed: Seed = serde_json::from_str(json).unwrap();
        let error = Simulator::builder().build().seed(&seed).unwrap_err().to_string();
        assert!(error.starts_with("cannot seed ") && error.contains(says), "{json}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
}
