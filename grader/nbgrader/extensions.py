"""More time for one student, where nbgrader itself looks for it: in the gradebook, beside the submission."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from grader.course import Course, Topic
from grader.errors import PlainError
from grader.nbgrader.gradebook import configuration


class NotExtended(PlainError):
    """The gradebook knows no such student, or no deadline; the message says what to do."""


def extend(course: Course, topic: Topic, students: Iterable[str], until: datetime | None) -> None:
    """Give students until a time for a topic, or take that back: for all of them, or for none.

    Late submissions are counted from then on, by autograding as by publishing.

    Args:
        until: with a time zone; None for the deadline that everyone has.

    Raises:
        NotExtended: nbgrader knows no such assignment, student or deadline.
    """
    # nbgrader names its database relative to where it runs.
    here = Path.cwd()
    os.chdir(course.root)
    try:
        directory = CourseDirectory(config=configuration(course.root), root=str(course.root))
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            due = _deadline(gradebook, topic)
            wanted = list(students)
            known = {student.id for student in gradebook.students}
            for student in wanted:
                if student not in known:
                    raise NotExtended(
                        f"nbgrader knows no student {student}: run `nbgrader db student add {student}` first"
                    )
            more = until and until.astimezone(UTC).replace(tzinfo=None) - due
            for student in wanted:
                gradebook.update_or_create_submission(topic.id, student, extension=more)
    finally:
        os.chdir(here)


def _deadline(gradebook: Gradebook, topic: Topic) -> datetime:
    """Return when a topic is due for everyone, in UTC, as nbgrader keeps it.

    Raises:
        NotExtended: it has no deadline.
    """
    try:
        due: datetime | None = gradebook.find_assignment(topic.id).duedate
    except MissingEntry:
        said = f"nbgrader does not know {topic.id} yet: run `nbgrader generate_assignment {topic.id}`"
        raise NotExtended(said) from None
    if due is None:
        raise NotExtended(
            f"{topic.id} has no deadline that could be extended: set one by "
            f'`nbgrader db assignment add {topic.id} --duedate="2027-03-01 12:00 UTC"`'
        )
    return due
