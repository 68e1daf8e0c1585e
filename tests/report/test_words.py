"""One word for one thing, and points as people read them."""

from __future__ import annotations

import pytest

from grader.report.words import WORDS, outcome, points, so_far
from grader.verdict import Status, Verdict


@pytest.mark.parametrize(
    ("score", "most", "said"),
    [
        (0, 10, "0 of 10 points"), (10, 10, "10 of 10 points"), (10 / 6, 10, "1.7 of 10 points"),
        (2.5, 2.5, "2.5 of 2.5 points"), (7.04, 10, "7 of 10 points"), (100, 100, "100 of 100 points"),
    ],
)  # fmt: skip
def test_points_have_one_decimal_where_they_need_one(score: float, most: float, said: str) -> None:
    assert points(score, most) == said


def test_what_is_not_all_does_not_read_as_all_and_a_little_not_as_nothing() -> None:
    assert points(9.98, 10) == "9.9 of 10 points"
    assert points(0.02, 10) == "0.1 of 10 points"


def test_every_status_has_a_word_of_its_own() -> None:
    assert set(WORDS) == set(Status) and len(set(WORDS.values())) == len(Status)
    assert WORDS[Status.PASSED] == "right"


def test_a_line_says_what_became_of_an_exercise_and_of_all() -> None:
    one = Verdict("mean", Status.MISSING, 0, 30, None, "`mean` is not written yet.", ())
    assert outcome(one) == "mean — not written, 0 of 30 points"
    gone = Verdict("mean", Status.MISSING, 0, 30, None, "`mean` is not defined: …", ())
    assert outcome(gone, "averages.mean") == "averages.mean — not defined, 0 of 30 points"
    assert so_far(0, 1, 3.75, 15) == "0 of 1 exercise right, 3.8 of 15 points"
