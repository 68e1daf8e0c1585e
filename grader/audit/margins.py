"""Tolerances: ten times what right answers need, and a tenth of what wrong ones would."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.audit.distance import distance
from grader.audit.findings import Fate, FormFound, MarginFound, MutantFound
from grader.exercise import Exercise
from grader.grading.key import ExerciseKey

FACTOR = 10.0
LEAST = 1e-16  # the rounding error that is assumed where none was measured


def margin(
    exercise: Exercise,
    keys: Sequence[ExerciseKey],
    forms: Sequence[FormFound],
    mutants: Sequence[MutantFound],
) -> MarginFound | None:
    """Place a tolerance between right and wrong answers; None where a judge decides."""
    if exercise.judge_function is not None:
        return None
    right = [(one.distance, one.form) for one in forms if one.passed is not None and one.distance < math.inf]
    wrong = [(one.distance, one.name) for one in mutants if one.fate is Fate.KILLED]
    named = keys[0].mistakes
    wrong += [(of_mistake(keys, place), mistake.name) for place, mistake in enumerate(named)]
    spread, widest = max(right, default=(0.0, ""))
    nearest, closest = min(wrong, default=(math.inf, ""))
    tolerance = exercise.tolerance
    proposed = None
    if not is_wide(spread, tolerance) or not is_wide(tolerance, nearest):
        proposed = between(max(spread, LEAST), nearest)
    return MarginFound(tolerance, spread, widest, nearest, closest, proposed)


def of_mistake(keys: Sequence[ExerciseKey], place: int) -> float:
    """Return the tolerance at which a mistake would pass, on public or on hidden seeds."""
    return min(
        max(
            math.inf if response.error else distance(expected, response.arrays)
            for expected, response in zip(key.expected, key.mistakes[place].responses, strict=True)
        )
        for key in keys
    )


def is_wide(less: float, more: float) -> bool:
    """Tell whether there is a factor of ten between two tolerances."""
    return more >= FACTOR * less


def between(spread: float, nearest: float) -> float | None:
    """Propose a tolerance in the middle, a round one if it will do, or nothing if there is no room."""
    if nearest < FACTOR**2 * spread:
        return None
    middle = math.sqrt(spread * nearest) if nearest < math.inf else spread * FACTOR**2
    power = 10.0 ** math.floor(math.log10(middle))
    near = sorted((step * power for step in (1, 2, 5, 10)), key=lambda one: abs(math.log(one / middle)))
    good = (one for one in near if is_wide(spread, one) and is_wide(one, nearest))
    return next(good, float(f"{middle:.1e}"))


def problems_of(found: MarginFound) -> list[str]:
    """Say which margin is too small, and which tolerance would widen it."""
    problems = []
    if not is_wide(found.spread, found.tolerance):
        problems.append(
            f"the tolerance, {found.tolerance:.0e}, is less than ten times what a right answer needs: "
            f"{found.spread:.1e} ({found.widest})"
        )
    if not is_wide(found.tolerance, found.nearest):
        problems.append(
            f"the tolerance, {found.tolerance:.0e}, is more than a tenth of what a wrong answer would need: "
            f"{found.nearest:.1e} ({found.wrong})"
        )
    if problems and found.proposed is not None:
        problems[-1] += f"; {found.proposed:.1e} would do for both"
    elif problems:
        problems[-1] += "; no tolerance does for both: add a case on which the wrong answer is further off"
    return problems
