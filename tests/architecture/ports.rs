//! Whoever shares a port in an `Arc` has all of it: a method with a default that is not passed on is answered by the default, in silence.

use std::collections::{BTreeMap, BTreeSet};

/// The methods of the blocks that begin with `start`, by the port's name.
fn methods(text: &str, start: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut port = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(start) {
            port =
                rest.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).map(str::to_owned);
        } else if line == "}" {
            port = None;
        }
        let name = line.strip_prefix("    async fn ").or_else(|| line.strip_prefix("    fn "));
        if let (Some(port), Some(name)) = (&port, name) {
            let name = name.split('(').next().unwrap_or_default();
            found.entry(port.clone()).or_default().insert(name.to_owned());
        }
    }
    found
}

/// `impl<T: Port + ?Sized> Port for Arc<T>`, as `methods` reads it.
const SHARED: &str = "impl<T: ";

#[test]
fn a_shared_port_passes_every_call_on() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = root.join("crates/scaler-core/src/ports");
    let shared = methods(&std::fs::read_to_string(folder.join("shared.rs")).unwrap(), SHARED);
    let mut ports = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (port, methods) in methods(&text, "pub trait ") {
            ports += 1;
            assert_eq!(shared.get(&port), Some(&methods), "{port}: ports/shared.rs passes these on");
        }
    }
    assert_eq!(ports, shared.len(), "the check looks in the wrong place");
}

#[test]
fn a_call_that_is_not_passed_on_is_found() {
    let port = methods(
        "pub trait Store: Send {\n    async fn keep(&self);\n    fn probe(&self) {\n    }\n}\n",
        "pub trait ",
    );
    let shared =
        methods("impl<T: Store + ?Sized> Store for Arc<T> {\n    async fn keep(&self) {\n    }\n}\n", SHARED);
    assert_eq!((port["Store"].len(), shared["Store"].len()), (2, 1));
}
