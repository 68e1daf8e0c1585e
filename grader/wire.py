"""Named arrays to bytes and back, across the boundary of trust.

A message is a fixed-size preamble, a header of bounded JSON, and the raw bytes
of arrays:

    magic (4 bytes) · id (16 bytes) · header length (4) · data length (8)

Nothing here is a pickle, a zip or parsed text. What comes from a child is
checked before it is read: the lengths against limits, the id against the one
that was asked, each dtype against a fixed list, each shape against the bytes
that are there. Inputs on their way *to* a child may be nested and hold text;
they are made by the trusted side, so the child may believe them.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

MAGIC = b"GRD1"
PREAMBLE = struct.Struct("!4s16sIQ")
DTYPES = frozenset("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
MAX_HEADER = 4096
MAX_DATA = 16 << 20
MAX_AXES = 8
SMALL = 64 << 10


class WireError(Exception):
    """The other side sent something that is not a message, or hung up."""


class Disconnected(WireError):
    """The other side closed the connection."""


class Array(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An array's name, dtype and shape; its bytes follow the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]


def send(to: socket.socket, ident: bytes, header: bytes, arrays: Sequence[np.ndarray] = ()) -> None:
    """Send one message; each array's bytes are in C order."""
    blocks = [np.ascontiguousarray(array).data.cast("B") for array in arrays if array.size]
    size = sum(block.nbytes for block in blocks)
    head = PREAMBLE.pack(MAGIC, ident, len(header), size) + header
    parts: list[bytes | memoryview] = [head, *blocks]
    if size <= SMALL:
        parts = [b"".join(parts)]  # the other side wakes up once
    for part in parts:
        to.sendall(part)


def receive(
    source: socket.socket,
    max_header: int = MAX_HEADER,
    max_data: int = MAX_DATA,
    alive: Callable[[], None] = lambda: None,
) -> tuple[bytes, bytes, bytearray]:
    """Receive one message as (id, header, data).

    `alive` is called whenever the socket's own time-out passes and after each
    piece; it ends the wait by raising.

    Raises:
        Disconnected: the other side hung up.
        WireError: what came is not a message, or is over the limits.
    """
    magic, ident, header_size, data_size = PREAMBLE.unpack(_read(source, PREAMBLE.size, alive))
    if magic != MAGIC:
        raise WireError("not a message")
    if header_size > max_header or data_size > max_data:
        raise WireError("a message that is over the limit")
    return ident, bytes(_read(source, header_size, alive)), _read(source, data_size, alive)


def _read(source: socket.socket, size: int, alive: Callable[[], None]) -> bytearray:
    """Read exactly `size` bytes, already known to be within limits."""
    buffer = bytearray(size)
    view, done = memoryview(buffer), 0
    while done < size:
        try:
            count = source.recv_into(view[done:])
        except TimeoutError:
            alive()
            continue
        except ConnectionError as error:
            raise Disconnected(str(error)) from error
        if not count:
            raise Disconnected("the other side hung up")
        done += count
        if done < size:
            alive()
    return buffer


def declared(arrays: dict[str, np.ndarray]) -> tuple[Array, ...]:
    """Return what a header says of arrays, in the order in which their bytes follow it."""
    return tuple(Array(name, str(array.dtype), array.shape) for name, array in arrays.items())


def read_arrays(claims: Sequence[Array], data: bytearray) -> dict[str, np.ndarray]:
    """Check what a child claims of arrays against the bytes that came, and return them as views of these.

    Raises:
        WireError: the claims are not true of the data.
    """
    arrays: dict[str, np.ndarray] = {}
    position = 0
    for array in claims:
        if array.dtype not in DTYPES or len(array.shape) > MAX_AXES or min(array.shape, default=0) < 0:
            raise WireError("an array has a dtype or shape that is not allowed")
        dtype = np.dtype(array.dtype)
        count = math.prod(array.shape)  # Python integers: a huge claim does not overflow
        size = count * dtype.itemsize
        # NumPy refuses an array with no values but huge axes only once it is made.
        if position + size > len(data) or math.prod(max(n, 1) for n in array.shape) > MAX_DATA:
            raise WireError("an array claims more bytes than were sent")
        if array.name in arrays:
            raise WireError("two arrays have one name")
        values = np.frombuffer(data, dtype, count, position) if count else np.empty(0, dtype)
        if dtype == np.bool_:  # a byte that is neither 0 nor 1 is no truth value
            values = np.frombuffer(data, np.uint8, count, position) != 0 if count else values
        arrays[array.name] = values.reshape(array.shape)
        position += size
    if position != len(data):
        raise WireError("bytes came that no array declares")
    return arrays


@dataclass(frozen=True)
class Packed:
    """A nest that has been taken apart: what JSON holds of it, and its arrays."""

    tree: Any
    arrays: tuple[np.ndarray, ...]


def packed(value: Any) -> Packed:
    """Take a nest of dicts, lists, tuples, arrays and plain values apart, once for all times it is sent."""
    arrays: list[np.ndarray] = []

    def visit(item: Any) -> Any:
        if isinstance(item, Packed):
            arrays.extend(item.arrays)
            return item.tree
        if isinstance(item, np.ndarray):
            arrays.append(item)
            return {"array": [str(item.dtype), list(item.shape)]}
        if isinstance(item, tuple):
            return {"tuple": [visit(part) for part in item]}
        if isinstance(item, list):
            return [visit(part) for part in item]
        if isinstance(item, dict):
            return {"dict": [[visit(key), visit(part)] for key, part in item.items()]}
        if item is None or isinstance(item, bool | int | float | str):
            return item
        raise TypeError(
            f"an input is {type(item).__name__}: give arrays, numbers, text, None, lists, "
            "tuples or dicts, and make anything else of them in the driver"
        )

    return Packed(visit(value), tuple(arrays))


def pack(value: Any) -> tuple[bytes, tuple[np.ndarray, ...]]:
    """Encode a nest as JSON and arrays; parts of it may be `Packed` already."""
    whole = packed(value)
    return json.dumps(whole.tree).encode(), whole.arrays


def block(arrays: Sequence[np.ndarray]) -> bytes:
    """Return the raw bytes of `arrays`, one after the other, as `unpack` reads them."""
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def unpack(header: bytes, data: bytes | bytearray | memoryview) -> Any:
    """Decode what `pack` encoded; the arrays are views of `data`."""
    position = 0

    def visit(item: Any) -> Any:
        nonlocal position
        if isinstance(item, list):
            return [visit(part) for part in item]
        if not isinstance(item, dict):
            return item
        if "tuple" in item:
            return tuple(visit(part) for part in item["tuple"])
        if "dict" in item:
            return {visit(key): visit(part) for key, part in item["dict"]}
        dtype, shape = np.dtype(item["array"][0]), item["array"][1]
        count = math.prod(shape)
        values = np.frombuffer(data, dtype, count, position) if count else np.empty(0, dtype)
        position += count * dtype.itemsize
        return values.reshape(shape)

    return visit(json.loads(header))
