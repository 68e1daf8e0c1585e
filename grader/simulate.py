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
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from grader import graft
from grader.course import Topic
from grader.exercise import AuthorError, Exercise
from grader.recording import Marked, marked
from grader.verdict import Results, Status, Verdict

Outcomes = Mapping[str, Mapping[str, tuple[Status, float]]]

HANGS = 0.01  # share of submissions with an endless loop: each costs its time limit
SPOILED = ("nan", "wrong_shape")
FAILS = {"raises": (Status.RAISED, graft.RAISES), "hangs": (Status.TIMED_OUT, graft.HANGS)}
FIRST = "ada alan barbara claude dorothy edsger emmy grace hedy john karen kathleen lotfi mary".split()
LAST = "bellman curie euler franklin gauss hamilton hopper lovelace noether shannon turing".split()


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
    def notebook(self) -> list[dict[str, Any]]:
        """Return the solution's cells, as they stand in a notebook's JSON."""
        import jupytext

        cells = jupytext.reads(self.text, fmt="py:percent").cells
        return [_cell(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in cells]

    @cached_property
    def stubs(self) -> dict[str, str]:
        """Return the cells of the assignment, without their solutions, by what they define."""
        from grader.notebook import BEGIN, REGION, exercise_name

        cells = [cell["source"] for cell in self.notebook if cell["cell_type"] == "code"]
        return {exercise_name(cell): REGION.sub(_not_implemented, cell) for cell in cells if BEGIN in cell}

    @cached_property
    def answers(self) -> dict[str, list[Marked]]:
        """Return what the mistakes' and oracles' files mark."""
        return {module: marked(self.topic, module) for module in ("mistakes", "oracles")}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the text of the mistakes' and oracles' files."""
        paths = {module: self.topic.folder / f"{module}.py" for module in self.answers}
        return {module: path.read_text(encoding="utf-8") for module, path in paths.items()}

    @cached_property
    def definitions(self) -> dict[str, ast.FunctionDef | ast.ClassDef]:
        """Return what the solution defines, by name."""
        body = ast.parse(self.text).body
        return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    @cached_property
    def used(self) -> set[str]:
        """Return the names that the solution's definitions use: to rebind one would change the others."""
        used = set()
        for definition in self.definitions.values():
            names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
            own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
            own |= {node.arg for node in ast.walk(definition) if isinstance(node, ast.arg)}
            used |= {node.id for node in names} - own
        return used

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
            return Expected(behaviour, (FAILS[kind][0],), 0.0)
        if self.outcomes is None:
            return Expected(behaviour, (Status.WRONG, Status.RAISED), None, name)
        status, score = self.outcomes[name]
        return Expected(behaviour, (status,), score, None if status is Status.PASSED else name)

    def cells(self, behaviours: Sequence[tuple[Exercise, str]]) -> Iterator[str]:
        """Return the cells that follow the solution's to make it behave so.

        Raises:
            AuthorError: the solution does not mark what students write.
        """
        ways = [way for _, way in behaviours]
        if any(way in SPOILED or ":" in way for way in ways):
            yield graft.SNAPSHOT
        if any(way in SPOILED for way in ways):
            yield graft.SPOIL
        for exercise, behaviour in behaviours:
            if behaviour == "right":
                continue
            kind, _, name = behaviour.partition(":")
            if kind in ("mistake", "oracle"):
                module = f"{kind}s"
                (answer,) = (one for one in self.answers[module] if one.name == name)
                yield graft.graft(self.texts[module], name, answer.of)
                continue
            for written in exercise.writes:
                if kind == "stub" and written not in self.stubs:
                    raise AuthorError(
                        f"{self.topic.id}: no cell of solution.py defines `{written}` with its solution "
                        "marked: put “### BEGIN SOLUTION” and “### END SOLUTION” around it"
                    )
                if kind == "stub":
                    yield self.stubs[written]
                elif kind in SPOILED:
                    yield graft.spoiled(written, kind)
                else:
                    yield FAILS[kind][1].format(name=written)

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
    truth = Truth(seed, {})
    for number in range(students):
        student = f"{rng.choice(FIRST)}.{rng.choice(LAST)}-{number + 1:03}"
        # A few who get nearly all of it, a few who get little, most between.
        talent = rng.betavariate(4, 1.3)
        home = folder / student
        home.mkdir(parents=True)
        graded = truth.students.setdefault(student, {})
        for place, deck in enumerate(decks):
            exercises = list(deck.topic.checks.exercises.values())
            hanging = rng.choice(exercises) if rng.random() < HANGS else None
            behaviours = [(one, deck.behaviour(one, talent, one is hanging)) for one in exercises]
            graded[deck.topic.id] = {one.name: deck.expected(one, way) for one, way in behaviours}
            suffix, write = ((".ipynb", _as_notebook), (".py", _as_script))[(number + place) % 2]
            text = write(deck, list(deck.cells(behaviours)))
            (home / f"{deck.topic.name}{suffix}").write_text(text, encoding="utf-8")
    (folder / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")


def check_truth(truth: Path, results: Results) -> list[str]:
    """Say in words where graded results are not what a simulated class must get."""
    try:
        students = msgspec.json.decode(truth.read_bytes(), type=Truth).students
    except (OSError, msgspec.MsgspecError) as error:
        return [f"{truth} cannot be read, so that no grade is known to be right: {error}"]
    wanted = {(student, topic): each for student, all_ in students.items() for topic, each in all_.items()}
    found = {(one.student, one.topic): one for one in results.submissions}
    differences = [f"{student}: {topic} was not graded" for student, topic in wanted.keys() - found.keys()]
    differences += [f"{student}: {topic} is extra" for student, topic in found.keys() - wanted.keys()]
    for student, topic in wanted.keys() & found.keys():
        exercises = wanted[student, topic]
        verdicts = {verdict.name: verdict for verdict in found[student, topic].exercises}
        for name in exercises.keys() | verdicts.keys():
            expected, got = exercises.get(name), verdicts.get(name)
            differences += [f"{student}: {topic}.{name} {said}" for said in _differences(expected, got)]
    return sorted(differences)


def _differences(expected: Expected | None, got: Verdict | None) -> Iterator[str]:
    if expected is None or got is None:
        yield "was not graded" if got is None else "is not an exercise of the class"
        return
    way = f"({expected.behaviour})"
    if got.status not in expected.statuses:
        yield f"{way} is {got.status}, expected {' or '.join(expected.statuses)}"
    if expected.named and got.mistake != expected.mistake:
        yield f"{way} is recognised as {got.mistake}, expected {expected.mistake}"
    if expected.score is not None and abs(got.score - expected.score) > 1e-6:
        yield f"{way} has {got.score:g} points, expected {expected.score:g}"


def _as_script(deck: Deck, more: Sequence[str]) -> str:
    return "\n\n\n".join([deck.text.rstrip(), *(f"# %%\n{cell}" for cell in more)]) + "\n"


def _as_notebook(deck: Deck, more: Sequence[str]) -> str:
    cells = deck.notebook + [_cell("code", cell) for cell in more]
    notebook = {
        "cells": [{"id": f"cell-{place}"} | cell for place, cell in enumerate(cells)],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    made = {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)} if tags else {}}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _not_implemented(region: re.Match[str]) -> str:
    indent = region.group()[: -len(region.group().lstrip())]
    return f"{indent}raise NotImplementedError()"
