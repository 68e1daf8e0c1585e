"""What judges ask is answered for anything that can come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.properties import outside, rearranged

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("values", [NAN, [0.5, NAN], INF, -INF, -0.001, 1.001, [[0, 1], [1, 2]]])
def test_whatever_is_not_between_is_outside(values: object) -> None:
    assert outside(values, 0, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [0, 1, [0.5, 0.25], [], [[True, False]]])
def test_what_is_between_is_not_outside(values: object) -> None:
    assert not outside(values, 0, 1)  # type: ignore[arg-type]


@given(st.lists(st.integers(-3, 3), max_size=6), st.lists(st.integers(-3, 3), max_size=6))
def test_rearranged_is_equal_when_sorted(one: list[int], other: list[int]) -> None:
    assert rearranged(one, other) is (sorted(one) == sorted(other))


def test_nan_is_the_rearrangement_of_nothing() -> None:
    assert not rearranged([NAN, 1], [NAN, 1]) and not rearranged([NAN], [0])
    assert rearranged(np.array([[2, 1], [0, 3]]), range(4))
