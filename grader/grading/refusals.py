"""Errors that were due and not raised, said as such.

A driver returns the number REFUSED where an answer raised the error that was due
(`drivers.or_refused`). Where it raised none, its own numbers stand in that place.
A student should not have to know of this.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import numpy as np

from grader.drivers import REFUSED
from grader.exercise import Exercise
from grader.grading.compare import Mismatch, wrong_entries

NAMED = re.compile(r"\b(REFUSED|or_refused)\b")
NOT_RAISED = "an error is due on some of the inputs, and none was raised: which does the docstring name?"
PERHAPS = "On some of the inputs an error is due: was one raised on each of them?"


def not_raised(
    exercise: Exercise,
    expected: Mapping[str, np.ndarray],
    returned: Mapping[str, np.ndarray],
    finding: Mismatch,
) -> str:
    """Say that what is wrong of an output is that no error was raised, `NOT_RAISED`.

    Where something of another shape came, of which this may be the reason, it is `PERHAPS`; else "".
    """
    want, got = expected.get(finding.output), returned.get(finding.output)
    if want is None or got is None or not _names_it(exercise.text):
        return ""
    due = want == REFUSED
    if want.shape != got.shape:
        return PERHAPS if np.sum(got == REFUSED) < np.sum(due) else ""
    wrong = wrong_entries(want, got, exercise.tolerance)
    return NOT_RAISED if wrong.any() and due[wrong].all() else ""


@functools.lru_cache(maxsize=64)
def _names_it(checks: str) -> bool:
    """Tell whether a `checks.py` has refusals at all: elsewhere -7 is a number like any other."""
    return bool(NAMED.search(checks))
