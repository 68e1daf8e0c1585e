"""Outcomes and a key to verdicts: what passed, for how many points, and which known mistake it is.

All that is found out on the way is returned with the verdict, so that nobody
who draws or lists it has to judge again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.exercise import Case, Exercise
from grader.fault import CELL
from grader.grading.compare import Mismatch, compare, equal
from grader.grading.explain import explain
from grader.grading.form import fitted, unfit
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.grading.phrases import gist
from grader.grading.refusals import as_refusal
from grader.grading.returned import digest
from grader.outcome import REFUSALS, Outcome
from grader.verdict import ENDING, CaseVerdict, Status, Verdict, worst


@dataclass(frozen=True)
class Judged:
    """A verdict, and what was found to be wrong on each case: None where it is right or returned nothing."""

    verdict: Verdict
    findings: tuple[Mismatch | None, ...]


def verdict(
    exercise: Exercise, key: ExerciseKey, outcomes: Sequence[Outcome], hidden: bool, secret: bytes = b""
) -> Verdict:
    """Return the verdict alone of `judged`."""
    return judged(exercise, key, outcomes, hidden, secret=secret).verdict


def judged(
    exercise: Exercise,
    key: ExerciseKey,
    outcomes: Sequence[Outcome],
    hidden: bool,
    cell: str = CELL,
    secret: bytes = b"",
) -> Judged:
    """Judge what came of each case of one exercise.

    Args:
        exercise: whose judge or tolerance decides.
        key: what was expected; as many cases as there are outcomes.
        outcomes: in the order of the key's cases.
        hidden: whether the message must keep the key's numbers to itself.
        cell: what the message calls a notebook's cell.
        secret: what a digest of what was returned is keyed with; without it there is none.
    """
    found = findings(exercise, key, outcomes)
    cases = tuple(
        CaseVerdict(case.name, _status(outcome, finding), round(outcome.seconds, 4), outcome.ran)
        for case, outcome, finding in zip(key.cases, outcomes, found, strict=True)
    )
    earned = sum(case.weight for case, v in zip(key.cases, cases, strict=True) if v.status is Status.PASSED)
    score = round(exercise.points * earned / sum(case.weight for case in key.cases), 4)
    statuses = [case.status for case in cases]
    status = worst(statuses)
    if status is Status.PASSED:
        return Judged(Verdict(exercise.name, status, score, exercise.points, None, "", cases), found)
    mistake = recognise(exercise, key, outcomes, found)
    first = next(o for o, one in zip(outcomes, statuses, strict=True) if one is not Status.PASSED)
    verdict = Verdict(
        exercise.name,
        status,
        score,
        exercise.points,
        mistake.name if mistake else None,
        explain(exercise, key, outcomes, found, statuses, mistake, hidden, cell),
        cases,
        first.place,
        mistake.sentence if mistake else "",
        first.unwritten and not earned,
        first.slip and mistake is None,
        returned=digest(exercise, key, outcomes, found, secret) if secret and mistake is None else "",
    )
    return Judged(verdict, found)


def findings(
    exercise: Exercise, key: ExerciseKey, outcomes: Sequence[Outcome]
) -> tuple[Mismatch | None, ...]:
    """Return what is wrong with each case's arrays; None where they are right or nothing was returned."""
    return tuple(
        judge(exercise, case, expected, outcome)
        for case, expected, outcome in zip(key.cases, key.expected, outcomes, strict=True)
    )


def judge(
    exercise: Exercise, case: Case, expected: dict[str, np.ndarray], outcome: Outcome
) -> Mismatch | None:
    """Compare or judge one case's arrays; None if right or if nothing was returned."""
    if outcome.status is not None:
        return None
    return judge_arrays(exercise, case, expected, outcome.arrays)


def judge_arrays(
    exercise: Exercise, case: Case, expected: dict[str, np.ndarray], returned: dict[str, np.ndarray]
) -> Mismatch | None:
    """Compare or judge arrays as `exercise` says."""
    if exercise.judge_function is None:
        found = compare(expected, returned, exercise.tolerance)
        return found and as_refusal(exercise, expected, returned, found)
    found = unfit(expected, returned, exercise.nonfinite)
    if found is not None:
        return found
    try:
        with np.errstate(all="ignore"):
            finding = exercise.judge_function(fitted(expected, returned), expected, case.inputs)
        if finding is None:
            return None
        kind, details = (finding, "") if isinstance(finding, str) else finding
        return Mismatch("", kind, f"{kind}: {details}." if details else f"{kind}.", kind)
    except Exception as error:  # what breaks a judge is no right answer
        text = f"What was returned could not be judged ({type(error).__name__})."
        return Mismatch("", "judge", text, "what was returned could not be judged")


def recognise(
    exercise: Exercise, key: ExerciseKey, outcomes: Sequence[Outcome], findings: Sequence[Mismatch | None]
) -> MistakeKey | None:
    """Return the first mistake that responds as the student's code did, on every case.

    A case on which both raise speaks for the mistake if the errors are of one
    type and the same is said by both. A refusal is made by the driver, which says
    what is wrong. Any other error has many causes, whatever it says: a mistake
    that raises one on every case is never recognised, since no array speaks for it.
    """
    for mistake in key.mistakes:
        if all(one.error and one.error not in REFUSALS for one in mistake.responses):
            continue
        if all(
            _same(exercise, case, expected, response, outcome, finding, {mistake.name: mistake.of})
            for case, expected, response, outcome, finding in zip(
                key.cases, key.expected, mistake.responses, outcomes, findings, strict=True
            )
        ):
            return mistake
    return None


def _same(
    exercise: Exercise,
    case: Case,
    expected: dict[str, np.ndarray],
    response: Response,
    outcome: Outcome,
    finding: Mismatch | None,
    renamed: Mapping[str, str],
) -> bool:
    """Tell whether a mistake's response to a case is what the student's code did."""
    if outcome.status is not None or response.error:
        if outcome.status is not Status.RAISED or outcome.error != response.error:
            return False
        return bool(response.said) and gist(exercise, expected, outcome, renamed) == response.said
    if equal(response.arrays, outcome.arrays, exercise.tolerance):
        return True
    # What is judged by a property has many right answers, all of them alike. Its wrong ones are
    # not: two that lack the same property may lack it for different reasons.
    right = finding is None and exercise.judge_function is not None
    return right and judge_arrays(exercise, case, expected, response.arrays) is None


def outcomes_of(mistake: MistakeKey) -> list[Outcome]:
    """Return what a mistake does on each case, as it comes back in a submission."""
    outcomes: list[Outcome] = []
    for response in mistake.responses:
        if outcomes and outcomes[-1].status in ENDING:
            outcomes.append(outcomes[-1])
        elif response.error in list(Status):
            outcomes.append(Outcome(Status(response.error)))
        else:
            status = Status.RAISED if response.error else None
            outcomes.append(Outcome(status, response.arrays, response.error, response.said))
    return outcomes


def _status(outcome: Outcome, finding: Mismatch | None) -> Status:
    """Return what became of a case; an answer that the driver refuses is wrong."""
    if outcome.refused:
        return Status.WRONG
    if outcome.status is not None:
        return outcome.status
    return Status.PASSED if finding is None else Status.WRONG
