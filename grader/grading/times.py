"""Times as people and platforms write them, read as moments in UTC.

A time in a zone is none, or two, where clocks are put forward or back. A
deadline that is none is refused, and of two the later one counts; what was
handed in was so at the earlier one. Both are in the student's favour.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from grader.course import nearest
from grader.errors import PlainError
from grader.grading.work import NotGradable, open_file
from grader.names import TIMESTAMP
from grader.verdict import HandedIn, Source

ZONED = re.compile(r"(.*\d) ?([A-Za-z][\w/+-]*)")
OF_DAY = re.compile(r"\d[T ]\d")
LONGEST = 100  # bytes of timestamp.txt that are read


class NoTime(PlainError):
    """A text is no time; the message says what it lacks."""


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name, as Europe/Berlin.

    Raises:
        NoTime: there is none.
    """
    if name in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = " or ".join(f"`{one}`" for one in nearest(name, available_timezones()))
        raise NoTime(
            f"there is no time zone {name!r}"
            + (f"; did you mean {near}?" if near else ", as Europe/Berlin and UTC are")
        ) from None


def time_of(text: str, zone: tzinfo | None = None, deadline: bool = False) -> datetime:
    """Read a time, as 2027-03-01 12:00 UTC or 2027-03-01 12:00 Europe/Berlin.

    Args:
        text: as it is written.
        zone: which is meant where the text names none; None to ask for one.
        deadline: whether it is one, and not the time of what was handed in.

    Raises:
        NoTime: it is none, names no zone, or is skipped by clocks that are put forward.
    """
    text = text.strip()
    parts = ZONED.fullmatch(text)
    try:
        found = datetime.fromisoformat(parts[1] if parts else text)
    except ValueError:
        raise NoTime(f"{text!r} is no time, as 2027-03-01 12:00 UTC is") from None
    if not OF_DAY.search(text):
        raise NoTime(f"{text!r} says no time of day, as 2027-03-01 12:00 UTC does")
    if parts:
        found = found.replace(tzinfo=zone_of(parts[2]))
    elif found.tzinfo is None and zone is None:
        raise NoTime(f"{text!r} says no time zone, as 2027-03-01 12:00 UTC does")
    return moment(found, zone or UTC, deadline)


def moment(found: datetime, zone: tzinfo, deadline: bool = False) -> datetime:
    """Return a time in UTC; one without a zone is taken in `zone`.

    Raises:
        NoTime: it is a deadline, and skipped by clocks that are put forward; or it lies before the year 1.
    """
    there = found if found.tzinfo else found.replace(tzinfo=zone)
    try:
        first, second = (there.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        raise NoTime(f"{found} is no time that there is in UTC") from None
    if deadline and first > second:
        raise NoTime(
            f"{found.replace(tzinfo=None).isoformat(' ', 'minutes')} does not exist in {there.tzinfo}: "
            "clocks are put forward over it; write another time"
        )
    return max(first, second) if deadline else min(first, second)


def of_file(modified: float) -> HandedIn | None:
    """Return when a file was handed in, by its own time, in seconds since 1970; None if that is none."""
    with suppress(OverflowError):
        return HandedIn(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(modified)), Source.FILE)
    return None


def stamped(folder: Path) -> HandedIn | None:
    """Return what the timestamp.txt in a submission's folder says; None where there is none.

    nbgrader means UTC where it names no zone.

    Raises:
        NoTime: it holds something else, or cannot be read.
    """
    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return None
    try:
        with os.fdopen(open_file(path), "rb") as file:
            text = file.read(LONGEST).decode("utf-8-sig").strip()
    except (NotGradable, OSError, UnicodeDecodeError) as error:
        raise NoTime(f"it cannot be read: {error}") from error
    return HandedIn(time_of(text, UTC), Source.TIMESTAMP) if text else None
