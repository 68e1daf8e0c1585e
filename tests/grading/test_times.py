"""Times as they are written become moments in UTC, or are said to be none."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grader.grading.times import NoTime, moment, of_file, stamped, time_of
from grader.verdict import HandedIn, Source

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2027-03-01 12:00 UTC", 12),
        ("2027-03-01 12:00Z", 12),
        ("2027-03-01T12:00:00+01:00", 11),
        ("2027-03-01 12:00 Europe/Berlin", 11),
        ("2027-07-01 12:00 Europe/Berlin", 10),
        ("2027-03-01 12:00", 11),
    ],
)
def test_a_time_is_read_in_its_zone_or_else_in_the_course_s(text: str, hour: int) -> None:
    found = time_of(text, BERLIN)
    assert (found.hour, found.tzinfo) == (hour, UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow", "is no time, as 2027-03-01 12:00 UTC is"),
        ("2027-02-30 12:00 UTC", "is no time"),
        ("2027-03-01 12:00", "says no time zone"),
        ("2027-03-01", "says no time of day"),
        ("2027-03-01 12:00 Europe/Berln", "did you mean `Europe/Berlin`"),
        ("2027-03-01 12:00 PM", "there is no time zone 'PM'"),
        ("0001-01-01 00:00 Asia/Tokyo", "no time that there is in UTC"),
    ],
)
def test_what_is_no_time_says_what_it_lacks(text: str, said: str) -> None:
    with pytest.raises(NoTime, match=said):
        time_of(text)


def test_a_deadline_that_clocks_skip_is_refused_and_what_was_handed_in_then_is_not() -> None:
    skipped = "2027-03-28 02:30"
    with pytest.raises(NoTime, match="02:30 does not exist in Europe/Berlin"):
        time_of(skipped, BERLIN, deadline=True)
    assert time_of(skipped, BERLIN) == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)


def test_of_two_moments_of_one_name_the_one_counts_that_is_better_for_the_student() -> None:
    twice = "2027-10-31 02:30"
    assert time_of(twice, BERLIN, deadline=True) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert time_of(twice, BERLIN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    said = datetime(2027, 10, 31, 2, 30, tzinfo=UTC)
    assert moment(said, BERLIN) == said  # a time with a zone is one moment


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-03-01 12:00:05.123456 UTC\n", datetime(2027, 3, 1, 12, 0, 5, 123456, tzinfo=UTC)),
        ("2027-03-01 12:00:05", datetime(2027, 3, 1, 12, 0, 5, tzinfo=UTC)),
        ("2027-03-01 12:00:05 America/New_York", datetime(2027, 3, 1, 17, 0, 5, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_read_as_nbgrader_writes_it(text: str, at: datetime, tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert stamped(tmp_path) == HandedIn(at, Source.TIMESTAMP)


def test_a_timestamp_that_is_none_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    assert stamped(tmp_path) is None
    (tmp_path / "timestamp.txt").write_bytes(b"\xff")
    with pytest.raises(NoTime, match="cannot be read"):
        stamped(tmp_path)
    (tmp_path / "timestamp.txt").unlink()
    os.mkfifo(tmp_path / "timestamp.txt")
    with pytest.raises(NoTime, match="it is not a file"):
        stamped(tmp_path)


def test_a_file_s_own_time_is_in_whole_seconds() -> None:
    assert of_file(1_800_000_000.9) == HandedIn(datetime(2027, 1, 15, 8, tzinfo=UTC), Source.FILE)
    assert of_file(1e30) is None
