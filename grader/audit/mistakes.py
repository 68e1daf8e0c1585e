"""Named mistakes: each is rejected, recognised as itself and no other, and raises if it says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.audit.findings import MistakeFound
from grader.exercise import Exercise
from grader.grading.judge import judged, outcomes_of, recognise, verdict
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.verdict import Status


def undeclared(keys: Sequence[ExerciseKey], raises: Mapping[str, str]) -> list[str]:
    """Say which mistakes raise what they are not marked to raise, or not what they are.

    A mistake may be rejected because it raises, where a library refuses what it
    hands over. Then it says so, since a slip of its author's would look the same.

    Args:
        keys: on public and on hidden seeds.
        raises: by mistake, the error that it is marked to raise; "" for none.
    """
    problems = []
    for place, mistake in enumerate(keys[0].mistakes):
        raised: dict[str, str] = {}  # by error, the first case on which it comes
        for key in keys:
            for case, response in zip(key.cases, key.mistakes[place].responses, strict=True):
                if error := _error(response):
                    raised.setdefault(error, case.name)
        meant = raises.get(mistake.name, "")
        if meant and set(raised) != {meant}:
            found = ", ".join(sorted(raised)) or "nothing"
            problems.append(f"the mistake {mistake.name} is marked raises={meant!r}, and raises {found}")
        elif raised and not meant:
            error, where = next(iter(raised.items()))
            problems.append(
                f"the mistake {mistake.name} raises {error} on “{where}”: mend it or, if that is the "
                f"mistake, mark it @mistake(of={mistake.of!r}, raises={error!r})"
            )
    return problems


def _error(response: Response) -> str:
    """Return the error that was raised; "" if there are arrays, or if it ended in another way."""
    if response.error == Status.MISSING:
        return NotImplementedError.__name__
    return "" if response.error in list(Status) else response.error


def problems_of(exercise: Exercise, key: ExerciseKey, hidden: bool) -> list[str]:
    """Say which mistakes pass, are not recognised, or are taken for another."""
    seeds = "hidden" if hidden else "public"
    if not key.mistakes:
        return ["there is no mistake: write one answer, at least, that is wrong in a way that has a name"]
    return [
        f"on {seeds} seeds, the mistake {mistake.name} {problem}"
        for mistake in key.mistakes
        for problem in _problems_of_one(exercise, key, mistake, hidden)
    ]


def _problems_of_one(exercise: Exercise, key: ExerciseKey, mistake: MistakeKey, hidden: bool) -> list[str]:
    outcomes = outcomes_of(mistake)
    found = judged(exercise, key, outcomes, hidden)
    if found.verdict.status is Status.PASSED or found.verdict.score >= exercise.points:
        return ["passes"]
    problems = []
    if not mistake.sentence or found.verdict.mistake != mistake.name:
        problems.append("is not named in what the student reads: give it a sentence")
    others = list(key.mistakes)
    while other := recognise(exercise, replace(key, mistakes=tuple(others)), outcomes, found.findings):
        others.remove(other)
        if other is not mistake:
            problems.append(f"cannot be told from {other.name}: add a case on which they differ")
    return problems


def mistakes(exercise: Exercise, key: ExerciseKey) -> list[MistakeFound]:
    """Return which cases tell each mistake from the reference."""
    found = []
    for mistake in key.mistakes:
        cases = verdict(exercise, key, outcomes_of(mistake), hidden=False).cases
        rejecting = tuple(case.name for case in cases if case.status is not Status.PASSED)
        found.append(MistakeFound(mistake.name, mistake.sentence, rejecting))
    return found


def idle_cases(key: ExerciseKey, found: Sequence[MistakeFound], killers: Sequence[str]) -> list[str]:
    """Return the cases that no mistake needs, and that killed no mutant."""
    needed = {case for mistake in found for case in mistake.rejected_by}
    return [case.name for case in key.cases if case.name not in needed and case.name not in killers]
