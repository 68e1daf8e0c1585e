"""The feedback pages that nbgrader made, to be given back."""

from __future__ import annotations

from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from grader.course import Course, Topic
from grader.errors import PlainError
from grader.nbgrader.gradebook import configuration
from grader.report.returning import Pages


class NoFeedback(PlainError):
    """There is no page that could be given back; the message says what to do."""


def made(course: Course, topic: Topic) -> Pages:
    """Return the pages that `nbgrader generate_feedback` made for a topic.

    Raises:
        NoFeedback: there are none.
    """
    directory = CourseDirectory(config=configuration(course.root), root=str(course.root))

    def place(step: str, student: str, name: str) -> Path:
        return Path(directory.format_path(step, student, topic.id)) / name

    found = Pages(f"run `nbgrader generate_feedback {topic.id}`")
    pattern = place(directory.feedback_directory, "*", f"{topic.name}.html").relative_to(course.root)
    for page in sorted(course.root.glob(str(pattern))):
        student = page.parent.parent.name
        graded = place(directory.autograded_directory, student, f"{topic.name}.ipynb")
        if graded.is_file() and graded.stat().st_mtime > page.stat().st_mtime:
            found.unfit[student] = f"the page is older than the grade: {found.remedy}"
        else:
            found.fit[student] = page.read_bytes()
    if not found.fit and not found.unfit:
        raise NoFeedback(
            f"there is no feedback on {topic.id} in {directory.feedback_directory}/: {found.remedy}, "
            "or take the pages of `grader report` by --report"
        )
    return found
