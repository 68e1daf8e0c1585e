"""The message for an exercise that did not pass: on which case, what differs, which idea was missed.

On hidden cases it is made of fixed phrases, of names that the key or the checks
know, and of one line that the submitted file has. Nothing else that a student's
process said is in it, since that could be an input.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.exercise import Exercise
from grader.fault import CELL, Fault, Frame
from grader.grading.advice import advice
from grader.grading.compare import Mismatch, quoted, rounded
from grader.grading.key import ExerciseKey, MistakeKey
from grader.grading.phrases import fixed, operation, phrase
from grader.grading.refusals import NOT_RAISED, PERHAPS, REFUSAL, SHAPE_OR_REFUSAL
from grader.outcome import FORBIDDEN_OP, WRONG_STRUCTURE, Outcome
from grader.verdict import ENDING, UNWRITTEN, Status

# What may be named on hidden cases: Python's and TensorFlow's own.
ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type)} | {
    "AxisError", "ForbiddenOp", "InvalidArgumentError", "LinAlgError", "WrongStructure"
}  # fmt: skip
# What a phrase ends with whose numbers are kept back.
SHAPELESS = re.compile(r"(?<=` of )shape(?=$|, got)")
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
        return outcome.halt(cell)
    written = f"`{'`, `'.join(exercise.writes)}`"
    if outcome.status is Status.MISSING and not outcome.unwritten:
        if said := _said(outcome.faults, hidden, cell):
            why = f"{written} is not defined, since not everything in the file could be run:\n{said}"
            return "\n\n".join(filter(None, [why, advice(outcome.faults)]))
        return f"{written} is not defined: has its name been changed, or its cell been deleted?"
    frame = _last(outcome.faults)
    # What calls a function that is not written is written itself.
    led = {one.function for one in outcome.faults[0].frames[:-1]} if outcome.faults else set()
    everywhere = all(one.unwritten for one in outcomes) and led.isdisjoint(exercise.writes)
    if outcome.unwritten and (frame is None or frame.function in exercise.writes or everywhere):
        return _written_above(outcome.faults, cell) or f"{written} {UNWRITTEN}"
    place = f"On “{case.name}”" + ("" if hidden else describe_inputs(case.inputs))
    what = _what(exercise, key.expected[first], outcome, finding, hidden, cell)
    if outcome.status in ENDING and first + 1 < len(statuses):
        what += " The cases after it were not run."
    paragraphs = [f"{place}, {what}"]
    if outcome.status is Status.RAISED and (helps := advice(outcome.faults)):
        paragraphs.append(helps)
    right = statuses.count(Status.PASSED)
    if mistake is not None:
        paragraphs.append(
            f"On {_all(len(statuses))}, your answers are what one gets when\n{mistake.sentence}"
        )
    elif finding is not None and finding.relation and not exercise.judge_function:
        number = f": {finding.number}" if finding.number and not hidden else ""
        paragraphs.append(f"{finding.relation[0].upper()}{finding.relation[1:]}{number}.".replace("?.", "?"))
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
        elif isinstance(value, float):
            parts.append(f"{name}={rounded(value)}")
        elif isinstance(value, bool | int | str) and len(str(value)) <= 20:
            parts.append(f"{name}={value}")
    return f" ({', '.join(parts)})" if parts else ""


def _said(faults: Sequence[Fault], hidden: bool, cell: str) -> str:
    """Say what was raised; on hidden cases its type and the last line that led to it alone."""
    if not hidden:
        return "\n".join(fault.said(cell) for fault in faults)
    if not faults:
        return ""
    frame = _last(faults[:1])
    return _kind(faults[0].kind) + (f"\n  {frame.place.said(cell)}" if frame else "")


def _written_above(faults: Sequence[Fault], cell: str) -> str:
    """Say that a stub stands below the answer and replaces it, "" if none does.

    A stub calls nothing. The child puts the answer above it, if there is one, where the caller would be.
    """
    frames = faults[0].frames if faults else ()
    if len(frames) < 2 or frames[-2].function != frames[-1].function:
        return ""
    above, stub = (frame.place.said(cell) for frame in frames[-2:])
    return (
        f"`{frames[-1].function}` is written ({above}), and defined once more below, where it is still to be "
        f"written ({stub}). The last one counts: delete the lower one."
    )


def _kind(name: str) -> str:
    return name if name in ERRORS else "an error of its own"


def _last(faults: Sequence[Fault]) -> Frame | None:
    """Return the line that raised, None if it is none of the student's."""
    return faults[0].frames[-1] if faults and faults[0].frames else None


def _what(
    exercise: Exercise,
    expected: Mapping[str, np.ndarray],
    outcome: Outcome,
    finding: Mismatch | None,
    hidden: bool,
    cell: str,
) -> str:
    """Say what came of the first case that did not pass, after "On “…”, "."""
    frame = _last(outcome.faults)
    match outcome.status:
        case Status.MISSING:
            assert frame is not None
            name = "a function" if hidden else f"`{frame.function}`"
            return f"{name} is called that is not written yet:\n  {frame.place.said(cell)}"
        case Status.RAISED:
            if outcome.error == WRONG_STRUCTURE:
                said = outcome.text
                if hidden:
                    said = SHAPELESS.sub("another shape", phrase(exercise, expected, said))
                return "the answer has another form than is asked for" + (f": {said}." if said else ".")
            if outcome.error == FORBIDDEN_OP:
                return _forbidden(exercise, expected, outcome.text, hidden)
            if frame is None and outcome.faults:
                return _unusable(outcome, hidden)
            where = f"\n  {frame.place.said(cell)}" if frame else ""
            said = where if hidden else f"\n{outcome.said(cell)}"
            if frame and outcome.error == "NotImplementedError" and frame.source.startswith("raise"):
                return f"it came to a part that is not written yet:{said}"
            return (
                f"it raised {_kind(outcome.error)}.{said}" if hidden else f"it stopped with an error:{said}"
            )
        case Status.TIMED_OUT if outcome.allowed:
            return (
                f"it was not run: the whole file may use {outcome.allowed:g} s, and what ran before had used "
                "them up. Which exercise takes so long?"
            )
        case Status.TIMED_OUT:
            why = "does it wait for something?" if outcome.idle else "is there a loop that does not end?"
            return f"it had not finished after {outcome.took}: {why}"
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
    if finding.kind == REFUSAL:
        return NOT_RAISED
    if not finding.output:
        return f"{finding.kind if fixed(exercise, finding.kind) else 'it is not what was expected'}."
    if finding.kind == "extra":  # whose name is the student's
        return "something was returned that was not expected."
    kinds = {
        "shape": "has another shape than expected",
        SHAPE_OR_REFUSAL: f"has another shape than expected, {PERHAPS}",
        "missing": "was not returned",
        "nan": "is NaN where it should be a number",
        "infinite": "is infinite where it should be a number",
        "dtype": "holds another kind of number than expected",
    }
    return f"{quoted(finding.output)} {kinds.get(finding.kind, 'is not what was expected')}."


def _forbidden(exercise: Exercise, expected: Mapping[str, np.ndarray], said: str, hidden: bool) -> str:
    """Say that the answer calls what it is to write, and what it should do instead."""
    if hidden:
        name, advice = operation(exercise, said), phrase(exercise, expected, said)
        called = f"`{name}`" if name else "what it is to write"
        return f"the answer calls {called}, which it should not" + (f"; {advice}." if advice else ".")
    return f"the answer may not be used: {said}."


def _unusable(outcome: Outcome, hidden: bool) -> str:
    """Say what was raised by none of the student's lines, but on account of what they returned."""
    if hidden:
        return f"what was returned could not be used: it led to {_kind(outcome.error)}."
    said = outcome.said()
    return f"{said[:1].lower()}{said[1:]}"


def _all(count: int) -> str:
    if count == 1:
        return "the one case"
    if count == 2:
        return "both cases"
    return f"all {NUMBERS[count] if count < len(NUMBERS) else count} cases"
