"""Mutants against the checks: which are killed, and by which case."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.audit.bench import Bench
from grader.audit.distance import distance
from grader.audit.findings import Fate, MutantFound
from grader.audit.mutation import Mutant
from grader.exercise import Case, Exercise
from grader.grading.judge import judge

SLOWEST = 20.0  # times the reference's own time; a mutant that takes longer counts as endless
LEAST_SECONDS = 1.0
STRETCH = 1000.0  # times the inputs, where one asks how large results may become
NEAR = 10.0  # times the tolerance; a mutant that is rejected by less is measured on every case


@dataclass(frozen=True)
class Rejection:
    """A case that rejects a mutant: its place, what it says, and by how much it rejects."""

    place: int
    how: str
    distance: float


def patience(bench: Bench, exercise: Exercise) -> Exercise:
    """Return the exercise with the time limit that mutants get."""
    started = time.monotonic()
    for case in bench.keys[False].exercises[exercise.name].cases:
        bench.run(exercise, case, {})
    limit = max(LEAST_SECONDS, SLOWEST * (time.monotonic() - started))
    return replace(exercise, seconds=min(exercise.seconds, limit))


def fates(
    bench: Bench,
    mutants: Sequence[tuple[int, Mutant]],
    reasons: Mapping[tuple[str, str], str],
    deadline: float = float("inf"),
) -> Iterator[MutantFound]:
    """Run mutants of one name that students write; yield what became of each.

    Args:
        bench: which holds the mutants.
        mutants: with their numbers on the bench.
        reasons: why some are equivalent.
        deadline: on the monotonic clock; what comes after it is not run.
    """
    checks, recorded = bench.topic.checks, bench.keys[False].exercises
    exercises = [
        patience(bench, checks.exercises[name])
        for name in recorded
        if mutants and mutants[0][1].of in checks.exercises[name].writes
    ]
    for number, mutant in mutants:
        if time.monotonic() > deadline:
            yield MutantFound(mutant.of, mutant.name, mutant.line, Fate.NOT_RUN, diff=mutant.diff)
        else:
            yield fate(bench, exercises, number, mutant, reasons.get((mutant.of, mutant.name), ""))


def fate(
    bench: Bench, exercises: Sequence[Exercise], number: int, mutant: Mutant, reason: str
) -> MutantFound:
    """Run one mutant against all exercises that its name is written for."""
    accepted_on: set[str] = set()
    for exercise in exercises:
        answers = answers_of(exercise, number)
        public = rejection(bench, exercise, answers, False)
        hidden = rejection(bench, exercise, answers, True, public.place if public else 0)
        accepted_on |= {"public"} if public is None else set()
        accepted_on |= {"hidden"} if hidden is None else set()
        if public and hidden:
            case = bench.keys[False].exercises[exercise.name].cases[public.place].name
            return MutantFound(
                mutant.of, mutant.name, mutant.line, Fate.KILLED, case, public.how,
                float("inf") if mutant.near else min(public.distance, hidden.distance), mutant.diff, reason,
            )  # fmt: skip
    if mutant.of_results and not reason and not any(differs(bench, one, number) for one in exercises):
        reason = f"Makes no difference to any result, not even with inputs {STRETCH:g} times as large."
    which = " and ".join(sorted(accepted_on, reverse=True))
    status = Fate.EQUIVALENT if reason else Fate.SURVIVED
    return MutantFound(
        mutant.of, mutant.name, mutant.line, status,
        how=f"on {which} seeds", diff=mutant.diff, reason=reason, remedy=mutant.remedy,
    )  # fmt: skip


def differs(bench: Bench, exercise: Exercise, number: int) -> bool:
    """Tell whether a mutant returns anything else than the reference on larger inputs than the key's."""
    answers = answers_of(exercise, number)
    for case in bench.key(exercise, False).cases:
        for scalars in (False, True):
            larger = stretched(case, scalars)
            right, wrong = bench.run(exercise, larger, {}), bench.run(exercise, larger, answers)
            if right.status is None and (wrong.status or distance(right.arrays, wrong.arrays)):
                return True
    return False


def stretched(case: Case, scalars: bool) -> Case:
    """Return a case with its floating-point arrays a thousand times as large; with its `scalars`, too."""

    def stretch(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value * STRETCH if value.dtype.kind == "f" else value
        if isinstance(value, float):
            return value * STRETCH if scalars else value
        if isinstance(value, dict):
            return {key: stretch(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(stretch, value))
        return value

    return replace(case, inputs=stretch(case.inputs))


def answers_of(exercise: Exercise, number: int) -> dict[str, str]:
    """Return what has every answer of an exercise from the mutant with a number on the bench."""
    return {name: f"mutated:m{number}__{name}" for name in exercise.writes}


def rejection(
    bench: Bench, exercise: Exercise, answers: Mapping[str, str], hidden: bool, first: int = 0
) -> Rejection | None:
    """Return the first case that rejects an answer, tried from `first` on; None if all accept it.

    An answer that is rejected narrowly is run on all cases to find the greatest
    distance, because a tolerance has to reject it on that case.
    """
    key = bench.keys[hidden].exercises[exercise.name]
    places = [first, *(place for place in range(len(key.cases)) if place != first)]
    nearest: Rejection | None = None
    for place in places:
        outcome = bench.run(exercise, key.cases[place], answers)
        if outcome.status is not None:
            return Rejection(place, str(outcome.status), float("inf"))
        finding = judge(exercise, key.cases[place], key.expected[place], outcome)
        if finding is None:
            continue
        far = float("inf")
        if exercise.judge_function is None:
            far = distance(key.expected[place], outcome.arrays)
        if far > NEAR * exercise.tolerance:
            return Rejection(place, finding.kind, far)
        if nearest is None or far > nearest.distance:
            nearest = Rejection(place, finding.kind, far)
    return nearest
