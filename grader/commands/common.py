"""What several commands share: the course meant, and errors as one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.course import Course, Topic
    from grader.grading.exports import Export
    from grader.grading.roster import Student


def export_of(
    platform: str | None,
    attempt: str | None,
    roster: Sequence[Student],
    course: Course | None,
    names: Sequence[str],
) -> Export | None:
    """Return how the exports of a platform are read, None if there is none.

    Args:
        platform: its name, or `auto`.
        attempt: which counts; None for the one that the policy of the topics (`names`; all) says.
        roster: who takes the course.
        course: whose policy holds.

    Raises:
        BadPolicy: it cannot be read, or says several things.
        CourseError: there is no topic of a name.
    """
    from grader.commands.deadlines import deadlines_of
    from grader.grading import policy as policies
    from grader.grading import policy_file
    from grader.grading.exports import Export
    from grader.grading.lateness import Deadlines
    from grader.grading.platforms import Platform
    from grader.grading.policy import Which
    from grader.grading.times import zone_of

    if platform is None:
        return None
    deadlines = Deadlines(policy_file.load(course) if course else policies.Policy())
    policy = deadlines.policy
    topics = [course.topic(name) for name in names] or course.topics if course else []
    which = Which(attempt) if attempt else policy.which(topic.id for topic in topics)
    if which in (Which.IN_TIME, Which.BEST) and course:
        deadlines = deadlines_of(course)
    return Export(
        None if platform == "auto" else Platform(platform),
        which,
        roster,
        zone_of(policy.zone or "UTC"),
        deadlines,
    )


@contextlib.contextmanager
def plain_errors(raised: type[click.ClickException] = click.ClickException) -> Iterator[None]:
    """Show the errors that name their own remedy as one line, and exit as `raised` does."""
    from grader.errors import PlainError

    try:
        yield
    except PlainError as error:
        raise failure(error.sentence, raised) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise failure(f"{where}{error.strerror or error}; nothing graded before is lost.", raised) from error


def failure(text: str, raised: type[click.ClickException] = click.ClickException) -> click.ClickException:
    """Return an error to be raised; its text may quote the name of a student's file."""
    from grader.text import inert, printable

    return raised(inert(printable(text)))


def chosen_topics(folder: Path | None, names: tuple[str, ...]) -> tuple[Course, list[Topic]]:
    """Return the course and the topics named, all by default.

    Raises:
        CourseError: there is no course, no topic, or none of a name.
    """
    from grader.course import CourseError, find_course

    course = find_course(explicit=folder)
    topics = [course.topic(name) for name in names] or course.topics
    if not topics:
        raise CourseError(f"{course.root / 'solutions'} holds no topic: a folder named NN_topic")
    return course, topics


def course_or_none(folder: Path | None, needed: bool = False) -> Course | None:
    """Return the course that is meant, None if there is none and none was named or is needed.

    Raises:
        CourseError: there is none.
    """
    from grader.course import CourseError, find_course

    try:
        return find_course(explicit=folder)
    except CourseError:
        if folder is not None or needed:
            raise
        return None
