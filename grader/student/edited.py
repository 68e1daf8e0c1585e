"""In which order a file's exercises are checked: what was edited comes first."""

from __future__ import annotations

from grader.cells import cells_of
from grader.saved import Unreadable
from grader.student import progress
from grader.student.assignment import Assignment
from grader.student.progress import State


class Edited:
    """Remembers the text of each exercise, to tell which was edited."""

    def __init__(self) -> None:
        """Know nothing, so that at first nothing counts as edited."""
        self._texts: dict[tuple[str, str], str] = {}

    def order(self, assignment: Assignment, text: bytes) -> list[str]:
        """Return the exercises: those that were edited, then those that are not right yet, then the rest."""
        known, names = progress.load(assignment), assignment.exercises
        texts = _texts(text, assignment)
        before = {name: self._texts.get((assignment.name, name)) for name in names}
        self._texts |= {(assignment.name, name): text for name, text in texts.items()}
        edited = {name for name in names if before[name] is not None and texts.get(name) != before[name]}
        return sorted(
            names, key=lambda name: (name not in edited, known.entry(name).state is State.DONE)
        )  # a stable sort: otherwise as in the assignment


def _texts(text: bytes, assignment: Assignment) -> dict[str, str]:
    """Return the text of the cells that define each exercise."""
    try:
        cells = cells_of(text)
    except Unreadable:
        return {}
    return {
        name: "\n".join(
            cell.text
            for cell in cells
            if any(f"def {one}(" in cell.text or f"class {one}" in cell.text for one in exercise.writes)
        )
        for name, exercise in assignment.rules.checks.exercises.items()
    }
