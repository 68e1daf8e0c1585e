"""A topic's own demonstrations and checks, known by their text where a file has lost their tags.

They are known by digests of the lines that were released, which a key holds. Editors
and converters change empty lines, blanks at the end of a line, comments and magics, and
move the borders between cells; none of this counts. One whose code a student has changed
is the student's own, and is run.

They are not run, except for those of their statements that an answer needs.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from grader.cells import Cell, compiled_source, unwarned
from grader.scopes import names_in
from grader.slices import blocks, cut, statements

LARGEST = 1 << 20  # characters of a cell that is looked into
# What converters write, and comment out: markers and magics. A line that only looks like one counts nowhere.
PASSING = re.compile(r"\s*(#|%|!|get_ipython\(\)\.|$)")
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)


class Demonstration(NamedTuple):
    """Some lines of code that were released.

    Attributes:
        first: digest of the first line.
        lines: how many there are.
        digest: of all of them.
    """

    first: str
    lines: int
    digest: str


def known_by(texts: Iterable[str]) -> tuple[Demonstration, ...]:
    """Return how the cells of a released notebook are known, each once, in a fixed order."""
    found = set()
    for text in texts:
        lines = [line for _, line in _lines(text)]
        if lines:
            found.add(Demonstration(_digest(lines[:1]), len(lines), _digest(lines)))
    return tuple(sorted(found))


def without(cells: Sequence[Cell], known: Collection[Demonstration], answers: Collection[str]) -> list[Cell]:
    """Return cells without the demonstrations in them, but for what `answers` need of these.

    Every line stays where it is.

    Args:
        cells: a file's, in the order in which they are run.
        known: the topic's demonstrations.
        answers: the names that its exercises ask for.
    """
    shown = [lines_shown(cell.text, known) for cell in cells]
    if not any(shown):
        return list(cells)
    own = [_blank(cell.text, lines) for cell, lines in zip(cells, shown, strict=True)]
    parts = cut([cell.text for cell in cells], _lost(own, answers)).texts
    return [
        replace(cell, text=_joined(text, part, lines)) if lines else cell
        for cell, text, part, lines in zip(cells, own, parts, shown, strict=True)
    ]


def lines_shown(text: str, known: Collection[Demonstration]) -> frozenset[int]:
    """Return the lines of a cell, from 1, that are demonstrations: whole statements, and no part of one."""
    if len(text) > LARGEST:
        return frozenset()
    begins: dict[str, list[Demonstration]] = {}
    for one in sorted(known, key=lambda one: -one.lines):
        begins.setdefault(one.first, []).append(one)
    lines = _lines(text)
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(lines):
        end = next(
            (
                at + one.lines
                for one in begins.get(_digest([lines[at][1]]), [])
                if _digest([line for _, line in lines[at : at + one.lines]]) == one.digest
            ),
            at,
        )
        if end > at:
            found.append((lines[at][0], lines[end - 1][0]))
        at = max(end, at + 1)
    if not found:
        return frozenset()
    whole = list(_whole(text))
    firsts, lasts = {first for first, _ in whole}, {last for _, last in whole}
    return frozenset(
        line for first, last in found if first in firsts and last in lasts for line in range(first, last + 1)
    )


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines of code in a text, with their numbers from 1."""
    return [(n, line.rstrip()) for n, line in enumerate(text.split("\n"), 1) if not PASSING.match(line)]


def _digest(lines: Sequence[str]) -> str:
    return hashlib.blake2b("\n".join(lines).encode("utf-8", "replace"), digest_size=8).hexdigest()


@unwarned()
def _whole(text: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of what can be left out of a cell by itself, none if it is no Python."""
    try:
        body = ast.parse(compiled_source(Cell(0, text, 1))).body
    except BROKEN:
        return
    for first, last, _ in blocks(body):
        yield first, last


def _lost(own: Sequence[str], answers: Collection[str]) -> set[str]:
    """Return the names that no cell of the student's own defines, and that a cell of an answer uses.

    The whole cell counts: an error in a line above would cost the answer.
    """
    needed = cut(own, answers)
    lost = set(needed.unknown)
    for number in needed.cells:
        try:
            lost |= names_in(compiled_source(Cell(0, own[number - 1], 1))).uses
        except BROKEN:
            continue
    return lost - {name for text in own for statement in statements(text) for name in statement.binds}


def _blank(text: str, lines: Collection[int]) -> str:
    """Return a text in which some lines are empty."""
    return "\n".join("" if n in lines else line for n, line in enumerate(text.split("\n"), 1))


def _joined(own: str, part: str, lines: Collection[int]) -> str:
    """Return what is a cell's own, and of the demonstrations in it what is left in `part`."""
    kept = part.split("\n")
    return "\n".join(
        kept[n - 1] if n in lines and n <= len(kept) else line for n, line in enumerate(own.split("\n"), 1)
    )
