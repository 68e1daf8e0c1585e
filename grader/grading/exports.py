"""What a learning platform exported, as the layout of a class: STUDENT/FILE, and which attempt counts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

from grader.grading.lateness import Deadlines
from grader.grading.layout import SUFFIXES, Layout
from grader.grading.platforms import Attempt, Platform, Who, attempts
from grader.grading.policy import Which
from grader.grading.roster import Student
from grader.grading.zips import Found
from grader.text import identifier
from grader.verdict import HandedIn, Source

NEVER = datetime.min.replace(tzinfo=UTC)  # where a platform does not say when
# What nbgrader, Moodle and Canvas call the columns of a name's two parts.
FIRST = ("first_name", "First name", "given_name")
LAST = ("last_name", "Last name", "Surname", "family_name")


@dataclass(frozen=True)
class Export:
    """How exports are read: who made them, which attempt counts, and whose the names are.

    Attributes:
        platform: that made them, None if their names are to tell.
        which: of several attempts.
        roster: gives students the names that they have in the course; without it they have the platform's.
        zone: of times that the platform writes without one.
        deadlines: of the course, for the attempt that was in time.
    """

    platform: Platform | None = None
    which: Which = Which.LAST
    roster: Sequence[Student] = ()
    zone: tzinfo = UTC
    deadlines: Deadlines = Deadlines()


@dataclass
class Arranged:
    """The files of an export, as STUDENT/FILE, and what it says of each student.

    Attributes:
        rounds: the files of one attempt of each student. There is a single round, of the attempts
            that count, unless it takes grades to tell: then there is one for each first attempt,
            one for each second, and so on.
        notes: what was noticed.
        written: what the platform puts before a file's name of theirs; see `Attempt`.
    """

    rounds: list[list[Found]] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)


def arranged(files: Sequence[Found], export: Export, layout: Layout) -> Arranged:
    """Put the files of an export into folders of students.

    If one topic alone is graded, the only notebook of a student is taken for it, whatever its name is.

    Raises:
        NoExport: the files have no names of a platform's.
    """
    by_student: dict[str, list[tuple[Found, Attempt]]] = {}
    read = attempts(files, export.platform, export.zone)
    called = _names({attempt.who: attempt for _, attempt in read}.values(), export.roster)
    for file, attempt in read:
        by_student.setdefault(identifier(called[attempt.who][0]), []).append((file, attempt))
    done = Arranged()
    for student, own in by_student.items():
        notes = done.notes.setdefault(student, list(called[own[0][1].who][1:]))
        counting, note = _counting(student, own, export, layout)
        notes += note
        for place, at in enumerate(counting):
            if place == len(done.rounds):
                done.rounds.append([])
            taken = [(file, attempt) for file, attempt in own if (attempt.at or NEVER) == at]
            paths, renamed = _paths([attempt.file for _, attempt in taken], layout)
            notes += [one for one in renamed if one not in notes]
            # Of several files the one that may be graded, since Canvas shows feedback beside a file.
            likely = sorted(zip(paths, taken, strict=True), key=lambda pair: not layout.knows(pair[0]))
            done.written[student] = likely[0][1][1].written
            stamp, told = (0.0, None) if at is NEVER else (at.timestamp(), HandedIn(at, Source.EXPORT))
            for (file, _), path in zip(taken, paths, strict=True):
                # Whose it is is known: folders of the student's own say nothing.
                there = Found(PurePosixPath(student, path.name), file.label, stamp, file.open, told)
                done.rounds[place].append(there)
    return done


def of_one(files: Sequence[Found], student: str, layout: Layout) -> Arranged:
    """Put what one student handed in into a folder, as `arranged` does for each of a class."""
    paths, note = _paths([file.path for file in files], layout)
    named = [PurePosixPath(student, path.name) for path in paths]
    found = [Found(path, file.label, 0.0, file.open) for file, path in zip(files, named, strict=True)]
    return Arranged([found], {student: note})


def _counting(
    student: str, own: Sequence[tuple[Found, Attempt]], export: Export, layout: Layout
) -> tuple[list[datetime], list[str]]:
    """Return the times of the attempts that may count, with a note: one, unless it takes grades to tell."""
    stamps = sorted({attempt.at or NEVER for _, attempt in own})
    if len(stamps) == 1 or export.which is Which.BEST:
        return stamps, []
    called: str = export.which
    at = stamps[0] if export.which is Which.FIRST else stamps[-1]
    if export.which is Which.IN_TIME:
        in_time = [at for at in stamps if _in_time(student, at, own, export.deadlines, layout)]
        at = in_time[-1] if in_time else at
        called = "last in time" if in_time else "last, as none was in time"
    return [at], [f"of {len(stamps)} attempts the {called}, {_of(at, export.zone)}, counts"]


def _in_time(
    student: str,
    at: datetime,
    own: Sequence[tuple[Found, Attempt]],
    deadlines: Deadlines,
    layout: Layout,
) -> bool:
    """Tell whether an attempt was in time: for the topic that its files name, or all that are graded."""
    named = {layout.topic(attempt.file) for _, attempt in own if (attempt.at or NEVER) == at} - {None}
    topics = [topic for topic in named if topic] or layout.topics
    return all(deadlines.in_time(topic, student, at) for topic in topics)


def _of(at: datetime, zone: tzinfo) -> str:
    return "without a time" if at is NEVER else f"of {at.astimezone(zone):%Y-%m-%d %H:%M}"


def _paths(paths: Sequence[PurePosixPath], layout: Layout) -> tuple[Sequence[PurePosixPath], list[str]]:
    """Return the paths of a student's files, with the topic's name for the only one that can be meant."""
    if len(layout.names) > 1 or any(layout.knows(path) for path in paths):
        return paths, []
    for suffix in SUFFIXES:
        of_kind = [path for path in paths if path.suffix.lower() == suffix]
        if len(of_kind) == 1:
            (only,) = of_kind
            named = PurePosixPath(layout.names[0] + suffix)
            return (
                [named if path == only else path for path in paths],
                [f"{only} was taken for {layout.names[0]}: no other file can be meant"],
            )
    return paths, []


def _names(students: Iterable[Attempt], roster: Sequence[Student]) -> Mapping[Who, tuple[str, ...]]:
    """Return for each student of a platform's the name in the course, and a note if there is one."""
    students = list(students)
    register = Register(roster)
    rows = {one.who: register.whose(one.name, one.ids) for one in students}
    # Of two who would be the same student neither is.
    taken = Counter(row.id for row in rows.values() if row)
    alike = Counter(one.name for one in students)
    found: dict[Who, tuple[str, ...]] = {}
    for one in students:
        row = rows[one.who]
        # A platform's number would make another student of everyone at the next export.
        name = one.name if alike[one.name] == 1 else f"{one.name} {one.ids[0] if one.ids else ''}".strip()
        if row and taken[row.id] == 1:
            found[one.who] = (row.id,)
        elif roster:
            found[one.who] = (name, f"{name} is not in the list of students, or more than once")
        else:
            found[one.who] = (name,)
    return found


class Register:
    """A roster, by what platforms may call its students."""

    def __init__(self, roster: Iterable[Student]) -> None:
        self._named: dict[str, list[Student]] = {}
        self._known: dict[str, list[Student]] = {}
        for row in roster:
            for name in _spellings(row):
                self._named.setdefault(name, []).append(row)
            for text in _known_by(row):
                self._known.setdefault(text, []).append(row)

    def whose(self, name: str, ids: Iterable[str]) -> Student | None:
        """Return who a platform's student is: by name, and by number, login or address if that is not enough.

        A number comes second, since any column of the roster may hold the same one by chance.
        """
        named = self._named.get(letters(name), [])
        if len(named) == 1:
            return named[0]
        found = {row.id: row for one in ids if one for row in self._known.get(one.casefold(), [])}
        known = [row for row in found.values() if row in named] if named else list(found.values())
        return known[0] if len(known) == 1 else None


def _known_by(row: Student) -> set[str]:
    """Return what a student is known by besides the name; a login may be another's first name."""
    return {text.casefold() for column, text in row.columns.items() if column not in (*FIRST, *LAST)}


def _spellings(row: Student) -> set[str]:
    """Return the letters of what a student's name may be: of each column, and of first and last name."""
    known = row.columns
    first, last = (next((known[key] for key in keys if known.get(key)), "") for keys in (FIRST, LAST))
    whole = [first + last, last + first] if first and last else []
    turned = ["".join(text.split(",")[::-1]) for text in known.values()]  # “Lovelace, Ada”
    return {letters(text) for text in (*whole, *turned, *known.values())} - {""}


def letters(name: str) -> str:
    """Return the letters and digits of a name, by which two spellings of it are one."""
    return "".join(sign for sign in unicodedata.normalize("NFC", name).casefold() if sign.isalnum())
