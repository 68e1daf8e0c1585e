"""Help with an exercise that does not give the answer: its question, and what to read."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.cells import Unreadable, cells_of, unwarned
from grader.student.assignment import Assignment
from grader.verdict import Verdict

PATIENCE = 3  # failed tries, after which the hint is shown unasked
# A paragraph that cites: an address, or a year in brackets.
CITATION = re.compile(r"https?://|\((?:1[89]|20)\d\d\)")


@dataclass(frozen=True)
class Hint:
    """An exercise's question, and the paragraph that says what to read, or ""."""

    exercise: str
    question: str
    reading: str


def is_due(verdict: Verdict, tries: int) -> bool:
    """Tell whether the hint is shown unasked after so many failed tries; a slip needs none."""
    return tries >= PATIENCE and verdict.hint_helps


def hint(assignment: Assignment, exercise: str) -> Hint:
    """Return the hint of an exercise; the reading is in the docstring that the student was given."""
    found = assignment.rules.checks.exercises[exercise]
    return Hint(exercise, found.hint, reading(assignment.forms(), found.writes))


def reading(files: Sequence[Path], names: Sequence[str]) -> str:
    """Return the paragraphs that cite, of the first docstring of `names` that has one."""
    for file in files:
        try:
            cells = cells_of(file.read_bytes())
        except (OSError, Unreadable):
            continue
        for cell in cells:
            for docstring in _docstrings(cell.text, names):
                cited = [part for part in docstring.split("\n\n") if CITATION.search(part)]
                if cited:
                    return "\n\n".join(" ".join(part.split()) for part in cited)
    return ""


@unwarned()
def _docstrings(text: str, names: Sequence[str]) -> list[str]:
    """Return the docstrings in a cell; none if the cell is not Python, as other cells may be."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [ast.get_docstring(node) or "" for node in body if isinstance(node, kinds) and node.name in names]
