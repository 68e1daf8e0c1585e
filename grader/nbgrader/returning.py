"""The feedback pages that nbgrader made, to be given back."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Assignment, Gradebook, Notebook, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.orm import selectinload

from grader.course import Course, Topic
from grader.errors import PlainError
from grader.nbgrader.gradebook import configuration, is_there
from grader.nbgrader.patience import explained
from grader.nbgrader.shown import digest, digest_in
from grader.report.returning import Pages


class NoFeedback(PlainError):
    """There is no page that could be given back; the message says what to do."""


def made(course: Course, topic: Topic) -> Pages:
    """Return the pages that `nbgrader generate_feedback` made for a topic.

    Raises:
        NoFeedback: there are none.
        GradebookHeld: another program holds the gradebook.
    """
    directory = CourseDirectory(config=configuration(course.root), root=str(course.root))

    def place(step: str, student: str, name: str) -> Path:
        return Path(directory.format_path(step, student, topic.id)) / name

    now = _shown_now(directory, topic)
    found = Pages(f"run `nbgrader generate_feedback {topic.id}`")
    pattern = place(directory.feedback_directory, "*", f"{topic.name}.html").relative_to(course.root)
    for page in sorted(course.root.glob(str(pattern))):
        student = page.parent.parent.name
        graded = place(directory.autograded_directory, student, f"{topic.name}.ipynb")
        content = page.read_bytes()
        shown = digest_in(content)
        if graded.is_file() and graded.stat().st_mtime > page.stat().st_mtime:
            found.unfit[student] = f"the page is older than the grade: {found.remedy}"
        elif shown and now.get(student, shown) != shown:
            found.unfit[student] = (
                f"points or comments in the gradebook were changed after the page was made: {found.remedy}"
            )
        else:
            found.fit[student] = content
    if not found.fit and not found.unfit:
        raise NoFeedback(
            f"there is no feedback on {topic.id} in {directory.feedback_directory}/: {found.remedy}, "
            "or take the pages of `grader report` by --report"
        )
    return found


def _shown_now(directory: CourseDirectory, topic: Topic) -> dict[str, str]:
    """Return by student the digest of what a page shows that is made now; nothing without a gradebook."""
    if not is_there(directory.db_url):
        return {}
    with explained(directory.db_url), Gradebook(directory.db_url, directory.course_id) as gradebook:
        submissions = (
            gradebook.db.query(SubmittedNotebook)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .filter(Assignment.name == topic.id, Notebook.name == topic.name)
            .options(selectinload(SubmittedNotebook.grades), selectinload(SubmittedNotebook.comments))
        )
        return {one.student.id: digest(one) for one in submissions}
