"""More time for one student, where nbgrader itself looks for it: in the gradebook, beside the submission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from grader.course import Course, Topic, nearest
from grader.errors import PlainError
from grader.nbgrader.gradebook import assignment_of, configuration, is_there
from grader.nbgrader.patience import explained


class NotExtended(PlainError):
    """The gradebook knows no such student, or no deadline; the message says what to do."""


def extend(course: Course, topic: Topic, students: Iterable[str], until: datetime | None) -> None:
    """Give students until a time for a topic, or take that back: for all of them, or for none.

    Late submissions are counted from then on, by autograding as by publishing.

    Args:
        until: with a time zone; None for the deadline that everyone has.

    Raises:
        CourseError: nbgrader does not know the assignment yet.
        GradebookHeld: another program holds the gradebook.
        NotExtended: it knows no such student, or no deadline.
    """
    directory = CourseDirectory(config=configuration(course.root), root=str(course.root))
    if not is_there(directory.db_url):
        raise NotExtended(
            f"{topic.id} has no deadline: write one into policy.toml, or, for nbgrader, run "
            f"`nbgrader generate_assignment {topic.id}` and set its --duedate"
        )
    with explained(directory.db_url), Gradebook(directory.db_url, directory.course_id) as gradebook:
        due: datetime | None = assignment_of(gradebook, topic).duedate
        if due is None:
            raise NotExtended(
                f"{topic.id} has no deadline that could be extended: set one by "
                f'`nbgrader db assignment add {topic.id} --duedate="2027-03-01 12:00 UTC"`, or in policy.toml'
            )
        wanted, known = list(students), {student.id for student in gradebook.students}
        for student in wanted:
            if student not in known:
                near = " or ".join(nearest(student, known))
                meant = f"did you mean {near}? Else " if near else ""
                raise NotExtended(
                    f"nbgrader knows no student {student}: {meant}run `nbgrader db student add {student}`"
                )
        # nbgrader keeps times in UTC, without saying so.
        more = until and until.astimezone(UTC).replace(tzinfo=None) - due
        for student in wanted:
            gradebook.update_or_create_submission(topic.id, student, extension=more)
