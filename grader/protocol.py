"""What the trusted side, the warm server and its children say to each other.

The server is commanded in records of a fixed size, on its one socket. A child
is asked, on a socket of its own, by a request; it says what came of it in a
reply, whose arrays follow as raw bytes (`grader.wire`). A child believes what it
is asked; what it says is a claim.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.demonstrations import Demonstration
from grader.fault import Fault, shorter

COMMAND = struct.Struct("!cqQ")  # what, pid, limit of memory in bytes
FORK, FORK_AHEAD, REAP, REAP_ENDING = b"F", b"A", b"R", b"W"
FORKED = struct.Struct("!q")  # pid
REAPED = struct.Struct("!iqd")  # wait status, peak resident bytes, CPU seconds
READY = b"TensorFlow is imported"
LOCKED = b"L"  # said by a child once it is locked in, when no student's code can have run
MAX_FILES = 8  # that a child is given


class Open(msgspec.Struct, frozen=True):
    """Read the files that were given, modules of these names, and drivers from a `checks.py`'s text.

    If there are `names`, only what defines these is to be run. What is known as one of the
    `demonstrations` is run only as far as answers need it. Nothing of the files is run yet.
    The reply's array `lines` `[n, 2]` says how many lines each cell has.
    """

    checks: str
    modules: tuple[str, ...]
    names: tuple[str, ...] = ()
    demonstrations: tuple[Demonstration, ...] = ()


class Import(msgspec.Struct, frozen=True):
    """Run the cells of the files that were read."""


class OpenArchive(msgspec.Struct, frozen=True):
    """Open the file that was given as a zip."""


class Run(msgspec.Struct, frozen=True):
    """Run an exercise's driver on a case's inputs, a nest or `wire.Packed`.

    `answers` maps a name to `module:attribute` where something else is to play
    the answer, as a mistake does when keys are recorded.
    """

    exercise: str
    inputs: Any
    answers: Mapping[str, str] = {}


class Read(msgspec.Struct, frozen=True):
    """Return the content of a zip's file by its position, or the names of all if that is None."""

    position: int | None


class OpenTexts(msgspec.Struct, frozen=True):
    """Read the file that was given, of whose answers the text is asked for; nothing of it is ever run.

    `writes` says which names each exercise asks for, `released` is the text of the file that was given out.
    """

    writes: Mapping[str, tuple[str, ...]]
    released: str


class ReadText(msgspec.Struct, frozen=True):
    """Return the text of the answer to an exercise, and its tokens.

    The reply's arrays are `text`, UTF-8; `tokens`, UTF-8, each ended by a zero byte; and `spans`
    `[n, 2]`, where in the text, in characters, each token begins and ends.
    """

    exercise: str


Request = Open | Import | OpenArchive | OpenTexts | Run | Read | ReadText
_REQUESTS = {kind.__name__: kind for kind in (Open, Import, OpenArchive, OpenTexts, Run, Read, ReadText)}


def encode_request(request: Request) -> tuple[bytes, tuple[np.ndarray, ...]]:
    """Return a request's header, and the arrays that follow it."""
    return wire.pack([type(request).__name__, msgspec.structs.asdict(request)])


def decode_request(header: bytes, data: bytes | bytearray) -> Request:
    """Return the request that the trusted side made."""
    name, fields = wire.unpack(header, data)
    request: Request = _REQUESTS[name](**fields)
    return request


class Came(StrEnum):
    """What came of a request."""

    READY = "ready"  # the files are open, or were imported
    RETURNED = "returned"
    RAISED = "raised"
    MISSING = "missing"  # the answer is still to be written
    UNDEFINED = "undefined"  # nothing has the answer's name
    UNREADABLE = "unreadable"
    OUT_OF_MEMORY = "out_of_memory"


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a child says came of a request: claims, of which only the arrays count.

    `error` is the type of what was raised. `text` is shown to the student as it
    is; `faults` are what was raised, in running a case or in importing the file.
    """

    outcome: Came
    arrays: tuple[wire.Array, ...] = ()
    error: str = ""
    text: str = ""
    faults: tuple[Fault, ...] = ()


def encode_reply(
    outcome: Came,
    arrays: dict[str, np.ndarray],
    error: str = "",
    text: str = "",
    faults: Sequence[Fault] = (),
) -> bytes:
    """Encode a reply's header; what a student may read in it is cut so that it stays within the limit."""
    reply = Reply(outcome, wire.declared(arrays), error[:80], text, tuple(faults))
    while len(header := _encoded(reply)) > wire.MAX_HEADER:
        if reply.text:
            reply = msgspec.structs.replace(reply, text=reply.text[: len(reply.text) * 3 // 4])
        elif reply.faults:
            reply = msgspec.structs.replace(reply, faults=shorter(reply.faults))
        else:
            break
    return header


def _encoded(reply: Reply) -> bytes:
    try:
        return msgspec.json.encode(reply)
    except UnicodeEncodeError:
        # A student's text may hold half of a surrogate pair, which UTF-8 has no bytes for.
        text = json.dumps(msgspec.to_builtins(reply), ensure_ascii=False)
        return text.encode("utf-8", "replace")


def decode_reply(header: bytes, data: bytearray) -> tuple[Reply, dict[str, np.ndarray]]:
    """Check a child's reply against the bytes that came with it, and read its arrays.

    Raises:
        WireError: the header is not a `Reply`, or declares what the data is not.
    """
    try:
        reply = msgspec.json.decode(header, type=Reply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # What it says instead may be a hidden input, and is not quoted.
        raise wire.WireError("not a reply") from error
    return reply, wire.read_arrays(reply.arrays, data)
