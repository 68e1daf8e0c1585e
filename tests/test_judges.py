"""The course's judges, asked what nobody would hand in but who wants to deceive them: none may pass it.

A judge looks for a property, and a comparison with NaN is false. All that is
judged here is made of the public keys; nothing is run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from courses import OURS

from grader import names
from grader.course import Topic
from grader.exercise import Case, Exercise
from grader.grading import key
from grader.grading.judge import judge_arrays

Arrays = dict[str, np.ndarray]
JUDGED = [
    (topic, exercise)
    for topic in OURS.topics
    for exercise in topic.checks.exercises.values()
    if exercise.judge_function is not None
]
HUGE = 1e300


def filled(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what puts a value everywhere, in a dtype that has it."""
    return lambda a: np.full(
        a.shape, value, np.min_scalar_type(value) if float(value).is_integer() else float
    )


def first_only(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return what changes the first value alone."""

    def changed(a: np.ndarray) -> np.ndarray:
        made = a.astype(np.result_type(a, change(a)))
        made.flat[:1] = change(a).flat[:1]
        return made

    return changed


# Refused in each output alone, whether the judge looks at it or not.
UNFIT: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "NaN": lambda a: np.full(a.shape, np.nan),
    "one NaN": first_only(lambda a: np.full(a.shape, np.nan)),
    "infinite": lambda a: np.full(a.shape, np.inf),
    "one that is infinite": first_only(lambda a: np.full(a.shape, -np.inf)),
    "empty": lambda a: np.zeros((0, *a.shape[1:]) if a.ndim else (0,)),
    "an axis more": lambda a: a[None],
    "flattened": lambda a: a.reshape(-1) if a.ndim != 1 else a.reshape(-1, 1),
    "another kind of number": lambda a: a.astype(float) + 0.5 if a.dtype.kind != "f" else a > 0,
}


# Refused where everything is so: what a judge does not look at may be anything.
def moved_by(array: np.ndarray) -> float:
    """Return by how much to move numbers so that none stays where another one was.

    A judge that allows an error may allow 1: floats are moved by more than their size. Truth is not moved.
    """
    if array.dtype.kind == "b" or not array.size:
        return 0
    return 1 + (10 * np.abs(array).max() if array.dtype.kind == "f" else int(np.ptp(array)))


WRONG: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "-1": filled(-1),
    "0": filled(0),
    "1": filled(1),
    "huge": filled(HUGE),
    "the largest integer": filled(np.iinfo(np.int64).max),
    "one value everywhere": lambda a: np.full_like(a, a.flat[0] if a.size else 0),
    "one that is huge": first_only(filled(HUGE)),
    "one that is -1": first_only(filled(-1)),
    "more": lambda a: a + moved_by(a),
    "a million times as many": lambda a: a * 10**6,
}


@functools.cache
def key_of(topic: Topic) -> key.Key:
    """Return a topic's public key; nothing can write to its arrays."""
    return key.load(topic.assignment / names.KEY)


def cases(topic: Topic, exercise: Exercise) -> Iterator[tuple[Case, Arrays]]:
    recorded = key_of(topic).exercises[exercise.name]
    return zip(recorded.cases, recorded.expected, strict=True)


every_judge = pytest.mark.parametrize(
    ("topic", "exercise"), JUDGED, ids=[f"{topic.name}.{exercise.name}" for topic, exercise in JUDGED]
)


@every_judge
@pytest.mark.parametrize("how", UNFIT)
def test_no_judge_is_given_an_output_that_is_unfit(topic: Topic, exercise: Exercise, how: str) -> None:
    for case, expected in cases(topic, exercise):
        assert judge_arrays(exercise, case, expected, expected) is None, case.name
        for name, array in expected.items():
            if name in exercise.nonfinite and how.endswith(("NaN", "infinite")):
                continue
            found = judge_arrays(exercise, case, expected, expected | {name: UNFIT[how](array)})
            assert found is not None and found.output == name, f"{case.name}: {name}"


@every_judge
@pytest.mark.parametrize("how", WRONG)
def test_no_judge_passes_what_holds_no_answer(topic: Topic, exercise: Exercise, how: str) -> None:
    for case, expected in cases(topic, exercise):
        with np.errstate(all="ignore"):
            made = {name: WRONG[how](array) for name, array in expected.items()}
        same = all(np.array_equal(made[name], array) for name, array in expected.items())
        found = judge_arrays(exercise, case, expected, made)
        assert (found is None) is same, case.name
        assert found is None or found.kind != "judge", f"{case.name}: the judge itself broke"
