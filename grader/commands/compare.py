"""`grader compare`: two gradings of a class, and whose points changed between them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import course_or_none, plain_errors
from grader.commands.options import course_option, file_option, supposing
from grader.commands.output import console

if TYPE_CHECKING:
    from grader.course import Course
    from grader.grading.decisions import Decisions
    from grader.report.gradings import Side


class CannotCompare(click.ClickException):
    """An error; the exit code 1 means that something changed."""

    exit_code = 2


@click.command()
@click.argument("old")
@click.argument("new")
@file_option("--json", "json_file", "Write all that changed there, as JSON.", CannotCompare)
@supposing
@course_option
def compare(
    old: str,
    new: str,
    json_file: Path | None,
    without: tuple[str, ...],
    points: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Say whose points changed, by how much, in which exercise.

    OLD and NEW are each a database, by its file or URL, or a file that
    `grader grade --json` wrote. Beside each change stands what else differs: the
    file, the checks, the key, a version, the isolation, a decision. Times never
    count. Exits with 0 if everybody has the same points, with 1 if anybody's
    changed or is in one of both only, and with 2 if they cannot be compared.
    --without and --points are supposed of NEW alone, so that a database compared
    with itself says what a decision would change.
    """
    from grader.report.changed import show_changes
    from grader.report.changes import write_json
    from grader.report.gradings import compare

    with plain_errors(CannotCompare):
        course = course_or_none(folder)
        changes = compare(side(old, course), side(new, course, without, points))
        if json_file:
            write_json(changes, json_file)
    show_changes(console(), changes, old, new)
    sys.exit(1 if changes.any else 0)


def side(named: str, course: Course | None, without: Sequence[str] = (), points: Sequence[str] = ()) -> Side:
    """Return one of both gradings: a database's rows with what was decided since, or a file of results.

    A simulated class in a database is left out where there is another one, as in `graded_in`.

    Raises:
        ResultsProblem, StoreError: it cannot be read.
        NotDecided: decisions.toml cannot be read, or an exercise is supposed that was not graded.
    """
    from grader.commands.graded import simulated_in, unread, without_simulated
    from grader.grading import decisions
    from grader.grading.database import url_of
    from grader.grading.provenance import of_topic
    from grader.grading.store import Store
    from grader.grading.supposed import supposed, together
    from grader.report.data import read_json
    from grader.report.gradings import Entry, Side

    url, simulated = url_of(named), simulated_in(course.root if course else Path())
    decided: Decisions = {}
    if url is None:
        results = read_json(Path(named))
        graded, origins = results.submissions, [results.environment] * len(results.submissions)
        passed_over = results.passed_over
    else:
        with Store(url) as store:
            topics = sorted({place.topic for place in store.listed()})
            kept = [one for topic in topics for one in store.kept(topic)]
        origin = {(one.graded.student, one.graded.topic): dict(one.environment) for one in kept}
        real = without_simulated([one.graded for one in kept], simulated)
        graded = tuple(one for one in real if not one.unread)
        origins = [origin[one.student, one.topic] for one in graded]
        passed_over = tuple(unread(one) for one in real if one.unread)
        decided = decisions.load(course.root) if course else {}
    asked = supposed(without, points, graded)
    both = together(decided, asked)
    counted = [decisions.amended(one, asked if simulated(one) else both, strict=False) for one in graded]
    entries = [Entry(one, of_topic(by, one.topic)) for one, by in zip(counted, origins, strict=True)]
    return Side(tuple(entries), passed_over)
