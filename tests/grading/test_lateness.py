"""What lateness costs, to the second: boundaries, extensions, each penalty, and what nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from grader.grading.lateness import Deadlines
from grader.grading.policy import Due, Policy, Terms
from grader.grading.times import time_of, zone_of
from grader.text import to_json
from grader.verdict import Graded, HandedIn, Lateness, Penalty, Source, Status, Verdict

DUE = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PER_DAY = Terms(DUE, penalty=Penalty.PER_DAY, percent=10)


def submission(at: datetime | None, score: float = 80.0, student: str = "ada") -> Graded:
    verdict = Verdict("mean", Status.WRONG, score, 100.0, None, "", ())
    handed_in = at and HandedIn(at, Source.EXPORT)
    return Graded(student, "01_averages", "a.py", score, 100.0, 1.0, (verdict,), handed_in=handed_in)


def deadlines(terms: Terms, **elsewhere: Due) -> Deadlines:
    return Deadlines(Policy(topics={"01_averages": terms}), elsewhere)


def points(terms: Terms, late: timedelta, score: float = 80.0) -> float:
    return deadlines(terms).amended(submission(DUE + late, score)).score


@pytest.mark.parametrize(
    ("late", "left"),
    [
        (-DAY, 80), (timedelta(), 80), (timedelta(microseconds=1), 70), (SECOND, 70), (DAY, 70),
        (DAY + SECOND, 60), (2 * DAY, 60), (7 * DAY, 10), (8 * DAY, 0), (100 * DAY, 0),
    ],
)  # fmt: skip
def test_each_day_that_was_begun_costs_a_share_of_all_points(late: timedelta, left: float) -> None:
    assert points(PER_DAY, late) == left


@pytest.mark.parametrize(("late", "left"), [(3 * DAY, 50), (3 * DAY + SECOND, 0)])
def test_after_the_last_day_nothing_counts(late: timedelta, left: float) -> None:
    assert points(with_(PER_DAY, days=3), late) == left


def with_(terms: Terms, **changed: Any) -> Terms:
    return Terms(**{**vars(terms), **changed})


@pytest.mark.parametrize(("late", "left"), [(timedelta(), 80), (SECOND, 0), (9 * DAY, 0)])
def test_a_cut_off_leaves_nothing(late: timedelta, left: float) -> None:
    assert points(Terms(DUE, penalty=Penalty.CUT_OFF), late) == left


@pytest.mark.parametrize("late", [SECOND, 9 * DAY])
def test_without_a_penalty_lateness_is_said_and_costs_nothing(late: timedelta) -> None:
    found = deadlines(Terms(DUE)).amended(submission(DUE + late))
    assert found.score == 80 and found.lateness == Lateness(80, DUE, seconds=late.total_seconds())


@pytest.mark.parametrize(
    ("late", "left", "seconds"),
    [
        (timedelta(minutes=15), 80, 0),
        (timedelta(minutes=15) + SECOND, 70, 901),  # it counts from the deadline, not from the grace's end
        (DAY, 70, 86400),
    ],
)
def test_who_is_late_by_no_more_than_the_grace_is_in_time(
    late: timedelta, left: float, seconds: float
) -> None:
    found = deadlines(with_(PER_DAY, grace=timedelta(minutes=15))).amended(submission(DUE + late))
    assert found.lateness is not None and (found.score, found.lateness.seconds) == (left, seconds)


def test_points_are_taken_exactly() -> None:
    assert points(with_(PER_DAY, percent=0.1), SECOND, 0.3) == 0.2
    assert points(with_(PER_DAY, percent=33.3), 2 * DAY, 66.7) == 0.1
    assert points(with_(PER_DAY, percent=100 / 3), SECOND, 100.0) == 66.6667


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-27 12:00", 23), ("2027-10-30 12:00", 25), ("2027-06-01 12:00", 24)]
)
def test_a_day_is_24_hours_also_where_clocks_change(day: str, hours: int) -> None:
    """On the day after, at noon, 23, 24 or 25 hours have gone by."""
    berlin = zone_of("Europe/Berlin")
    due = time_of(day, berlin, deadline=True)
    noon = time_of(f"{day[:8]}{int(day[8:10]) + 1:02} 12:00", berlin)
    found = deadlines(with_(PER_DAY, due=due)).amended(submission(noon))
    assert found.lateness is not None and found.lateness.seconds == hours * 3600
    assert found.score == (60 if hours == 25 else 70)


def test_an_extension_is_one_student_s() -> None:
    given = deadlines(with_(PER_DAY, extensions={"ada": DUE + 7 * DAY}))
    found = given.amended(submission(DUE + 7 * DAY))
    assert found.score == 80 and found.lateness == Lateness(80, DUE + 7 * DAY, extended=True, seconds=0)
    assert given.amended(submission(DUE + 7 * DAY + SECOND)).score == 70
    assert given.amended(submission(DUE + 7 * DAY, student="bob")).score == 10
    assert given.strangers(["bob"]) == {"ada": ["averages"]} and given.strangers(["ada"]) == {}


def test_where_nobody_knows_the_time_nothing_is_taken() -> None:
    found = deadlines(Terms(DUE, penalty=Penalty.CUT_OFF)).amended(submission(None))
    assert found.score == 80 and found.lateness == Lateness(80, DUE, seconds=None)


def test_a_result_from_before_there_were_times_is_read_and_has_none() -> None:
    old = to_json(submission(None)).decode()
    assert "handed_in" not in old and "lateness" not in old
    read = msgspec.json.decode(old, type=Graded)
    assert read.handed_in is None and deadlines(PER_DAY).amended(read).score == 80


def test_a_time_is_kept_in_utc() -> None:
    given = submission(DUE)
    assert '"handed_in":{"at":"2027-03-01T12:00:00Z","source":"export"}' in to_json(given).decode()
    assert msgspec.json.decode(to_json(given), type=Graded) == given


def test_without_a_deadline_a_result_stays_as_it_is() -> None:
    given = submission(DUE)
    assert Deadlines().amended(given) is given
    assert Deadlines(Policy(otherwise=with_(PER_DAY, due=None))).amended(given) is given


def test_what_could_not_be_read_is_not_late() -> None:
    given = msgspec.structs.replace(submission(DUE + DAY), unread="it is a link")
    assert deadlines(PER_DAY).amended(given) is given


def test_nbgrader_s_due_date_counts_where_the_policy_says_none() -> None:
    theirs = Due(DUE, "gradebook.db", {"ada": DUE + DAY, "bob": DUE + DAY})
    found = Deadlines(Policy(otherwise=with_(PER_DAY, due=None)), {"01_averages": theirs})
    deadline = found.of("01_averages")
    assert deadline is not None and (deadline.source, deadline.percent) == ("gradebook.db", 10)
    assert found.amended(submission(DUE + DAY)).score == 80
    assert found.amended(submission(DUE + DAY, student="zoe")).score == 70
    own = with_(PER_DAY, due=None, extensions={"ada": DUE + 2 * DAY})
    assert deadlines(own, **{"01_averages": theirs}).until("01_averages", "ada") == DUE + 2 * DAY
    assert deadlines(own, **{"01_averages": theirs}).until("01_averages", "bob") == DUE + DAY


def test_the_policy_comes_before_nbgrader_s_due_date_and_its_extensions() -> None:
    theirs = Due(DUE + 9 * DAY, "gradebook.db", {"ada": DUE + 10 * DAY})
    found = deadlines(PER_DAY, **{"01_averages": theirs})
    deadline = found.of("01_averages")
    assert deadline is not None and (deadline.source, deadline.due) == ("policy.toml", DUE)
    assert found.until("01_averages", "ada") == DUE
