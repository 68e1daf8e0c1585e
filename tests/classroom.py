"""A small nbgrader course with a class in it, each student a way to go right or wrong."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy
from courses import CHECKS, TOPIC, make_course

from grader.authoring.notebook import instructor_notebook, script, to_bytes
from grader.authoring.recording import record_topic
from grader.client.server import Server
from grader.course import Course
from grader.grading.secret import hidden_path
from grader.sandbox import trial
from grader.sandbox.levels import Level

NAME = "averages"
TESTS = {"check_mean": 30.0, "check_weighted_mean": 40.0, "check_running_mean": 30.0}
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
QUICK = CHECKS.replace('points=30, hint="Which', 'seconds=1.0, points=30, hint="Which')

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
LINKS = """\
[script](javascript:alert(1)) [data](data:text/html,x) [basic](VBScript:x) [entity](java&#115;cript:1)
[spaced](<java\tscript:1>) [named][r] <javascript:alert(1)> [relative](//tracker.example/x) [file](file:///etc)
[good](https://uni.example/a?b=1&c=2) [mail](mailto:ada@uni.example) [place](#check_mean)

[r]: javascript:alert(1)

![a cat](http://tracker.example/cat.png) ![drawn](data:image/svg+xml;base64,PHN2Zy8+)
![lost](attachment:no.png)

<svg><a xlink:href="javascript:1">x</a></svg> <p style="background:url(http://tracker.example/b)">b</p>
<img src=http://tracker.example/raw.png onerror="window.raw_ran = 1">

# check_mean

$\\href{javascript:alert(1)}{x^2}$ and $\\style{background:url(http://tracker.example/c)}{\\sum_i x_i < 3}$
"""
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
MISTAKEN = {
    "mistaken": ("of_columns", "unweighted", "CountsFromOne"),
    "page_wrong": ("total", "unnormalised"),
    "one_too_few": ("one_too_few",),
}
# Of these results stock nbgrader makes full marks.
ODD_MEAN = "def mean(rows):\n    return np.float64(0.0)\n"
ODD_WEIGHTED = "def weighted_mean(values, weights):\n    return np.nan, np.nan\n"
ODD_RUNNING = """\
class RunningMean:
    def update(self, value):
        return "full marks"
"""
Notebook = dict[str, Any]


@dataclass
class Classroom:
    """A course's folder, in which nbgrader's real commands are run."""

    course: Course
    said: str = ""

    @property
    def root(self) -> Path:
        return self.course.root

    def run(self, *command: str, fails: bool = False, environment: Mapping[str, str] | None = None) -> str:
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

    def hand_in_script(self, student: str, **answers: str) -> Path:
        """Hand in the released script alone, with right answers but for those given."""
        folder = self.root / "submitted" / student / TOPIC
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.py").write_text(self.script(**answers))
        return folder

    def script(self, **answers: str) -> str:
        """Return the released script with right answers, but for those given."""
        notebook = copy.deepcopy(self.released())
        for name, text in (RIGHT | answers).items():
            cell_of(notebook, name)["source"] = text
        return script(nbformat.reads(json.dumps(notebook), as_version=4))

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
    least = min(trial.best(), Level.LANDLOCK, key=lambda level: level.rank)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(least=least) + more)
    topic.source.mkdir(parents=True)
    (topic.source / f"{NAME}.ipynb").write_bytes(to_bytes(instructor_notebook(topic)))
    room = Classroom(course)
    room.run("nbgrader", "generate_assignment", TOPIC)
    record_topic(recorder, topic, b"a secret of the tests").save(hidden_path(topic))
    return room


CLAIM = {"output_type": "execute_result", "data": {"text/plain": "30.0"}}
CLAIM |= {"metadata": {}, "execution_count": 1}
ATTACKED = "import glob, os, sqlite3, sys\nROOT = {root!r}\n"
READS = (
    ATTACKED
    + """
def mean(rows):
    for path in glob.glob(ROOT + "/**", recursive=True) + [
        ROOT + "/gradebook.db", ROOT + "/.grader/secret", ROOT + "/source/01_averages/averages.ipynb",
        ROOT + "/.grader/keys/01_averages.npz", ROOT + "/solutions/01_averages/solution.py",
        ROOT + "/submitted/right/01_averages/averages.ipynb",
    ]:
        try:
            with open(path, "rb") as file:
                if file.read(1):
                    return np.mean(rows, axis=0)
        except OSError:
            pass
    return 0
"""
)
WRITES = (
    ATTACKED
    + """
def mean(rows):
    base = sqlite3.connect(ROOT + "/gradebook.db")
    base.execute("UPDATE grade SET manual_score = 100")
    base.commit()
    return 0
"""
)
EMPTIES = """
get_ipython().input_transformers_cleanup.append(lambda lines: [])
"""
NOISE = """
import logging, os, sys, warnings

def mean(rows):
    print("to stderr", file=sys.stderr)
    os.write(2, b"past Python\\n")
    warnings.warn("a warning")
    logging.getLogger().error("a log line")
    return np.mean(rows, axis=0)
"""


def drop(*names: str) -> Any:
    def change(notebook: Notebook) -> None:
        for name in names:
            notebook["cells"].remove(cell_of(notebook, name))

    return change


def skip_and_claim(notebook: Notebook) -> None:
    for name in TESTS:
        cell_of(notebook, name)["outputs"] = [CLAIM]
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def duplicate(notebook: Notebook) -> None:
    """As in Jupyter: copied and pasted below, the later one then changed."""
    for name in ("mean", "check_mean"):
        cell = cell_of(notebook, name)
        place = notebook["cells"].index(cell)
        copied = json.loads(json.dumps(cell)) | {"id": f"copy-{name}"}
        notebook["cells"].insert(place + 1, copied)
        if name == "mean":
            cell["source"] = WRONG["mean"]


def rename(notebook: Notebook) -> None:
    for name in ("mean", "check_mean", "written_answer"):
        cell_of(notebook, name)["metadata"]["nbgrader"]["grade_id"] = f"my_{name}"


def spoil(notebook: Notebook) -> None:
    """Metadata that nbgrader's schema, or its code, does not take."""
    cell_of(notebook, "check_mean")["metadata"]["nbgrader"].update(grade=False, points=1000, more={"a": 1})
    cell_of(notebook, "mean")["metadata"]["nbgrader"].update(locked=True, schema_version=99)
    notebook["cells"][0]["metadata"]["nbgrader"] = {"grade": True, "solution": True}
    notebook["metadata"] = {"kernelspec": {"name": "bash", "display_name": "b", "language": "bash"}}


def as_text(notebook: Notebook) -> None:
    """The key `m`, pressed by accident on an answer's cell."""
    cell = cell_of(notebook, "mean")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def raw_html(notebook: Notebook) -> None:
    for kind in ("raw", "markdown"):
        html = f"<script>window.{kind}_ran = 1</script>"
        notebook["cells"].append({"cell_type": kind, "id": kind, "metadata": {}, "source": html})


def fill_class(room: Classroom) -> None:
    """Hand in one submission for each way to go right or wrong."""
    root = str(room.root)
    room.hand_in("right")
    room.hand_in("partly", weighted_mean=MISTAKES["unnormalised"][1])
    for student, names in MISTAKEN.items():
        words = "<script>window.ran = 1</script> a < b"
        room.hand_in(student, written_answer=words, **dict(MISTAKES[name] for name in names))
    room.hand_in("stub", **{name: cell_of(room.released(), name)["source"] for name in RIGHT})
    raises = "def mean(rows):\n    raise ValueError('<img src=x onerror=1>')\n"
    room.hand_in("page_raises", raw_html, mean=raises)
    room.hand_in("page_links", written_answer=LINKS)
    room.hand_in("hangs", mean="def mean(rows):\n    while True: pass\n")
    room.hand_in("exits", mean="import os\ndef mean(rows):\n    os._exit(0)\n")
    room.hand_in("exits_at_once", mean=MEAN + "import os\nos._exit(0)\n")
    room.hand_in("noisy", mean=NOISE)
    room.hand_in("odd", mean=ODD_MEAN, weighted_mean=ODD_WEIGHTED, RunningMean=ODD_RUNNING)
    room.hand_in("deleted", drop("check_mean", "check_running_mean", "written_answer"))
    room.hand_in("deleted_answer", drop("mean"))
    room.hand_in("duplicated", duplicate)
    room.hand_in("renamed", rename)
    room.hand_in("spoiled", spoil)
    room.hand_in("as_text", as_text)
    room.hand_in("skipping", skip_and_claim, **WRONG)
    room.hand_in("emptying", mean=EMPTIES)
    room.hand_in("reading", mean=READS.format(root=root))
    room.hand_in("writing", mean=WRITES.format(root=root))
    late = room.hand_in("late")
    (late / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    extra = room.hand_in("extra")
    (extra / "notes.csv").write_text("a,b\n")
    (extra / f"{NAME}.py").write_text("# started, and never gone on with\n")
    os.utime(extra / f"{NAME}.py", (1, 1))
    untouched = room.hand_in("untouched_script")
    shutil.copy(room.root / "assignments" / TOPIC / f"{NAME}.py", untouched)
    stubs = {name: cell_of(room.released(), name)["source"] for name in RIGHT}
    both = room.hand_in("script", **stubs | {"written_answer": WORDS})
    (both / f"{NAME}.py").write_text("import numpy as np\n" + MEAN)
    for path, when in ((both, 10**9), (untouched, 10**9)):
        os.utime(path / f"{NAME}.ipynb", (when, when))
    room.hand_in_script("script_alone", weighted_mean=MISTAKES["unnormalised"][1])
    room.hand_in_script("script_stub", **stubs)
    linked = room.hand_in("linked")
    (linked / f"{NAME}.ipynb").rename(linked / "real.ipynb")
    (linked / f"{NAME}.ipynb").symlink_to(linked / "real.ipynb")
    broken = room.hand_in("broken")
    (broken / f"{NAME}.ipynb").write_text("{ this was cut off")
    lost = room.hand_in("lost")
    (lost / f"{NAME}.ipynb").rename(lost / "other.ipynb")
