"""What a child says is checked before it is believed, and before memory is set aside for it."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nests import ALLOWED, arrays, same

from grader import fault, protocol, wire
from grader.fault import Fault, Frame
from grader.protocol import Came


def reply(*declared: Any, **fields: Any) -> bytes:
    """A reply's header, made by hand as a student's code might."""
    described = [{"name": name, "dtype": dtype, "shape": shape} for name, dtype, shape in declared]
    return json.dumps({"outcome": "returned", "arrays": described} | fields).encode()


# Replies


@given(st.dictionaries(st.text(max_size=8), arrays, max_size=4), st.text(max_size=200))
def test_replies_round_trip(values: dict[str, np.ndarray], text: str) -> None:
    header = protocol.encode_reply(Came.RETURNED, values, "ValueError", text)
    assert len(header) <= wire.MAX_HEADER
    found, read = protocol.decode_reply(header, bytearray(wire.block(list(values.values()))))
    assert (found.outcome, found.error, found.text) == ("returned", "ValueError", text)
    assert same(read, values)


@given(st.text(min_size=1, max_size=9).map(lambda part: part * 3000), st.text(max_size=90))
def test_a_long_text_is_cut_to_fit_the_header(text: str, error: str) -> None:
    header = protocol.encode_reply(Came.RAISED, {}, error, text)
    assert len(header) <= wire.MAX_HEADER
    found, _ = protocol.decode_reply(header, bytearray())
    assert text.startswith(found.text) and found.text
    assert error.startswith(found.error)


def test_a_text_that_utf_8_cannot_hold_is_sent_all_the_same() -> None:
    found, _ = protocol.decode_reply(
        protocol.encode_reply(Came.RAISED, {}, "E\ud800", "so \udfff it is"), bytearray()
    )
    assert found.text.startswith("so ") and found.text.endswith(" it is")


LINES = [Frame(3, number, f"name_{number}", "x = f(x)") for number in range(1, 5)]


@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 99_999), st.integers(0, 12))
def test_faults_round_trip_within_their_bounds(text: str, source: str, number: int, count: int) -> None:
    made = fault.bounded(text, [Frame(number, number + place, text, source) for place in range(count)])
    found, _ = protocol.decode_reply(protocol.encode_reply(Came.RAISED, {}, faults=[made]), bytearray())
    (read,) = found.faults
    assert read.text and text.startswith(read.text) or not text
    assert len(read.frames) <= fault.MOST and all(len(one.source) <= fault.LONGEST for one in read.frames)
    if count:
        assert read.frames[-1].place == fault.Place(number, number + count - 1), "the last raised"


def test_a_fault_that_is_too_long_loses_its_words_first_then_its_lines_and_then_frames() -> None:
    def sent(text: str, source: str, function: str) -> Fault:
        made = fault.bounded(text, [Frame(1, n, function, source) for n in range(6)])
        header = protocol.encode_reply(Came.RAISED, {}, faults=[made])
        assert len(header) <= wire.MAX_HEADER
        (found,) = protocol.decode_reply(header, bytearray())[0].faults
        return found

    words = sent("€" * 1000, "€" * 150, "f")
    assert fault.LEAST // 2 < len(words.text) < 1000
    assert [len(frame.source) for frame in words.frames] == [150] * 6
    lines = sent("€" * 1000, "€" * 200, "f" * 200)
    assert len(lines.frames) == 6 and 0 < len(lines.frames[0].source) < 200
    frames = sent("\x01" * 1000, "\x01" * 200, "\x01" * 200)
    assert 0 < len(frames.frames) < 6 and frames.frames[-1].line == 5


def test_of_many_faults_the_first_are_sent() -> None:
    many = [fault.bounded(f"E: {number}", LINES) for number in range(1000)]
    found, _ = protocol.decode_reply(protocol.encode_reply(Came.READY, {}, faults=many), bytearray())
    assert found.faults == tuple(many[: len(found.faults)]) and len(found.faults) > 3


def test_half_a_surrogate_pair_in_a_line_is_sent_all_the_same() -> None:
    made = fault.bounded("E: \udfff", [Frame(0, 1, "f", "x = '\ud800'")])
    (found,) = protocol.decode_reply(protocol.encode_reply(Came.RAISED, {}, faults=[made]), bytearray())[
        0
    ].faults
    assert found.frames[0].source == "x = '?'"


def forged(*frames: Any, text: Any = "E") -> tuple[bytes, int]:
    """A reply whose fault is made by hand."""
    return reply(outcome="raised", faults=[{"text": text, "frames": frames}]), 0


def test_a_place_that_the_file_does_not_have_is_left_out() -> None:
    places = [(1, 1), (1, 3), (1, 4), (2, 1), (3, 7), (0, 1), (3, 0), (10**9, 1)]
    header, _ = forged(*[[cell, line, "f", "\x1b[2J"] for cell, line in places[:6]])
    found, _ = protocol.decode_reply(header, bytearray())
    more = Fault("E", tuple(Frame(*place, "f", "x") for place in places[6:]))
    one, other = fault.placed((*found.faults, more), {1: 3, 3: 7})
    assert [(frame.cell, frame.line) for frame in one.frames] == [(1, 1), (1, 3), (3, 7)]
    assert not other.frames and other.text == "E"


REFUSED = {
    "as many frames as a header holds": forged(*[[1, 1, "f", "x"]] * 200),
    "a huge cell": forged([10**30, 1, "f", "x"]),
    "a huge line": forged([1, 2**31, "f", "x"]),
    "a negative line": forged([1, -1, "f", "x"]),
    "a line that is a float": forged([1, 1.5, "f", "x"]),
    "a frame that is none": forged([1, 1]),
    "a frame with more": forged([1, 1, "f", "x", "y"]),
    "a line's text that is too long": forged([1, 1, "f", "x" * 201]),
    "a name that is too long": forged([1, 1, "f" * 201, "x"]),
    "a fault that is too long": forged(text="x" * 2001),
    "a fault that is text": (reply(outcome="raised", faults=["E"]), 0),
    "an outcome that there is none of": (reply(outcome="passed"), 0),
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
            protocol.decode_reply(header, bytearray(size))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200), st.binary(max_size=16))
def test_random_bytes_are_refused(header: bytes, data: bytes) -> None:
    with pytest.raises(wire.WireError):
        protocol.decode_reply(header, bytearray(data))


shapes = st.lists(st.integers(-(2**70), 2**70) | st.integers(-1, 4), max_size=10)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([*ALLOWED, "O", ""]), shapes), max_size=3),
       st.integers(0, 64))  # fmt: skip
def test_any_claim_is_true_or_refused(declared: list[Any], size: int) -> None:
    try:
        _, read = protocol.decode_reply(reply(*declared), bytearray(size))
    except wire.WireError:
        return
    assert sum(array.nbytes for array in read.values()) == size
    assert [(name, str(a.dtype), list(a.shape)) for name, a in read.items()] == declared


def test_a_byte_that_is_no_truth_value_counts_as_true() -> None:
    _, read = protocol.decode_reply(reply(("x", "bool", [3])), bytearray(b"\x00\x01\xff"))
    assert read["x"].tolist() == [False, True, True]
    assert read["x"].view(np.uint8).tolist() == [0, 1, 1]


# Requests


@given(st.dictionaries(st.text(max_size=5), arrays | st.floats() | st.text(max_size=5), max_size=3))
def test_requests_round_trip(inputs: dict[str, Any]) -> None:
    for request in (
        protocol.Open("checks", ("solution", "mistakes")),
        protocol.OpenArchive(),
        protocol.Read(None),
        protocol.Read(7),
    ):
        assert protocol.decode_request(protocol.encode_request(request)[0], b"") == request
    for sent in (inputs, wire.packed(inputs)):
        header, found = protocol.encode_request(protocol.Run("mean", sent, {"mean": "mistakes:total"}))
        read = protocol.decode_request(header, wire.block(found))
        assert isinstance(read, protocol.Run)
        assert (read.exercise, read.answers) == ("mean", {"mean": "mistakes:total"})
        assert same(read.inputs, inputs)
