"""Record keys: what the references return on their cases, and what each mistake does there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from grader.authoring.marks import Marked, marked
from grader.authoring.notebook import demonstrations
from grader.authoring.running import Runner
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import AuthorError, Case, Exercise, place_of
from grader.grading.key import ExerciseKey, Key, MistakeKey, Response, fingerprint
from grader.grading.phrases import gist
from grader.grading.secret import PUBLIC, case_seeds
from grader.outcome import Outcome


class Runs(Protocol):
    """Whatever runs a topic's own answers on a case."""

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run the driver of `exercise` with some answers replaced."""


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
