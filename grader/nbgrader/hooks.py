"""Steps of ours before and after nbgrader's own `generate_assignment`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory

from grader.authoring.release import build, refuse_to_overwrite
from grader.course import CourseError, Topic, find_course
from grader.exercise import AuthorError
from grader.nbgrader.patience import GradebookHeld, explained

log = logging.getLogger("traitlets")


class CarefulExporter(NotebookExporter):
    """nbgrader's exporter, which is not made where generating an assignment would lose something.

    nbgrader makes it once it knows which assignments are meant, and before it
    removes anything; its own hooks come after that.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Look at the assignments that are to be generated.

        Raises:
            NbGraderException: one was edited, cannot be made, or has other cells than those that
                were handed in; why is logged.
        """
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        assert self.parent is not None
        names = {Path(folder).name for folder in self.parent.assignments}
        try:
            course = find_course(Path(self.parent.coursedir.root))
        except CourseError:
            return  # nothing there is made by us
        try:
            topics = [topic for topic in course.topics if topic.id in names]
            refuse_to_overwrite(topics)
            if not self.parent.no_database:
                refuse_other_cells(topics, self.parent.coursedir)
        except (AuthorError, GradebookHeld) as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error


def refuse_other_cells(topics: Sequence[Topic], directory: CourseDirectory) -> None:
    """Do nothing if the gradebook can take the cells of the topics' source notebooks.

    It can neither lose a cell nor take a new one once somebody has handed in;
    nbgrader finds that out after it has removed what was released.

    Raises:
        AuthorError: it cannot.
    """
    with explained(directory.db_url), Gradebook(directory.db_url, directory.course_id) as gradebook:
        for topic in topics:
            try:
                notebook = gradebook.find_notebook(topic.name, topic.id)
            except MissingEntry:
                continue
            path = topic.source / f"{topic.name}.ipynb"
            if not path.is_file():  # another notebook of the assignment's is generated alone
                continue
            known = {cell.name for cell in notebook.source_cells}
            source = nbformat.read(path, as_version=4)
            given = {cell.metadata.nbgrader.grade_id for cell in source.cells if "nbgrader" in cell.metadata}
            if notebook.submissions and known != given:
                changes = (("taken out", known - given), ("added", given - known))
                said = [f"{', '.join(sorted(names))} {what}" for what, names in changes if names]
                raise AuthorError(
                    f"{topic.id}: {' and '.join(said)} since it was handed in; nothing was changed. nbgrader "
                    "keeps scores by these cells. Put back what was there. To have an exercise count for "
                    f"nobody, run `grader withdraw {topic.name}.EXERCISE`; a new one needs another topic"
                )


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
