"""A class with known grades: demonstration, load and correctness test in one.

Each simulated answer is the reference, an oracle, a listed mistake, or fails in
a way that scores nothing. A submission is the solution's text, followed by
cells that define some of its names anew; nothing is run here.
"""

from __future__ import annotations

import ast
import errno
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from grader.course import Topic
from grader.exercise import Exercise
from grader.graft import graft
from grader.recording import Marked, marked
from grader.verdict import Results, Status

Outcomes = Mapping[str, Mapping[str, tuple[Status, float]]]

HANGS = 0.02  # share of submissions with an endless loop: each costs its time limit
FIRST = "ada alan barbara claude dorothy edsger emmy grace hedy john karen kathleen lotfi mary niklaus".split()
LAST = "bellman curie euler franklin gauss hamilton hopper lovelace noether ramanujan shannon turing".split()
SNAPSHOT = """\
import types

_right = types.SimpleNamespace(**globals())"""
FAILS = {
    "raises": ("def {name}(*args, **kwargs):\n    raise ZeroDivisionError('division by zero')\n", Status.RAISED),
    "hangs": ("def {name}(*args, **kwargs):\n    while True:\n        pass\n", Status.TIMED_OUT),
}
SPOILED = ("nan", "wrong_shape")
SPOIL = """\
def _spoiled(spoil, right):
    # Answers as `right` does, with every array in it spoiled.
    import numpy as np
    import tensorflow as tf

    def nan(value):
        if isinstance(value, tf.Tensor):
            return tf.cast(value, value.dtype if value.dtype.is_floating else tf.float32) * float("nan")
        return np.asarray(value, float) * np.nan

    def wrong_shape(value):
        if isinstance(value, tf.Tensor):
            return tf.stack([value, ~value if value.dtype == tf.bool else value + 1])
        value = np.asarray(value)
        return np.stack([value, ~value if value.dtype == bool else value + 1])

    def change(value):
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)) and any(hasattr(item, "shape") for item in value):
            return type(value)(*map(change, value)) if hasattr(value, "_fields") else type(value)(map(change, value))
        if value is None or isinstance(value, str):
            return value
        return {"nan": nan, "wrong_shape": wrong_shape}[spoil](value)

    return lambda *args, **kwargs: change(right(*args, **kwargs))"""


class Expected(msgspec.Struct, frozen=True):
    """What must become of one exercise.

    `statuses` are those that are right: an answer whose arrays are spoiled may
    break the driver that uses them. `score` is None where it is not known, and
    `mistake` holds only where `named` says so: spoiled arrays may well be those
    of a mistake.
    """

    behaviour: str
    statuses: tuple[Status, ...]
    score: float | None
    mistake: str | None = None
    named: bool = True


class Truth(msgspec.Struct, frozen=True):
    """What must become of a class: by student, topic's id and exercise."""

    seed: int
    students: dict[str, dict[str, dict[str, Expected]]]


@dataclass
class Deck:
    """Deals one topic's behaviours, so that every mistake and oracle has its turn."""

    topic: Topic
    rng: random.Random
    outcomes: Mapping[str, tuple[Status, float]] | None
    waiting: dict[tuple[str, str], list[Marked]] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """Return the solution's text."""
        return (self.topic.folder / "solution.py").read_text(encoding="utf-8")

    @cached_property
    def answers(self) -> dict[str, list[Marked]]:
        """Return what the mistakes' and oracles' files mark."""
        return {module: marked(self.topic, module) for module in ("mistakes", "oracles")}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the text of the mistakes' and oracles' files."""
        return {
            module: (self.topic.folder / f"{module}.py").read_text(encoding="utf-8") for module in self.answers
        }

    @cached_property
    def definitions(self) -> dict[str, ast.FunctionDef | ast.ClassDef]:
        """Return what the solution defines, by name."""
        body = ast.parse(self.text).body
        return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    @cached_property
    def used(self) -> set[str]:
        """Return the names that the solution's definitions use: to rebind one would change the others."""
        names = (node for definition in self.definitions.values() for node in ast.walk(definition))
        return {node.id for node in names if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}

    def behaviour(self, exercise: Exercise, ability: float, may_hang: bool) -> str:
        """Draw what one student does with one exercise."""
        if any(name in self.used for name in exercise.writes):
            return "right"
        if may_hang:
            return "hangs"
        if self.rng.random() < ability:
            return self._next("oracles", exercise) if self.rng.random() < 0.15 else "right"
        ways, weights = ["mistake", "stub", "raises", "wrong_shape", "nan"], [60, 18, 10, 6, 6]
        match self.rng.choices(ways, weights)[0]:
            case "mistake":
                return self._next("mistakes", exercise)
            case "wrong_shape" | "nan" if self._has_class(exercise):
                return "raises"
            case way:
                return way

    def expected(self, exercise: Exercise, behaviour: str) -> Expected:
        """Return what must become of a behaviour."""
        kind, _, name = behaviour.partition(":")
        if kind in ("right", "oracle"):
            return Expected(behaviour, (Status.PASSED,), exercise.points)
        if kind == "stub":
            return Expected(behaviour, (Status.MISSING,), 0.0)
        if kind in SPOILED:
            return Expected(behaviour, (Status.WRONG, Status.RAISED), 0.0, named=False)
        if kind in FAILS:
            return Expected(behaviour, (FAILS[kind][1],), 0.0)
        if self.outcomes is None:
            return Expected(behaviour, (Status.WRONG, Status.RAISED), None, name)
        status, score = self.outcomes[name]
        return Expected(behaviour, (status,), score, name)

    def cells(self, behaviours: Mapping[Exercise, str]) -> Iterator[str]:
        """Return the cells that follow the solution's to make it behave so."""
        changed = {exercise: way for exercise, way in behaviours.items() if way != "right"}
        if any(way in SPOILED or ":" in way for way in changed.values()):
            yield SNAPSHOT
        if any(way in SPOILED for way in changed.values()):
            yield SPOIL
        for exercise, behaviour in changed.items():
            kind, _, name = behaviour.partition(":")
            if kind in ("mistake", "oracle"):
                module = f"{kind}s"
                (answer,) = (one for one in self.answers[module] if one.name == name)
                yield graft(self.texts[module], name, answer.of, "_right")
                continue
            for written in exercise.writes:
                if kind == "stub":
                    yield self._stub(written)
                elif kind in SPOILED:
                    yield f"{written} = _spoiled({kind!r}, _right.{written})"
                else:
                    yield FAILS[kind][0].format(name=written)

    def _next(self, module: str, exercise: Exercise) -> str:
        """Deal the next mistake or oracle of an exercise, in a shuffled order."""
        waiting = self.waiting.setdefault((module, exercise.name), [])
        if not waiting:
            waiting += [one for one in self.answers[module] if one.of in exercise.writes]
            self.rng.shuffle(waiting)
        if not waiting:
            return "right" if module == "oracles" else "stub"
        return f"{module[:-1]}:{waiting.pop().name}"

    def _has_class(self, exercise: Exercise) -> bool:
        return any(isinstance(self.definitions.get(name), ast.ClassDef) for name in exercise.writes)

    def _stub(self, name: str) -> str:
        """Return what the assignment gives: the definition without its solution, as nbgrader leaves it."""
        from grader.notebook import REGION

        node = self.definitions[name]
        first = min(node.lineno, *(mark.lineno for mark in node.decorator_list or [node]))
        lines = self.text.splitlines()[first - 1 : node.end_lineno]
        return REGION.sub(_not_implemented, "\n".join(lines + ["    ### END SOLUTION"]) + "\n")


def simulate(
    topics: Sequence[Topic], folder: Path, students: int, seed: int, outcomes: Outcomes | None = None
) -> None:
    """Write a class to `folder`: STUDENT/TOPIC.ipynb or .py, and what must become of it, `truth.json`.

    The same arguments give the same bytes.

    Args:
        outcomes: the status and score that each mistake gets, by topic's id and
            mistake's name; without them the mistakes' scores are left open.

    Raises:
        AuthorError: a topic's files cannot be read.
        OSError: the folder holds files already, or cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(errno.EEXIST, "the folder holds files already: name a new one", str(folder))
    rng = random.Random(seed)
    decks = [Deck(topic, rng, None if outcomes is None else outcomes[topic.id]) for topic in topics]
    notebooks = [_notebook_cells(deck.text) for deck in decks]
    truth = Truth(seed, {})
    count = 0
    for number in range(students):
        student = f"{rng.choice(FIRST)}.{rng.choice(LAST)}-{number + 1:03}"
        # A few who get nearly all of it, a few who get little, most between.
        talent = rng.betavariate(4, 1.3)
        home = folder / student
        home.mkdir(parents=True)
        graded = truth.students.setdefault(student, {})
        for deck, cells in zip(decks, notebooks, strict=True):
            exercises = list(deck.topic.checks.exercises.values())
            hanging = rng.choice(exercises) if rng.random() < HANGS else None
            behaviours = [(one, deck.behaviour(one, talent, one is hanging)) for one in exercises]
            graded[deck.topic.id] = {one.name: deck.expected(one, way) for one, way in behaviours}
            more = list(deck.cells(behaviours))
            count += 1
            if count % 2:
                text, suffix = _notebook(cells, more), ".ipynb"
            else:
                text, suffix = "\n\n\n".join([deck.text.rstrip(), *(f"# %%\n{cell}" for cell in more)]), ".py"
            (home / f"{deck.topic.name}{suffix}").write_text(text.rstrip() + "\n", encoding="utf-8")
    (folder / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")


def check_truth(truth: Path, results: Results) -> list[str]:
    """Say in words where graded results are not what a simulated class must get.

    Raises:
        OSError: there is no such file.
        msgspec.MsgspecError: it is no truth.
    """
    students = msgspec.json.decode(truth.read_bytes(), type=Truth).students
    wanted = {(student, topic): all_ for student, topics in students.items() for topic, all_ in topics.items()}
    found = {(one.student, one.topic): one for one in results.submissions}
    differences = [f"{student}'s {topic} was not graded" for student, topic in wanted.keys() - found.keys()]
    differences += [f"{student}'s {topic} was never handed in" for student, topic in found.keys() - wanted.keys()]
    for at in sorted(wanted.keys() & found.keys()):
        verdicts = {verdict.name: verdict for verdict in found[at].exercises}
        for name, expected in wanted[at].items():
            what = f"{at[0]}'s {at[1]}.{name} ({expected.behaviour})"
            if name not in verdicts:
                differences.append(f"{what} was not graded")
                continue
            got = verdicts[name]
            if got.status not in expected.statuses:
                differences.append(f"{what}: {got.status}, expected {' or '.join(expected.statuses)}")
            if expected.named and got.mistake != expected.mistake:
                differences.append(f"{what}: recognised as {got.mistake}, expected {expected.mistake}")
            if expected.score is not None and abs(got.score - expected.score) > 1e-6:
                differences.append(f"{what}: {got.score:g} points, expected {expected.score:g}")
        differences += [f"{at[0]}'s {at[1]} has no exercise {name}" for name in verdicts.keys() - wanted[at].keys()]
    return sorted(differences)
