"""Help with an exercise that does not give the answer: its question, and what to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.cells import cells_of
from grader.reading import cited
from grader.saved import Unreadable
from grader.student.assignment import Assignment
from grader.verdict import Verdict

PATIENCE = 3  # failed tries, after which the hint is shown unasked


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
    return cited(_cells(files), names)


def _cells(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        try:
            yield from (cell.text for cell in cells_of(file.read_bytes()))
        except (OSError, Unreadable):
            continue
