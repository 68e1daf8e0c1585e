"""Judged exercises: how often the reference passes, whatever the seeds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.audit.bench import Bench
from grader.audit.findings import TrainingFound
from grader.exercise import Exercise
from grader.grading.judge import judge
from grader.grading.key import ExerciseKey
from grader.grading.secret import case_seeds
from grader.outcome import Outcome

RUNS = 20
STEPS = 20


def training(bench: Bench, exercise: Exercise, runs: int = RUNS) -> TrainingFound | None:
    """Run the reference on other data and with other random numbers; None where no judge decides.

    The judge compares with what the reference returns on the same data with
    the random numbers that keys are recorded with.
    """
    if exercise.judge_function is None:
        return None
    passed = 0
    for run in range(runs):
        cases = exercise.draw(case_seeds(f"audit {run}".encode(), bench.topic.id, exercise.name))
        other = {name: f"forms:seed{run + 1}__{name}" for name in exercise.writes}
        for case in cases:
            expected, found = bench.run(exercise, case, {}), bench.run(exercise, case, other)
            if expected.status or found.status or judge(exercise, case, expected.arrays, found):
                break
        else:
            passed += 1
    share = threshold(exercise, bench.key(exercise, False))
    return TrainingFound(passed, runs, *interval(passed, runs), share)


def interval(passed: int, runs: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a pass rate, by Wilson's method."""
    from scipy.stats import binomtest  # takes longer to import than the rest of the package

    bounds = binomtest(passed, runs).proportion_ci(confidence_level=0.95, method="wilson")
    return float(bounds.low), float(bounds.high)


def threshold(exercise: Exercise, key: ExerciseKey) -> float | None:
    """Return how much of a right answer may be a mistake's before the judge says no.

    Values of the reference's arrays are replaced, at the same places every
    time, by those of a mistake; the least share over all mistakes that any
    case rejects, None where no mistake returns arrays of the same shapes.
    """
    shares = [_share(exercise, key, place) for place in range(len(key.mistakes))]
    return min((share for share in shares if share is not None), default=None)


def _share(exercise: Exercise, key: ExerciseKey, place: int) -> float | None:
    responses = key.mistakes[place].responses
    if any(
        response.error or _shapes(response.arrays) != _shapes(expected)
        for expected, response in zip(key.expected, responses, strict=True)
    ):
        return None
    for step in range(1, STEPS + 1):
        for case, expected, response in zip(key.cases, key.expected, responses, strict=True):
            mixed = {n: mix(expected[n], response.arrays[n], step / STEPS) for n in expected}
            if judge(exercise, case, expected, Outcome(None, mixed)):
                return (step - 1) / STEPS
    return None


def _shapes(arrays: Mapping[str, np.ndarray]) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def mix(right: np.ndarray, wrong: np.ndarray, share: float) -> np.ndarray:
    """Return `right` with a share of its values taken from `wrong`."""
    chosen = np.random.default_rng(0).permutation(right.size) < share * right.size
    return np.where(chosen.reshape(right.shape), wrong, right)


def problems_of(found: TrainingFound) -> list[str]:
    """Say when a right answer can fail by bad luck."""
    if found.passed == found.runs:
        return []
    return [
        f"the reference passes on {found.passed} of {found.runs} seeds only (95 %: {found.low:.0%} to "
        f"{found.high:.0%}): train longer, or ask for less"
    ]
