"""Steps of ours before and after nbgrader's own `generate_assignment`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import NbGraderException

from grader.authoring.release import build, refuse_to_overwrite
from grader.course import CourseError, find_course
from grader.exercise import AuthorError

log = logging.getLogger("traitlets")


class CarefulExporter(NotebookExporter):
    """nbgrader's exporter, which is not made where an assignment's files were edited by hand.

    nbgrader makes it once it knows which assignments are meant, and before it
    removes anything; its own hooks come after that.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Look at the assignments that are to be generated.

        Raises:
            NbGraderException: one was edited, or cannot be made; why is logged.
        """
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        assert self.parent is not None
        names = {Path(folder).name for folder in self.parent.assignments}
        try:
            course = find_course(Path(self.parent.coursedir.root))
        except CourseError:
            return  # nothing there is made by us
        try:
            refuse_to_overwrite([topic for topic in course.topics if topic.id in names])
        except AuthorError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error


def complete_assignment(assignment: str, **_: Any) -> None:
    """Put script, checks, public key and README beside a notebook that nbgrader has released.

    nbgrader's `generate_assignment --force` empties the folder first.

    Raises:
        SystemExit: they could not be made; nbgrader ignores every other exception.
    """
    course = find_course(Path.cwd())
    topics = [topic for topic in course.topics if topic.id == assignment]
    try:
        for path in build(course, topics, overwrite=True):  # what would be lost was looked for before
            log.info("Writing %s", path)
    except Exception as error:
        raise SystemExit(f"{assignment} is not complete, do not release it: {error}") from error
    if not topics:
        log.info("%s is no topic of this course, and is released as nbgrader made it", assignment)
