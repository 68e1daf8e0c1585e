"""The truth of a simulated class is what each case says, of every way to answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from courses import CHECKS, MISTAKES, make_course

from grader.authoring.recording import record_topic
from grader.authoring.truth import Worked, check_truth, work_out, write_truth
from grader.authoring.ways import Ways
from grader.client.server import Server
from grader.course import Course, Topic
from grader.grading.collect import collect
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.report.data import results
from grader.verdict import Results, Status

ERRORS = {
    "solution": '''\
# %%
import numpy as np


# %%
def rate(kind, step):
    """Of learning."""
    ### BEGIN SOLUTION
    if kind != "linear":
        raise ValueError(kind)
    return 0.1 * step
    ### END SOLUTION


# %%
def root(x):
    """Of numbers that are not negative."""
    ### BEGIN SOLUTION
    if x < 0:
        raise ArithmeticError("negative")
    return np.sqrt(x)
    ### END SOLUTION


# %%
def positive(x):
    """Numbers above 0."""
    ### BEGIN SOLUTION
    return np.abs(x) + 1
    ### END SOLUTION


# %%
def low(x):
    """The least."""
    ### BEGIN SOLUTION
    return np.min(x)
    ### END SOLUTION


# %%
def high(x):
    """The greatest."""
    ### BEGIN SOLUTION
    return np.max(x)
    ### END SOLUTION


# %%
class Count:
    """Counts up to a limit."""

    def __init__(self, limit):
        ### BEGIN SOLUTION
        self.limit, self.count = limit, 0
        ### END SOLUTION

    def next(self):
        ### BEGIN SOLUTION
        if self.count == self.limit:
            raise StopIteration
        self.count += 1
        return self.count
        ### END SOLUTION
''',
    "checks": """\
import numpy as np

from grader.exercise import exercise


@exercise(points=10, hint="How?", arrays="numpy", seconds=1)
def rate(answer, kind):
    try:
        return {"rate": answer.rate(kind, 3)}
    except ValueError:
        if kind == "linear":
            raise
        return {"rate": -1.0}


@rate.cases
def _(rng):
    yield "linear", {"kind": "linear"}
    yield "no such kind", {"kind": "cubic"}


@exercise(points=10, hint="How?", arrays="numpy", seconds=1)
def root(answer, x):
    try:
        answer.root(x)
    except Exception:
        return {"refused": True}
    return {"refused": False}


@root.cases
def _(rng):
    yield "four", {"x": 4.0}
    yield "below zero", {"x": -4.0}


@exercise(points=10, hint="How?", arrays="numpy", seconds=1, nonfinite=["numbers"])
def positive(answer, x):
    return {"numbers": answer.positive(x)}


@positive.cases
def _(rng):
    yield "three", {"x": rng.normal(size=3)}


@positive.judge
def _(returned, expected, inputs):
    return "not all numbers are above 0" if np.any(returned["numbers"] <= 0) else None


@exercise(points=12, hint="How?", writes=["low", "high"], arrays="numpy", seconds=1)
def span(answer, x, ends):
    return {end: getattr(answer, end)(x) for end in ends} | {"length": len(x)}


@span.cases
def _(rng):
    yield "neither end", {"x": rng.normal(size=3), "ends": []}
    yield "the upper end", {"x": rng.normal(size=3), "ends": ["high"]}
    yield "neither, again", {"x": rng.normal(size=5), "ends": []}


@exercise(points=10, hint="How?", writes=["Count"], arrays="numpy", seconds=1)
def count(answer, limit):
    try:
        counter = answer.Count(limit)
        return {"counts": [counter.next() for _ in range(2)]}
    except Exception:
        return {"counts": [0, 0]}


@count.cases
def _(rng):
    yield "enough", {"limit": 2}
    yield "too few", {"limit": 1}
""",
    "mistakes": "# None is listed.",
    "oracles": "# There is no other way.",
}
WRONG, RAISED, PASSED, TIMED_OUT = Status.WRONG, Status.RAISED, Status.PASSED, Status.TIMED_OUT
DUE = {
    "rate": {
        "stub": (Status.MISSING, 0),
        "raises": (RAISED, 0),
        "nan": (WRONG, 5),
        "wrong_shape": (WRONG, 5),
        "hangs": (TIMED_OUT, 0),
    },
    "root": {
        "stub": (WRONG, 5),
        "raises": (WRONG, 5),
        "nan": (PASSED, 10),
        "wrong_shape": (PASSED, 10),
        "hangs": (TIMED_OUT, 0),
    },
    "positive": {
        "stub": (Status.MISSING, 0),
        "raises": (RAISED, 0),
        "nan": (PASSED, 10),
        "wrong_shape": (WRONG, 0),
        "hangs": (TIMED_OUT, 0),
    },
    # What ends the process ends it for the cases after it, too.
    "span": {
        "stub": (Status.MISSING, 8),
        "raises": (RAISED, 8),
        "nan": (WRONG, 8),
        "wrong_shape": (WRONG, 8),
        "hangs": (TIMED_OUT, 4),
    },
    "count": {"stub": (WRONG, 5), "raises": (WRONG, 5), "hangs": (TIMED_OUT, 0)},
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A topic with cases where an error is right, or the answer is not called."""
    return make_course(tmp_path_factory.mktemp("errors"), "02_errors", **ERRORS)


def differences(topic: Topic, key: Key, worked: Worked, folder: Path) -> list[str]:
    """Hand in every way to answer each exercise, grade it, and compare."""
    ways, exercises = Ways(topic), topic.checks.exercises
    done = {
        f"{name}-{way.replace(':', '-')}": {topic.id: dict.fromkeys(exercises, "right") | {name: way}}
        for name, known in worked.items()
        for way in known
    }
    for number, (student, topics) in enumerate(done.items()):
        (folder / student).mkdir(parents=True)
        behaviours = [(exercises[name], way) for name, way in topics[topic.id].items()]
        suffix, written = ((".ipynb", ways.notebook), (".py", ways.script))[number % 2]
        (folder / student / f"{topic.name}{suffix}").write_text(written(behaviours))
    write_truth(folder / "truth.json", 0, done, {topic.id: worked})
    with Grader({topic.id: Rules(key)}, 2) as grader:
        works = collect([folder], grader.rules, grader.open_archive).works
        graded = [one for one, _ in grader.grade_all(works)]
    assert len(graded) == len(done)
    return check_truth(folder / "truth.json", results(graded, {}))


def test_an_error_may_be_right(errors: Course, recorder: Server, tmp_path: Path) -> None:
    (topic,) = errors.topics
    key = record_topic(recorder, topic, b"hidden")
    worked = work_out(recorder, topic, key)
    assert {
        name: {way: (one.status, one.score) for way, one in known.items() if way != "right"}
        for name, known in worked.items()
    } == DUE
    assert differences(topic, key, worked, tmp_path / "class") == []


def test_every_mistake_gets_what_its_cases_say(recorder: Server, tmp_path: Path) -> None:
    mistakes = f'''{MISTAKES}

@mistake(of="mean")
def right_after_all(rows):
    """nothing is wrong."""
    return right.mean(rows)


@mistake(of="mean")
def unfinished(rows):
    """one row is not thought of."""
    if len(rows) == 1:
        raise NotImplementedError
    return right.mean(rows)


@mistake(of="mean")
def endless(rows):
    """one row is waited for."""
    while len(rows) == 1:
        pass
    return right.mean(rows)
'''
    checks = CHECKS.replace("points=", "seconds=1, points=")
    (topic,) = make_course(tmp_path, checks=checks, mistakes=mistakes).topics
    key = record_topic(recorder, topic)
    worked = work_out(recorder, topic, key)
    means = {
        way.removeprefix("mistake:"): (one.status, one.score, one.mistake)
        for way, one in worked["mean"].items()
    }
    assert means["total"] == (WRONG, 10, "total")
    assert means["right_after_all"] == (PASSED, 30, None)
    assert means["unfinished"] == (RAISED, 20, "unfinished")
    assert means["endless"] == (TIMED_OUT, 10, None)
    assert differences(topic, key, worked, tmp_path / "class") == []


def test_the_same_arguments_give_the_same_bytes(errors: Course, recorder: Server, tmp_path: Path) -> None:
    (topic,) = errors.topics
    key = record_topic(recorder, topic)
    done = {"ada": {topic.id: dict.fromkeys(topic.checks.exercises, "raises")}}
    for name in "ab":
        write_truth(tmp_path / name, 1, done, {topic.id: work_out(recorder, topic, key)})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    said = json.loads((tmp_path / "a").read_text())["students"]["ada"][topic.id]["root"]
    assert said == {"behaviour": "raises", "status": "wrong", "score": 5, "mistake": None}


@pytest.mark.parametrize("content", ["", "{}", '{"seed": 1, "students": {"ada": 1}}', None])
def test_a_truth_that_cannot_be_read_is_a_difference(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "truth.json"
    if content is not None:
        path.write_text(content)
    (said,) = check_truth(path, Results((), {}))
    assert said.startswith(f"{path} cannot be read, so that no grade is known to be right")
