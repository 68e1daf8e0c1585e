"""`grader compare`: two gradings of a class, and whose points changed between them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import console, course_option, course_or_none, file_option, plain_errors

if TYPE_CHECKING:
    from grader.course import Course
    from grader.report.changes import Side


class CannotCompare(click.ClickException):
    """An error; the exit code 1 means that something changed."""

    exit_code = 2


@click.command()
@click.argument("old")
@click.argument("new")
@file_option("--json", "json_file", "Write all that changed there, as JSON.")
@course_option
def compare(old: str, new: str, json_file: Path | None, folder: Path | None) -> None:
    """Say whose points changed, by how much, in which exercise.

    OLD and NEW are each a database, by its file or URL, or a file that
    `grader grade --json` wrote. Beside each change stands what else differs: the
    file, the checks, the key, a version, the isolation, a decision. Times never
    count. Exits with 0 if everybody has the same points, with 1 if anybody's
    changed or is in one of both only, and with 2 if they cannot be compared.
    """
    from grader.report.changed import show_changes
    from grader.report.changes import compare, write_json

    with plain_errors(CannotCompare):
        course = course_or_none(folder)
        changes = compare(side(old, course), side(new, course))
        if json_file:
            write_json(changes, json_file)
    show_changes(console(), changes, old, new)
    sys.exit(1 if changes.any else 0)


def side(named: str, course: Course | None) -> Side:
    """Return one of both gradings: a database's rows with what was decided since, or a file of results.

    Raises:
        ResultsProblem, StoreError: it cannot be read.
        NotDecided: decisions.toml cannot be read.
    """
    from grader.commands.common import simulated_in, unread
    from grader.grading import decisions
    from grader.grading.database import url_of
    from grader.grading.provenance import of_topic
    from grader.grading.store import Store
    from grader.report.changes import Entry, Side
    from grader.report.data import read_json

    url = url_of(named)
    if url is None:
        found = read_json(Path(named))
        by = found.environment
        return Side(
            tuple(Entry(one, of_topic(by, one.topic)) for one in found.submissions), found.passed_over
        )
    with Store(url) as store:
        kept = [
            one for topic in sorted({place.topic for place in store.listed()}) for one in store.kept(topic)
        ]
    root = course.root if course else Path()
    simulated, decided = simulated_in(root), decisions.load(root) if course else {}
    entries = [
        Entry(
            one.graded if simulated(one.graded) else decisions.amended(one.graded, decided, strict=False),
            of_topic(one.environment, one.graded.topic),
        )
        for one in kept
        if not one.graded.unread
    ]
    return Side(tuple(entries), tuple(unread(one.graded) for one in kept if one.graded.unread))
