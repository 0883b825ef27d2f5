#!/usr/bin/env bash
# python-jenkins, api4jenkins and jenkinsapi, unchanged, each through the whole life of a job against the simulator: at the
# root and under a context path. Needs python3 with venv; installs all three from the Python package index into target/.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$HERE/../simulator.sh"

virtual_environment jenkins-clients-venv "$HERE/requirements.txt"
if [ -z "${JENKINS_SIM:-}" ]; then
    (cd "$ROOT" && cargo build --quiet --package jenkins-sim) || fail "the simulator does not build"
    JENKINS_SIM=$TARGET/debug/jenkins-sim
fi
cat >"$SCRATCH/seed.json" <<'EOF'
{"users": [{"id": "alice", "full_name": "Alice", "password": "correct horse", "tokens": ["11aa22bb33cc"]},
           {"id": "guest", "tokens": ["44dd55ee66ff"], "permissions": ["Overall/Read", "Job/Read"]}],
 "jobs": [{"name": "infra", "folder": true}]}
EOF

for prefix in "" /jenkins; do
    start_program "$JENKINS_SIM" --timings quick --prefix "$prefix" --home "$SCRATCH/home" --seed-file "$SCRATCH/seed.json"
    for client in python_jenkins_story api4jenkins_story jenkinsapi_story; do
        PYTHONPATH=$HERE:$HERE/.. "$VENV/bin/python" "$HERE/$client.py" "http://$SIM$prefix" || {
            tail -20 "$SCRATCH/simulator.err" >&2
            fail "$client.py at http://$SIM$prefix"
        }
    done
done
echo "all three clients went through the life of a job, at the root and under a context path"
