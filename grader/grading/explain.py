"""The message for an exercise that did not pass: on which case, what differs, which idea was missed.

On hidden cases it names the case and the diagnosis, and shows no number of the
key.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.fault import CELL
from grader.grading.compare import Mismatch
from grader.grading.key import ExerciseKey, MistakeKey
from grader.outcome import Outcome
from grader.verdict import ENDING, UNWRITTEN, Status

# What may be named on hidden cases: Python's and TensorFlow's own.
ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type)} | {
    "AxisError", "ForbiddenOp", "InvalidArgumentError", "LinAlgError", "WrongStructure"
}  # fmt: skip
NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def explain(
    exercise: Exercise,
    key: ExerciseKey,
    outcomes: Sequence[Outcome],
    findings: Sequence[Mismatch | None],
    statuses: Sequence[Status],
    mistake: MistakeKey | None,
    hidden: bool,
    cell: str = CELL,
) -> str:
    """Write the message for an exercise that did not pass.

    Args:
        exercise: what was asked for.
        key: whose cases were run; one outcome, finding and status is of each.
        outcomes: what came of the cases.
        findings: what is wrong with what was returned, None if nothing is or nothing was.
        statuses: what became of the cases; one, at least, did not pass.
        mistake: whose answers these are, None if it is not known.
        hidden: whether the key's numbers are kept from the student.
        cell: what a notebook's cell is called.
    """
    first = next(i for i, status in enumerate(statuses) if status is not Status.PASSED)
    case, outcome, finding = key.cases[first], outcomes[first], findings[first]
    if not outcome.imported:
        return outcome.text
    if outcome.status is Status.MISSING:
        written = f"`{'`, `'.join(exercise.writes)}`"
        if outcome.unwritten:
            return f"{written} {UNWRITTEN}"
        if said := outcome.said(cell):
            return f"{written} is not defined, since not everything in the file could be run:\n{said}"
        return f"{written} is not defined: has its name been changed, or its cell been deleted?"
    place = f"On “{case.name}”" + ("" if hidden else describe_inputs(case.inputs))
    what = _what(exercise, outcome, finding, hidden, cell)
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


def _what(exercise: Exercise, outcome: Outcome, finding: Mismatch | None, hidden: bool, cell: str) -> str:
    """Say what came of the first case that did not pass, after "On “…”, "."""
    match outcome.status:
        case Status.RAISED:
            if outcome.error == "WrongStructure":
                form = "the answer has another form than is asked for"
                return f"{form}." if hidden else f"{form}: {outcome.text}."
            if hidden:
                # What was raised may quote the case's numbers, and so may a name or a line that
                # the submission made up. A place that can be one may be shown.
                error = outcome.error if outcome.error in ERRORS else "an error of its own"
                frames = (frame for fault in outcome.faults[:1] for frame in fault.frames)
                places = "".join(f"\n  {frame.place.said(cell)}" for frame in frames if frame.plausible)
                return f"it raised {error}.{places}"
            return f"it stopped with an error:\n{outcome.said(cell)}"
        case Status.TIMED_OUT if outcome.allowed:
            return (
                f"it was not run: the whole file may use {outcome.allowed:g} s, and what ran before had used "
                "them up. Which exercise takes so long?"
            )
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


def _all(count: int) -> str:
    if count == 1:
        return "the one case"
    if count == 2:
        return "both cases"
    return f"all {NUMBERS[count] if count < len(NUMBERS) else count} cases"
