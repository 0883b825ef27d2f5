# Sourced: starts the simulator for a script and ends it with the script. LINODE_SIM names a built one.
# Sets ROOT, TARGET, SCRATCH (removed at the end), SIM (host:port) and TOKEN.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
TOKEN=a-token-of-the-simulator
SCRATCH=$(mktemp -d)
CHILDREN=()
export PYTHONDONTWRITEBYTECODE=1

cleanup() {
    local child
    for child in "${CHILDREN[@]}"; do
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    rm -rf "$SCRATCH"
}
trap cleanup EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Takes the simulator's further arguments.
start_simulator() {
    if [ -z "${LINODE_SIM:-}" ]; then
        (cd "$ROOT" && cargo build --quiet --package linode-sim-bin) || fail "the simulator does not build"
        LINODE_SIM=$TARGET/debug/linode-sim
    fi
    "$LINODE_SIM" --listen 127.0.0.1:0 --token "$TOKEN" "$@" \
        >"$SCRATCH/simulator.out" 2>"$SCRATCH/simulator.err" &
    CHILDREN+=($!)
    local try
    for try in $(seq 100); do
        [ -s "$SCRATCH/simulator.out" ] && break
        sleep 0.1
    done
    SIM=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["address"])' \
        <"$SCRATCH/simulator.out") || {
        cat "$SCRATCH/simulator.err" >&2
        fail "the simulator did not print its address as one JSON line"
    }
}
