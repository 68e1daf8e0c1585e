"""Run the course's own answers: how keys are recorded.

The solution, the mistakes and the oracles of a topic run as a submission of
their own, in a server that never runs a student's code. Their files are read
here for what they mark, and imported only there.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from grader.authoring.notebook import demonstrations
from grader.client.child import Child
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import AuthorError, Case, Exercise, place_of
from grader.fault import Fault
from grader.grading.key import ExerciseKey, Key, MistakeKey, Response, fingerprint
from grader.grading.phrases import gist
from grader.grading.secret import PUBLIC, case_seeds
from grader.outcome import Outcome

MODULES = ("solution", "mistakes", "oracles")


class Runs(Protocol):
    """Whatever runs a topic's own answers on a case."""

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run the driver of `exercise` with some answers replaced."""


@dataclass(frozen=True)
class Marked:
    """A function or class marked @mistake or @oracle, read without running its file.

    `raises` names the error that a mistake says it raises, if it does.
    """

    module: str
    name: str
    of: str
    sentence: str
    raises: str = ""


def marked(topic: Topic, module: str) -> list[Marked]:
    """Return what `mistakes.py` or `oracles.py` marks, in the order of the file.

    Raises:
        AuthorError: the file is missing, or a mark names no function of its own.
    """
    path = topic.folder / f"{module}.py"
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, SyntaxError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error
    found = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in ("mistake", "oracle"):
                values = dict(zip(("of", "raises"), mark.args, strict=False))
                values |= {str(keyword.arg): keyword.value for keyword in mark.keywords}
                said = {name: one.value for name, one in values.items() if isinstance(one, ast.Constant)}
                if "of" not in said or said.keys() != values.keys():
                    raise AuthorError(
                        f"{path}, line {node.lineno}: mark {node.name} with the name it is an answer to"
                    )
                sentence = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
                of, raises = str(said["of"]), str(said.get("raises", ""))
                found.append(Marked(module, node.name, of, sentence, raises))
    return found


def open_course(server: Server, topic: Topic, more: Sequence[Path] = ()) -> Child:
    """Fork a child that holds the course's own files of `topic`, and `more` files, loaded before them.

    Raises:
        AuthorError: one of the files cannot be read or run.
    """
    return _open(server, topic, [*more, *(topic.folder / f"{module}.py" for module in MODULES)])


def _open(server: Server, topic: Topic, paths: Sequence[Path]) -> Child:
    files: list[int] = []
    try:
        for path in paths:
            files.append(os.open(path, os.O_RDONLY))
        child = server.fork(files, topic.checks.text, [path.stem for path in paths])
    except OSError as error:
        raise AuthorError(f"{error.filename} cannot be read: {error.strerror}") from error
    finally:
        for descriptor in files:
            os.close(descriptor)
    if child.failed or child.problems:
        child.close()
        said = _first_of(child.problems) or (child.failed.text if child.failed else "")
        raise AuthorError(f"{topic.folder} cannot be run: {said}")
    return child


def _first_of(problems: Sequence[Fault]) -> str:
    """Return in one line what was raised first, and where."""
    if not problems:
        return ""
    said, frames = problems[0].text.split("\n")[0], problems[0].frames
    if not frames:
        return said
    inside = f", in {frames[-1].function}" if frames[-1].function else ""
    return f"{said} ({frames[-1].place.said()}{inside})"


def record(
    topics: Sequence[Topic],
    secret: bytes | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> dict[str, Key]:
    """Record the keys of `topics`: public ones, or hidden ones if there is a secret.

    Raises:
        AuthorError: a reference raises, or a mistake names no exercise.
    """
    keys = {}
    with Server() as server:
        for topic in topics:
            progress(topic.id)
            keys[topic.id] = record_topic(server, topic, secret)
    return keys


def record_topic(
    server: Server,
    topic: Topic,
    secret: bytes | None = None,
    only: Sequence[str] = (),
    mistakes: bool = True,
) -> Key:
    """Record one topic's key on a server that runs no student's code.

    Args:
        server: which runs the topic's own answers.
        topic: whose key it is.
        secret: of a hidden key; None for the public one.
        only: the exercises that are wanted, all by default.
        mistakes: whether they are recorded, which takes most of the time.

    Raises:
        AuthorError: the reference raises, a mistake names no exercise, or a file changes meanwhile.
    """
    before = fingerprint(topic)
    marks = marked(topic, "mistakes") if mistakes else []
    exercises = _record_exercises(server, topic, PUBLIC if secret is None else secret, only, marks)
    if fingerprint(topic) != before:
        raise AuthorError(f"a file of {topic.id} was changed while its key was recorded: record it again")
    return Key(topic.id, secret is not None, before, topic.checks.text, exercises, demonstrations(topic))


def _record_exercises(
    server: Server, topic: Topic, secret: bytes, only: Sequence[str], mistakes: Sequence[Marked]
) -> dict[str, ExerciseKey]:
    known = {name for exercise in topic.checks.exercises.values() for name in exercise.writes}
    for mistake in mistakes:
        if mistake.of not in known:
            raise AuthorError(
                f"{topic.id}: the mistake {mistake.name} is of `{mistake.of}`, which no exercise writes"
            )
    runner = Runner(server, topic)
    try:
        recorded = {}
        for exercise in topic.checks.exercises.values():
            if only and exercise.name not in only:
                continue
            recorded[exercise.name] = record_exercise(runner, topic, exercise, secret, mistakes)
        return recorded
    finally:
        runner.close()


def record_exercise(
    runs: Runs, topic: Topic, exercise: Exercise, secret: bytes, mistakes: Sequence[Marked]
) -> ExerciseKey:
    """Run the reference on the cases of one exercise, and those of the mistakes that are its.

    Args:
        runs: which holds the topic's answers.
        topic: whose exercise it is.
        exercise: whose cases are drawn.
        secret: which seeds them.
        mistakes: of the whole topic, or none.

    Raises:
        AuthorError: the reference raises, or a mistake waits for something.
    """
    cases = tuple(exercise.draw(case_seeds(secret, topic.id, exercise.name)))
    expected = []
    for case in cases:
        outcome = runs.run(exercise, case, {})
        if outcome.status is not None:
            raise AuthorError(_blamed(topic, exercise, case, outcome))
        expected.append(outcome.arrays)
    drawn = list(zip(cases, expected, strict=True))
    of_mistakes = tuple(
        MistakeKey(m.name, m.of, m.sentence, tuple(respond(runs, exercise, m, *one) for one in drawn))
        for m in mistakes
        if m.of in exercise.writes
    )
    return ExerciseKey(exercise.name, cases, tuple(expected), of_mistakes)


def respond(
    runs: Runs, exercise: Exercise, answer: Marked, case: Case, expected: Mapping[str, np.ndarray]
) -> Response:
    """Record what a mistake does on one case, where `expected` are the right outputs.

    Raises:
        AuthorError: it did not end in time, and not because it computed for so long.
    """
    outcome = runs.run(exercise, case, {answer.of: f"{answer.module}:{answer.name}"})
    if outcome.status is None:
        return Response(outcome.arrays)
    if outcome.waited:  # not its own loop ended it: it would lose its name wherever less else is done
        raise AuthorError(
            f"the mistake {answer.name} of {exercise.name} had not finished on “{case.name}” after "
            f"{outcome.seconds:.0f} s, of which it computed {outcome.cpu:.1f}: does it wait for something? "
            "If not, record the key again while the machine does less"
        )
    said = gist(exercise, expected, outcome, {answer.name: answer.of})
    return Response(error=outcome.error or str(outcome.status), said=said)


def _blamed(topic: Topic, exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """Say what ended a run of the reference: a line of the driver, or the reference."""
    for fault in outcome.faults:
        if fault.driver:
            place = place_of(exercise.driver, fault.driver)
            return f"{place}: the driver of {exercise.name}, on “{case.name}”: {fault.text}"
    said = f"{outcome.status} {outcome.error} {outcome.said()}".rstrip()
    return f"{topic.id}: the reference of {exercise.name} on “{case.name}”: {said}"


def run_instead(
    server: Server, topic: Topic, key: Key, text: str, only: Sequence[str]
) -> dict[str, list[Outcome]]:
    """Run a text that was made of a topic's solution in its place, on the cases of a key.

    As in a submission, the process that an exercise's case ends is missing to
    the cases after it, and the next exercise gets a new one.

    Args:
        server: which runs no student's code.
        topic: whose drivers are run.
        key: whose cases they are.
        text: of a script.
        only: the exercises that are wanted.

    Returns:
        What came of each case, by exercise.

    Raises:
        AuthorError: the text cannot be run.
    """
    child: Child | None = None
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="grader-truth-") as folder:
        path = Path(folder) / "solution.py"
        path.write_text(text, encoding="utf-8")
        try:
            for name in only:
                if child is None or not child.alive:
                    child = _open(server, topic, [path])
                outcomes: list[Outcome] = []
                seconds = topic.checks.exercises[name].seconds
                for case in key.exercises[name].cases:
                    alive = child.alive
                    outcomes.append(child.run(name, case.inputs, seconds) if alive else outcomes[-1])
                found[name] = outcomes
        finally:
            if child is not None:
                child.close()
    return found


class Runner:
    """Runs a topic's own answers on cases, in a child that is replaced when it dies."""

    def __init__(self, server: Server, topic: Topic, more: Sequence[Path] = ()) -> None:
        self.server, self.topic, self.more = server, topic, more
        self.child = open_course(server, topic, more)

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run the driver of `exercise` with some answers replaced."""
        if not self.child.alive:
            self.child = open_course(self.server, self.topic, self.more)
        return self.child.run(exercise.name, case.inputs, exercise.seconds, answers)

    def close(self) -> None:
        """End the child."""
        self.child.close()
