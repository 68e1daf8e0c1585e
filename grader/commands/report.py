"""`grader report`: what a class has understood, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import course_option, is_simulated, plain_errors

if TYPE_CHECKING:
    from grader.course import Course
    from grader.report.pages import Help
    from grader.verdict import Results


@click.command()
@click.argument("results", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--db",
    default="sqlite:///grades.db",
    show_default=True,
    help="Without RESULTS: the database that `grader grade` wrote to, as a URL.",
)
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
    "folder",
    default="report",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that is written; open its index.html.",
)
@course_option
def report(
    results: Path | None,
    db: str,
    public: Path | None,
    anonymous: bool,
    folder: Path,
    course: Path | None = None,
) -> None:
    """Say what a class has not understood, and whom to write to.

    RESULTS is what `grader grade --json` wrote. The pages work from disk: they
    need no network and no server. Each student has one, which holds no number of
    a hidden case.
    """
    from grader.course import CourseError, find_course
    from grader.errors import PlainError
    from grader.grading.secret import secret
    from grader.report import pages
    from grader.report.analysis import analyse
    from grader.report.data import read_json

    with plain_errors():
        try:
            home: Course | None = find_course(explicit=course)
        except CourseError:
            if course is not None or anonymous:
                raise  # the secret is the course's
            home = None
        found = read_json(results) if results else _kept(db, home)
        if not found.submissions:
            raise PlainError(f"nothing was graded in {results or db}: run `grader grade` first")
        shown = read_json(public) if public else None
        if anonymous and home:
            named = pages.pseudonyms(secret(home.root))
            found, shown = pages.anonymous(found, named), shown and pages.anonymous(shown, named)
        size = pages.write(folder, analyse(found, shown), found, _help(home))
    click.echo(f"The report is in {folder / 'index.html'} ({size / 1e6:.1f} MB).")


def _kept(db: str, course: Course | None) -> Results:
    """Read a database; a simulated class is left out where there is another one."""
    from grader.grading.store import Store, StoreError
    from grader.report.data import results

    try:
        with Store(db) as store:
            topics = sorted({place.topic for place in store.listed()})
            graded = [one.graded for topic in topics for one in store.kept(topic)]
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    root = course.root if course else Path()
    real = [one for one in graded if not is_simulated((root / one.file).parent)]
    if real and len(real) < len(graded):
        click.echo(f"{len(graded) - len(real)} results of a simulated class are left out.")
    return results(real or graded, {})


def _help(course: Course | None) -> Help:
    """Return the hint of each exercise, and what its docstring says to read."""
    from grader.reading import cited

    found = {}
    for topic in course.topics if course else ():
        script = topic.assignment / f"{topic.name}.py"
        texts = [script.read_text(encoding="utf-8")] if script.is_file() else []
        for name, exercise in topic.checks.exercises.items():
            found[topic.id, name] = (exercise.hint, cited(texts, exercise.writes))
    return found
