"""What a judge is given: the outputs that it expects, in their shapes, and numbers that are numbers.

A judge is an author's, and compares as authors do. Everything that would make a
comparison mean nothing is refused before: NaN and infinities (unless the
exercise says that an output may hold them), fractions and truth values where
integers are meant, numbers where truth values are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from grader.grading.compare import Mismatch, compare

NAMES = {"f": "numbers", "i": "integers", "u": "integers", "b": "truth values"}


def unfit(
    expected: Mapping[str, np.ndarray], returned: Mapping[str, np.ndarray], nonfinite: Collection[str]
) -> Mismatch | None:
    """Return why a judge should not be asked, None if it may be.

    Args:
        expected: whose names, shapes and kinds of dtype are required.
        returned: what is to be judged.
        nonfinite: the outputs that may hold NaN and infinities.
    """
    shapes = [
        {name: np.zeros(one.shape, bool) for name, one in each.items()} for each in (expected, returned)
    ]
    found = compare(shapes[0], shapes[1], 0.0)
    if found is not None:
        return found
    for name, want in expected.items():
        found = _unfit(name, want.dtype.kind, returned[name], name in nonfinite)
        if found is not None:
            return found
    return None


def fitted(expected: Mapping[str, np.ndarray], returned: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return outputs that fit as float64, int64 or bool, whichever is expected."""
    types = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}
    return {name: returned[name].astype(types[want.dtype.kind]) for name, want in expected.items()}


def _shapes(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return arrays of the same names and shapes, all alike."""
    return {name: np.zeros(one.shape, bool) for name, one in arrays.items()}


def _unfit(name: str, kind: str, values: np.ndarray, nonfinite: bool) -> Mismatch | None:
    for what, marked in (("nan", np.isnan(values)), ("infinite", np.isinf(values))):
        if marked.any() and not (nonfinite and kind == "f"):
            at = [int(place) for place in np.unravel_index(int(marked.argmax()), values.shape)]
            said = "NaN" if what == "nan" else "infinite"
            return Mismatch(name, what, f"`{name}` is {said}" + (f", first at {at}." if at else "."))
    if kind == "f":
        fits = values.dtype.kind != "b"
    elif kind == "b":
        fits = bool(np.isin(values, (0, 1)).all())
    else:
        whole = values.dtype.kind != "f" or bool((values == np.rint(values)).all())
        small = bool((np.abs(values.astype(np.float64)) < 2.0**63).all())
        fits = whole and small and values.dtype.kind != "b"
    if fits:
        return None
    text = f"`{name}` holds {_held(values, kind)}, where {NAMES[kind]} were expected."
    return Mismatch(name, "dtype", text, f"it holds no {NAMES[kind]}")


def _held(values: np.ndarray, kind: str) -> str:
    if values.dtype.kind == "b":
        return "truth values"
    return "numbers" if kind == "b" else "fractions, or numbers too large to be counted,"
