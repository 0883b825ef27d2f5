"""What both clients' stories share: the group, waiting, and asserting with a message."""

import time
import urllib.error
import urllib.request

REGION = "us-east"
TYPE = "g6-nanode-1"
IMAGE = "linode/debian12"
PASSWORD = "correct-Horse-battery-5taple"
GUEST_PORT = 8080


def check(condition, message):
    if not condition:
        raise SystemExit(f"FAILED: {message}")


def equal(found, wanted, what):
    check(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


def until(what, ask, seconds=30):
    """Asks until the answer is true and returns it."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        check(time.monotonic() < end, f"no {what} within {seconds} s")
        time.sleep(0.05)


def served_by(address):
    """Which instance answered at an address; none when the balancer or nobody did."""
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
            return answer.headers.get("X-Served-By")
    except (urllib.error.URLError, OSError):
        return None


def private_address(addresses):
    private = [address for address in addresses if address.startswith("192.168.")]
    equal(len(private), 1, f"private addresses in {addresses}")
    return private[0]
