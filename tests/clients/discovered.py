"""Asserts that a Prometheus discovered the simulator's instances with their labels, scrapes them and follows changes."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from common import check, equal, until

SIM, TOKEN, PROMETHEUS = sys.argv[1:4]
PREFIX = "__meta_linode_"


def fetch(url, method="GET", token=None):
    request = urllib.request.Request(url, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def targets():
    try:
        answer = fetch(f"http://{PROMETHEUS}/api/v1/targets?state=active")
    except (urllib.error.URLError, OSError):
        return {}
    return {target["labels"]["instance"]: target for target in answer["data"]["activeTargets"]}


def query(expression):
    asked = urllib.parse.urlencode({"query": expression})
    return fetch(f"http://{PROMETHEUS}/api/v1/query?{asked}")["data"]["result"]


def main():
    found = until("two discovered targets that are up", both_up, 60)
    instances = fetch(f"http://{SIM}/v4/linode/instances", token=TOKEN)["data"]
    for linode in instances:
        target = found[linode["label"]]
        labels = target["discoveredLabels"]
        public = next(a for a in linode["ipv4"] if not a.startswith("192.168."))
        private = next(a for a in linode["ipv4"] if a.startswith("192.168."))
        wanted = {
            "instance_id": str(linode["id"]),
            "instance_label": linode["label"],
            "image": "linode/debian12",
            "region": "us-east",
            "type": "g6-nanode-1",
            "status": "running",
            "public_ipv4": public,
            "private_ipv4": private,
            "public_ipv6": linode["ipv6"].split("/")[0],
            "backups": "disabled",
            "hypervisor": "kvm",
            "specs_vcpus": "1",
            "specs_memory_bytes": str(1024 << 20),
            "specs_disk_bytes": str(25600 << 20),
        }
        for name, value in wanted.items():
            equal(labels.get(PREFIX + name), value, f"{PREFIX}{name} of {linode['label']}")
        tags = labels[PREFIX + "tags"]
        equal(sorted(tags.strip(",").split(",")), ["group:web", "scaled"], "the tags")
        check(tags.startswith(",") and tags.endswith(","), f"tags without outer separators: {tags}")
        equal(labels["__address__"], f"{public}:9100", "the address that is scraped")

    # A window that is not full yet shows too low a rate.
    until("two instances that are idle", idle)

    victim = instances[0]
    fetch(f"http://{SIM}/v4/linode/instances/{victim['id']}", method="DELETE", token=TOKEN)
    until("end of a target whose instance was deleted", lambda: victim["label"] not in targets())
    print("Prometheus: discovered two instances with their labels, scraped them, lost the deleted one")


def idle():
    rates = query('rate(node_cpu_seconds_total{mode="idle"}[5s])')
    return len(rates) == 2 and all(0.9 < float(rate["value"][1]) < 1.05 for rate in rates)


def both_up():
    found = targets()
    up = [target for target in found.values() if target["health"] == "up"]
    return found if len(found) == len(up) == 2 else None


main()
