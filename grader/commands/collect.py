"""`grader collect`: what students' git repositories or a learning platform's export hold, into submitted/."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, export_of, plain_errors
from grader.commands.options import course_option, export_options, groups_option, roster_option

if TYPE_CHECKING:
    from grader.course import Topic
    from grader.grading.collect import Collected
    from grader.grading.exports import Export
    from grader.grading.roster import Student


@click.command()
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path, exists=True))
@export_options
@roster_option
@groups_option
@click.option("--topic", "names", multiple=True, help="Only this topic; may be given more than once.")
@click.option(
    "--repository",
    "template",
    envvar="COLLECT_REPOSITORY",
    default="{repository}",
    show_default=True,
    help="The address of a student's repository. {COLUMN} stands for a column of STUDENTS.csv, {topic} "
    "for the topic's name, and {slug} for that with hyphens.",
)
@click.option(
    "--within",
    envvar="COLLECT_WITHIN",
    default="",
    help="Take only addresses that begin with this, and show $COLLECT_TOKEN to that server only.",
)
@click.option(
    "--deadlines",
    "deadlines_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A CSV of topic and deadline; by default deadlines.csv beside STUDENTS.csv, if it is there.",
)
@click.option(
    "--to",
    "target",
    default="submitted",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to.",
)
@course_option
def collect(
    source: Path,
    platform: str | None,
    attempt: str | None,
    roster: Path | None,
    groups: Path | None,
    names: tuple[str, ...],
    template: str,
    within: str,
    deadlines_file: Path | None,
    target: Path,
    folder: Path | None,
) -> None:
    """Collect what was handed in into submitted/.

    Writes submitted/STUDENT/NN_TOPIC/. SOURCE is students.csv, a table of
    students' git repositories; then submitted/collected.csv says of which commit
    each was taken. A topic with a deadline is taken as of the last commit that is
    dated before it; what was collected after the deadline is not collected again.
    With --from, SOURCE is what a learning platform exported, as a zip or a
    folder. Exits with 0 if everything could be read.
    """
    from grader.grading import roster as rosters
    from grader.grading.policy import Which

    if platform:
        with plain_errors():
            export = export_in(platform, attempt, roster, names, folder)
            if export.which is Which.BEST:
                raise click.UsageError(
                    "which attempt is the best is known when all are graded: run `grader grade` on the "
                    "export, or say --attempt last"
                )
            with exported(source, export, groups, names, folder) as found:
                _fill(found, target)
        return
    if roster or groups:
        raise click.UsageError("--roster and --groups go with --from PLATFORM")
    if source.is_dir():
        raise click.UsageError(f"{source} is a folder: students.csv is a table; or say --from PLATFORM")
    from grader.grading.gather import gather
    from grader.grading.repositories import TOKEN
    from grader.text import inert, printable

    if os.environ.get(TOKEN) and not within:
        raise click.UsageError(f"--within says which server may see ${TOKEN}, as in https://github.com/ORG/")
    with plain_errors():
        course, topics = chosen_topics(folder, names)
        beside = deadlines_file or source.with_name("deadlines.csv")
        due = rosters.deadlines(beside, course.topics) if deadlines_file or beside.exists() else {}
        students = rosters.students(source)

        def address(student: Student, topic: Topic) -> str | None:
            return student.address(template, topic)

        done = gather(students, topics, address, within, due, target)
    for student, lacking in done.missing.items():
        click.echo(f"  {student}: nothing yet for {', '.join(lacking)}")
    for line in done.problems:
        click.echo(f"  could not be read: {inert(printable(line))}", err=True)
    click.echo(f"{done.taken} submissions of {len(students)} students are in {target}.")
    if done.problems:
        raise click.ClickException(f"{len(done.problems)} could not be read, for the reasons above.")


def export_in(
    platform: str,
    attempt: str | None,
    roster: Path | None,
    names: tuple[str, ...],
    folder: Path | None,
) -> Export:
    """Return how an export is read in a course.

    Raises:
        CourseError: there is no course, or no topic of a name.
        BadPolicy, RosterProblem: a file cannot be read.
    """
    from grader.course import find_course
    from grader.grading import roster as rosters

    listed = rosters.students(roster) if roster else []
    export = export_of(platform, attempt, listed, find_course(explicit=folder), names)
    assert export is not None  # a platform is named
    return export


@contextmanager
def exported(
    source: Path,
    export: Export,
    groups: Path | None,
    names: tuple[str, ...],
    folder: Path | None,
) -> Iterator[Collected]:
    """Yield what an export holds, under the names that students have in the course, to be read until then."""
    from grader.commands.grade import level_for
    from grader.grading import roster as rosters
    from grader.grading.collect import collect
    from grader.grading.grader import Grader
    from grader.grading.groups import shared
    from grader.grading.rules import rules_for, topics_of
    from grader.sandbox.levels import Level

    members = rosters.groups(groups) if groups else {}
    rules = rules_for(names, False, None, folder)
    with Grader(rules, level=level_for(Level.NONE)) as grader:
        found = collect([source], rules, grader.open_archive, (), topics_of(None, folder), export)
        yield shared(found, members)


def _fill(found: Collected, target: Path) -> None:
    """Write what an export holds to submitted/, and name what could not be taken."""
    from grader.grading.gather import fill
    from grader.text import inert, printable

    unread = fill(found, target)
    for work in found.works:
        for note in work.notes:
            click.echo(f"  {inert(printable(f'{work.student}: {note}'))}")
    passed_over = [*found.passed_over, *unread]
    for one in passed_over:
        click.echo(f"  {inert(printable(f'{one.student or one.file}: {one.reason}'))}", err=True)
    click.echo(f"{len(found.works) - len(unread)} submissions are in {target}.")
    if passed_over:
        raise click.ClickException(f"{len(passed_over)} could not be taken, for the reasons above.")
