"""What stands in for nbgrader's `Execute`: verdicts as the outputs of test cells.

The submission is run where `grader grade` would run it, out of nbgrader's
process and its folders, against the hidden key; nothing that it prints, leaves
behind or does to a kernel reaches the notebook. All the rest stays nbgrader's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Enum, Unicode

from grader.course import CourseError, Topic, find_course, name_of
from grader.exercise import Exercise
from grader.grading import decisions
from grader.nbgrader.cells import Released, exercise_of, released_in
from grader.nbgrader.feedback import outputs
from grader.nbgrader.handed import chosen
from grader.nbgrader.service import GraderFailed, Service
from grader.reading import cited
from grader.report.display import Checked
from grader.sandbox.levels import Level
from grader.verdict import Graded


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
