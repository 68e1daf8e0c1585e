"""`grader export`: grades into the tables that learning platforms take, or a table of our own."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.commands.common import course_or_none, plain_errors
from grader.commands.graded import graded_in
from grader.commands.options import course_option, file_option, results_option, supposing, written_db_option
from grader.commands.output import are

if TYPE_CHECKING:
    from grader.report.gradesheets import Filled, Grade
    from grader.verdict import Results

SHOWN = 20  # late students who are named
Command = TypeVar("Command", bound=Callable[..., Any])


def shared(command: Command) -> Command:
    """Add the options that all formats have."""
    options = (
        results_option(),
        written_db_option,
        supposing,
        course_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A table with the column `id`, the names of students in the course, and what else they are called.",
)
column_option = click.option("--column", help="The title of the column of grades, if it cannot be told.")
sheet_argument = click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False, exists=True))


@click.group()
def export() -> None:
    """Write grades where others read them."""


@export.command()
@sheet_argument
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be given more than once.")
@column_option
@roster_option
@file_option("--to", "target", "The file to write; by default SHEET with -graded in its name.")
@shared
def canvas(
    sheet: Path, topics: tuple[str, ...], column: str | None, roster: Path | None, target: Path | None,
    results: Path | None, db: str, without: tuple[str, ...], points: tuple[str, ...], folder: Path | None,
) -> None:  # fmt: skip
    """Fill SHEET, the gradebook of Canvas.

    Canvas exported it, and imports it again. Points are scaled to those that
    Canvas knows. Who was not graded keeps what is there.
    """
    from grader.report.gradesheets import Filled, NoGradesheet, fill_canvas

    with plain_errors():
        graded = _read(results, db, folder, without, points)
        grades = _grades(graded, topics)
        if column and len(grades) > 1:
            raise click.UsageError("--column is one topic's: name it by --topic")
        done, content = Filled(b""), sheet.read_bytes()
        for topic, of_topic in grades.items():
            try:
                filled = fill_canvas(content, topic, of_topic, _students(roster), column)
            except NoGradesheet as error:
                raise NoGradesheet(f"{sheet}: {error}") from error
            content = filled.content
            done = Filled(content, done.students + filled.students, done.unmatched | filled.unmatched)
        _say_late(graded, grades)
        _write(done, sheet, target)


@export.command()
@sheet_argument
@click.option("--topic", required=True, help="Whose worksheet it is.")
@column_option
@roster_option
@file_option("--to", "target", "The file to write; by default SHEET with -graded in its name.")
@shared
def moodle(
    sheet: Path, topic: str, column: str | None, roster: Path | None, target: Path | None,
    results: Path | None, db: str, without: tuple[str, ...], points: tuple[str, ...], folder: Path | None,
) -> None:  # fmt: skip
    """Fill SHEET, the worksheet of Moodle.

    It is the grading worksheet of one assignment, and Moodle takes it back. Points
    are scaled to Moodle's maximum grade. Who was not graded keeps what is there.
    """
    from grader.report.gradesheets import NoGradesheet, fill_moodle

    with plain_errors():
        graded = _read(results, db, folder, without, points)
        ((name, grades),) = _grades(graded, (topic,)).items()
        try:
            filled = fill_moodle(sheet.read_bytes(), grades, _students(roster), column)
        except NoGradesheet as error:
            raise NoGradesheet(f"{sheet}: {error}") from error
        _say_late(graded, (name,))
        _write(filled, sheet, target)


@export.command("csv")
@file_option("--to", "target", "The file to write; by default grades.csv.")
@shared
def as_csv(
    target: Path | None, results: Path | None, db: str, without: tuple[str, ...], points: tuple[str, ...],
    folder: Path | None,
) -> None:  # fmt: skip
    """Write all grades as one table.

    It has a row for each student and topic, and a column for each exercise.
    """
    from grader.files import write
    from grader.report.tables import csv_of

    with plain_errors():
        file = target or Path("grades.csv")
        graded = _read(results, db, folder, without, points)
        write(file, csv_of(graded).encode("utf-8-sig"))
        _say_late(graded)
    click.echo(f"The grades are in {file}.")


@export.command()
@file_option("--to", "target", "The file to write; by default grades.xlsx.")
@shared
def xlsx(
    target: Path | None, results: Path | None, db: str, without: tuple[str, ...], points: tuple[str, ...],
    folder: Path | None,
) -> None:  # fmt: skip
    """Write all grades as a workbook.

    It has a sheet for each topic, and a column for each exercise.
    """
    from grader.files import write
    from grader.report.tables import workbook_of

    with plain_errors():
        file = target or Path("grades.xlsx")
        graded = _read(results, db, folder, without, points)
        write(file, workbook_of(graded))
        _say_late(graded)
    click.echo(f"The grades are in {file}.")


@export.command()
@click.option(
    "--to",
    "target",
    default="gradescope",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that is written: TOPIC/STUDENT/results.json.",
)
@shared
def gradescope(
    target: Path, results: Path | None, db: str, without: tuple[str, ...], points: tuple[str, ...],
    folder: Path | None,
) -> None:  # fmt: skip
    """Write what Gradescope's autograders write.

    It is a results.json for each submission, with the points and the message of
    each exercise. `grader gradescope` makes an autograder that grades there.
    """
    from grader.report.gradescope import write_each
    from grader.text import printable

    with plain_errors():
        found = _read(results, db, folder, without, points)
        written, failed = write_each(found, target)
        _say_late(found)
    click.echo(f"{are(len(written), 'submission')} in {target}.")
    for one in found.passed_over:
        click.echo(f"  not in it: {printable(one.student or one.file)}: {printable(one.reason)}", err=True)
    for student in failed:
        click.echo(f"  not in it: {printable(student)}: the grader failed; grade it again", err=True)
    if failed or found.passed_over:
        raise click.ClickException(f"not all is in {target}, for the reasons above.")


def _read(
    file: Path | None, db: str, folder: Path | None, without: Sequence[str], points: Sequence[str]
) -> Results:
    """Return what was graded, with the points that count.

    Raises:
        PlainError: that is nothing, or cannot be read.
    """
    from grader.errors import PlainError

    found = graded_in(file, db, course_or_none(folder), without, points)
    if not found.submissions:
        raise PlainError(f"nothing was graded in {file or db}: run `grader grade` first")
    return found


def _say_late(results: Results, topics: Container[str] = ()) -> None:
    """Say of whom something was taken for being late, of some topics (names) or of all."""
    from grader.course import name_of
    from grader.report.words import earned, late
    from grader.text import inert, printable

    shown = [one for one in results.submissions if not topics or name_of(one.topic) in topics]
    changed = [one for one in shown if one.score != one.earned]
    for one in changed[:SHOWN]:
        said = f"{one.student}, {one.topic}: {late(one.lateness)}, " if one.lateness else ""
        said += f"{earned(one.score, one.max_score)} points count, and {one.earned:g} were earned"
        click.echo(f"  {inert(printable(said))}")
    if len(changed) > SHOWN:
        click.echo(f"  and {len(changed) - SHOWN} more who were late; `grader report` lists them")
    unknown = sum(one.lateness is not None and one.lateness.seconds is None for one in shown)
    if unknown:
        what = (
            "one submission nobody knows when it was"
            if unknown == 1
            else (f"{unknown} submissions nobody knows when they were")
        )
        click.echo(f"  of {what} handed in: nothing was taken", err=True)


def _grades(results: Results, wanted: tuple[str, ...]) -> dict[str, dict[str, Grade]]:
    """Return what each student has, by topic (name)."""
    from grader.course import name_of
    from grader.errors import PlainError
    from grader.report.gradesheets import Grade

    found: dict[str, dict[str, Grade]] = {}
    for one in results.submissions:
        if not wanted or {one.topic, name_of(one.topic)} & set(wanted):
            of_topic = found.setdefault(name_of(one.topic), {})
            if not one.failed:  # what the grader failed on is graded again, and is no 0
                of_topic[one.student] = Grade(one.score, one.max_score)
    there = sorted({name_of(one.topic) for one in results.submissions})
    if not any(found.values()):
        raise PlainError(
            f"nothing was graded of {', '.join(wanted)}; there is: {', '.join(there) or 'nothing'}"
        )
    return found


def _students(roster: Path | None) -> list[Any]:
    from grader.grading.roster import students

    return students(roster) if roster else []


def _write(done: Filled, sheet: Path, target: Path | None) -> None:
    from grader.files import write
    from grader.text import printable

    file = target or sheet.with_name(f"{sheet.stem}-graded{sheet.suffix}")
    write(file, done.content)
    click.echo(f"{are(len(done.students), 'grade')} in {file}.")
    for student, why in sorted(done.unmatched.items()):
        click.echo(f"  not in it: {printable(student)} {why}", err=True)
    if done.unmatched:
        raise click.ClickException(
            f"{are(len(done.unmatched), 'student')} not in {file}, for the reasons above."
        )
