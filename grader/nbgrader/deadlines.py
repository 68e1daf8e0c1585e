"""Due dates as nbgrader's gradebook has them, with the extensions beside them; nothing is written."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sql
from nbgrader.api import Assignment, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from grader.grading.policy import Due
from grader.nbgrader.gradebook import configuration
from grader.nbgrader.patience import explained


def due_dates(root: Path) -> dict[str, Due]:
    """Return the due date of each assignment that has one, by its name, which is a topic's id.

    Raises:
        GradebookHeld: another program holds the gradebook.
    """
    directory = CourseDirectory(config=configuration(root), root=str(root))
    url = make_url(directory.db_url)
    local = url.get_backend_name() == "sqlite"
    if local and not (url.database and os.path.exists(url.database)):  # opening would make it
        return {}
    engine = sql.create_engine(url)
    more = SubmittedAssignment.extension
    try:
        with explained(directory.db_url), engine.connect() as connection:
            if not sql.inspect(connection).has_table(Assignment.__tablename__):
                return {}
            dues = connection.execute(
                sql.select(Assignment.name, Assignment.duedate).where(Assignment.duedate.is_not(None))
            ).all()
            extended = connection.execute(
                sql.select(Assignment.name, SubmittedAssignment.student_id, more)
                .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
                .where(Assignment.duedate.is_not(None), more.is_not(None))
            ).all()
    finally:
        engine.dispose()
    # Whoever reads it knows the file; a server's address is nobody's business.
    source = Path(url.database or "").name if local else f"the gradebook {url.database}"
    found: dict[str, Due] = {}
    for name, due in dues:
        own: dict[str, timedelta] = {student: by for of, student, by in extended if of == name}
        at = _in_utc(due)
        found[name] = Due(at, source, {student: at + by for student, by in own.items() if by})
    return found


def _in_utc(at: datetime) -> datetime:
    """Return a time of nbgrader's, which keeps them in UTC without saying so."""
    return at.replace(tzinfo=UTC)
