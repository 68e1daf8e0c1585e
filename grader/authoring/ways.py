"""The ways in which a topic's exercises are answered, as the cells that do it.

An exercise is answered right, by an oracle, by a listed mistake, or not at all:
a stub, an error, an endless loop, right answers whose arrays are spoiled. What
each of these earns, `truth` works out.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.authoring import graft
from grader.authoring.marks import Marked, marked
from grader.cells import MARKER
from grader.course import Topic
from grader.exercise import AuthorError, Exercise
from grader.scopes import names_in

SPOILED = ("nan", "wrong_shape")
REPLACED = {"raises": graft.RAISES, "hangs": graft.HANGS, "ends": graft.ENDS}


@dataclass
class Ways:
    """What one topic's exercises may be answered with."""

    topic: Topic

    @cached_property
    def text(self) -> str:
        """Return the solution's text."""
        return (self.topic.folder / "solution.py").read_text(encoding="utf-8")

    @cached_property
    def solved(self) -> list[dict[str, Any]]:
        """Return the solution's cells, as they stand in a notebook's JSON."""
        import jupytext

        cells = jupytext.reads(self.text, fmt="py:percent").cells
        return [_cell(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in cells]

    @cached_property
    def stubs(self) -> dict[str, str]:
        """Return the cells of the assignment, without their solutions, by what they define."""
        from grader.authoring.notebook import BEGIN, REGION, exercise_name

        cells = [cell["source"] for cell in self.solved if cell["cell_type"] == "code"]
        return {exercise_name(cell): REGION.sub(_not_implemented, cell) for cell in cells if BEGIN in cell}

    @cached_property
    def answers(self) -> dict[str, list[Marked]]:
        """Return what the mistakes' and oracles' files mark."""
        return {module: marked(self.topic, module) for module in ("mistakes", "oracles")}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the text of the mistakes' and oracles' files."""
        paths = {module: self.topic.folder / f"{module}.py" for module in self.answers}
        return {module: path.read_text(encoding="utf-8") for module, path in paths.items()}

    @cached_property
    def definitions(self) -> dict[str, ast.FunctionDef | ast.ClassDef]:
        """Return what the solution defines, by name."""
        body = ast.parse(self.text).body
        return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    @cached_property
    def used(self) -> set[str]:
        """Return the names that the solution's definitions use: rebinding one would change the others."""
        names = [names_in(ast.unparse(definition)) for definition in self.definitions.values()]
        return set().union(*(known.uses | known.later for known in names))

    def failing(self, exercise: Exercise) -> list[str]:
        """Return the ways to fail an exercise, without its mistakes.

        There are none if other definitions of the solution use what the exercise
        writes. A class has no arrays that could be spoiled.
        """
        if any(name in self.used for name in exercise.writes):
            return []
        has_class = any(isinstance(self.definitions.get(name), ast.ClassDef) for name in exercise.writes)
        return ["stub", "raises", "hangs", *(() if has_class else SPOILED)]

    def listed(self, module: str, exercise: Exercise) -> list[str]:
        """Return the behaviours that are an exercise's `mistakes` or `oracles`."""
        return [f"{module[:-1]}:{one.name}" for one in self.answers[module] if one.of in exercise.writes]

    def cells(self, behaviours: Sequence[tuple[Exercise, str]]) -> Iterator[str]:
        """Return the cells that follow the solution's to make it behave so.

        Raises:
            AuthorError: the solution does not mark what students write.
        """
        ways = [way for _, way in behaviours]
        if any(way in SPOILED or ":" in way for way in ways):
            yield graft.SNAPSHOT
        if any(way in SPOILED for way in ways):
            yield graft.SPOIL
        for exercise, behaviour in behaviours:
            if behaviour == "right":
                continue
            kind, _, name = behaviour.partition(":")
            if kind in ("mistake", "oracle"):
                module = f"{kind}s"
                (answer,) = (one for one in self.answers[module] if one.name == name)
                yield graft.graft(self.texts[module], name, answer.of)
                continue
            for written in exercise.writes:
                if kind == "stub" and written not in self.stubs:
                    raise AuthorError(
                        f"{self.topic.id}: no cell of solution.py defines `{written}` with its solution "
                        "marked: put “### BEGIN SOLUTION” and “### END SOLUTION” around it"
                    )
                if kind == "stub":
                    yield self.stubs[written]
                elif kind in SPOILED:
                    yield graft.spoiled(written, kind)
                else:
                    yield REPLACED[kind].format(name=written)

    def script(self, behaviours: Sequence[tuple[Exercise, str]]) -> str:
        """Return the solution with its exercises answered as said, as a script."""
        more = (f"# %%\n{cell}" for cell in self.cells(behaviours))
        return "\n\n\n".join([self.text.rstrip(), *more]) + "\n"

    def notebook(self, behaviours: Sequence[tuple[Exercise, str]]) -> str:
        """Return the same as a notebook's JSON."""
        cells = self.solved + [_cell("code", cell) for cell in self.cells(behaviours)]
        notebook = {
            "cells": [{"id": f"cell-{place}"} | cell for place, cell in enumerate(cells)],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    made = {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)} if tags else {}}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _not_implemented(region: re.Match[str]) -> str:
    indent = region.group()[: -len(region.group().lstrip())]
    return f"{indent}# {MARKER}\n{indent}raise NotImplementedError()"  # as students get it
