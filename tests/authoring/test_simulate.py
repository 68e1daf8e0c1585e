"""A simulated class gets the grades that it is known to deserve."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import nbformat
import pytest
from courses import CHECKS, SOLUTION, make_course

from grader.authoring.graft import graft, needed
from grader.authoring.recording import record_topic
from grader.authoring.simulate import Behaviours, simulate
from grader.authoring.truth import check_truth, work_out, write_truth
from grader.cells import cells_of
from grader.client.server import Server
from grader.course import Course, Topic
from grader.exercise import AuthorError
from grader.grading.collect import collect
from grader.grading.grader import Grader
from grader.grading.rules import Rules
from grader.report.data import results
from grader.verdict import Status

LAYERS = {
    "solution": '''\
# %%
import tensorflow as tf


# %%
@tf.function
def cumulate(x):
    """Sum up what came so far."""
    ### BEGIN SOLUTION
    return tf.cumsum(x)
    ### END SOLUTION


# %%
class Scale(tf.keras.layers.Layer):
    """Times a factor."""

    def __init__(self, factor):
        super().__init__()
        ### BEGIN SOLUTION
        self.factor = factor
        ### END SOLUTION

    def call(self, x):
        ### BEGIN SOLUTION
        return x * self.factor
        ### END SOLUTION


# %%
def factorial(n):
    """Of a number."""
    ### BEGIN SOLUTION
    return n * factorial(n - 1) if n else 1
    ### END SOLUTION
''',
    "checks": """\
from grader.drivers import gradients
from grader.exercise import exercise


@exercise(points=30, hint="How?", seconds=2)
def cumulate(answer, x):
    return {"sums": answer.cumulate(x)}


@cumulate.cases
def _(rng):
    yield "three", {"x": rng.normal(size=3)}
    yield "five", {"x": rng.normal(size=5)}


@exercise(points=50, hint="How?", writes=["Scale"], seconds=2)
def scale(answer, x):
    layer = answer.Scale(3.0)
    return {"scaled": layer(x)}


@scale.cases
def _(rng):
    yield "a row", {"x": rng.normal(size=(1, 3))}
    yield "two rows", {"x": rng.normal(size=(2, 3))}


@exercise(points=20, hint="How?")
def factorial(answer, n):
    return {"n!": answer.factorial(n)}


@factorial.cases
def _(rng):
    yield "three", {"n": 3}
""",
    "mistakes": '''\
"""Wrong answers."""

from __future__ import annotations

import tensorflow as tf

from grader.exercise import mistake

from . import solution as right
from .solution import cumulate as right_cumulate, Scale

TEXT = """two
lines"""


def cumulate(x):
    raise AssertionError("a helper that is called as an exercise is")


def helper(x: NotImported):
    return x + float(len(TEXT) - len("two\\nlines"))


@mistake(of="cumulate")
@tf.function
def by_a_loop(x):
    """the last is lost.

    AutoGraph has to read this from the cell.
    """
    total = tf.zeros([])
    sums = tf.TensorArray(tf.float32, tf.shape(x)[0])
    for i in tf.range(tf.shape(x)[0]):
        sums = sums.write(i, total)
        total += x[i]
    return helper(sums.stack())


@mistake(of="cumulate")
def backwards(x):
    """the order is reversed."""
    return right_cumulate(x[::-1])


@mistake(of="Scale")
class Squared(right.Scale):
    """the factor is applied twice."""

    def __init__(self, factor):
        super().__init__(factor)

    def call(self, x):
        return super().call(super().call(x))


@mistake(of="Scale")
class Shifted(Scale):
    """the factor is added."""

    def call(self, x):
        return x + self.factor


@mistake(of="factorial")
def one_too_many(n):
    """one factor is too many."""
    return right.factorial(n) * (n + 1)
''',
    "oracles": '''\
import math

import tensorflow as tf

from grader.exercise import oracle

from . import solution as right


@oracle(of="cumulate")
def by_hand(x):
    """Partial sums."""
    return [tf.reduce_sum(x[: i + 1]) for i in range(len(x))]


@oracle(of="Scale")
class ByAdding(right.Scale):
    """x + x (k - 1)."""

    def call(self, x):
        return x + super().call(x) - x


@oracle(of="factorial")
def from_math(n):
    """`math.factorial`."""
    return math.factorial(n)
''',
}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of two topics, NumPy and Keras; an endless loop costs a second."""
    root = tmp_path_factory.mktemp("simulated")
    make_course(root, checks=CHECKS.replace("points=", "seconds=1, points="))
    return make_course(root, "02_layers", **LAYERS)


@pytest.fixture(scope="module")
def rules(classroom: Course, recorder: Server) -> dict[str, Rules]:
    return {topic.id: Rules(record_topic(recorder, topic, b"hidden")) for topic in classroom.topics}


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def counted(behaviours: Behaviours) -> Counter[str]:
    return Counter(
        f"{name} {way}"
        for topics in behaviours.values()
        for exercises in topics.values()
        for name, way in exercises.items()
    )


def test_a_class_gets_the_grades_it_deserves(
    classroom: Course, rules: dict[str, Rules], recorder: Server, tmp_path: Path
) -> None:
    worked = {topic.id: work_out(recorder, topic, rules[topic.id].key) for topic in classroom.topics}
    folder, truth = tmp_path / "class", tmp_path / "class" / "truth.json"
    behaviours = simulate(classroom.topics, folder, 40, 33)
    write_truth(truth, 33, behaviours, worked)
    with Grader(rules, 2) as grader:
        works = collect([folder], rules, grader.open_archive).works
        graded = [one for one, _ in grader.grade_all(works)]
    assert len(graded) == 80
    assert check_truth(truth, results(graded, {})) == []

    seen = counted(behaviours)
    for each in worked.values():
        for exercise, ways in each.items():
            for way in ways:
                # Whoever rebinds a name that the solution's own code uses would change more than that name.
                dealt = exercise != "factorial"
                assert not way.startswith("mistake:") or (f"{exercise} {way}" in seen) is dealt, way
    kinds = {way.split()[1].partition(":")[0] for way in seen}
    assert kinds == {"right", "oracle", "mistake", "stub", "raises", "wrong_shape", "nan", "hangs"}

    assert seen["factorial right"] == 40

    # A wrong grade anywhere is found.
    first = min(graded, key=lambda one: one.student)
    verdict = first.exercises[0]
    for change in ({"score": verdict.score + 0.5}, {"status": Status.CRASHED}, {"mistake": "invented"}):
        wrong = msgspec.structs.replace(verdict, **change)
        changed = msgspec.structs.replace(first, exercises=(wrong, *first.exercises[1:]))
        others = [one for one in graded if one is not first]
        (said,) = check_truth(truth, results([changed, *others], {}))
        assert said.startswith(f"{first.student}: {first.topic}.{verdict.name} (")
    (said,) = check_truth(truth, results([one for one in graded if one is not first], {}))
    assert said == f"{first.student}: {first.topic} was not graded"
    extra = msgspec.structs.replace(first, student="nobody")
    assert check_truth(truth, results([*graded, extra], {})) == [f"nobody: {first.topic} is extra"]
    short = msgspec.structs.replace(first, exercises=first.exercises[1:])
    (said,) = check_truth(truth, results([short, *(one for one in graded if one is not first)], {}))
    assert said == f"{first.student}: {first.topic}.{verdict.name} was not graded"


def test_the_same_seed_writes_the_same_class(classroom: Course, tmp_path: Path) -> None:
    first = simulate(classroom.topics, tmp_path / "a", 12, 7)
    again = simulate([Topic(topic.folder) for topic in classroom.topics], tmp_path / "b", 12, 7)
    simulate(classroom.topics, tmp_path / "c", 12, 8)
    assert first == again
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


def test_a_class_is_notebooks_and_scripts_in_equal_parts(classroom: Course, tmp_path: Path) -> None:
    simulate(classroom.topics, tmp_path, 31, 0)
    names = list(files(tmp_path))
    assert all(name.isascii() and len(Path(name).parts) == 2 for name in names)
    assert {Path(name).stem for name in names} == {"averages", "layers"}
    assert Counter(Path(name).suffix for name in names) == {".ipynb": 31, ".py": 31}
    # No topic is handed in as one or the other only.
    assert len({Path(name).name for name in names}) == 4
    for path in tmp_path.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    for path in tmp_path.rglob("*.py"):
        ast.parse(path.read_text())


def test_both_forms_hold_the_same_code(classroom: Course, tmp_path: Path) -> None:
    simulate(classroom.topics[:1], tmp_path / "one", 1, 3)
    (script,) = (tmp_path / "one").rglob("averages.*")
    notebook = tmp_path / "notebook"
    # Another student before the first turns the order of the forms about.
    simulate([classroom.topics[1], classroom.topics[0]], notebook, 2, 3)
    for path in [script, *notebook.rglob("averages.*")]:
        code = "\n".join(cell.text for cell in cells_of(path.read_bytes()))
        assert "def mean(rows):" in code and "class RunningMean:" in code
        assert "# The average of the corners" not in code or path.suffix == ".py"


def test_few_submissions_hang_and_none_twice(classroom: Course, tmp_path: Path) -> None:
    behaviours = simulate(classroom.topics, tmp_path, 400, 1)
    hanging = [
        list(exercises.values()).count("hangs")
        for topics in behaviours.values()
        for exercises in topics.values()
    ]
    assert max(hanging) == 1
    assert 0 < sum(hanging) <= 0.02 * len(hanging)


def test_a_class_looks_like_one(classroom: Course, tmp_path: Path) -> None:
    behaviours = simulate(classroom.topics, tmp_path, 200, 1)
    right = sorted(
        sum(way.startswith(("right", "oracle")) for way in exercises.values())
        for topics in behaviours.values()
        for exercises in [topics["01_averages"]]
    )
    counts = Counter(right)
    assert all(counts[number] >= 5 for number in range(4)), counts
    assert counts[3] == max(counts.values())


def test_refuses_a_folder_that_holds_files(classroom: Course, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(FileExistsError, match="holds files already: name a new one"):
        simulate(classroom.topics, tmp_path, 1, 0)
    assert list(files(tmp_path)) == ["thesis.tex"]


def test_a_topic_without_oracles_says_so(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    (course.topics[0].folder / "oracles.py").unlink()
    with pytest.raises(AuthorError, match="oracles.py cannot be read"):
        simulate(course.topics, tmp_path / "class", 9, 0)


def test_a_solution_without_marks_says_so(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", solution=SOLUTION.replace("### BEGIN SOLUTION", "# begins"))
    with pytest.raises(AuthorError, match="01_averages: no cell of solution.py defines `.+` with its"):
        simulate(course.topics, tmp_path / "class", 30, 0)


def test_a_graft_takes_what_it_needs_and_no_more() -> None:
    text = LAYERS["mistakes"]
    names = [getattr(node, "name", type(node).__name__) for node in needed(ast.parse(text).body, "by_a_loop")]
    assert names == ["ImportFrom", "Import", "ImportFrom", "Assign", "helper", "by_a_loop"]
    cell = graft(text, "by_a_loop", "cumulate")
    assert cell.startswith("from __future__ import annotations\n\n\ndef _answer():\n    import tensorflow")
    assert '    TEXT = """two\nlines"""\n' in cell
    assert cell.endswith("    return by_a_loop\n\n\ncumulate = _answer()")


def test_a_graft_leaks_no_name_and_keeps_what_has_no_name() -> None:
    text = (
        "from .solution import f as right\nlimits = {}\nlimits['a'] = 2\n\n\n"
        "def g(x):\n    return right(x) + limits['a']\n"
    )
    space: dict[str, Any] = {"_right": SimpleNamespace(f=lambda x: 10 * x)}
    exec(graft(text, "g", "f"), space)
    assert space["f"](1) == 12
    assert space.keys() == {"_right", "_answer", "f", "__builtins__"}
