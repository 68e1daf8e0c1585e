"""What a child says is checked before it is believed, and before memory is set aside for it."""

from __future__ import annotations

import socket
import threading
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nests import arrays, same

from grader import wire

IDENT = bytes(range(16))


def deliver(content: bytes, **limits: int) -> tuple[bytes, bytes, bytearray]:
    """Receive what a peer sends who then hangs up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.shutdown(socket.SHUT_WR)
        return wire.receive(ours, **limits)


def preamble(header: int, data: int, magic: bytes = wire.MAGIC) -> bytes:
    return wire.PREAMBLE.pack(magic, IDENT, header, data)


# Messages


def test_a_message_arrives_as_it_was_sent() -> None:
    ours, theirs = socket.socketpair()
    array = np.arange(6.0).reshape(2, 3).T  # not in C order
    with ours, theirs:
        wire.send(theirs, IDENT, b"header", [array, np.empty((0, 2)), np.array(7, np.int8)])
        ident, header, data = wire.receive(ours)
    assert (ident, header) == (IDENT, b"header")
    assert bytes(data) == np.ascontiguousarray(array).tobytes() + b"\x07"


def test_a_message_in_many_pieces_is_put_together() -> None:
    ours, theirs = socket.socketpair()
    content = preamble(2, 3) + b"{}abc"
    looked = threading.Event()

    def trickle() -> None:
        for i in range(len(content)):
            theirs.sendall(content[i : i + 1])
            looked.wait(0.1)  # not all at once, however busy the machine is

    with ours, theirs:
        ours.settimeout(0.01)
        sender = threading.Thread(target=trickle)
        sender.start()
        assert wire.receive(ours, alive=looked.set) == (IDENT, b"{}", bytearray(b"abc"))
        sender.join()
    assert looked.is_set(), "a child that trickles must be looked at between its pieces"


def test_a_silent_peer_is_looked_at_until_it_is_given_up() -> None:
    class GivenUp(Exception):
        pass

    looks = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise GivenUp

    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.001)
        with pytest.raises(GivenUp):
            wire.receive(ours, alive=look)


@pytest.mark.parametrize("length", range(wire.PREAMBLE.size + 5))
def test_a_hang_up_at_any_byte_is_a_disconnection(length: int) -> None:
    with pytest.raises(wire.Disconnected):
        deliver((preamble(2, 3) + b"{}abc")[:length])


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (wire.MAX_HEADER + 1, 0),
        (0, wire.MAX_DATA + 1),
        (2**32 - 1, 0),
        (0, 2**64 - 1),
        (2**32 - 1, 2**64 - 1),
    ],
)
def test_a_huge_claim_is_refused_before_memory_is_set_aside(header: int, data: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError, match="over the limit"):
            deliver(preamble(header, data))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("magic", [b"GRD0", b"\0\0\0\0", b"PK\3\4", b"grd1"])
def test_other_bytes_than_a_message_are_refused(magic: bytes) -> None:
    with pytest.raises(wire.WireError, match="not a message"):
        deliver(preamble(0, 0, magic))


def test_limits_can_be_set() -> None:
    assert deliver(preamble(5000, 0) + b" " * 5000, max_header=5000)[1] == b" " * 5000
    with pytest.raises(wire.WireError):
        deliver(preamble(0, 11) + b" " * 11, max_data=10)


# Nests

plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5)
nests = st.recursive(
    plain | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(nests)
def test_nests_round_trip(value: Any) -> None:
    header, found = wire.pack(value)
    assert same(wire.unpack(header, wire.block(found)), value)


@pytest.mark.parametrize(
    "value",
    [{1}, b"bytes", 1j, object(), np.float32(1), msgspec.UNSET],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_form_on_the_wire_is_the_author_s_error(value: Any) -> None:
    with pytest.raises(TypeError, match="make anything else of them in the driver"):
        wire.pack({"x": value})


def test_dictionaries_that_look_like_the_encoding_are_kept() -> None:
    value = {"array": ["int8", [1]], "tuple": [1], "dict": []}
    header, found = wire.pack(value)
    assert not found
    assert wire.unpack(header, b"") == value


def test_what_was_taken_apart_before_is_sent_as_if_it_were_now() -> None:
    inputs = {"x": np.arange(6.0).reshape(2, 3), "deep": [(np.int8([1]), "text"), {"k": None}]}
    parts = {"first": np.ones(2), "inputs": inputs, "last": np.zeros(3, np.int32)}
    header, found = wire.pack(parts)
    again, same_arrays = wire.pack(parts | {"inputs": wire.packed(inputs)})
    assert again == header
    assert all(one is other for one, other in zip(found, same_arrays, strict=True))
    assert same(wire.unpack(again, wire.block(same_arrays)), parts)
