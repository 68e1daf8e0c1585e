"""A small nbgrader course with a class in it, each student a way to go right or wrong."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from courses import CHECKS, TOPIC, make_course

from grader import isolation
from grader.client import Server
from grader.course import Course
from grader.key import hidden_path
from grader.notebook import instructor_notebook, to_bytes
from grader.recording import record_topic
from grader.sandbox import Level

NAME = "averages"
CONFIG = """\
import grader.nbgrader

c = get_config()
c.CourseDirectory.course_id = "averages"
grader.nbgrader.configure(c)
c.GradeOutOfProcess.require_isolation = "{least}"
c.LateSubmissionPlugin.penalty_method = "zero"
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "never said"
"""
# A hang need not cost the test ten seconds.
QUICK = CHECKS.replace("points=30, hint=\"Which", "seconds=1.0, points=30, hint=\"Which")

MEAN = "def mean(rows):\n    return np.mean(rows, axis=0)\n"
WEIGHTED = """\
def weighted_mean(values, weights):
    shares = weights / weights.sum()
    average = (shares * values).sum()
    return average, (shares * (values - average) ** 2).sum()
"""
RUNNING = """\
class RunningMean:
    def __init__(self):
        self.count, self.sum = 0, 0.0

    def update(self, value):
        self.count, self.sum = self.count + 1, self.sum + value
        return self.sum / self.count
"""
WORDS = "When there are *two* centres."
RIGHT = {"mean": MEAN, "weighted_mean": WEIGHTED, "RunningMean": RUNNING, "written_answer": WORDS}
WRONG = {"mean": "def mean(rows):\n    return 0\n"}
MISTAKES = {
    "of_columns": ("mean", "def mean(rows):\n    return np.mean(rows, axis=1)\n"),
    "total": ("mean", "def mean(rows):\n    return np.sum(rows, axis=0)\n"),
    "one_too_few": ("mean", "def mean(rows):\n    return rows.sum(axis=0) / max(len(rows) - 1, 1)\n"),
    "unweighted": (
        "weighted_mean",
        "def weighted_mean(values, weights):\n    return np.mean(values), np.var(values)\n",
    ),
    "unnormalised": ("weighted_mean", WEIGHTED.replace(" / weights.sum()", "")),
    "CountsFromOne": (
        "RunningMean",
        "class RunningMean:\n    def __init__(self):\n        self.count, self.average = 1, 0.0\n\n"
        "    def update(self, value):\n        self.count += 1\n"
        "        self.average += (value - self.average) / self.count\n        return self.average\n",
    ),
}
Notebook = dict[str, Any]


@dataclass
class Classroom:
    """A course's folder, in which nbgrader's real commands are run."""

    course: Course
    said: str = ""

    @property
    def root(self) -> Path:
        return self.course.root

    def run(
        self, *command: str, fails: bool = False, environment: Mapping[str, str] | None = None
    ) -> str:
        """Run `nbgrader …` or `grader …` in the course; return what it said, on both streams."""
        program, *arguments = command
        done = subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    def released(self) -> Notebook:
        """Return the notebook that students get."""
        text = (self.root / "assignments" / TOPIC / f"{NAME}.ipynb").read_text()
        notebook: Notebook = json.loads(text)
        return notebook

    def hand_in(
        self,
        student: str,
        change: Callable[[Notebook], object] = lambda notebook: None,
        **answers: str,
    ) -> Path:
        """Hand in the released notebook with right answers, but for those given; then `change` it."""
        notebook = copy.deepcopy(self.released())
        for name, text in (RIGHT | answers).items():
            cell_of(notebook, name)["source"] = text
        change(notebook)
        folder = self.root / "submitted" / student / TOPIC
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
        return folder

    def graded(self, student: str) -> Notebook:
        """Return the autograded notebook."""
        path = self.root / "autograded" / student / TOPIC / f"{NAME}.ipynb"
        notebook: Notebook = json.loads(path.read_text())
        return notebook

    def output(self, student: str, cell: str) -> str:
        """Return all that is shown under a cell, as text of JSON."""
        return json.dumps(cell_of(self.graded(student), cell)["outputs"], ensure_ascii=False)

    def page(self, student: str) -> str:
        """Return a feedback page."""
        return (self.root / "feedback" / student / TOPIC / f"{NAME}.html").read_text()

    def scores(self, student: str, column: str = "auto_score", url: str = "") -> dict[str, float | None]:
        """Return a column of the student's grades in the gradebook, by cell."""
        rows = self.sql(
            f"SELECT b.name, g.{column} FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id "
            "JOIN submitted_assignment s ON n.assignment_id = s.id JOIN base_cell b ON b.id = g.cell_id "
            f"WHERE s.student_id = '{student}'",
            url,
        )
        return {name: value for name, value in rows}

    def sql(self, statement: str, url: str = "") -> list[tuple[Any, ...]]:
        """Run SQL on the gradebook behind nbgrader's back."""
        engine = sqlalchemy.create_engine(url or f"sqlite:///{self.root / 'gradebook.db'}")
        try:
            with engine.begin() as connection:
                done = connection.exec_driver_sql(statement)
                return [tuple(row) for row in done] if done.returns_rows else []
        finally:
            engine.dispose()


def cell_of(notebook: Notebook, name: str) -> dict[str, Any]:
    """Return the cell that nbgrader knows by a name."""
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found


def make_classroom(folder: Path, recorder: Server, more: str = "") -> Classroom:
    """Write a course, have nbgrader generate its assignment, and record its hidden key."""
    course = make_course(folder, checks=QUICK)
    (topic,) = course.topics
    least = min(isolation.best(), Level.LANDLOCK, key=lambda level: level.rank)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(least=least) + more)
    topic.source.mkdir(parents=True)
    (topic.source / f"{NAME}.ipynb").write_bytes(to_bytes(instructor_notebook(topic)))
    room = Classroom(course)
    room.run("nbgrader", "generate_assignment", TOPIC)
    record_topic(recorder, topic, b"a secret of the tests").save(hidden_path(topic))
    return room
