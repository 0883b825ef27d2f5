# Sourced: starts simulators for a script and ends them with the script. LINODE_SIM names a built linode-sim.
# Sets ROOT, TARGET, SCRATCH (removed at the end), SIM (host:port), TOKEN and VENV.

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

# Takes linode-sim's further arguments.
start_simulator() {
    if [ -z "${LINODE_SIM:-}" ]; then
        (cd "$ROOT" && cargo build --quiet --package linode-sim) || fail "the simulator does not build"
        LINODE_SIM=$TARGET/debug/linode-sim
    fi
    start_program "$LINODE_SIM" --token "$TOKEN" "$@"
}

# Takes a simulator's program and its further arguments.
start_program() {
    : >"$SCRATCH/simulator.out"
    "$1" --listen 127.0.0.1:0 "${@:2}" >"$SCRATCH/simulator.out" 2>"$SCRATCH/simulator.err" &
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

# Makes the virtual environment NAME under target/ with the packages that a file of requirements lists.
virtual_environment() {
    VENV=$TARGET/$1
    cmp -s "$2" "$VENV/requirements.txt" && return
    rm -rf "$VENV"
    python3 -m venv "$VENV" || fail "python3 can't make a virtual environment (Debian: python3-venv)"
    "$VENV/bin/pip" install --quiet --requirement "$2" || fail "the clients in $2 can't be installed"
    cp "$2" "$VENV/requirements.txt"
}
