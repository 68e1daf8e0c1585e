"""What a child says is checked before it is believed, and before memory is set aside for it."""

from __future__ import annotations

import json
import socket
import threading
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire

IDENT = bytes(range(16))
ALLOWED = sorted(wire.DTYPES)
arrays = st.sampled_from(ALLOWED).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
)


def deliver(content: bytes, **limits: int) -> tuple[bytes, bytes, bytearray]:
    """Receive what a peer sends who then hangs up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.shutdown(socket.SHUT_WR)
        return wire.receive(ours, **limits)


def preamble(header: int, data: int, magic: bytes = wire.MAGIC) -> bytes:
    return wire.PREAMBLE.pack(magic, IDENT, header, data)


def reply(*declared: Any, **fields: Any) -> bytes:
    """A reply's header, made by hand as a student's code might."""
    described = [{"name": name, "dtype": dtype, "shape": shape} for name, dtype, shape in declared]
    return json.dumps({"outcome": "returned", "arrays": described} | fields).encode()


def same(one: Any, other: Any) -> bool:
    """Equality of nests, where NaN equals NaN and types count."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and (one.dtype, one.shape) == (other.dtype, other.shape)
            and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other) or (one != one and other != other)


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


# Replies


@given(st.dictionaries(st.text(max_size=8), arrays, max_size=4), st.text(max_size=200))
def test_replies_round_trip(values: dict[str, np.ndarray], text: str) -> None:
    header = wire.encode_reply("returned", values, "ValueError", text)
    assert len(header) <= wire.MAX_HEADER
    found, read = wire.decode_reply(header, bytearray(wire.block(list(values.values()))))
    assert (found.outcome, found.error, found.text) == ("returned", "ValueError", text)
    assert same(read, values)


@given(st.text(min_size=1, max_size=9).map(lambda part: part * 3000), st.text(max_size=90))
def test_a_long_text_is_cut_to_fit_the_header(text: str, error: str) -> None:
    header = wire.encode_reply("raised", {}, error, text)
    assert len(header) <= wire.MAX_HEADER
    found, _ = wire.decode_reply(header, bytearray())
    assert text.startswith(found.text) and found.text
    assert error.startswith(found.error)


def test_a_text_that_utf_8_cannot_hold_is_sent_all_the_same() -> None:
    found, _ = wire.decode_reply(wire.encode_reply("raised", {}, "E\ud800", "so \udfff it is"), bytearray())
    assert found.text.startswith("so ") and found.text.endswith(" it is")


REFUSED = {
    "an object array": (reply(("x", "object", [1])), 8),
    "text": (reply(("x", "<U1", [1])), 4),
    "bytes": (reply(("x", "S8", [1])), 8),
    "a complex array": (reply(("x", "complex128", [1])), 16),
    "a dtype's alias": (reply(("x", "f8", [1])), 8),
    "another byte order": (reply(("x", ">f8", [1])), 8),
    "a structured dtype": (reply(("x", "i4,i4", [1])), 8),
    "times": (reply(("x", "datetime64[s]", [1])), 8),
    "void": (reply(("x", "V8", [1])), 8),
    "a negative length": (reply(("x", "int8", [-1])), 0),
    "two negative lengths": (reply(("x", "int8", [-2, -2])), 4),
    "a negative length beside an empty axis": (reply(("x", "int8", [0, -1])), 0),
    "too many axes": (reply(("x", "int8", [1] * 9)), 1),
    "more than was sent": (reply(("x", "float64", [2])), 8),
    "less than was sent": (reply(("x", "float64", [1])), 16),
    "bytes and no array": (reply(), 1),
    "more than there is": (reply(("x", "int8", [2**40])), 0),
    "more than 64 bits count": (reply(("x", "int8", [10**30])), 0),
    "a product beyond 64 bits": (reply(("x", "int8", [2**32, 2**32])), 0),
    "an empty array with a huge axis": (reply(("x", "int8", [0, 2**62])), 0),
    "an empty array that wraps around": (reply(("x", "float64", [0] + [2**23] * 7)), 0),
    "two arrays of one name": (reply(("x", "int8", [1]), ("x", "int8", [1])), 2),
    "a length that is no integer": (reply(("x", "int8", [1.5])), 1),
    "a length that is text": (reply(("x", "int8", ["1"])), 1),
    "a shape that is none": (reply(("x", "int8", None)), 1),
    "a shape that is a nest": (reply(("x", "int8", [[1]])), 1),
    "a name that is a number": (reply((1, "int8", [1])), 1),
    "an unknown field": (reply(score=100), 0),
    "no outcome": (b'{"arrays": []}', 0),
    "an outcome that is a number": (b'{"outcome": 1}', 0),
    "no JSON": (b"\x80\x04N.", 0),
    "no UTF-8": (b'{"outcome": "\xff"}', 0),
    "nothing": (b"", 0),
    "a list": (b"[]", 0),
    "null": (b"null", 0),
    "JSON and more": (reply() + b"{}", 0),
    "JSON cut off": (reply()[:-1], 0),
    "not a number": (b'{"outcome": NaN}', 0),
    "deep JSON": (b'{"outcome": ' + b"[" * 4000, 0),
    "deep JSON in an unknown field": (b'{"deep": ' + b"[" * 2000 + b"]" * 2000 + b"}", 0),
}


@pytest.mark.parametrize(("header", "size"), REFUSED.values(), ids=REFUSED)
def test_a_malformed_reply_is_refused(header: bytes, size: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.decode_reply(header, bytearray(size))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200), st.binary(max_size=16))
def test_random_bytes_are_refused(header: bytes, data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode_reply(header, bytearray(data))


shapes = st.lists(st.integers(-(2**70), 2**70) | st.integers(-1, 4), max_size=10)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([*ALLOWED, "O", ""]), shapes), max_size=3),
       st.integers(0, 64))  # fmt: skip
def test_any_claim_is_true_or_refused(declared: list[Any], size: int) -> None:
    try:
        _, read = wire.decode_reply(reply(*declared), bytearray(size))
    except wire.WireError:
        return
    assert sum(array.nbytes for array in read.values()) == size
    assert [(name, str(a.dtype), list(a.shape)) for name, a in read.items()] == declared


def test_a_byte_that_is_no_truth_value_counts_as_true() -> None:
    _, read = wire.decode_reply(reply(("x", "bool", [3])), bytearray(b"\x00\x01\xff"))
    assert read["x"].tolist() == [False, True, True]
    assert read["x"].view(np.uint8).tolist() == [0, 1, 1]


# Requests and keys

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
