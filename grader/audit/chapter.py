"""A chapter as its student reads it: texts, demonstrations, answers; and what it lacks, as data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from grader.authoring.notebook import DEMONSTRATION, has_solution, instructor_notebook
from grader.cells import Cell, compiled_source
from grader.course import Topic
from grader.exercise import AuthorError

FENCED = re.compile(r"^```.*?^```[ \t]*$", re.DOTALL | re.MULTILINE)


class Kind(StrEnum):
    """What a cell is to its reader."""

    TEXT = "text"
    ANSWER = "answer"  # what the student writes
    CHECK = "check"
    DEMONSTRATION = "demonstration"
    OTHER = "other"  # imports, and what answers need


@dataclass(frozen=True)
class Lack:
    """What a chapter lacks: the rule, what it is that lacks it, and the sentence that says so.

    Rule and subject are what the author records it by.
    """

    rule: str
    subject: str
    said: str


@dataclass(frozen=True)
class Part:
    """One cell: its number in the notebook, what it is, and its text, of Markdown without fenced code."""

    number: int
    kind: Kind
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse a code cell, without its magics.

        Raises:
            AuthorError: it is no Python.
        """
        try:
            return ast.parse(compiled_source(Cell(self.number, self.text, 1)))
        except SyntaxError as error:
            first = self.text.strip().partition("\n")[0]
            raise AuthorError(f"cell {self.number} cannot be parsed ({first}): {error}") from error


def read(topic: Topic) -> list[Part]:
    """Read a topic's solution as its student does, with the answers in it.

    Raises:
        AuthorError: the solution is no notebook.
    """
    return [_part(number, cell) for number, cell in enumerate(instructor_notebook(topic).cells, 1)]


def _part(number: int, cell: Any) -> Part:
    if cell.cell_type != "code":
        return Part(number, Kind.TEXT, FENCED.sub("", cell.source))
    if has_solution(cell):
        kind = Kind.ANSWER
    elif cell.metadata.get("nbgrader", {}).get("grade"):
        kind = Kind.CHECK
    elif DEMONSTRATION in cell.metadata.get("tags", []):
        kind = Kind.DEMONSTRATION
    else:
        kind = Kind.OTHER
    return Part(number, kind, cell.source)


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a Markdown cell, each in one line."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        if paragraph.strip():
            yield " ".join(paragraph.split())
