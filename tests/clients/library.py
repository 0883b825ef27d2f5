"""The life of a group through linode_api4."""

import sys

from linode_api4 import ApiError, Instance, LinodeClient, NodeBalancer
from linode_api4.objects.nodebalancer import NodeBalancerConfig

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
TAG = "group-library"


def refused(status, call, what):
    try:
        call()
    except ApiError as error:
        equal(error.status, status, what)
        return error
    check(False, f"{what}: was not refused")


def main():
    client = LinodeClient(TOKEN, base_url=f"http://{SIM}/v4")

    check(any(region.id == REGION for region in client.regions()), f"no region {REGION}")
    nanode = next((kind for kind in client.linode.types() if kind.id == TYPE), None)
    check(nanode is not None and nanode.price.hourly > 0, f"no type {TYPE} with a price")
    check(any(image.id == IMAGE for image in client.images()), f"no image {IMAGE}")
    check(client.profile().username, "the profile has no username")
    stranger = LinodeClient("not-the-token", base_url=f"http://{SIM}/v4")
    refused(401, lambda: list(stranger.linode.instances()), "a list with a wrong token")

    members = [create(client, f"library-{number}") for number in (1, 2)]
    refused(400, lambda: create(client, "library-1", wait=False), "a label that exists")

    listed = client.linode.instances(Instance.label == "library-2")
    equal([linode.id for linode in listed], [members[1].id], "instances filtered by label")
    tag = next((tag for tag in client.tags() if tag.label == TAG), None)
    check(tag is not None, f"no tag {TAG} after two instances were created with it")
    equal(
        sorted(linode.id for linode in tag.objects),
        sorted(linode.id for linode in members),
        "tagged objects",
    )
    members[0].tags = [TAG, "canary"]
    members[0].save()
    members[0].invalidate()
    equal(sorted(members[0].tags), ["canary", TAG], "tags after a change")

    balancer = client.nodebalancer_create(REGION, label="library-web", tags=[TAG])
    config = balancer.config_create(
        port=80,
        protocol="http",
        algorithm="roundrobin",
        check="http",
        check_path="/healthz",
        check_interval=2,
        check_timeout=1,
        check_attempts=2,
    )
    equal((config.port, config.check, config.stickiness), (80, "http", "none"), "the config")
    nodes = [
        config.node_create(member.label, f"{private_address(member.ipv4)}:{GUEST_PORT}", weight=50)
        for member in members
    ]
    for node in nodes:
        until(f"node {node.label} UP", lambda node=node: status(node) == "UP")
    config.invalidate()
    equal(config.nodes_status.up, 2, "nodes that are up")
    door = f"{balancer.ipv4.address if hasattr(balancer.ipv4, 'address') else balancer.ipv4}:80"
    equal(
        {served_by(door) for _ in range(6)},
        {"library-1", "library-2"},
        "members that serve through the NodeBalancer",
    )

    nodes[0].mode = "drain"
    nodes[0].save()
    until("drained node", lambda: {served_by(door) for _ in range(4)} == {"library-2"})
    nodes[0].delete()
    left = [nodes[1].id]  # a list may lag behind a write
    until("end of the node", lambda: [n.id for n in fresh(client, balancer, config).nodes] == left)
    members[0].delete()
    until("end of the instance", lambda: gone(client, Instance, members[0].id))

    first = members[0].id
    for action in ("linode_create", "linode_boot", "linode_delete"):
        until(f"event {action} of library-1", lambda a=action: (a, first) in happened(client))

    unless_busy(members[1].shutdown)
    until("shutdown", lambda: state(members[1]) == "offline")
    unless_busy(members[1].boot)
    until("second boot", lambda: state(members[1]) == "running")
    members[1].delete()
    until("end of its node", lambda: not list(fresh(client, balancer, config).nodes))
    config.delete()
    balancer.delete()
    check(gone(client, NodeBalancer, balancer.id), "the NodeBalancer is still there")
    until("empty account", lambda: not list(client.linode.instances()))
    print("linode_api4: list, create, boot, tags, NodeBalancer, config, nodes, drain, events, delete")


def create(client, label, wait=True):
    poller = client.polling.event_poller_create("linode", "linode_boot")
    linode = client.linode.instance_create(
        TYPE, REGION, image=IMAGE, root_pass=PASSWORD, label=label, private_ip=True, tags=[TAG]
    )
    equal(linode.status, "provisioning", f"status of {label} in the answer to its creation")
    if wait:
        poller.set_entity_id(linode.id)
        event = poller.wait_for_next_event_finished(timeout=30, interval=1)
        equal(event.status, "finished", f"the boot of {label}")
        until(f"running {label}", lambda: state(linode) == "running")
    return linode


def unless_busy(job):
    """Gives a Linode a job; it refuses for some seconds after a job before."""

    def done():
        try:
            return job() or True
        except ApiError as error:
            equal((error.status, error.errors), (400, ["Linode busy."]), "the refusal of a job")
            return False

    until("Linode that is free", done)


def happened(client):
    entities = [(event.action, event.entity) for event in client.account.events()]
    return {(action, entity.id) for action, entity in entities if entity is not None}


def state(linode):
    linode.invalidate()
    return linode.status


def status(node):
    node.invalidate()
    return node.status


def fresh(client, balancer, config):
    return client.load(NodeBalancerConfig, config.id, balancer.id)


def gone(client, kind, number):
    try:
        client.load(kind, number)
    except ApiError as error:
        equal(error.status, 404, f"{kind.__name__} {number}")
        return True
    return False


main()
