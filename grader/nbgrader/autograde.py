"""What stands in for nbgrader's `Execute`: verdicts as the outputs of test cells.

The submission is run where `grader grade` would run it, out of nbgrader's
process and its folders, against the hidden key; nothing that it prints, leaves
behind or does to a kernel reaches the notebook. All the rest stays nbgrader's.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from sqlalchemy.engine import make_url
from traitlets import Bool, Enum, Unicode

from grader.client.child import Child
from grader.course import Course, CourseError, Topic, find_course, name_of
from grader.errors import PlainError, ServerError
from grader.exercise import Exercise
from grader.grading import decisions
from grader.grading.collect import NothingToGrade, collect
from grader.grading.formats import content_of, form_of, preferred
from grader.grading.grader import Grader
from grader.grading.key import KeyProblem
from grader.grading.rules import rules_for
from grader.grading.store import Store
from grader.grading.times import NoTime, of_file, stamped
from grader.grading.work import NotGradable, Work, open_file
from grader.nbgrader.cells import Released, exercise_of, released_in
from grader.nbgrader.feedback import outputs
from grader.reading import cited
from grader.report.album import Album
from grader.report.display import Checked
from grader.sandbox import root, trial
from grader.sandbox.levels import Level
from grader.verdict import Graded, HandedIn, Status

IDLE = 300.0  # seconds after which a server with nothing to do ends, as formgrader's process lives on


class GraderFailed(PlainError):
    """The grader failed, and nothing is scored; this says nothing about the submission."""


class GradeOutOfProcess(NbGraderPreprocessor):  # type: ignore[misc]  # it has no types
    """Grade a submission, and write each test cell's output into its notebook."""

    db = Unicode("sqlite:///grades.db", help="Where grades are kept besides: `grader grade --db`.").tag(
        config=True
    )
    require_isolation = Enum(
        [level.value for level in Level],
        Level.LANDLOCK.value,
        help="Refuse to grade where submissions are held less well; see `grader doctor`.",
    ).tag(config=True)
    hidden = Bool(True, help="Grade by the hidden key; by the public one if False.").tag(config=True)
    pictures = Bool(True, help="Show expected beside returned, on public cases.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade one notebook.

        Raises:
            GraderFailed: nothing can be said of it; nbgrader names the student,
                goes on with the next, and ends with an error.
        """
        facts = resources["nbgrader"]
        exercises = sum(is_grade(cell) and not is_solution(cell) for cell in nb.cells)
        if not exercises and name_of(facts["assignment"]) != facts["notebook"]:
            # A notebook of the instructor's own, as a survey, in which nothing is checked.
            return nb, resources
        directory = self.parent.parent.coursedir
        topic = topic_of(Path(directory.root), facts["assignment"], facts["notebook"])
        student = facts["student"]
        folder = directory.format_path(directory.submitted_directory, student, topic.id)
        work = chosen(Path(folder), topic, exercises, student)
        service = Service.of(topic.course, self.db, Level(self.require_isolation), facts["db_url"])
        graded, pictures = service.grade(topic, work, self.hidden, self.pictures, self.log.warning)
        graded = decisions.amended(graded, decisions.load(topic.course))
        fill(nb, graded, topic.checks.exercises, released_in(facts), pictures)
        self.log.info("%s has %g of %g points", student, graded.score, graded.max_score)
        return nb, resources


def topic_of(course: Path, assignment: str, notebook: str) -> Topic:
    """Return the topic that an assignment's notebook was made from.

    Raises:
        CourseError: there is none.
    """
    topic = find_course(explicit=course).topic(assignment)
    if (topic.id, topic.name) == (assignment, notebook):
        return topic
    raise CourseError(
        f"{assignment}/{notebook}.ipynb is made from no topic in {course / 'solutions'}, so that "
        f"there is no key to grade it by; of {topic.id} the notebook {topic.name}.ipynb is graded"
    )


def chosen(folder: Path, topic: Topic, exercises: int, student: str) -> Work:
    """Return a student's file, of a notebook and a script the one that counts.

    If none has the name that was given out, it is the one that `grader grade` takes.
    """
    paths = [folder / f"{topic.name}{suffix}" for suffix in (".ipynb", ".py")]
    there = [path for path in paths if os.path.lexists(path)]
    if not there:
        with suppress(NothingToGrade):
            return otherwise_named(folder, topic, student)
    path, notes = (there or paths)[0], tuple[str, ...]()
    if len(there) > 1:
        forms = [form_of(p.name, p.lstat().st_mtime, content_of(partial(open_file, p))) for p in there]
        form, note = preferred(forms, exercises, "graded")
        path, notes = folder / form.name, (note,)
    name = os.path.relpath(path, topic.course)
    return Work(student, topic.id, name, lambda: open_file(path), notes, handed_in(path))


def handed_in(path: Path) -> HandedIn | None:
    """Return when a file was handed in, by timestamp.txt or its own time; None if neither says."""
    try:
        return stamped(path.parent) or of_file(path.lstat().st_mtime)
    except (NoTime, OSError):  # nbgrader itself says so of a timestamp that is none
        return None


def otherwise_named(folder: Path, topic: Topic, student: str) -> Work:
    """Return a student's file under another name than the one that was given out.

    Raises:
        NothingToGrade: there is none, or nothing says which; the message says what there is.
    """
    others = [other.id for other in Course(topic.course).topics]
    works = collect([folder], {topic.id: topic}, refuse_zip, (), others, owner=student).works
    if len(works) > 1:
        raise NothingToGrade(f"it holds {len(works)} submissions for {topic.name}: remove all but one")
    (work,) = works
    return replace(work, student=student, file=os.path.relpath(work.file, topic.course))


def refuse_zip(descriptor: int) -> Child:
    """Open no zip.

    Raises:
        NotGradable: always; it says what to do.
    """
    raise NotGradable(
        "a zip is not unpacked here: run `nbgrader zip_collect`, or `grader grade submitted/` and "
        "`grader publish`"
    )


def fill(
    notebook: NotebookNode,
    graded: Graded,
    exercises: Mapping[str, Exercise],
    released: Mapping[str, Released],
    pictures: Mapping[str, str],
) -> None:
    """Write each test cell's output into a notebook whose cells have their released names.

    Raises:
        GraderFailed: a verdict has no cell, or a cell no verdict.
        PointsDiffer: the gradebook's points are not those of the key.
    """
    verdicts = {verdict.name: verdict for verdict in graded.exercises}
    notes = tuple(f"{note}." for note in graded.notes)
    for cell in notebook.cells:
        if not is_grade(cell) or is_solution(cell):
            continue
        name = exercise_of(cell.metadata.nbgrader.grade_id)
        if name not in verdicts or name not in exercises:
            raise GraderFailed(
                f"the test cell {cell.metadata.nbgrader.grade_id} checks no exercise of {graded.topic}: "
                "run `grader build` and `nbgrader generate_assignment --force`"
            )
        exercise = exercises[name]
        given = (released[part].source for part in exercise.writes if part in released)
        checked = Checked(
            name_of(graded.topic),
            exercise,
            verdicts.pop(name),
            pictures.get(name, ""),
            notes,
            cited(given, exercise.writes),
            final=True,
        )
        cell.outputs = outputs(checked, cell.metadata.nbgrader.points)
        notes = ()  # once, at the first cell
    if verdicts:
        raise GraderFailed(
            f"{graded.topic} has no test cell for {', '.join(verdicts)}: run `grader build` and "
            "`nbgrader generate_assignment --force`"
        )


class Service:
    """The one warm grader of a process, shared by all notebooks that it is asked for."""

    _services: dict[tuple[Path, str, Level, str], Service] = {}

    @classmethod
    def of(cls, course: Path, db: str, least: Level, gradebook: str) -> Service:
        """Return the process' grader of a course, which is started when it is first needed."""
        key = (course, db, least, gradebook)
        if key not in cls._services:
            cls._services[key] = cls(*key)
        return cls._services[key]

    def __init__(self, course: Path, db: str, least: Level, gradebook: str) -> None:
        self.course, self.db, self.least, self.gradebook = course, db, least, gradebook
        self._lock = threading.Lock()
        self._grader: Grader | None = None
        self._failure: Exception | None = None

    def grade(
        self, topic: Topic, work: Work, hidden: bool, pictures: bool, say: Callable[[str], None]
    ) -> tuple[Graded, Mapping[str, str]]:
        """Grade a submission, or find how it was graded; return HTML to show by exercise, too.

        Raises:
            GraderFailed: nothing can be said of it.
            CourseError, KeyProblem: the topic's key is missing or stale.
        """
        with self._lock:
            # Read each time: a key may be recorded anew while formgrader runs.
            rules = rules_for((topic.id,), hidden, None, topic.course)[topic.id]
            grader = self._started()
            grader.rules = {topic.id: rules}
            with Store(self.db) as store:
                try:
                    ((graded, mark),) = grader.grade_all([work], store, keep_failures=False, say=say)
                except ServerError as error:  # no server can be started
                    self._failure = error
                    raise GraderFailed(f"nothing is scored: {error}") from error
                except BaseException:
                    self._grader = None  # its server ended with the run
                    raise
            if graded.failed:
                failed = next(v for v in graded.exercises if v.status is Status.GRADER_ERROR)
                raise GraderFailed(f"{work.file} is not scored. {failed.message}")
            return graded, self._pictures(topic, work, graded) if pictures and mark else {}

    def _started(self) -> Grader:
        if self._failure is not None:  # it would fail for each of a thousand students
            raise GraderFailed(f"nothing is scored: {self._failure}") from self._failure
        if self._grader is None:
            try:
                level = trial.require(self.least, 'c.GradeOutOfProcess.require_isolation = "none"')
                if level is not Level.NONE:
                    root.check_hidden(self._secrets())
                self._grader = Grader({}, 1, level, IDLE)
            except Exception as error:
                self._failure = error
                raise GraderFailed(f"nothing is scored: {error}") from error
        return self._grader

    def _secrets(self) -> list[Path]:
        """Return what no submission may read: the course, the gradebook, what others handed in."""
        url = make_url(self.gradebook)
        names = ("submitted", "autograded", "feedback")
        found = [*Course(self.course).secret_folders, *(self.course / name for name in names)]
        if url.drivername.startswith("sqlite") and url.database:
            found.append(self.course / url.database)
        return found

    def _pictures(self, topic: Topic, work: Work, graded: Graded) -> Mapping[str, str]:
        album = Album(topic)
        kept = album.find(graded)
        if kept is not None:
            return kept
        try:
            public = rules_for((topic.id,), False, None, topic.course)[topic.id]
        except (CourseError, KeyProblem) as error:
            raise GraderFailed(f"{error}, or set GradeOutOfProcess.pictures = False") from error
        descriptor = work.open()
        try:
            return self._started().kept.attempt(lambda server: album.draw(server, public, graded, descriptor))
        except ServerError:  # the grade stands; a picture is a courtesy
            return {}
        finally:
            os.close(descriptor)
