"""What judges ask of numbers that may be anything, since a student's process made them.

A comparison with NaN is false. So a judge that looks for what is wrong
(`if error > bound: return "…"`) finds nothing wrong with NaN; one that asks
whether all is right, as these do, is not deceived.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def outside(values: ArrayLike, low: float, high: float) -> bool:
    """Tell whether any of `values` is not from `low` to `high`: smaller, larger or NaN."""
    array = np.asarray(values)
    return not bool(np.all((array >= low) & (array <= high)))


def rearranged(values: ArrayLike, of: ArrayLike) -> bool:
    """Tell whether `values` are those of `of` in some order, each as often as there."""
    one, other = np.ravel(values), np.ravel(of)
    return one.shape == other.shape and bool(np.all(np.sort(one) == np.sort(other)))
