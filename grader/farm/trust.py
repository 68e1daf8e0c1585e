"""Whom answer keys may be sent to: over TLS, or within this machine, unless the instructor says otherwise."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from grader.errors import PlainError
from grader.farm.messages import Offer

INSECURE = "--insecure-cluster"
LOCAL = "local"
SCHEMES = ("tls", "tcp")


class Untrusted(PlainError):
    """A cluster or a worker may not be given keys; the message says why, and what to do."""


def check_address(address: str) -> None:
    """Refuse an address that names no cluster.

    Raises:
        Untrusted: it is none.
    """
    scheme, _, rest = address.partition(":")
    if scheme == LOCAL and rest.isdecimal() and 0 < int(rest) <= 256:
        return
    try:
        parts = urlsplit(address)
        complete = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port is not None
    except ValueError:
        complete = False
    if not complete:
        raise Untrusted(
            f"`{address}` names no cluster: expected tls://HOST:PORT or tcp://HOST:PORT of a dask scheduler, "
            "or local:N for N workers on this machine"
        )


def is_private(address: str) -> bool:
    """Tell whether nobody else reads what is sent to an address: by TLS, or within this machine."""
    parts = urlsplit(address)
    if parts.scheme == "tls":
        return True
    if parts.scheme != "tcp" or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def check_private(address: str, insecure: bool) -> None:
    """Refuse a scheduler that would be given keys over a network that others can read and write.

    Raises:
        Untrusted: it is not private, and not said to be used all the same.
    """
    if not insecure and not is_private(address):
        raise Untrusted(
            f"{address} is neither TLS nor on this machine: answer keys and submissions would be readable on "
            "the network, and anyone on it could run programs on the workers. Start the scheduler and the "
            f"workers with TLS and name tls://…; or, on a network of your own, add {INSECURE}"
        )


def python_of(offers: Mapping[str, Offer]) -> str:
    """Return the version of Python that most workers have, as verdicts may depend on it."""
    return Counter(offer.versions.get("python", "") for offer in offers.values()).most_common(1)[0][0]


def difference(theirs: Mapping[str, str], ours: Mapping[str, str], python: str) -> str:
    """Say in which versions a worker differs; "" if it differs in none.

    Args:
        theirs: the worker's.
        ours: the client's; of its Python the minor version counts.
        python: of all workers.
    """
    for name, version in ours.items():
        found, expected = theirs.get(name, "none"), version
        if name == "python":
            if minor(found) == minor(version):
                expected = python
        if found != expected:
            whose = "the other workers have" if expected == python and name == "python" else "this client has"
            return f"it has {name} {found}, {whose} {expected}: install the same version there"
    return ""


def minor(version: str) -> str:
    """Return `3.11` of `3.11.7`."""
    return ".".join(version.split(".")[:2])
