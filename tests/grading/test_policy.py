"""policy.toml is read whole, and what is wrong in it is named with what is expected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from courses import make_course

from grader.course import Course
from grader.grading.policy import BadPolicy, Policy, Which
from grader.grading.policy_file import load, parsed
from grader.verdict import Penalty

WHOLE = """\
zone = "Europe/Berlin"
penalty = "per-day"
percent = 12.5
days = 3
grace = "15 min"
attempt = "best"

[averages]
deadline = "2027-03-01 12:00"

[averages.extensions]
ada = 2027-03-08T12:00:00
"Zoë Noë" = "2027-03-09 12:00 UTC"
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_course(tmp_path)
    (tmp_path / "solutions" / "02_sums").mkdir()
    return made


def test_without_a_file_nothing_is_said(course: Course) -> None:
    assert load(course) == Policy()
    assert load(course).which(["01_averages"]) is Which.LAST


def test_all_that_can_be_said_is_read(course: Course) -> None:
    (course.root / "policy.toml").write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())  # as Notepad saves it
    policy = load(course)
    found = policy.terms("01_averages")
    assert policy.zone == "Europe/Berlin" and found.due == datetime(2027, 3, 1, 11, tzinfo=UTC)
    assert found.extensions == {
        "ada": datetime(2027, 3, 8, 11, tzinfo=UTC), "Zoë Noë": datetime(2027, 3, 9, 12, tzinfo=UTC)
    }  # fmt: skip
    assert (found.penalty, found.percent, found.days) == (Penalty.PER_DAY, 12.5, 3)
    assert (found.grace, found.attempt) == (timedelta(minutes=15), Which.BEST)
    assert policy.terms("02_sums").penalty is Penalty.PER_DAY and policy.terms("02_sums").due is None


def test_a_topic_s_own_word_comes_before_what_is_said_for_all(course: Course) -> None:
    policy = parsed(f'{WHOLE}\n[02_sums]\npenalty = "Cut off"\nattempt = "in time"\n', course)
    assert policy.terms("02_sums").penalty is Penalty.CUT_OFF
    assert policy.terms("02_sums").grace == timedelta(minutes=15)
    assert policy.which(["02_sums"]) is Which.IN_TIME
    with pytest.raises(BadPolicy, match=r"the best attempt counts, and of some that the in-time .* --topic"):
        policy.which(["01_averages", "02_sums"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[averages]\ndeadline = 2027-03-01 12:00", "at line 2.*expected are lines as `deadline ="),
        ("deadline = 3", "deadline: there is no setting `deadline`"),
        ("[avrages]", r"\[avrages\]: there is no topic `avrages`; did you mean `averages`"),
        ("[averages]\n[01_averages]", "two tables of 01_averages"),
        (
            "[averages]\ndedline = 1",
            "averages.dedline: there is no .* `dedline`; did you mean `deadline`",
        ),
        ("[averages]\ndeadline = true", "averages.deadline is true; expected is a day and a time"),
        (
            "[averages]\ndeadline = 2027-03-01",
            "averages.deadline is 2027-03-01; expected is a day",
        ),
        ('[averages]\ndeadline = "2027-03-01"', "averages.deadline: '2027-03-01' says no time of day"),
        ('[averages]\ndeadline = "2027-03-01 12:00"', "says no time zone, .* Or write `zone ="),
        ("[averages]\ndeadline = 2027-03-01T12:00:00", "says no time zone. Or write `zone ="),
        ('zone = "Europe/Berln"', "did you mean `Europe/Berlin`"),
        ("zone = 1", "zone is 1; expected is a name as Europe/Berlin"),
        ('zone = ""', "there is no time zone ''"),
        ('penalty = "grace"', 'penalty is "grace"; expected is one of "none", "per-day", "cut-off"'),
        ('penalty = "per-day"', "say how much a day costs, as in `percent = 10`"),
        ('penalty = "per-day"\npercent = 0', "percent is 0; expected is a number above 0 and up to 100"),
        ('penalty = "per-day"\npercent = nan', "percent is nan"),
        ('penalty = "per-day"\npercent = true', "percent is true"),
        ('penalty = "per-day"\npercent = 1\ndays = 1.5', "days is 1.5; expected is a whole number"),
        ("percent = 10", 'percent goes with penalty = "per-day", and the penalty is "none"'),
        ('[averages]\npenalty = "cut-off"\ndays = 3', "averages.days goes with"),
        ("grace = 15", 'grace is 15; expected is a time as "15 min"'),
        ('grace = "a while"', 'grace is "a while"'),
        ('attempt = "worst"', 'expected is one of "last", "first", "best", "in-time"'),
        ("[averages]\nextensions = 3", "averages.extensions is 3; expected is a table of lines"),
        ("[averages.extensions]\nada = 3", "averages.extensions.ada is 3"),
        ("[averages.extensions]\nada.l = 3", 'a name with a dot in it stands in quotes, as "ada.l"'),
        (
            '[averages]\ndeadline = "2027-03-01 12:00 UTC"\nextensions.ada = "2027-02-01 12:00 UTC"',
            "averages.extensions.ada ends before the deadline of everyone",
        ),
        (
            'zone = "Europe/Berlin"\n[averages]\ndeadline = "2027-03-28 02:30"',
            "averages.deadline: 2027-03-28 02:30 does not exist in Europe/Berlin",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_is_expected(text: str, said: str, course: Course) -> None:
    (course.root / "policy.toml").write_text(text)
    with pytest.raises(BadPolicy, match=f"policy.toml.*{said}"):
        load(course)


def test_a_policy_that_cannot_be_read_is_an_error(course: Course) -> None:
    (course.root / "policy.toml").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(BadPolicy, match="policy.toml"):
        load(course)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30 s", 30), ("15 min", 900), ("1 minute", 60), ("2 hours", 7200), ("2h", 7200), ("1 day", 86400)],
)
def test_a_grace_is_read_in_its_unit(text: str, seconds: int, course: Course) -> None:
    assert parsed(f'grace = "{text}"', course).otherwise.grace.total_seconds() == seconds
