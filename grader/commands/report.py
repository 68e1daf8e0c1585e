"""`grader report`: what a class has understood, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import (
    course_option,
    course_or_none,
    db_option,
    graded_in,
    plain_errors,
    supposing,
)

if TYPE_CHECKING:
    from grader.course import Course
    from grader.report.pages import Help
    from grader.verdict import Results


@click.command()
@click.argument("results", required=False, type=click.Path(path_type=Path, dir_okay=False))
@db_option("Without RESULTS: the database that `grader grade` wrote to, as a URL.")
@click.option(
    "--public",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The same class, graded by `grader grade --public --json`: the report says who passes there only.",
)
@click.option(
    "--anonymous", is_flag=True, help="Give each student another name, made with the course's secret."
)
@click.option(
    "--to",
    "target",
    default="report",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that is written; open its index.html.",
)
@supposing
@course_option
def report(
    results: Path | None,
    db: str,
    public: Path | None,
    anonymous: bool,
    target: Path,
    without: tuple[str, ...],
    points: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Say what a class has not understood, and whom to write to.

    RESULTS is what `grader grade --json` wrote. The pages work from disk: they
    need no network and no server. Each student has one, which holds no number of
    a hidden case.
    """
    from grader.errors import PlainError
    from grader.grading.secret import secret
    from grader.report import pages
    from grader.report.analysis import analyse
    from grader.report.data import read_json

    with plain_errors():
        home = course_or_none(folder, needed=anonymous)  # the secret is the course's
        found = graded_in(results, db, home, without, points)
        if not found.submissions:
            raise PlainError(f"nothing was graded in {results or db}: run `grader grade` first")
        shown = read_json(public) if public else None
        if anonymous and home:
            named = pages.pseudonyms(secret(home.root))
            found, shown = pages.anonymous(found, named), shown and pages.anonymous(shown, named)
        size = pages.write(target, analyse(found, shown), found, _help(home, found))
    click.echo(f"The report is in {target / 'index.html'} ({size / 1e6:.1f} MB).")


def _help(course: Course | None, results: Results) -> Help:
    """Return the hint of each exercise that was graded, and what its docstring says to read."""
    from grader.reading import cited

    found, graded = {}, {one.topic for one in results.submissions}
    for topic in course.topics if course else ():
        if topic.id not in graded:
            continue
        script = topic.assignment / f"{topic.name}.py"
        texts = [script.read_text(encoding="utf-8")] if script.is_file() else []
        for name, exercise in topic.checks.exercises.items():
            found[topic.id, name] = (exercise.hint, cited(texts, exercise.writes))
    return found
