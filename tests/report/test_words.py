"""One word for one thing, and points as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from grader.report.words import KNOWN_FROM, WORDS, late, outcome, points, so_far, span, terms, when
from grader.verdict import Deadline, Lateness, Penalty, Source, Status, Verdict

DUE = datetime(2027, 3, 1, 11, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s"), (59, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (86400, "1 d"),
        (3 * 86400 + 60, "3 d 1 min"), (90061, "1 d 1 h"),
    ],
)  # fmt: skip
def test_a_span_is_said_by_its_largest_units(seconds: float, said: str) -> None:
    assert span(seconds) == said
    assert late(Lateness(1, DUE, seconds=seconds)) == f"{said} late"


def test_what_is_not_late_or_not_known_is_said() -> None:
    assert late(Lateness(1, DUE, seconds=0)) == "in time" and late(Lateness(1, DUE)) == "time unknown"
    assert set(KNOWN_FROM) == set(Source)


def test_a_time_is_said_in_the_course_s_zone() -> None:
    assert when(DUE, "Europe/Berlin") == "2027-03-01 12:00 CET"
    assert when(DUE) == "2027-03-01 11:00 UTC"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "nothing is taken for being late"),
        ({"penalty": Penalty.CUT_OFF, "grace": 900.0}, "what is late counts 0 points after 15 min of grace"),
        (
            {"penalty": Penalty.PER_DAY, "percent": 12.5, "days": 3},
            "12.5 % of the points for each day that was begun, and everything after 3 d",
        ),
    ],
)
def test_what_lateness_costs_is_said(settings: dict[str, Any], said: str) -> None:
    assert terms(Deadline("01_averages", DUE, "policy.toml", **settings)) == said
