#!/usr/bin/env bash
# The official Python library and the official command line of Linode, each through the whole life of a group
# against the simulator. Needs python3 with venv; installs both from the Python package index into target/.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$HERE/simulator.sh"

virtual_environment clients-venv "$HERE/requirements.txt"

start_simulator --speed 20
for client in library command_line; do
    PYTHONPATH=$HERE "$VENV/bin/python" "$HERE/$client.py" "$SIM" "$TOKEN" || {
        tail -20 "$SCRATCH/simulator.err" >&2
        fail "$client.py"
    }
done
echo "both clients went through the life of a group"
