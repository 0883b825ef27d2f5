# The stages of .ci/run by name. `just` alone lists them; CI itself needs no just.

export RUSTDOCFLAGS := "-D warnings"

[private]
default:
    @just --list

# Everything, as it runs before a change lands
ci:
    .ci/run

# cargo-deny, cargo-machete and typos, where they are missing
tools:
    .ci/install-tools

# Cargo.lock says what the manifests ask for
lock:
    .ci/lock

fmt:
    cargo fmt --all

fmt-check:
    cargo fmt --all --check

# No path of one machine, no host of a package registry, no misspelling
words: tools
    .ci/words

# Bans, licences, sources
deny: tools
    cargo deny check bans licenses sources

# Dependencies that nothing uses
machete: tools
    cargo machete

# What a crate must not pull in
purity:
    .ci/purity

# The libraries as packages, and programs outside the workspace that use them
packages:
    .ci/packages

clippy:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Each feature of each crate alone
features:
    .ci/features

doc:
    cargo doc --workspace --no-deps

test:
    cargo test --workspace

# The examples, against the simulated Linode API
examples:
    .ci/examples

# The examples of jenkins-client against the simulated Jenkins
jenkins-examples:
    .ci/jenkins-examples

# Only the floors of the house
architecture:
    cargo test -p integration --test integration architecture::

# The official Python library, the official command line, and Prometheus' own discovery against the simulator
clients:
    .ci/clients

# 2,000 random histories of the real loop, and as many of the core: a quarter of an hour, not part of CI
histories:
    SCALER_SEEDS=2000 cargo test -p integration --test integration simulation::histories
    SCALER_SEEDS=2000 cargo test -p scaler-core --test scaler_core core::histories

# 200 groups that grow at once, and 1,000 on one account: two minutes, not part of CI
large:
    cargo test -p scaler-core --test scaler_core runtime::pace -- --ignored

# Mutants of the core's pure parts that no test catches: hours, not part of CI; installs cargo-mutants where it is missing
mutants:
    .ci/mutants

# The real Prometheus and Alertmanager; installs Debian's packages where they are missing
e2e:
    .ci/e2e

# The main job: the whole system on this machine, in about two minutes
sandbox:
    cargo run -p sandbox

# One history of the core again: just replay 1234
replay seed:
    SCALER_SEED={{ seed }} cargo test -p scaler-core core::histories::replay -- --nocapture

# One history of the simulation again: just replay-simulation 1234
replay-simulation seed:
    SCALER_SEED={{ seed }} cargo test -p integration --test integration simulation::replay -- --nocapture

bench:
    cargo bench --workspace
