"""Results that were graded elsewhere, into nbgrader's gradebook and `autograded/`, many at once.

This does what `nbgrader autograde` does for one submission after the other, by
the same rules: scores and comments that a person gave stay, and a person is asked
to look again; a written answer waits for a person; a late submission loses the
points that the course's plugin says.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4
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
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, parse_utc
from sqlalchemy.engine import make_url
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from grader.course import Course, CourseError, Topic
from grader.errors import PlainError
from grader.files import write
from grader.grading import decisions
from grader.grading.store import Kept
from grader.grading.work import open_file
from grader.grading.zips import OpenArchive, Zips, open_again, split_label
from grader.names import TIMESTAMP
from grader.nbgrader.autograde import fill
from grader.nbgrader.cells import Released, released_cells, restored
from grader.nbgrader.exporter import with_notebook
from grader.nbgrader.patience import explained
from grader.nbgrader.scripts import notebook_of_script
from grader.nbgrader.weights import weigh
from grader.report.album import Album
from grader.saved import utf_8
from grader.text import identifier, storable
from grader.verdict import Graded, Source

SHOWN = "grader_fingerprint"  # in a page's metadata: what was graded, and is shown there


@dataclass
class Published:
    """How many submissions were written, and a sentence for each that was not."""

    count: int = 0
    passed_over: list[str] = field(default_factory=list)


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


def publish(course: Course, topic: Topic, kept: Iterable[Kept], open_archive: OpenArchive) -> Published:
    """Write a topic's results into the gradebook: all of them, or none.

    A zip that holds what was graded is read by a child that `open_archive` returns.

    Raises:
        CourseError: nbgrader does not know the assignment yet.
        GradebookHeld: another program holds the gradebook.
        NotDecided: decisions.toml cannot be read, or names an exercise that there is not.
        GraderFailed, PointsDiffer: nbgrader's copy of it is older than the key.
    """
    config = configuration(course.root)
    directory = CourseDirectory(config=config, root=str(course.root))
    decided = decisions.load(course.root)
    album = Album(topic)
    done = Published()
    pages: list[tuple[Path, str, str]] = []
    if not is_there(directory.db_url):
        raise unknown(topic)
    with explained(directory.db_url), Gradebook(directory.db_url, directory.course_id) as gradebook:
        weigh(gradebook, topic, decided)
        book = _Book(gradebook, topic, AssignLatePenalties(config=config))
        handed_in = _HandedIn(course, topic, book.released, Zips(open_archive))
        for result in kept:
            student = result.graded.student
            reason = _unfit(result)
            if reason:
                done.passed_over.append(f"{identifier(student)}: {reason}")
                continue
            home = Path(directory.format_path(directory.autograded_directory, student, topic.id))
            page = home / f"{topic.name}.ipynb"
            try:
                notebook = restored(handed_in.notebook(result, page), book.released)
            except Changed as error:
                done.passed_over.append(f"{student}: {error}")
                continue
            notebook.metadata[SHOWN] = result.fingerprint
            drawn = album.find(result.graded) or {}
            counted = decisions.amended(result.graded, decided)
            fill(notebook, counted, topic.checks.exercises, book.released, drawn)
            path, member = split_label(course.root, result.graded.file)
            folder = Path(directory.format_path(directory.submitted_directory, student, topic.id))
            if not member and path.parent.name == topic.id:  # its student's folder may have another name
                folder = path.parent
            try:
                stamp = exported_at(result.graded) or handed_in_at(folder)
            except Exception as error:  # a text that is no time fails in several ways
                done.passed_over.append(f"{student}: {folder / TIMESTAMP} holds no time ({error})")
                continue
            book.write(student, notebook, stamp)
            pages.append((home, nbformat.writes(notebook), stamp.isoformat() if stamp else ""))
            done.count += 1
        book.penalise()
        # Pages first: formgrader cannot show a submission that is graded and has no page.
        for home, text, when in pages:
            _write_page(home, {f"{topic.name}.ipynb": text} | ({TIMESTAMP: when} if when else {}))
        gradebook.db.commit()
    return done


def exported_at(graded: Graded) -> datetime | None:
    """Return when something was handed in, as nbgrader has times: in UTC, without saying so.

    None if no platform's export said it; a file's own time makes nobody late here.
    """
    told = graded.handed_in
    return told.at.replace(tzinfo=None) if told and told.source is Source.EXPORT else None


def handed_in_at(folder: Path) -> datetime | None:
    """Return the time in a submission's `timestamp.txt`, as nbgrader reads it; None where there is none.

    Raises:
        ValueError: it holds something else.
        NotGradable: it is a link or no file, and reading it might never end.
        OSError: it cannot be read.
    """
    if not os.path.lexists(folder / TIMESTAMP):
        return None
    with os.fdopen(open_file(folder / TIMESTAMP), "rb") as file:
        text = file.read().decode().strip()
    return parse_utc(text) if text else None


class Changed(PlainError):
    """What was handed in is not what was graded."""


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


class _Book:
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


def _unfit(result: Kept) -> str:
    """Say why a result cannot be published, "" if it can."""
    student = result.graded.student
    if result.graded.failed:
        return "the grader failed on it: run `grader grade` again"
    if result.graded.unread:
        return f"it could not be read: {result.graded.unread}"
    if identifier(student) != student:  # it was kept before names were cleaned where they enter
        return "the gradebook takes no such name of a student: run `grader grade` again"
    if "+" in student:
        return "nbgrader takes no name of a student with a + in it: rename the folder, and grade it again"
    return ""


class _HandedIn:
    """What was handed in, found again for the pages that formgrader shows."""

    def __init__(self, course: Course, topic: Topic, released: Mapping[str, Released], zips: Zips) -> None:
        self.course, self.topic, self.released, self.zips = course, topic, released, zips

    def notebook(self, result: Kept, page: Path) -> NotebookNode:
        """Return what was graded as a notebook of its cells, or a notebook that says that it is gone.

        Where the file is gone, `page` is taken, if it shows what was graded. Where
        a script was graded and there is a notebook beside it, the written answer
        may be in that.

        Raises:
            Changed: the file holds another text than the one that was graded.
        """
        root, name = self.course.root, result.graded.file
        try:
            with os.fdopen(open_again(root, name, self.zips), "rb") as file:
                content = file.read()
        except (OSError, PlainError):
            kept = _read(page.read_bytes()) if page.is_file() else v4.new_notebook()
            if kept.metadata.get(SHOWN) == result.fingerprint != "":
                return kept
            said = f"What was handed in is not here any more: {name}"
            gone: NotebookNode = v4.new_notebook(cells=[v4.new_markdown_cell(said)])
            return gone
        if hashlib.sha256(content).hexdigest() != result.graded.digest:
            raise Changed(f"{name} was changed after it was graded: run `grader grade` again")
        if name.endswith(".ipynb"):
            return _read(content)
        notebook = notebook_of_script(content, self.released)
        path, member = split_label(root, name)
        beside = path.with_name(f"{self.topic.name}.ipynb")
        return notebook if member else with_notebook(notebook, beside, self.released)


def _read(content: bytes) -> NotebookNode:
    """Return a notebook, or one that shows as its text what is none."""
    text = storable(utf_8(content).decode("utf-8", "replace"))
    notebook: NotebookNode = v4.new_notebook(cells=[v4.new_code_cell(text)])
    with suppress(Exception):  # what was made by hand can raise nearly anything
        notebook = nbformat.reads(text, as_version=4)
    return notebook


def _write_page(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write(folder / name, text.encode(), 0o444)
