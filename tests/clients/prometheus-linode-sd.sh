#!/usr/bin/env bash
# A Prometheus with linode_sd discovers the simulator's instances, and scrapes them.
# Uses PROMETHEUS if set, else a Prometheus on PATH that knows linode_sd, else the package of Debian's next release,
# fetched from the machine's own mirror into target/. Says "skipped" and ends 0 only when there is none to be had.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$HERE/simulator.sh"

SUITE=trixie
PACKAGES=$TARGET/prometheus-$SUITE

skip() {
    echo "skipped: $*"
    exit 0
}

# True for a Prometheus that runs here and was built with linode_sd (Debian 12's was not).
knows_linode() {
    [ -x "$1" ] && "$1" --version >/dev/null 2>&1 && grep -aq prometheus/discovery/linode "$1"
}

fetch() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "this is no Debian"
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror apt="$SCRATCH/apt"
    [ -r "$keyring" ] || skip "no $keyring (package debian-archive-keyring)"
    mirror=$(cat /etc/apt/sources.list.d/debian.sources 2>/dev/null | sed -n 's/^URIs: *\([^ ]*\).*/\1/p' | head -1)
    [ -n "$mirror" ] || mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | head -1)
    [ -n "$mirror" ] || skip "no mirror in the machine's apt sources"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    echo "deb [signed-by=$keyring] $mirror $SUITE main" >"$apt/sources.list"
    local options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >"$apt/log" 2>&1 || { cat "$apt/log" >&2; skip "$SUITE can't be listed"; }
    (cd "$apt" && apt-get "${options[@]}" download prometheus >>log 2>&1) ||
        { cat "$apt/log" >&2; skip "the package prometheus of $SUITE can't be had"; }
    mkdir -p "$PACKAGES"
    dpkg-deb -x "$apt"/prometheus_*.deb "$PACKAGES"
}

PROMETHEUS=${PROMETHEUS:-$(command -v prometheus || true)}
if ! knows_linode "$PROMETHEUS"; then
    PROMETHEUS=$PACKAGES/usr/bin/prometheus
    knows_linode "$PROMETHEUS" || fetch
    knows_linode "$PROMETHEUS" || skip "the Prometheus of $SUITE does not run here, or lacks linode_sd"
fi

start_simulator --speed 20
api() {
    local method=$1 path=$2
    shift 2
    curl -sS --fail-with-body -X "$method" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
        "http://$SIM/v4$path" "$@"
}
create() {
    api POST /linode/instances -d "{\"type\": \"g6-nanode-1\", \"region\": \"us-east\", \"image\": \"linode/debian12\",
        \"root_pass\": \"correct-Horse-battery-5taple\", \"label\": \"$1\", \"private_ip\": true,
        \"tags\": [\"group:web\", \"scaled\"]}" >/dev/null
}
create discovered-1
create discovered-2

PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$SCRATCH/prometheus.yml" <<YAML
global: {scrape_interval: 500ms}
scrape_configs:
  - job_name: node
    linode_sd_configs:
      - {authorization: {credentials: $TOKEN}, refresh_interval: 1s, port: 9100}
    relabel_configs:
      - {source_labels: [__meta_linode_status], regex: running, action: keep}
      - {source_labels: [__meta_linode_tags], regex: ".*,group:web,.*", action: keep}
      - {source_labels: [__meta_linode_instance_label], target_label: instance}
YAML
LINODE_URL="http://$SIM" "$PROMETHEUS" --config.file="$SCRATCH/prometheus.yml" --storage.tsdb.path="$SCRATCH/data" \
    --web.listen-address="127.0.0.1:$PORT" --log.level=warn >"$SCRATCH/prometheus.log" 2>&1 &
CHILDREN+=($!)
python3 "$HERE/discovered.py" "$SIM" "$TOKEN" "127.0.0.1:$PORT" || {
    tail -20 "$SCRATCH/prometheus.log" >&2
    fail "the discovery"
}
