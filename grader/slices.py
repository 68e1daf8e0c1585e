"""Cells, cut down to one answer and what it uses.

Cells, in the order in which they are run, may hold several versions of a
definition. An answer needs the statement that defines it last, those that define
the names it uses, and so on. What is left of each cell keeps its lines, so that
an error says where it is. A live notebook is checked by what is left of the cells
that were run; and so is a file, if running all of it ends the process.

Statements that define nothing, such as a call that prints or trains, are left
out, so that a check takes only a moment whatever else a cell does.
"""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.cells import Cell, compiled_source, unwarned
from grader.scopes import names_in


@dataclass(frozen=True)
class Statement:
    """Some lines of a cell, and the names in them; see `grader.scopes`.

    Attributes:
        first, last: the lines, from 1, both included.
        binds: names that are defined anew.
        changes: names of which a part is replaced, as in `layer.call = call`.
        uses: names that must be there when the statement is run.
        later: names that are looked up only once what it defines is called.
        always: whether every answer needs the statement, because it may define any name.
    """

    first: int
    last: int
    binds: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]
    later: frozenset[str]
    always: bool


@dataclass(frozen=True)
class Cut:
    """The part of some cells that some answers need.

    Attributes:
        texts: what is left of each cell, "" where nothing is needed.
        cells: the numbers of the cells that are needed.
        defined: the names that these define.
        unknown: names that are needed, and that no cell defines.
    """

    texts: tuple[str, ...]
    cells: tuple[int, ...]
    defined: frozenset[str]
    unknown: frozenset[str]

    @property
    def notebook(self) -> bytes:
        """Return a notebook of what is left of the cells."""
        return json.dumps({"cells": [{"cell_type": "code", "source": text} for text in self.texts]}).encode()


def cut(cells: Sequence[str], names: Iterable[str]) -> Cut:
    """Cut cells down to what defines `names`.

    Args:
        cells: their texts in the order in which they are run; `cells[0]` is number 1.
        names: what is asked for.
    """
    run = [(number, statement) for number, cell in enumerate(cells, 1) for statement in statements(cell)]
    chosen = {place for place, (_, statement) in enumerate(run) if statement.always}
    pending = [(name, len(run)) for name in names]
    for place in chosen:
        pending += [(name, place) for name in run[place][1].uses]
    seen, unknown = set(pending), set()
    while pending:
        name, end = pending.pop()
        definition = _definition(run, name, end)
        if not definition:
            unknown.add(name)
        for place in definition:
            chosen.add(place)
            statement = run[place][1]
            needs = {(used, place) for used in statement.uses}
            needs |= {(used, len(run)) for used in statement.later}
            pending += needs - seen
            seen |= needs
    kept: dict[int, set[int]] = {}
    for place in chosen:
        number, statement = run[place]
        kept.setdefault(number, set()).update(range(statement.first, statement.last + 1))
    texts = tuple(_only(text, kept[number]) if number in kept else "" for number, text in enumerate(cells, 1))
    defined = frozenset[str]().union(*(run[place][1].binds for place in chosen))
    return Cut(texts, tuple(sorted(kept)), defined, frozenset(unknown))


def _definition(run: Sequence[tuple[int, Statement]], name: str, end: int) -> list[int]:
    """Return where `name` is defined last before `end`, and what that builds on, latest first."""
    places = []
    for place in range(end - 1, -1, -1):
        statement = run[place][1]
        if name in statement.binds or name in statement.changes:
            places.append(place)
            if name in statement.binds and name not in statement.uses | statement.changes:
                break
    return places


def _only(text: str, lines: set[int]) -> str:
    """Return a cell with only some of its lines; the others are empty."""
    return "\n".join(line if n in lines else "" for n, line in enumerate(_lines(text), 1))


def _lines(text: str) -> list[str]:
    return compiled_source(Cell(0, text.replace("\r\n", "\n"), 1)).split("\n")


@functools.lru_cache(maxsize=4096)
@unwarned()
def statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a cell that define something; none if the cell is not Python."""
    lines = _lines(text)
    try:
        found = list(blocks(ast.parse("\n".join(lines)).body))
        names = [names_in("\n".join(lines[first - 1 : last])) for first, last, _ in found]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    made = []
    for (first, last, nodes), known in zip(found, names, strict=True):
        changes = frozenset(name for node in nodes for name in _changed(node))
        always = any(map(_may_define_anything, nodes))
        if known.binds or changes or always:
            made.append(Statement(first, last, known.binds, changes, known.uses, known.later, always))
    return tuple(made)


def blocks(body: Sequence[ast.stmt]) -> Iterator[tuple[int, int, list[ast.stmt]]]:
    """Yield first line, last line and statements; statements that share a line come together."""
    block: list[ast.stmt] = []
    first = last = 0
    for node in body:
        begins = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))])
        if block and begins > last:
            yield first, last, block
            block = []
        if not block:
            first = begins
        block.append(node)
        last = max(last, node.end_lineno or node.lineno)
    if block:
        yield first, last, block


def _changed(node: ast.stmt) -> Iterator[str]:
    """Yield the names of what an assignment reaches into, and of what it adds to."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store | ast.Del):
            part: ast.expr = inner
            while isinstance(part, ast.Attribute | ast.Subscript):
                part = part.value
            if isinstance(part, ast.Name):
                yield part.id
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            yield inner.target.id
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return  # it is not known what it reaches into when it is called


def _may_define_anything(node: ast.stmt) -> bool:
    if not isinstance(node, ast.ImportFrom):
        return False
    return node.module == "__future__" or any(alias.name == "*" for alias in node.names)


def names_defined(notebook: Mapping[str, object]) -> frozenset[str]:
    """Return every name that the code cells of a notebook define."""
    cells = notebook.get("cells")
    names: set[str] = set()
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            for statement in statements("".join(source) if isinstance(source, list) else str(source)):
                names |= statement.binds
    return frozenset(names)
