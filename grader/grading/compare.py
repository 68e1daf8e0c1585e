"""Arrays against arrays: a `Mismatch`, or nothing.

Pure NumPy, on the trusted side. A value is right if it is as near to what was
expected as `tolerance` times its own magnitude plus that of its array's largest
entry, so that a small entry of a large array is not held to more digits than
the arithmetic has. Integers and booleans are compared exactly. NaN and
infinities pass only where they are expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

SINGLE = 3e-6  # what arithmetic in float32 is good for
DOUBLE = 1e-12  # what arithmetic in float64 is good for
SMALLEST_SCALE = 1e-2  # arrays smaller than this are compared as if they were this large


@dataclass(frozen=True)
class Mismatch:
    """How one output differs from what was expected.

    Attributes:
        output: the output's name, or "" where the mismatch is not of one output.
        kind: a fixed word or phrase; equal kinds mean the same sort of error.
        text: for the student, with numbers; shown on public cases only.
        relation: what can be proved of the difference ("transposed", …), or "".
            A fixed phrase but for the output's name, so it may be shown on hidden cases.
        number: finishes the relation; shown on public cases only.
    """

    output: str
    kind: str
    text: str
    relation: str = ""
    number: str = ""


def compare(
    expected: Mapping[str, np.ndarray], returned: Mapping[str, np.ndarray], tolerance: float
) -> Mismatch | None:
    """Compare all outputs; return the first mismatch, in the order of `expected`."""
    for name, values in expected.items():
        if name not in returned:
            return Mismatch(name, "missing", f"{quoted(name)} was not returned.")
        found = mismatch(name, values, returned[name], tolerance)
        if found:
            return found
    extra = sorted(set(returned) - set(expected))
    if extra:
        return Mismatch(extra[0], "extra", f"{quoted(extra[0])} was returned, but not expected.")
    return None


def equal(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], tolerance: float) -> bool:
    """Tell whether two sets of outputs agree."""
    return compare(one, other, tolerance) is None


def allowed_error(expected: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the largest error that each entry of `expected` may have."""
    magnitude = np.abs(np.where(np.isfinite(expected), expected, 0.0))
    scale = max(float(magnitude.max(initial=0.0)), SMALLEST_SCALE)
    return np.asarray(tolerance * magnitude + tolerance * scale)  # their sum may be infinite


def mismatch(name: str, expected: np.ndarray, returned: np.ndarray, tolerance: float) -> Mismatch | None:
    """Compare one output with what was expected; see the module's rule."""
    if returned.shape != expected.shape:
        return Mismatch(
            name,
            "shape",
            f"{quoted(name)} has the shape {returned.shape}, where {expected.shape} was expected.",
            _shape_relation(expected, returned),
        )
    exact = expected.dtype.kind in "iub"
    # Both sides in float64: a student may return float64 where float32 was
    # expected, or 1.0 where 1 was. int64 beyond 2**53 is compared as it is.
    if exact and returned.dtype.kind in "iub":
        wrong = expected != returned
    else:
        wrong = wrong_entries(expected, returned, 0.0 if exact else tolerance)
    if not wrong.any():
        return None
    want, got = expected.astype(np.float64), returned.astype(np.float64)
    if not exact and (np.isnan(got) & ~np.isnan(want)).any():
        lost = int((np.isnan(got) & ~np.isnan(want)).sum())
        at = np.unravel_index(int((np.isnan(got) & ~np.isnan(want)).argmax()), got.shape)
        return Mismatch(
            name,
            "nan",
            f"{quoted(name)} has the right shape, {got.shape}, but is NaN in {lost} of its {got.size} "
            f"values, first at {_index(at)}."
            if got.shape
            else f"{quoted(name)} is NaN, where {_number(np.float64(want), 4)} was expected.",
            "NaN comes of 0 / 0, ∞ - ∞, or a root or logarithm of a negative number: which can occur here?",
        )
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(np.where(np.isfinite(got - want), got - want, np.inf))
    at = np.unravel_index(int(np.where(wrong, distance, -1.0).argmax()), got.shape)
    number = int(wrong.sum())
    count = f"{number} of its {got.size} values {'is' if number == 1 else 'are'}"
    mine, right = _numbers(returned[at], expected[at])
    held = f"{mine}, where {right} was expected" + (
        " (exactly)." if exact else f" (tolerance {tolerance:.0e})."
    )
    if not got.shape:
        text = f"{quoted(name)} is {held}"
    elif got.size == 1:
        text = f"{quoted(name)} has the right shape, {got.shape}, but its value is {held}"
    else:
        place = f"{'It' if number == 1 else 'The furthest'} is at {_index(at)}: {held}"
        text = f"{quoted(name)} has the right shape, {got.shape}, but {count} off. {place}"
    whole = returned.dtype.kind in "iub" and not exact
    with np.errstate(all="ignore"):  # squares of the very small and the very large
        relation, factor = _relation(quoted(name), want, got, wrong, 0.0 if exact else tolerance, whole)
    return Mismatch(name, "values", text.replace("e-0", "e-"), relation, factor)


def wrong_entries(expected: np.ndarray, returned: np.ndarray, tolerance: float) -> np.ndarray:
    """Mark the entries that are not what was expected, of two arrays of one shape."""
    want, got = expected.astype(np.float64), returned.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= allowed_error(want, tolerance)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.asarray(~(same | (near & np.isfinite(want) & np.isfinite(got))))


def _shape_relation(expected: np.ndarray, returned: np.ndarray) -> str:
    """Say what can be proved of two different shapes."""
    if returned.shape == expected.shape[::-1] and expected.ndim > 1:
        return "its axes are in the opposite order"
    if sorted(returned.shape) == sorted(expected.shape):
        return "it has the right axes in another order"
    if tuple(n for n in returned.shape if n != 1) == tuple(n for n in expected.shape if n != 1):
        return "only axes of length 1 differ: look at what keeps or drops an axis"
    if returned.size == expected.size:
        return "it has as many values as expected, in another shape"
    if returned.ndim == expected.ndim + 1:
        return "it has one axis too many: is something not yet summed or averaged?"
    if returned.ndim == expected.ndim - 1:
        return "it has one axis too few: was something summed or averaged too early?"
    sizes = zip(returned.shape, expected.shape, strict=False)
    differ = [axis for axis, (got, wanted) in enumerate(sizes) if got != wanted]
    if returned.ndim == expected.ndim and len(differ) == 1:
        way = "long" if returned.shape[differ[0]] > expected.shape[differ[0]] else "short"
        axis = {0: "its first axis", expected.ndim - 1: "its last axis"}.get(differ[0], "a middle axis")
        return f"only {axis} is too {way}: what decides how long it is?"
    return ""


def _relation(
    name: str, want: np.ndarray, got: np.ndarray, wrong: np.ndarray, tolerance: float, whole: bool
) -> tuple[str, str]:
    """Name the first simple operation that takes what was returned to what was expected, and its number.

    `wrong` marks the entries that are not what was expected. A tolerance of 0 says that what was expected
    is exact: then the operation has to hold of every entry, however small it is beside the others. With
    `whole`, integers were returned where others were expected. `name` is quoted already.
    """
    if (np.isinf(got) & np.isfinite(want)).any():
        return (
            f"{name} is infinite where it should not be: is there a division by 0, or does exp overflow?",
            "",
        )
    finite = np.isfinite(want).all() and np.isfinite(got).all()
    if finite and whole and (np.abs(want - got) < 1).all():
        return (
            f"{name} holds whole numbers: where are fractions cut off, by a dtype, by // or by rounding?",
            "",
        )
    if finite and 0 < tolerance < SINGLE / 10 and not wrong_entries(want, got, SINGLE).any():
        if (got == got.astype(np.float32)).all():
            more = "is right to as many digits as float32 has, and more are asked for: what is float32?"
        else:
            more = (
                "is right in its first digits only: is a small number, such as an ε, in another place, "
                "or is something rounded on the way?"
            )
        return f"{name} {more}", ""
    if not finite or np.unique(want).size < 3:
        return "", ""  # nearly anything explains a constant

    def explains(changed: np.ndarray) -> bool:
        if changed.shape != want.shape:
            return False
        if tolerance:
            return not wrong_entries(want, changed, tolerance).any()
        return bool(np.isclose(changed, want, rtol=DOUBLE, atol=0.0).all())

    for phrase, change in _OPERATIONS:
        if got.ndim >= 1 and explains(change(got)):
            return f"{name} is what was expected, but {phrase}", ""
    if found := _rows(name, wrong):
        return found, ""
    rounding = min(tolerance, SINGLE) * np.abs(want).max(initial=0.0)

    def constant(deviation: np.ndarray, expected: np.ndarray) -> bool:
        """Tell whether it is the same to one part in a hundred, and not only within the tolerance."""
        return bool((np.abs(deviation - expected) <= 0.01 * np.abs(expected) + rounding).all())

    scale = float((got * want).sum() / (want * want).sum())
    other = np.isfinite(scale) and scale and abs(scale - 1) > DOUBLE  # than 1, which large integers come to
    if other and explains(got / scale) and constant(got - want, (scale - 1) * want):
        for text, value in (("½", 0.5), ("2", 2.0), ("-½", -0.5), ("-2", -2.0)):
            if abs(scale - value) < 1e-4 * abs(value):
                return f"{name} is {text} times what was expected, everywhere", ""
        return f"{name} is what was expected times the same number, everywhere", _unlike(scale, 1.0)[0]
    shift = float((got - want).mean())
    same = np.isfinite(shift) and shift and constant(got - want, np.full_like(want, shift))
    if same and explains(got - shift):
        return f"{name} is off by the same amount everywhere", ""
    return "", ""


def _rows(name: str, wrong: np.ndarray) -> str:
    """Say that only the first or the last index is wrong, in all its values, or only the first right."""
    if wrong.ndim == 0 or len(wrong) < 2:
        return ""
    rows = wrong.reshape(len(wrong), -1)
    if rows[0].all() and not rows[1:].any():
        return f"{name} is wrong at its first index only, [0]"
    if rows[-1].all() and not rows[:-1].any():
        return f"{name} is wrong at its last index only, [-1]"
    if wrong.ndim > 1 and not rows[0].any() and rows[1:].any(axis=1).all():
        return f"{name} is right at its first index only, [0]: what is different from the second on?"
    return ""


_OPERATIONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("with the opposite sign", lambda a: -a),
    ("transposed", lambda a: a.swapaxes(-1, -2) if a.ndim > 1 else a),
    ("in the opposite order along its first axis", lambda a: a[::-1]),
    ("in the opposite order along its last axis", lambda a: a[..., ::-1]),
    ("one place late along its first axis", lambda a: np.roll(a, -1, 0)),
    ("one place early along its first axis", lambda a: np.roll(a, 1, 0)),
    ("one place late along its last axis", lambda a: np.roll(a, -1, -1)),
    ("one place early along its last axis", lambda a: np.roll(a, 1, -1)),
)


def _index(at: tuple[np.intp, ...]) -> str:
    return f"[{', '.join(str(int(i)) for i in at)}]"


def quoted(name: str) -> str:
    """Quote an output's name: as code where a student may have written it, else as words."""
    return f"`{name}`" if name.isidentifier() else f"“{name}”"


def rounded(value: float) -> str:
    """Write a number for people, with four digits."""
    return f"{value:.4g}".replace("e-0", "e-")


def _numbers(one: np.generic, other: np.generic) -> tuple[str, str]:
    """Write two numbers that differ with as few digits as show it."""
    if one.dtype.kind in "iub" or other.dtype.kind in "iub":
        return _number(one, 4), _number(other, 4)
    return _unlike(float(one), float(other))


def _unlike(one: float, other: float) -> tuple[str, str]:
    for digits in range(4, 18):
        short = _number(np.float64(one), digits), _number(np.float64(other), digits)
        if short[0] != short[1]:
            break
    return short


def _number(value: np.generic, digits: int) -> str:
    if value.dtype.kind in "iub":
        return str(value.item())
    number = float(value) + 0.0  # which has no sign where it is 0
    return f"{number:.{digits}f}" if 1e-3 <= abs(number) < 1e5 else f"{number:.{digits}g}"
