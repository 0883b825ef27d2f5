"""The life of a group through linode-cli."""

import json
import os
import subprocess
import sys
import tempfile

from common import (
    GUEST_PORT,
    IMAGE,
    PASSWORD,
    REGION,
    TYPE,
    check,
    equal,
    private_address,
    served_by,
    until,
)

SIM, TOKEN = sys.argv[1:3]
TAG = "group-cli"
PROGRAM = os.path.join(os.path.dirname(sys.executable), "linode-cli")
HOME = tempfile.TemporaryDirectory()
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": HOME.name,
    "LINODE_CLI_TOKEN": TOKEN,
    "LINODE_CLI_API_HOST": SIM,
    "LINODE_CLI_API_SCHEME": "http",
    "LINODE_CLI_API_VERSION": "v4",
}


def call(*arguments, environment=ENVIRONMENT):
    command = [PROGRAM, *map(str, arguments), "--json", "--no-defaults", "--suppress-warnings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def cli(*arguments):
    """Runs a command and returns what it printed as JSON."""
    done = call(*arguments)
    said = " ".join(map(str, arguments))
    check(done.returncode == 0, f"`{said}` ended {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else []


def refused(reason, *arguments, environment=ENVIRONMENT):
    done = call(*arguments, environment=environment)
    said = " ".join(map(str, arguments))
    check(done.returncode != 0, f"`{said}` was not refused")
    check(reason in done.stdout + done.stderr, f"`{said}` said {done.stdout}{done.stderr}")


def one(*arguments):
    found = cli(*arguments)
    equal(len(found), 1, f"objects that `{' '.join(map(str, arguments))}` printed")
    return found[0]


def create(label):
    linode = one(
        *("linodes", "create", "--type", TYPE, "--region", REGION, "--image", IMAGE),
        *("--root_pass", PASSWORD, "--label", label, "--private_ip", "true", "--tags", TAG),
    )
    equal(linode["status"], "provisioning", f"status of {label} in the answer to its creation")
    return linode


def unless_busy(*arguments):
    """Gives a Linode a job; it refuses for some seconds after a job before."""

    def done():
        answer = call(*arguments)
        said = answer.stdout + answer.stderr
        check(answer.returncode == 0 or "Linode busy." in said, f"`{arguments}`: {said}")
        return answer.returncode == 0

    until("Linode that is free", done)


def happened():
    return {
        (event["action"], event["entity"]["id"])
        for event in cli("events", "list")
        if event["entity"] is not None
    }


def main():
    check(any(kind["id"] == TYPE for kind in cli("linodes", "types")), f"no type {TYPE}")
    check(any(region["id"] == REGION for region in cli("regions", "list")), f"no region {REGION}")
    check(any(image["id"] == IMAGE for image in cli("images", "list")), f"no image {IMAGE}")
    check(one("profile", "view")["username"], "the profile has no username")
    stranger = ENVIRONMENT | {"LINODE_CLI_TOKEN": "not-the-token"}
    refused("401", "linodes", "list", environment=stranger)
    refused("404", "linodes", "view", 1)

    members = [create("cli-1"), create("cli-2")]
    refused("unique", "linodes", "create", "--type", TYPE, "--region", REGION, "--label", "cli-1")
    numbers = [member["id"] for member in members]
    for number in numbers:
        until("running", lambda n=number: one("linodes", "view", n)["status"] == "running", 60)
    tagged = cli("linodes", "list", "--tags", TAG)
    equal(sorted(linode["id"] for linode in tagged), sorted(numbers), "instances by tag")
    check(any(tag["label"] == TAG for tag in cli("tags", "list")), f"no tag {TAG}")
    one("linodes", "update", numbers[0], "--tags", TAG, "--tags", "canary")
    equal(sorted(one("linodes", "view", numbers[0])["tags"]), ["canary", TAG], "tags after a change")

    balancer = one("nodebalancers", "create", "--region", REGION, "--label", "cli-web", "--tags", TAG)
    config = one(
        *("nodebalancers", "config-create", balancer["id"], "--port", 80, "--protocol", "tcp"),
        *("--algorithm", "leastconn", "--check", "connection", "--check_interval", 2),
        *("--check_timeout", 1, "--check_attempts", 2),
    )
    where = (balancer["id"], config["id"])
    nodes = [
        one(
            *("nodebalancers", "node-create", *where, "--label", member["label"]),
            *("--address", f"{private_address(member['ipv4'])}:{GUEST_PORT}", "--mode", "accept"),
        )
        for member in members
    ]
    for node in nodes:
        until(
            "node UP",
            lambda n=node: one("nodebalancers", "node-view", *where, n["id"])["status"] == "UP",
        )
    equal(one("nodebalancers", "config-view", *where)["nodes_status"]["up"], 2, "nodes that are up")
    door = f"{balancer['ipv4']}:80"
    check(served_by(door) in ("cli-1", "cli-2"), "nobody serves through the NodeBalancer")

    node = nodes[0]["id"]
    changed = one("nodebalancers", "node-update", *where, node, "--mode", "drain")
    equal(changed["mode"], "drain", "the mode of the node")
    until("drained node", lambda: {served_by(door) for _ in range(4)} == {"cli-2"})
    cli("nodebalancers", "node-delete", *where, node)
    until(
        "end of the node",  # a list may lag behind a write
        lambda: [n["id"] for n in cli("nodebalancers", "nodes-list", *where)] == [nodes[1]["id"]],
    )
    cli("linodes", "delete", numbers[0])
    until("end of the instance", lambda: call("linodes", "view", numbers[0]).returncode != 0)

    for action in ("linode_create", "linode_boot", "linode_delete"):
        until(f"event {action} of cli-1", lambda a=action: (a, numbers[0]) in happened())

    unless_busy("linodes", "shutdown", numbers[1])
    until("shutdown", lambda: one("linodes", "view", numbers[1])["status"] == "offline")
    unless_busy("linodes", "boot", numbers[1])
    until("second boot", lambda: one("linodes", "view", numbers[1])["status"] == "running")
    cli("linodes", "delete", numbers[1])
    until("end of its node", lambda: not cli("nodebalancers", "nodes-list", *where))
    cli("nodebalancers", "config-delete", *where)
    cli("nodebalancers", "delete", balancer["id"])
    until("end of the NodeBalancer", lambda: not cli("nodebalancers", "list"))
    until("empty account", lambda: not cli("linodes", "list"))
    print("linode-cli: list, create, boot, tags, NodeBalancer, config, nodes, drain, events, delete")


main()
