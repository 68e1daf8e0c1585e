"""What was raised in a student's file, and where: as data, put into words on the trusted side only.

A child says it, so that it is a claim like all that a child says: it is bounded
here, and its places are held against the file's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

MOST = 6  # frames
LONGEST = 200  # characters of a line, or of a function's name
TEXT = 1000  # characters of what was raised
KIND = 80  # characters of its type
LEAST = 100  # characters of it that are kept before frames are given up
# What a cell of a file is called. Jupyter shows no such number, so it says how to count;
# in a notebook that is running it is `cell [7]`, as Jupyter shows it.
CELL = "cell {} from the top"
MAX = (1 << 31) - 1

Number = Annotated[int, msgspec.Meta(ge=0, le=MAX)]
Line = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Place(msgspec.Struct, frozen=True):
    """A line of a student's file: of a notebook's cell, counted from 1, or of a script, where `cell` is 0."""

    cell: int
    line: int

    def said(self, cell: str = CELL) -> str:
        """Say where it is."""
        return f"{cell.format(self.cell)}, line {self.line}" if self.cell else f"line {self.line}"


class Frame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A line that was being run, the function it is of, and its text; `function` is "" if it is no Python."""

    cell: Number
    line: Number
    function: Line
    source: Line

    @property
    def place(self) -> Place:
        """Return where it is."""
        return Place(self.cell, self.line)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception in Python's words, and the student's own lines that led to it, the last one last.

    `kind` is the type of the exception. `shortened` says that there were more
    frames than these, after the third. `driver` is the line of `checks.py` that
    was being run when none of the student's was; 0 where it was the student's
    that raised.
    """

    text: Annotated[str, msgspec.Meta(max_length=2 * TEXT)]
    frames: Annotated[tuple[Frame, ...], msgspec.Meta(max_length=MOST)] = ()
    shortened: bool = False
    driver: Number = 0
    kind: Annotated[str, msgspec.Meta(max_length=KIND)] = ""

    def said(self, cell: str = CELL) -> str:
        """Say what was raised, and below it where."""
        lines = [self.text]
        for position, frame in enumerate(self.frames):
            if self.shortened and position == MOST // 2:
                lines.append("  …")
            inside = f", in {frame.function}" if frame.function else ""
            lines += [f"  {frame.place.said(cell)}{inside}", f"    {frame.source}"]
        return "\n".join(lines)


def bounded(text: str, frames: list[Frame], kind: str = "") -> Fault:
    """Return a fault within the bounds: of many frames, the first three and the last three."""
    half = MOST // 2
    shown = frames if len(frames) <= MOST else frames[:half] + frames[-half:]
    cut = (
        Frame(
            frame.cell, min(max(frame.line, 0), MAX), frame.function[:LONGEST], frame.source.strip()[:LONGEST]
        )
        for frame in shown
    )
    return Fault(text[:TEXT], tuple(cut), len(frames) > MOST, kind=kind[:KIND])


def placed(faults: tuple[Fault, ...], lines: Mapping[int, int]) -> tuple[Fault, ...]:
    """Leave out frames that are at no line of the file.

    A place that is one says little; any two numbers could be a hidden input's value.

    Args:
        faults: as a child claims them.
        lines: how many there are in each cell; in a script, whose number is 0.
    """
    return tuple(
        msgspec.structs.replace(
            fault, frames=tuple(one for one in fault.frames if 0 < one.line <= lines.get(one.cell, 0))
        )
        for fault in faults
    )


def shorter(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Return faults cut a little: all but the first, then its text, its lines' text, its first frames."""
    *others, last = faults
    if others:
        return tuple(others)
    text, frames = last.text, last.frames
    if len(text) > LEAST:
        text = text[: len(text) * 3 // 4]
    elif any(frame.source for frame in frames):
        frames = tuple(
            Frame(frame.cell, frame.line, frame.function, frame.source[: len(frame.source) * 3 // 4])
            for frame in frames
        )
    elif len(frames) > 1:
        frames = frames[1:]
    else:
        return ()
    return (msgspec.structs.replace(last, text=text, frames=frames),)
