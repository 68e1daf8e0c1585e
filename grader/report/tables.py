"""Grades as tables for a spreadsheet: a row for each student and topic, a column for each exercise.

No text is a formula, whatever a student is called.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from grader.text import is_formula, printable
from grader.verdict import Graded, Results

HEAD = ("student", "topic", "score", "max_score")
# Where a deadline was applied: the points before it, how late it was, and how both times are known.
LATE = ("earned", "seconds_late", "handed_in", "handed_in_from", "due", "due_from")

STAMP = "%Y-%m-%d %H:%M:%S UTC"


def field(text: str) -> str:
    """Return text as it is written; an apostrophe before it has a spreadsheet take it for text."""
    shown = printable(text)
    return f"'{shown}" if is_formula(shown) else shown


def csv_of(results: Results) -> str:
    """Return all topics as one CSV; of a topic's exercises, other topics' rows have none."""
    columns = _exercises(results.submissions)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    sources = {deadline.topic: deadline.source for deadline in results.deadlines}
    writer.writerow([*HEAD, *(LATE if sources else ()), *(f"{topic}.{name}" for topic, name in columns)])
    for one in results.submissions:
        scores = {(one.topic, verdict.name): verdict.score for verdict in one.exercises}
        late = _late(one, sources) if sources else []
        writer.writerow([*_head(one), *late, *(scores.get(column, "") for column in columns)])
    return text.getvalue()


def workbook_of(results: Results) -> bytes:
    """Return a workbook of Excel's with a sheet for each topic."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for topic in sorted({one.topic for one in results.submissions}):
        own = [one for one in results.submissions if one.topic == topic]
        names = [name for _, name in _exercises(own)]
        sheet = book.create_sheet(topic[:31])  # what Excel takes at most
        sources = {one.topic: one.source for one in results.deadlines if one.topic == topic}
        sheet.append([*HEAD, *(LATE if sources else ()), *names])
        for one in own:
            scores = {verdict.name: verdict.score for verdict in one.exercises}
            late = _late(one, sources) if sources else []
            row = [*_head(one), *late, *(scores.get(name) for name in names)]
            cells = [WriteOnlyCell(sheet, value) for value in row]
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # never a formula
            sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _head(one: Graded) -> list[str | float]:
    # What could not be read has no points, which is not 0 points.
    score: list[str | float] = ["", ""] if one.unread else [one.score, one.max_score]
    return [field(one.student), field(one.topic), *score]


def _late(one: Graded, sources: Mapping[str, str]) -> list[str | float]:
    """Return the cells of a deadline; none of a topic that has none, whose file is in `sources` else."""
    at = one.handed_in
    handed_in = [f"{at.at:{STAMP}}", at.source.value] if at else ["", ""]
    if one.lateness is None:
        return ["", "", *handed_in, "", ""]
    seconds = "" if one.lateness.seconds is None else one.lateness.seconds
    return [one.lateness.before, seconds, *handed_in, f"{one.lateness.due:{STAMP}}", sources[one.topic]]


def _exercises(submissions: Sequence[Graded]) -> list[tuple[str, str]]:
    """Return the exercises that there are, by topic, in the topic's order."""

    def named() -> Iterator[tuple[str, str]]:
        for one in sorted(submissions, key=lambda one: one.topic):
            yield from ((one.topic, verdict.name) for verdict in one.exercises)

    return list(dict.fromkeys(named()))
