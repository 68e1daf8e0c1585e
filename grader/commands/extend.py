"""`grader extend`: more time for one student."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option, database_is_there, written_db_option

if TYPE_CHECKING:
    from grader.course import Course

ROSTER = "students.csv"  # as it is called in a course, where there is one


@click.command()
@click.argument("topic")
@click.argument("students", nargs=-1, required=True, metavar="STUDENT...")
@click.option("--until", help="The new deadline of these students, as in 2027-03-08 12:00 UTC.")
@click.option("--none", "back", is_flag=True, help="Take an extension back.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=f"Who takes the course: a table whose column `id` holds their names; by default {ROSTER} of the "
    "course, where there is one.",
)
@click.option("--new", is_flag=True, help="Take names that nothing of the course knows yet, too.")
@written_db_option
@course_option
def extend(
    topic: str,
    students: tuple[str, ...],
    until: str | None,
    back: bool,
    roster: Path | None,
    new: bool,
    db: str,
    folder: Path | None,
) -> None:
    """Give students more time for a topic.

    It is written where the topic's deadline is: into policy.toml, into nbgrader's
    gradebook, or into both. Who hands in before the new deadline is not late. What
    was graded before is counted again when it is reported, exported, graded or
    published the next time.

    A name that is written into policy.toml must be known: from the table of who takes
    the course, from what was handed in or graded, or from the gradebook.
    """
    if bool(until) == back:
        raise click.UsageError("say --until TIME, or --none to take an extension back")
    from grader.commands.deadlines import deadlines_of
    from grader.files import write
    from grader.grading import policy as policies
    from grader.grading import times
    from grader.grading.extending import text_with
    from grader.nbgrader.extensions import NotExtended
    from grader.nbgrader.extensions import extend as extended

    with plain_errors():
        course, (wanted,) = chosen_topics(folder, (topic,))
        deadlines = deadlines_of(course)
        policy = deadlines.policy
        zone = times.zone_of(policy.zone) if policy.zone else None
        try:
            at = times.time_of(until, zone, deadline=True) if until else None
        except times.NoTime as error:
            raise times.NoTime(f"--until: {error}") from error
        terms, where = policy.terms(wanted.id), []
        if terms.due or terms.extensions:
            if until and not new:
                refuse_strangers(students, known_students(course, roster, db))
            text = text_with(course, wanted, students, until)
            where.append(policies.FILE)
        if not where or wanted.id in deadlines.elsewhere:
            try:
                extended(course, wanted, students, at)
                where.append("nbgrader's gradebook")
            except NotExtended as error:
                if not where:
                    raise
                click.echo(f"nbgrader's gradebook stays as it is: {error.sentence}", err=True)
        if policies.FILE in where:
            write(course.root / policies.FILE, text.encode())
    due = f"at {until}" if until else "when it is for everyone"
    for student in students:
        click.echo(f"{student}: {wanted.id} is due {due}, in {' and '.join(where)}.")


def known_students(course: Course, roster: Path | None, db: str) -> set[str]:
    """Return the names of all students of whom a course knows in some way.

    Args:
        course: whose folder `submitted/` and gradebook are looked into.
        roster: the table of who takes it; None for the course's own, if there is one.
        db: the database of grades, if it is there.

    Raises:
        RosterProblem, StoreError, GradebookHeld: one of these cannot be read.
    """
    from grader.commands.deadlines import students_of_nbgrader
    from grader.grading import roster as rosters
    from grader.grading.database import existing
    from grader.grading.store import Store
    from grader.text import identifier

    own, handed_in = course.root / ROSTER, course.root / "submitted"
    roster = roster or (own if own.exists() else None)
    found = {one.id for one in rosters.students(roster)} if roster else set()
    if handed_in.is_dir():
        found |= {one.name for one in handed_in.iterdir() if one.is_dir() and one.name[0] != "."}
    if database_is_there():
        with Store(existing(db)) as store:
            found |= {place.student for place in store.listed()}
    return {identifier(name) for name in found | students_of_nbgrader(course)}


def refuse_strangers(students: Iterable[str], known: set[str]) -> None:
    """Refuse names that nobody has, or say that nothing is known to hold them against.

    Raises:
        PlainError: some are of nobody; those that are spelt most like them are suggested.
    """
    from grader.course import nearest
    from grader.errors import PlainError
    from grader.text import identifier

    if not known:
        click.echo(
            "Whether these names are right is not known: there is no table of students (--roster), no "
            "submission and no gradebook yet.",
            err=True,
        )
        return
    for student in students:
        if identifier(student) not in known:
            near = " or ".join(nearest(student, known))
            meant = f"did you mean {near}? If" if near else "if"
            raise PlainError(
                f"nobody of this course is called {student}, and nothing was written: {meant} the name is "
                "right, say --new, or name a table that holds it by --roster"
            )
