"""An error that was due and not raised is said as such, and not by the number that stands for it."""

from __future__ import annotations

import numpy as np
import pytest
from judging import EXPECTED, judged, key_of, returned

from grader.drivers import REFUSED
from grader.grading.refusals import NOT_RAISED, PERHAPS

TEXT = "from grader.drivers import or_refused"
DUE = np.array([1.0, REFUSED, 2.0, REFUSED])
KEY = key_of([DUE, *EXPECTED[1:]])


def said(*values: float, hidden: bool = False, text: str = TEXT) -> str:
    return judged(returned(np.array(values), *EXPECTED[1:]), KEY, hidden, text=text).message


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("got", [(1, 5, 2, REFUSED), (1, np.nan, 2, 0), (1, 1, 2, 2)])
def test_where_only_errors_are_wanting_no_number_is_said(got: tuple[float, ...], hidden: bool) -> None:
    first, *rest = said(*got, hidden=hidden).split("\n\n")
    assert f", {NOT_RAISED}" in first and "-7" not in first
    assert rest == ["Right on 2 of 3 cases: “two”, “three”."]


def test_where_a_number_is_wrong_too_it_is_said() -> None:
    assert "was expected" in said(3, 5, 2, REFUSED)
    assert NOT_RAISED not in said(3, REFUSED, 2, REFUSED)
    assert NOT_RAISED not in said(REFUSED, REFUSED, 2, REFUSED)


@pytest.mark.parametrize("hidden", [True, False])
def test_another_shape_may_come_of_it(hidden: bool) -> None:
    assert said(1, 2, 3, 2, REFUSED, hidden=hidden).split("\n\n")[0].endswith(f", {PERHAPS}.")
    assert PERHAPS not in said(1, REFUSED, 2, 2, REFUSED, hidden=hidden)


def test_elsewhere_it_is_a_number_like_any_other() -> None:
    assert "-7.0000 was expected" in said(1, 5, 2, REFUSED, text="from grader.drivers import named")
