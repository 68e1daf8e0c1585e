"""A verdict as the output of its test cell: what nbgrader reads a grade from, and what is shown.

nbgrader reads the first error or number in a cell's output. An error gives no
points, a number gives that many, and anything that it cannot read gives full
marks. So every verdict that earned points is written with a number, and every
other with an error.
"""

from __future__ import annotations

from html import escape

from nbformat import NotebookNode, v4

from grader.errors import PlainError
from grader.report.words import WORDS
from grader.text import printable
from grader.verdict import Status, Verdict

BLOCK = "white-space: pre-wrap; word-break: normal; border: none; background: none; padding: 0"
MAX_MESSAGE = 20_000  # characters of a message


class PointsDiffer(PlainError):
    """An exercise is worth other points in the gradebook than in its key."""


def outputs(verdict: Verdict, points: float, picture: str = "") -> list[NotebookNode]:
    """Return the outputs of the cell that checks an exercise.

    Args:
        verdict: never a grader's error, which says nothing about an answer.
        points: what nbgrader thinks the cell is worth.
        picture: HTML of our own making, shown as it is.

    Raises:
        PointsDiffer: the exercise is worth something else.
        ValueError: the grader itself had failed.
    """
    if verdict.status is Status.GRADER_ERROR:
        raise ValueError(verdict.message)
    if float(points) != float(verdict.max_score):
        raise PointsDiffer(
            f"{verdict.name} is worth {verdict.max_score:g} points, and {points:g} in the gradebook: "
            "run `nbgrader generate_assignment --force`, and grade again"
        )
    mark = "✓" if verdict.status is Status.PASSED else "✗"
    title = f"{mark} {verdict.name} — {verdict.score:g} of {verdict.max_score:g} points"
    message = printable(verdict.message)[:MAX_MESSAGE]
    shown = v4.new_output(
        "display_data",
        {
            "text/html": html(verdict, title, message, picture),
            "text/plain": f"{title}\n\n{message}".strip(),
        },
    )
    # A float of Python's: of NumPy's, nbgrader reads `np.float64(0.0)` as full marks.
    score = min(max(float(verdict.score), 0.0), float(points))
    if verdict.status is Status.PASSED or score > 0:
        return [shown, v4.new_output("execute_result", {"text/plain": repr(score)})]
    summary = f"No points: {WORDS[verdict.status]}."
    return [shown, v4.new_output("error", ename=verdict.status.value, evalue=message, traceback=[summary])]


def html(verdict: Verdict, title: str, message: str, picture: str) -> str:
    """Return what is seen in formgrader and on the feedback page; every text in it is escaped."""
    parts = [f"<b>{escape(printable(title))}</b>"]
    if message:
        parts.append(f'<pre style="{BLOCK}">{escape(message)}</pre>')
    if picture:
        parts.append(picture)
    if verdict.status is not Status.PASSED and verdict.cases:
        cases = "".join(
            f"<li>{'✓' if case.status is Status.PASSED else '✗'} {escape(printable(case.name))}"
            f"{'' if case.status is Status.PASSED else f' — {WORDS[case.status]}'}</li>"
            for case in verdict.cases
        )
        parts.append(f'<ul style="list-style: none; padding-left: 0">{cases}</ul>')
    if verdict.mistake:
        parts.append(f"<p>Recognised: <code>{escape(verdict.mistake)}</code></p>")
    return f'<div class="grader" style="margin: 0.5em 0">{"".join(parts)}</div>'
