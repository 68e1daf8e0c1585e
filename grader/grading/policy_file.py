"""policy.toml, at the root of a course, which holds its policy as data.

What stands above the topics is for all of them that say nothing else:

    zone = "Europe/Berlin"          # of times that name none
    penalty = "per-day"             # or "cut-off", or "none"
    percent = 10                    # of the topic's points, for each day that was begun
    days = 3                        # after as many nothing counts
    grace = "15 min"                # that are not late
    attempt = "best"                # or "last", "first", "in-time"

    [optimisers]
    deadline = "2027-03-01 12:00"

    [optimisers.extensions]
    ada = "2027-03-08 12:00"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, TypeVar

from grader.course import Course, CourseError, unknown
from grader.errors import PlainError
from grader.grading import times
from grader.grading.policy import FILE, BadPolicy, Policy, Terms, Which
from grader.saved import utf_8
from grader.text import identifier
from grader.verdict import Penalty

FOR_ALL = ("zone", "penalty", "percent", "days", "grace", "attempt")
OF_TOPIC = ("deadline", "extensions", *FOR_ALL[1:])
UNITS = {"s": 1, "sec": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
Kind = TypeVar("Kind", bound=StrEnum)
DURATION = re.compile(r"(\d{1,6}) ?([a-z]+?)s?")


def load(course: Course) -> Policy:
    """Return a course's policy; where there is no file, it says nothing.

    Raises:
        BadPolicy: the file cannot be read, or says something else than is expected.
    """
    path = course.root / FILE
    try:
        return parsed(utf_8(path.read_bytes()).decode("utf-8"), course) if path.exists() else Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}") from error


def parsed(text: str, course: Course) -> Policy:
    """Return what the text of a course's policy says.

    Raises:
        BadPolicy: it is no TOML, or says something else than is expected.
    """
    path = course.root / FILE
    try:
        return _policy(tomllib.loads(text), course)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(
            f'{path} cannot be read ({error}): expected are lines as `deadline = "2027-03-01 12:00 UTC"` '
            "under the line `[TOPIC]`"
        ) from error
    except PlainError as error:
        raise BadPolicy(f"{path}: {error}") from error


def _policy(said: Mapping[str, Any], course: Course) -> Policy:
    for_all = {name: value for name, value in said.items() if not isinstance(value, dict)}
    _known("", for_all, FOR_ALL)
    named = _text("zone", for_all.get("zone", ""), "a name as Europe/Berlin")
    zone = times.zone_of(named) if "zone" in for_all else None
    otherwise = _terms("", for_all, Terms(), zone)
    topics: dict[str, Terms] = {}
    for name, table in said.items():
        if not isinstance(table, dict):
            continue
        try:
            topic = course.topic(name)
        except CourseError as error:
            raise BadPolicy(f"[{name}]: {error}") from error
        if topic.id in topics:
            raise BadPolicy(f"[{name}]: there are two tables of {topic.id}; keep one")
        _known(f"{name}.", table, OF_TOPIC)
        topics[topic.id] = _terms(f"{name}.", table, otherwise, zone)
        _per_day(f"{name}.", table, topics[topic.id].penalty)
    all_kinds = {terms.penalty for terms in (otherwise, *topics.values())}
    _per_day("", for_all, Penalty.PER_DAY if Penalty.PER_DAY in all_kinds else otherwise.penalty)
    return Policy(named, otherwise, topics)


def _per_day(where: str, said: Mapping[str, Any], penalty: Penalty) -> None:
    """Refuse what is said of days where no day costs anything."""
    for name in ("percent", "days"):
        if name in said and penalty is not Penalty.PER_DAY:
            raise BadPolicy(f'{where}{name} goes with penalty = "per-day", and the penalty is "{penalty}"')


def _terms(where: str, said: Mapping[str, Any], otherwise: Terms, zone: tzinfo | None) -> Terms:
    """Read the settings of one table; what it does not say is as `otherwise`."""
    terms = otherwise
    for name, value in said.items():
        here = f"{where}{name}"
        if name == "deadline":
            terms = replace(terms, due=_time(here, value, zone))
        elif name == "extensions":
            terms = replace(terms, extensions=_extensions(here, value, zone))
        elif name == "penalty":
            terms = replace(terms, penalty=_one_of(here, value, Penalty))
        elif name == "attempt":
            terms = replace(terms, attempt=_one_of(here, value, Which))
        elif name == "percent":
            if not _is_number(value, int | float) or not 0 < value <= 100:
                raise BadPolicy(f"{here} is {_shown(value)}; expected is a number above 0 and up to 100")
            terms = replace(terms, percent=float(value))
        elif name == "days":
            if not _is_number(value, int) or value < 1:
                raise BadPolicy(f"{here} is {_shown(value)}; expected is a whole number of days, 1 or more")
            terms = replace(terms, days=value)
        elif name == "grace":
            terms = replace(terms, grace=_duration(here, value))
    if terms.penalty is Penalty.PER_DAY and not terms.percent:
        raise BadPolicy(f'{where}penalty is "per-day"; say how much a day costs, as in `percent = 10`')
    early = [name for name, until in terms.extensions.items() if terms.due and until < terms.due]
    if early:
        raise BadPolicy(f"{where}extensions.{early[0]} ends before the deadline of everyone")
    return terms


def _extensions(where: str, value: Any, zone: tzinfo | None) -> Mapping[str, datetime]:
    if not isinstance(value, dict):
        raise BadPolicy(
            f'{where} is {_shown(value)}; expected is a table of lines as `ada = "2027-03-08 12:00 UTC"`'
        )
    for name, until in value.items():
        if isinstance(until, dict):
            whole = f"{name}.{next(iter(until), '')}"
            raise BadPolicy(
                f'{where}.{name} is a table; a name with a dot in it stands in quotes, as "{whole}"'
            )
    return {identifier(name): _time(f"{where}.{name}", until, zone) for name, until in value.items()}


def _time(where: str, value: Any, zone: tzinfo | None) -> datetime:
    """Read a time, as a text or as TOML itself has it."""
    try:
        if isinstance(value, datetime):
            if value.tzinfo is None and zone is None:
                raise times.NoTime(f"{value} says no time zone")
            return times.moment(value, zone or UTC, deadline=True)
        if isinstance(value, str):
            return times.time_of(value, zone, deadline=True)
    except times.NoTime as error:
        advice = "" if zone else '. Or write `zone = "Europe/Berlin"` on the first line, for all times'
        raise BadPolicy(f"{where}: {error}{advice if 'zone' in str(error) else ''}") from None
    raise BadPolicy(f'{where} is {_shown(value)}; expected is a day and a time, as "2027-03-01 12:00 UTC"')


def _duration(where: str, value: Any) -> timedelta:
    match = DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None or match[2] not in UNITS:
        raise BadPolicy(f'{where} is {_shown(value)}; expected is a time as "15 min", "2 hours" or "1 day"')
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


def _one_of(where: str, value: Any, kind: type[Kind]) -> Kind:
    names = ", ".join(f'"{one}"' for one in kind)
    said = _text(where, value, f"one of {names}").strip().lower().replace(" ", "-")
    if said not in set(kind):
        raise BadPolicy(f"{where} is {_shown(value)}; expected is one of {names}")
    return kind(said)


def _text(where: str, value: Any, expected: str) -> str:
    if not isinstance(value, str):
        raise BadPolicy(f"{where} is {_shown(value)}; expected is {expected}")
    return value


def _known(where: str, said: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in said:
        if name not in names:
            raise BadPolicy(f"{where}{name}: {unknown('setting', name, names)}")


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """Return a value as it stands in the file, or nearly so."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return value.isoformat() if isinstance(value, date | time) else str(value)
