"""`grader report`: what a class has understood, as pages."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import course_or_none, plain_errors
from grader.commands.graded import graded_in
from grader.commands.options import course_option, db_option, isolation_option, supposing, workers_option
from grader.commands.output import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.course import Course
    from grader.grading.rules import Rules
    from grader.report.album import Album
    from grader.report.feedback import Help
    from grader.sandbox.levels import Level
    from grader.verdict import Graded, Results


@click.command()
@click.argument("results", required=False, type=click.Path(path_type=Path, dir_okay=False))
@db_option("Without RESULTS: the database that `grader grade` wrote to, by its file or URL.")
@click.option(
    "--public",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The same class, graded by `grader grade --public --json`: the report says who passes there only.",
)
@click.option(
    "--anonymous", is_flag=True, help="Give each student another name, made with the course's secret."
)
@click.option(
    "--pictures",
    is_flag=True,
    help="Draw expected beside returned for wrong answers, which are run once more on the public cases. "
    "What is drawn is kept, and shown from then on.",
)
@isolation_option
@workers_option
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
    pictures: bool,
    least: str,
    workers: int,
    target: Path,
    without: tuple[str, ...],
    points: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Say what a class has not understood, and whom to write to.

    RESULTS is what `grader grade --json` wrote. The pages work from disk: they
    need no network and no server. Each student has one, which holds no number of
    a hidden case. Nothing is run, unless --pictures asks for what was not drawn
    before; an interrupted run keeps what it drew.
    """
    from grader.errors import PlainError
    from grader.grading.secret import secret
    from grader.report import pages
    from grader.report.analysis import analyse
    from grader.report.data import read_json
    from grader.report.feedback import Feedback
    from grader.sandbox.levels import Level
    from grader.text import inert, printable

    with plain_errors():
        home = course_or_none(folder, needed=anonymous or pictures)  # it has the secret and the keys
        found = graded_in(results, db, home, without, points)
        if not found.submissions:
            raise PlainError(f"nothing was graded in {results or db}: run `grader grade` first")
        shown = read_json(public) if public else None
        albums = albums_of(home, found)
        try:
            undrawn = _draw(home, found, albums, Level(least), workers) if home and pictures else []
        except KeyboardInterrupt:
            click.echo("\nInterrupted. What was drawn is kept: run the same command to go on.", err=True)
            sys.exit(130)
        named: Callable[[str], str] = str
        graded = found
        if anonymous and home:
            named = pages.pseudonyms(secret(home.root))
            found, shown = pages.anonymous(found, named), shown and pages.anonymous(shown, named)
        feedback = Feedback(help_of(home, found), kept_in(albums, graded, named))
        size = pages.write(target, analyse(found, shown), found, feedback)
    for one, reason in undrawn:
        whose = f"{named(one.student)}: {one.topic if anonymous else one.file}: " if one else ""
        click.echo(f"  no picture: {inert(printable(whose + reason))}", err=True)
    how_large = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
    click.echo(f"The report is in {target / 'index.html'} ({how_large}).")
    if undrawn:
        raise click.ClickException("some pictures are not in it, for the reasons above; all else is.")


def help_of(course: Course | None, results: Results) -> Help:
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


def albums_of(course: Course | None, results: Results) -> Mapping[str, Album]:
    """Return where pictures are kept, by the id of a topic that was graded and whose files the course has."""
    from grader.report.album import Album

    graded, albums = {one.topic for one in results.submissions}, {}
    for topic in course.topics if course else ():
        if topic.id in graded:
            with suppress(OSError):
                albums[topic.id] = Album(topic)
    return albums


def kept_in(
    albums: Mapping[str, Album], results: Results, named: Callable[[str], str] = str
) -> Callable[[str, str], Mapping[str, str]]:
    """Return what finds the pictures of a student, who is called as `named` says, and a topic's id."""
    graded = {(named(one.student), one.topic): one for one in results.submissions}

    def pictures(student: str, topic: str) -> Mapping[str, str]:
        return (topic in albums and albums[topic].find(graded[student, topic])) or {}

    return pictures


def _draw(
    course: Course, results: Results, albums: Mapping[str, Album], least: Level, workers: int
) -> list[tuple[Graded | None, str]]:
    """Draw what is not kept yet; return what could not be drawn, and why: a submission, or a whole topic.

    Raises:
        TooLow, Exposed: submissions are not held well enough here.
        ServerError: a server could not be started.
    """
    from grader.commands.grade import level_for
    from grader.errors import PlainError
    from grader.grading.grader import Grader
    from grader.grading.rules import rules_for
    from grader.grading.zips import split_label
    from grader.report.illustrations import draw
    from grader.sandbox import root
    from grader.sandbox.levels import Level

    undrawn: list[tuple[Graded | None, str]] = []
    left = {one.topic for one in results.submissions} - albums.keys()
    undrawn += [(None, f"{course.root} has not the files of {topic}") for topic in sorted(left)]
    wanted = [one for one in results.submissions if one.topic in albums]
    wanted = [one for one in wanted if albums[one.topic].find(one) is None]
    rules: dict[str, Rules] = {}
    for topic in sorted({one.topic for one in wanted}):
        try:
            rules |= rules_for((topic,), False, None, course.root)
        except PlainError as error:
            undrawn.append((None, str(error)))
    wanted = [one for one in wanted if one.topic in rules]
    if not wanted:
        return undrawn
    level, roots = level_for(least), (course.root, Path.cwd())
    if level is not Level.NONE:
        theirs = {split_label(folder, one.file)[0].parent for one in wanted for folder in roots}
        root.check_hidden([*course.secret_folders, *sorted(theirs)])
    with Grader(rules, workers, level) as grader, progress(len(wanted), "Drawing", "drawn") as advance:
        found = draw(grader, albums, wanted, roots, advance)
    return undrawn + [(one.graded, one.reason) for one in found]
