"""Outcomes and a key to verdicts, with a message for the student.

A message says on which case, what differs, and, if the answers are those of a
known mistake on every case, which idea was missed. On hidden cases it names the
case and the diagnosis, and shows no number of the key.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise
from grader.grading.compare import Mismatch, compare, equal
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.outcome import UNDEFINED, Outcome
from grader.verdict import UNWRITTEN, CaseVerdict, Status, Verdict, worst

PLACES = re.compile(r"\n  (?:cell \d{1,4}, )?line \d{1,5}(?=, in |\n)")
# What may be named on hidden cases: Python's and TensorFlow's own.
ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type)} | {
    "AxisError", "ForbiddenOp", "InvalidArgumentError", "LinAlgError", "WrongStructure"
}  # fmt: skip
ENDING = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)  # of the process
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def verdict(exercise: Exercise, key: ExerciseKey, outcomes: Sequence[Outcome], hidden: bool) -> Verdict:
    """Judge what came of each case of one exercise.

    Args:
        exercise: whose judge or tolerance decides.
        key: what was expected; as many cases as there are outcomes.
        outcomes: in the order of the key's cases.
        hidden: whether the message must keep the key's numbers to itself.
    """
    findings = [
        judge(exercise, case, expected, outcome)
        for case, expected, outcome in zip(key.cases, key.expected, outcomes, strict=True)
    ]
    cases = tuple(
        CaseVerdict(case.name, _status(outcome, finding), round(outcome.seconds, 4))
        for case, outcome, finding in zip(key.cases, outcomes, findings, strict=True)
    )
    earned = sum(case.weight for case, v in zip(key.cases, cases, strict=True) if v.status is Status.PASSED)
    score = round(exercise.points * earned / sum(case.weight for case in key.cases), 4)
    status = worst([case.status for case in cases])
    mistake = None
    message = ""
    if status is not Status.PASSED:
        mistake = recognise(exercise, key, outcomes, findings)
        message = explain(exercise, key, outcomes, findings, mistake, hidden)
    return Verdict(
        exercise.name, status, score, exercise.points, mistake.name if mistake else None, message, cases
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
        return compare(expected, returned, exercise.tolerance)
    # A judge may rely on the names and shapes; what breaks it is no right answer.
    shapes = {name: np.zeros(array.shape, bool) for name, array in expected.items()}
    form = compare(shapes, {name: np.zeros(array.shape, bool) for name, array in returned.items()}, 0.0)
    if form is not None:
        return form
    try:
        with np.errstate(all="ignore"):
            finding = exercise.judge_function(returned, expected, case.inputs)
    except Exception as error:
        text = f"What was returned could not be judged ({type(error).__name__})."
        return Mismatch("", "judge", text, "what was returned could not be judged")
    if finding is None:
        return None
    kind, details = finding if isinstance(finding, tuple) else (finding, "")
    return Mismatch("", kind, f"{kind}: {details}." if details else f"{kind}.", kind)


def recognise(
    exercise: Exercise, key: ExerciseKey, outcomes: Sequence[Outcome], findings: Sequence[Mismatch | None]
) -> MistakeKey | None:
    """Return the first mistake that responds as the student's code did, on every case."""
    for mistake in key.mistakes:
        if all(
            _same(exercise, case, expected, response, outcome, finding)
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
) -> bool:
    """Tell whether a mistake's response to a case is what the student's code did."""
    if outcome.status is not None or response.error:
        return outcome.status is Status.RAISED and outcome.error == response.error
    if equal(response.arrays, outcome.arrays, exercise.tolerance):
        return True
    if exercise.judge_function is None:
        return False
    # What is judged by a property has many right answers, and many wrong ones
    # of a sort: they are the same mistake if they fail for the same reason.
    theirs = judge_arrays(exercise, case, expected, response.arrays)
    return (theirs and theirs.kind) == (finding and finding.kind)


def explain(
    exercise: Exercise,
    key: ExerciseKey,
    outcomes: Sequence[Outcome],
    findings: Sequence[Mismatch | None],
    mistake: MistakeKey | None,
    hidden: bool,
) -> str:
    """Write the message for an exercise that did not pass."""
    statuses = [_status(outcome, finding) for outcome, finding in zip(outcomes, findings, strict=True)]
    first = next(i for i, status in enumerate(statuses) if status is not Status.PASSED)
    case, outcome, finding = key.cases[first], outcomes[first], findings[first]
    if not outcome.imported:
        return outcome.text
    if outcome.status is Status.MISSING:
        written = f"`{'`, `'.join(exercise.writes)}`"
        if outcome.error != UNDEFINED:
            return f"{written} {UNWRITTEN}"
        if outcome.text:
            return f"{written} is not defined, since not everything in the file could be run:\n{outcome.text}"
        return f"{written} is not defined: has its name been changed, or its cell been deleted?"
    place = f"On “{case.name}”" + ("" if hidden else describe_inputs(case.inputs))
    what = _what(exercise, outcome, finding, hidden)
    if outcome.status in ENDING and first + 1 < len(statuses):
        what += " The cases after it were not run."
    paragraphs = [f"{place}, {what}"]
    right = statuses.count(Status.PASSED)
    if mistake is not None:
        paragraphs.append(
            f"On {_all(len(statuses))}, your answers are what one gets when\n{mistake.sentence}"
        )
    elif finding is not None and finding.relation and not exercise.judge_function:
        paragraphs.append(f"{finding.relation[0].upper()}{finding.relation[1:]}.".replace("?.", "?"))
    if right and mistake is None:
        passed = (status is Status.PASSED for status in statuses)
        names = [case.name for case, did in zip(key.cases, passed, strict=True) if did]
        paragraphs.append(f"Right on {right} of {len(statuses)} cases: “{'”, “'.join(names)}”.")
    return "\n\n".join(paragraphs)


def describe_inputs(inputs: dict[str, Any]) -> str:
    """Say in brackets what a case's inputs are: shapes of arrays, values of numbers."""
    parts = []
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            parts.append(f"{name} {value.shape}")
        elif isinstance(value, bool | int | float | str) and len(str(value)) <= 20:
            parts.append(f"{name}={value}")
    return f" ({', '.join(parts)})" if parts else ""


def _what(exercise: Exercise, outcome: Outcome, finding: Mismatch | None, hidden: bool) -> str:
    """Say what came of the first case that did not pass, after "On “…”, "."""
    match outcome.status:
        case Status.RAISED:
            if outcome.error == "WrongStructure":
                form = "the answer has another form than is asked for"
                return f"{form}." if hidden else f"{form}: {outcome.text}."
            if hidden:
                # The message may quote the case's numbers, and so may a name that the
                # submission made up. The place may not.
                error = outcome.error if outcome.error in ERRORS else "an error of its own"
                places = "".join(PLACES.findall(outcome.text)[:6])
                return f"it raised {error}.{places}"
            return f"it stopped with an error:\n{outcome.text}"
        case Status.TIMED_OUT:
            return f"it had not finished after {exercise.seconds:g} s: is there a loop that does not end?"
        case Status.OUT_OF_MEMORY:
            return (
                "it used more memory than there is for one submission: which array has an axis too many, "
                "or which list grows with every step?"
            )
        case Status.CRASHED:
            return f"it did not come back. {outcome.text}"
    assert finding is not None
    if not hidden:
        return finding.text
    if not finding.output:
        return f"{finding.kind}."
    kinds = {
        "shape": "has another shape than expected",
        "missing": "was not returned",
        "extra": "was returned but not expected",
        "nan": "is NaN where it should be a number",
    }
    return f"`{finding.output}` {kinds.get(finding.kind, 'is not what was expected')}."


def _status(outcome: Outcome, finding: Mismatch | None) -> Status:
    if outcome.status is not None:
        return outcome.status
    return Status.PASSED if finding is None else Status.WRONG


def _all(count: int) -> str:
    if count == 1:
        return "the one case"
    if count == 2:
        return "both cases"
    return f"all {NUMBERS[count] if count < len(NUMBERS) else count} cases"
