"""nbgrader's gradebook: where it is, what it knows of a topic, and scores written into it, many at once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)  # fmt: skip
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution
from sqlalchemy.engine import make_url
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from grader.course import CourseError, Topic
from grader.nbgrader.cells import Released, released_cells


def configuration(root: Path) -> Config:
    """Return the configuration that nbgrader itself would read in a course's folder."""
    from nbgrader.apps import NbGrader

    here = Path.cwd()
    os.chdir(root)
    try:
        app = NbGrader()
        app.load_config_file()
        config: Config = app.config
        return config
    finally:
        os.chdir(here)


def is_there(url: str) -> bool:
    """Tell whether there is a gradebook at a URL; nbgrader makes one wherever it opens none."""
    named = make_url(url)
    return named.get_backend_name() != "sqlite" or bool(named.database and os.path.exists(named.database))


def assignment_of(gradebook: Gradebook, topic: Topic) -> Assignment:
    """Return what the gradebook knows of a topic as an assignment.

    Raises:
        CourseError: nothing yet.
    """
    try:
        gradebook.find_notebook(topic.name, topic.id)
        return gradebook.find_assignment(topic.id)
    except MissingEntry:
        raise unknown(topic) from None


def unknown(topic: Topic) -> CourseError:
    """Return the error that nbgrader does not know a topic as an assignment yet."""
    return CourseError(
        f"nbgrader does not know {topic.id} yet: run `nbgrader generate_assignment {topic.id}`"
    )


class Book:
    """One assignment in the gradebook, read in a few queries, whatever its size."""

    def __init__(self, gradebook: Gradebook, topic: Topic, late: AssignLatePenalties) -> None:
        self.db, self.late = gradebook.db, late
        self.assignment = assignment_of(gradebook, topic)
        self.notebook: Notebook = gradebook.find_notebook(topic.name, topic.id)
        self.released: dict[str, Released] = released_cells(self.notebook)
        self.students: dict[str, Student] = {student.id: student for student in self.db.query(Student)}
        load = selectinload(SubmittedAssignment.notebooks)
        submissions = (
            self.db.query(SubmittedAssignment)
            .filter(SubmittedAssignment.assignment_id == self.assignment.id)
            .options(load.selectinload(SubmittedNotebook.grades))
            .options(load.selectinload(SubmittedNotebook.comments))
        )
        self.submissions: dict[str, SubmittedAssignment] = {each.student_id: each for each in submissions}
        self.graded = [*self.notebook.grade_cells, *self.notebook.task_cells]
        self.commented = [*self.notebook.solution_cells, *self.notebook.task_cells]
        self.late_ones: list[tuple[str, SubmittedAssignment, SubmittedNotebook]] = []

    def write(self, student: str, notebook: NotebookNode, stamp: datetime | None) -> None:
        """Write one submission's scores, as nbgrader's `SaveAutoGrades` would."""
        submission = self._submission(student)
        if stamp is not None:
            submission.timestamp = stamp
        submitted = next(each for each in submission.notebooks if each.notebook is self.notebook)
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if _known(cell)}
        names = {cell.id: cell.name for cell in {*self.graded, *self.commented}}
        for grade in submitted.grades:
            cell = cells.get(names[grade.cell_id])
            if cell is not None and is_grade(cell):
                grade.auto_score = determine_grade(cell)[0]
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in submitted.comments:
            cell = cells.get(names[comment.cell_id])
            if cell is not None and is_solution(cell):
                untouched = cell.metadata.nbgrader.checksum == compute_checksum(cell)
                comment.auto_comment = "No response." if untouched else None
        submitted.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            self.late_ones.append((student, submission, submitted))

    def penalise(self) -> None:
        """Ask the course's plugin how many points late students lose, once all scores are written."""
        self.db.flush()
        plugin = self.late.plugin_class(parent=self.late)
        for student, submission, submitted in self.late_ones:
            self.db.refresh(submitted, ["score"])
            score = submitted.score
            penalty = plugin.late_submission_penalty(student, score, submission.total_seconds_late)
            if penalty is not None:
                submitted.late_submission_penalty = bounded(penalty, score)

    def _submission(self, student: str) -> SubmittedAssignment:
        if student in self.submissions:
            return self.submissions[student]
        with self.db.no_autoflush:
            if student not in self.students:
                self.students[student] = Student(id=student)
                self.db.add(self.students[student])
            submission = SubmittedAssignment(assignment=self.assignment, student=self.students[student])
            for notebook in self.assignment.notebooks:
                submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
                for cell in [*notebook.grade_cells, *notebook.task_cells]:
                    submitted.grades.append(Grade(cell_id=cell.id))
                for cell in [*notebook.solution_cells, *notebook.task_cells]:
                    submitted.comments.append(Comment(cell_id=cell.id))
            self.db.add(submission)
        self.submissions[student] = submission
        return submission


def bounded(penalty: float, score: float) -> float:
    """Return a late student's penalty as nbgrader takes it: at least 0 and at most the score."""
    return min(max(penalty, 0), score)


def _known(cell: NotebookNode) -> bool:
    return "nbgrader" in cell.metadata
