"""Errors that were due and not raised, said as such.

A driver returns the number REFUSED where an answer raised the error that was due
(`drivers.or_refused`). Where it raised none, its own numbers stand in that place.
A student should not have to know of this.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from grader.drivers import REFUSED
from grader.exercise import Exercise
from grader.grading.compare import Mismatch, wrong_entries

NAMED = re.compile(r"\b(REFUSED|or_refused)\b")
REFUSAL, SHAPE_OR_REFUSAL = "refusal", "shape or refusal"  # kinds of findings
NOT_RAISED = "an error is due on some of the inputs, and none was raised: which does the docstring name?"
PERHAPS = "perhaps since an error is due on some of the inputs, and was not raised on each of them"


def as_refusal(
    exercise: Exercise,
    expected: Mapping[str, np.ndarray],
    returned: Mapping[str, np.ndarray],
    finding: Mismatch,
) -> Mismatch:
    """Return what is to be said in the place of a finding, where an error is due that was not raised.

    Args:
        exercise: whose checks say whether they have refusals at all; elsewhere -7 is a number like any other.
        expected: the outputs, by name.
        returned: likewise.
        finding: what is wrong of one of them.

    Returns:
        One of the kind `REFUSAL` if all that is wrong of the output are errors that were not raised. One of
        the kind `SHAPE_OR_REFUSAL` where something of another shape came, of which this may be the reason.
        Else the finding itself.
    """
    want, got = expected.get(finding.output), returned.get(finding.output)
    if want is None or got is None or not _has_refusals(exercise.text):
        return finding
    due = want == REFUSED
    if want.shape != got.shape:
        fewer = np.sum(got == REFUSED) < np.sum(due)
        said = f"{finding.text.removesuffix('.')}, {PERHAPS}."
        return replace(finding, kind=SHAPE_OR_REFUSAL, text=said, relation="") if fewer else finding
    wrong = wrong_entries(want, got, exercise.tolerance)
    if wrong.any() and due[wrong].all():
        return Mismatch("", REFUSAL, NOT_RAISED)
    return finding


@functools.lru_cache(maxsize=64)
def _has_refusals(checks: str) -> bool:
    return bool(NAMED.search(checks))
