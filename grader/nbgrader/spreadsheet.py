"""`nbgrader export`: the gradebook as CSV that a spreadsheet opens without running what is in it.

nbgrader's own plugin writes names as they are. A comma in one shifts the
columns after it, and one that begins with `=` is a formula.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from grader.nbgrader import patience  # noqa: F401  (its loading is what counts)
from grader.report.tables import field as shown

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class CsvExport(ExportPlugin):  # type: ignore[misc]  # it has no types
    """nbgrader's columns and options, with every text quoted and no text a formula."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of the chosen assignments and students, or of all."""
        target = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", target)
        assignments, students = set(map(str, self.assignment)), set(map(str, self.student))
        with open(target, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for assignment in gradebook.assignments:
                if assignments and assignment.name not in assignments:
                    continue
                for student in gradebook.students:
                    if not students or student.id in students:
                        writer.writerow(map(field, row(gradebook, assignment, student)))


def row(gradebook: Gradebook, assignment: Assignment, student: Student) -> Iterator[Any]:
    """Yield what stands in each of the columns; who handed in nothing has no points."""
    yield from (assignment.name, assignment.duedate)
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
        score, penalty, when = submission.score, submission.late_submission_penalty, submission.timestamp
    except MissingEntry:
        score, penalty, when = 0.0, 0.0, None
    yield from (when, student.id, student.last_name, student.first_name, student.email)
    yield from (score, penalty, max(0.0, score - penalty), assignment.max_score)


def field(value: Any) -> str:
    """Return a value as it is written; an apostrophe before a text has a spreadsheet take it for text.

    A carriage return would begin a row for some readers, quoted or not; `printable` shows it as text.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return shown(value)
