"""How far returned arrays are from the expected ones, in units of tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.grading.compare import allowed_error


def distance(expected: Mapping[str, np.ndarray], returned: Mapping[str, np.ndarray]) -> float:
    """Return the smallest tolerance at which `returned` would pass for `expected`.

    Infinite where none would: another shape, another name, NaN or an infinity
    in the wrong place, another integer.
    """
    if set(expected) != set(returned):
        return float("inf")
    return max((_of_one(expected[name], returned[name]) for name in expected), default=0.0)


def _of_one(expected: np.ndarray, returned: np.ndarray) -> float:
    if expected.shape != returned.shape:
        return float("inf")
    want, got = expected.astype(np.float64), returned.astype(np.float64)
    same = (want == got) | (np.isnan(want) & np.isnan(got))
    if same.all():
        return 0.0
    if expected.dtype.kind in "iub" or not (np.isfinite(want) & np.isfinite(got))[~same].all():
        return float("inf")
    with np.errstate(over="ignore"):
        error = np.abs(got[~same] - want[~same]) / allowed_error(want, 1.0)[~same]
    return float(error.max())
