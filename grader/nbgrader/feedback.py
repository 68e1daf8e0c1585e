"""A verdict as the output of its test cell: what nbgrader reads a grade from, and what is shown.

nbgrader reads the first error or number in a cell's output. An error gives no
points, a number gives that many, and anything that it cannot read gives full
marks. So every verdict that earned points is written with a number, and every
other with an error.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from nbformat import NotebookNode, v4

from grader.errors import PlainError
from grader.report.display import Checked
from grader.report.words import words
from grader.text import printable
from grader.verdict import Status

MAX_MESSAGE = 20_000  # characters of a message


class PointsDiffer(PlainError):
    """An exercise is worth other points in the gradebook than in its key."""


def outputs(checked: Checked, points: float) -> list[NotebookNode]:
    """Return the outputs of the cell that checks an exercise.

    Args:
        checked: what a student sees of it; never a grader's error, which says
            nothing about an answer.
        points: what nbgrader thinks the cell is worth.

    Raises:
        PointsDiffer: the exercise is worth something else.
        ValueError: the grader itself had failed.
    """
    verdict = checked.verdict
    if verdict.status is Status.GRADER_ERROR:
        raise ValueError(verdict.message)
    if float(points) != float(verdict.max_score):
        raise PointsDiffer(
            f"{verdict.name} is worth {verdict.max_score:g} points, and {points:g} in the gradebook: "
            "run `nbgrader generate_assignment --force`, and grade again"
        )
    message = printable(verdict.message)[:MAX_MESSAGE]
    notes = tuple(note[:MAX_MESSAGE] for note in checked.notes)
    checked = replace(checked, verdict=msgspec.structs.replace(verdict, message=message), notes=notes)
    shown = v4.new_output("display_data", {"text/html": checked.html(), "text/plain": checked.text()})
    # A float of Python's: of NumPy's, nbgrader reads `np.float64(0.0)` as full marks.
    score = min(max(float(verdict.score), 0.0), float(points))
    if verdict.status is Status.PASSED or score > 0:
        return [shown, v4.new_output("execute_result", {"text/plain": repr(score)})]
    summary = f"No points: {words(verdict)}."
    return [shown, v4.new_output("error", ename=verdict.status.value, evalue=message, traceback=[summary])]
