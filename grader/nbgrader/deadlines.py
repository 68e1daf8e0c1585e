"""Due dates as nbgrader's gradebook has them, with extensions, and its students; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sql
from nbgrader.api import Assignment, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from grader.grading.policy import Due
from grader.nbgrader.gradebook import configuration, is_there
from grader.nbgrader.patience import explained


@contextmanager
def reading(root: Path) -> Iterator[tuple[sql.Connection, str] | None]:
    """Yield a course's gradebook, to be read, and what to call it; None if there is none, and none is made.

    Raises:
        GradebookHeld: another program holds the gradebook.
    """
    directory = CourseDirectory(config=configuration(root), root=str(root))
    url = make_url(directory.db_url)
    if not is_there(directory.db_url):
        yield None
        return
    engine = sql.create_engine(url)
    # Whoever reads it knows the file; a server's address is nobody's business.
    local = url.get_backend_name() == "sqlite"
    source = Path(url.database or "").name if local else f"the gradebook {url.database}"
    try:
        with explained(directory.db_url), engine.connect() as connection:
            made = sql.inspect(connection).has_table(Assignment.__tablename__)
            yield (connection, source) if made else None
    finally:
        engine.dispose()


def due_dates(root: Path) -> dict[str, Due]:
    """Return the due date of each assignment that has one, by its name, which is a topic's id.

    Raises:
        GradebookHeld: another program holds the gradebook.
    """
    more = SubmittedAssignment.extension
    with reading(root) as opened:
        if opened is None:
            return {}
        connection, source = opened
        dues = connection.execute(
            sql.select(Assignment.name, Assignment.duedate).where(Assignment.duedate.is_not(None))
        ).all()
        extended = connection.execute(
            sql.select(Assignment.name, SubmittedAssignment.student_id, more)
            .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
            .where(Assignment.duedate.is_not(None), more.is_not(None))
        ).all()
    found: dict[str, Due] = {}
    for name, due in dues:
        own: dict[str, timedelta] = {student: by for of, student, by in extended if of == name}
        at = _in_utc(due)
        found[name] = Due(at, source, {student: at + by for student, by in own.items() if by})
    return found


def students_in(root: Path) -> set[str]:
    """Return the names of all students whom a course's gradebook knows.

    Raises:
        GradebookHeld: another program holds the gradebook.
    """
    with reading(root) as opened:
        return set() if opened is None else set(opened[0].execute(sql.select(Student.id)).scalars())


def _in_utc(at: datetime) -> datetime:
    """Return a time of nbgrader's, which keeps them in UTC without saying so."""
    return at.replace(tzinfo=UTC)
