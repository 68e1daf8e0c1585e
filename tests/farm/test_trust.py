"""Keys are sent over TLS, or within a machine, and to those who have the same versions."""

from __future__ import annotations

import pytest

from grader.farm.messages import Offer
from grader.farm.trust import Untrusted, check_address, check_private, difference, is_private, python_of

OURS = {"grader": "0.1.0", "python": "3.11.7", "tensorflow": "2.21.0"}


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.1:8786", "tcp://node.example:8786", "tcp://[::1]:8786", "local:1", "local:256"]
)
def test_a_cluster_is_named_by_its_scheduler_or_by_a_number_of_workers(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "8786", "node:8786", "tls://node", "tcp://:8786", "tcp://node:x", "http://node:8786", "local:0",
     "local:", "local:two", "local:1000", "tcp://[::1:8786"],
)  # fmt: skip
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(Untrusted, match="names no cluster: expected tls://HOST:PORT"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.1:1", "tcp://127.0.0.1:1", "tcp://[::1]:1", "tcp://localhost:1"]
)
def test_tls_and_this_machine_are_private(address: str) -> None:
    assert is_private(address)
    check_private(address, insecure=False)


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:1", "tcp://0.0.0.0:1", "tcp://localhost.example.org:1", "ws://127.0.0.1:1", "ucx://a:1"],
)
def test_a_network_is_not_unless_it_is_said_to_be(address: str) -> None:
    assert not is_private(address)
    with pytest.raises(Untrusted, match=r"neither TLS nor on this machine: .* add --insecure-cluster"):
        check_private(address, insecure=False)
    check_private(address, insecure=True)


def test_versions_agree_but_for_the_last_part_of_pythons() -> None:
    assert difference({**OURS, "python": "3.11.9"}, OURS, python="3.11.9") == ""
    assert difference(OURS, OURS, python="3.11.7") == ""


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"tensorflow": "2.20.0"}, "it has tensorflow 2.20.0, this client has 2.21.0"),
        ({"python": "3.12.1"}, "it has python 3.12.1, this client has 3.11.7"),
        ({"python": "3.11.8"}, "it has python 3.11.8, the other workers have 3.11.9"),
        ({"grader": "0.2.0"}, "it has grader 0.2.0, this client has 0.1.0"),
    ],
)
def test_a_difference_is_said(theirs: dict[str, str], said: str) -> None:
    assert difference(OURS | {"python": "3.11.9"} | theirs, OURS, python="3.11.9").startswith(said)


def test_what_a_worker_does_not_say_is_a_difference() -> None:
    assert difference({"grader": "0.1.0", "python": "3.11.7"}, OURS, "3.11.7").startswith(
        "it has tensorflow none"
    )


def test_python_is_the_one_that_most_have() -> None:
    offers = {
        str(at): Offer({"python": version}, "none")
        for at, version in enumerate(["3.11.7", "3.11.9", "3.11.9"])
    }
    assert python_of(offers) == "3.11.9"
