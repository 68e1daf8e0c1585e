"""A small exercise, its key, and outcomes to be judged by it."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.exercise import Case, Exercise
from grader.grading import judge
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.outcome import Outcome
from grader.verdict import Verdict

rng = np.random.default_rng(5)
X, EXPECTED = rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 2, 4))
WEIGHTS = (1.0, 2.0, 1.0)


def exercise(**changes: Any) -> Exercise:
    return Exercise("f", 12.0, "Why?", lambda answer: {}, ("f",), **changes)


def key_of(
    expected: np.ndarray = EXPECTED, mistakes: tuple[MistakeKey, ...] = (), weights: Any = WEIGHTS
) -> ExerciseKey:
    cases = tuple(
        Case(name, {"x": x, "depth": 3, "rate": 0.125}, weight)
        for name, x, weight in zip(("one", "two", "three"), X, weights, strict=True)
    )
    return ExerciseKey("f", cases, tuple({"y": y} for y in expected), mistakes)


def mistake(name: str, *values: Any) -> MistakeKey:
    """A mistake by what it returns on each case: an array, or an error by its type and what it says."""
    responses = (Response({}, *v) if isinstance(v, tuple) else Response({"y": v}) for v in values)
    return MistakeKey(name, "f", f"{name} it is.", tuple(responses))


def returned(*values: np.ndarray) -> list[Outcome]:
    return [Outcome(None, {"y": np.asarray(value)}, seconds=0.25) for value in values]


def judged(
    outcomes: list[Outcome], key: ExerciseKey | None = None, hidden: bool = False, **changes: Any
) -> Verdict:
    return judge.verdict(exercise(**changes), key or key_of(), outcomes, hidden)
