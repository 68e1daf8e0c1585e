"""`grader collect`: what students' git repositories hold, into submitted/."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, course_option, plain_errors

if TYPE_CHECKING:
    from grader.course import Topic
    from grader.grading.roster import Student


@click.command()
@click.argument(
    "roster", metavar="STUDENTS.csv", type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
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
    roster: Path,
    names: tuple[str, ...],
    template: str,
    within: str,
    deadlines_file: Path | None,
    target: Path,
    folder: Path | None,
) -> None:
    """Collect from students' git repositories.

    Writes submitted/STUDENT/NN_TOPIC/, and submitted/collected.csv, which says of
    which commit. A topic with a deadline is taken as of the last commit that is
    dated before it; what was collected after the deadline is not collected again.
    Exits with 0 if every repository could be read.
    """
    from grader.grading import roster as rosters
    from grader.grading.gather import gather
    from grader.grading.repositories import TOKEN
    from grader.text import inert, printable

    if os.environ.get(TOKEN) and not within:
        raise click.UsageError(f"--within says which server may see ${TOKEN}, as in https://github.com/ORG/")
    with plain_errors():
        course, topics = chosen_topics(folder, names)
        beside = deadlines_file or roster.with_name("deadlines.csv")
        due = rosters.deadlines(beside, course.topics) if deadlines_file or beside.exists() else {}
        students = rosters.students(roster)

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
