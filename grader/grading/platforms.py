"""What learning platforms export: whose each file is, which attempt it is of, and when it was handed in.

canvas          lovelaceada_LATE_9562_46792_optimisers-1.ipynb
moodle          Ada Lovelace_657717_assignsubmission_file/optimisers.ipynb, or all of it in one name
blackboard      Homework 6_alovelace_attempt_2026-11-20-22-10-05_optimisers.ipynb
brightspace     3970-2557 - Ada Lovelace - Nov 20, 2026 926 PM/optimisers.ipynb
gradescope      submission_46792/optimisers.ipynb, and submission_metadata.yml, which says whose it is

These names are the platform's, not the student's, but for the last part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from grader.errors import PlainError
from grader.grading.times import NoTime, moment
from grader.grading.work import NotGradable
from grader.grading.zips import Found

LARGEST_TABLE = 20_000_000  # bytes of Gradescope's table that are read
METADATA = "submission_metadata.yml"
WITHIN = 2  # folders of a path in which the platform's name is looked for: an export may lie in one


class NoExport(PlainError):
    """What was named is no export of a platform that is known; the message says what was expected."""


Who = tuple[str, tuple[str, ...]]


class Platform(StrEnum):
    """A learning platform whose exports are known."""

    MOODLE = "moodle"
    BLACKBOARD = "blackboard"
    BRIGHTSPACE = "brightspace"
    GRADESCOPE = "gradescope"
    CANVAS = "canvas"  # last: most of the others' names could be Canvas'


@dataclass(frozen=True)
class Attempt:
    """A file as the platform has it.

    Attributes:
        name: of the student, as the platform writes it.
        ids: what else the platform knows the student by: numbers, a login, an address.
        file: the file's own name, which the student chose.
        at: when it was handed in, in UTC; None where the platform does not say.
        written: what the platform puts before a file's name, and takes back before another's; "" where
            no such way is known.
    """

    name: str
    ids: tuple[str, ...]
    file: PurePosixPath
    at: datetime | None = None
    written: str = ""

    @property
    def who(self) -> Who:
        """Return what tells one student of a platform's from another."""
        return self.name, self.ids


# The part of a path that the platform wrote; what is behind it, or in that folder, is the student's. What
# is found first counts, since a student's part may repeat another's.
WRITTEN = {
    Platform.CANVAS: re.compile(r"(?P<name>.+?)(?:_LATE)?_(?P<id>\d+)(?:_\d+)?_(?P<file>.+)"),
    Platform.MOODLE: re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)"),
    Platform.BLACKBOARD: re.compile(
        r"(?P<name>.+?_[^_]+?)_attempt_(?P<at>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"
    ),
    Platform.BRIGHTSPACE: re.compile(
        r"(?P<id>\d+(?:-\d+)?) - (?P<name>.+?) - (?P<at>[^-]*\d{4},? [^-]*?\d(?: ?[AP]M)?)"
        r"(?: - (?P<file>.+))?"
    ),
    Platform.GRADESCOPE: re.compile(r"submission_(?P<id>\d+)"),
}
FLAT = (Platform.CANVAS, Platform.BLACKBOARD)  # have all in a file's name; others can have folders
TIMES = (
    "%Y-%m-%d-%H-%M-%S", "%b %d, %Y %I%M %p", "%B %d, %Y %I%M %p", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p",
    "%d %B, %Y %I%M %p", "%d %B %Y %H%M",
)  # fmt: skip


def attempts(
    files: Sequence[Found], platform: Platform | None, zone: tzinfo = UTC
) -> list[tuple[Found, Attempt]]:
    """Return whose each file of an export is; a file that was handed in by a group is there once for each.

    Args:
        files: by their paths in the export.
        platform: that made it, None for the one whose names most files have.
        zone: of times that it writes without one.

    Raises:
        NoExport: no file has a name as the platform writes it.
    """
    tried = [platform] if platform else list(Platform)
    fitting = [sum(1 for file in files for _ in _matched(one, file.path)) for one in tried]
    found = list(_read(tried[fitting.index(max(fitting))], files, zone))
    if not found:
        expected = "; ".join(" ".join(line.split()) for line in (__doc__ or "").splitlines()[2:7])
        what = f"of {platform}" if platform else "of a platform that is known"
        raise NoExport(f"no file has a name as in an export {what}. Expected are: {expected}")
    return found


def _read(platform: Platform, files: Sequence[Found], zone: tzinfo) -> Iterator[tuple[Found, Attempt]]:
    matches = [(file, match, rest) for file in files for match, rest in _matched(platform, file.path)]
    if platform is Platform.GRADESCOPE:
        submitters = _submitters(files, zone)
        for file, match, rest in matches:
            for attempt in submitters.get(match[0], ()):
                yield file, Attempt(attempt.name, attempt.ids, rest, attempt.at)
        return
    assignment = (
        _shared([match["name"] for _, match, _ in matches]) if platform is Platform.BLACKBOARD else ""
    )
    for file, match, rest in matches:
        groups = match.groupdict()
        name = match["name"].removeprefix(assignment)
        own = PurePosixPath(groups.get("file") or "", rest)
        if own.parts:  # Blackboard's .txt tells of a hand-in, and is none
            at, ids = _time(groups.get("at") or "", zone), (groups.get("id") or name,)
            yield file, Attempt(name, ids, own, at, _written(platform, match))


def _matched(platform: Platform, path: PurePosixPath) -> Iterator[tuple[re.Match[str], PurePosixPath]]:
    """Yield the match of the part of a path that the platform wrote, and what follows it."""
    for place, part in enumerate(path.parts[:WITHIN]):
        match = WRITTEN[platform].fullmatch(part)
        rest = PurePosixPath(*path.parts[place + 1 :])
        if match and bool(rest.parts) != (platform in FLAT or bool(match.groupdict().get("file"))):
            yield match, rest
            return


def _written(platform: Platform, match: re.Match[str]) -> str:
    """Return what a platform that takes feedback back puts before a file's name.

    Canvas finds student and file by the two numbers in it; Moodle the student, by number and two words.
    """
    if platform is Platform.CANVAS:
        return match[0][: match.start("file")]
    return f"{match['name']}_{match['id']}_assignsubmission_file_/" if platform is Platform.MOODLE else ""


def _shared(heads: Sequence[str]) -> str:
    """Return what stands before all logins, as far as an underscore: the assignment's name.

    Both can hold one. Of a single login the last part is taken.
    """
    shared = os.path.commonprefix(sorted(set(heads))) if len(set(heads)) > 1 else "".join(heads[:1])
    return shared[: shared.rfind("_") + 1]


def _time(stamp: str, zone: tzinfo) -> datetime | None:
    for form in TIMES:
        with suppress(ValueError):
            return moment(datetime.strptime(stamp, form), zone)
    return None


def _submitters(files: Iterable[Found], zone: tzinfo) -> dict[str, list[Attempt]]:
    """Return who handed in what, by the name of its folder, as Gradescope's table says.

    Raises:
        NoExport: there is a table that cannot be read.
    """
    import yaml

    found: dict[str, list[Attempt]] = {}
    for table in (file for file in files if file.path.name == METADATA and not _of_a_student(file.path)):
        try:
            text = _content(table.open)
            read: Any = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            rows: Mapping[str, Any] = read or {}
            for folder, row in rows.items():
                at = row.get(":created_at")
                for person in row[":submitters"]:
                    ids = [str(person[key]) for key in (":sid", ":email") if person.get(key)]
                    ids += [one.partition("@")[0] for one in ids if "@" in one]
                    name, when = str(person[":name"]), moment(at, zone) if isinstance(at, datetime) else None
                    attempt = Attempt(name, tuple(ids), PurePosixPath(), when)
                    found.setdefault(str(folder), []).append(attempt)
        except (yaml.YAMLError, AttributeError, KeyError, TypeError, NoTime, NotGradable, OSError) as error:
            raise NoExport(f"{table.label} cannot be read: download the export again") from error
    return found


def _of_a_student(path: PurePosixPath) -> bool:
    """Whether a file lies in the folder of a submission, where its student may have put it."""
    return any(WRITTEN[Platform.GRADESCOPE].fullmatch(part) for part in path.parts[:-1])


def _content(opened: Callable[[], int]) -> bytes:
    with os.fdopen(opened(), "rb") as file:
        content = file.read(LARGEST_TABLE + 1)
    if len(content) > LARGEST_TABLE:
        raise NotGradable("it is too large")
    return content
