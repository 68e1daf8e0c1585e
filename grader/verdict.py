"""What became of an exercise, as a value: data only, and the one result schema.

`grader … --json`, the store and every report hold exactly these structures.
"""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum

import msgspec

from grader.fault import Place

SCHEMA = 1
UNWRITTEN = "is not written yet."


class Status(StrEnum):
    """What became of one case or one exercise."""

    PASSED = "passed"
    WRONG = "wrong"
    RAISED = "raised"
    MISSING = "missing"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    GRADER_ERROR = "grader_error"


# What ends the process, so that the cases after it are not run.
ENDING = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)


def _share(one: msgspec.Struct, *fields: str) -> None:
    """Have texts that are the same for a whole class be in memory once, wherever they were read from."""
    for field in fields:
        if text := getattr(one, field):
            msgspec.structs.force_setattr(one, field, sys.intern(text))


class CaseVerdict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One case: its name, what became of it, and the wall time it took.

    `run` is False where a case before it had ended the process; it has that one's status.
    """

    name: str
    status: Status
    seconds: float
    run: bool = True

    def __post_init__(self) -> None:
        _share(self, "name")
        # Results that lack the field say it by the time alone.
        if self.status in ENDING and not self.seconds:
            msgspec.structs.force_setattr(self, "run", False)


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One exercise: status, points, the recognised mistake and a message for the student.

    What has a default is left out of JSON where it says nothing.

    Attributes:
        name: the exercise's.
        status: passed, or what became of the first case that did not.
        score: points, of `max_score`.
        max_score: points that there are.
        mistake: the name of the mistake whose answers were returned on every case, or None.
        message: plain text without Markdown, "" where all passed.
        cases: none, where nothing was run.
        place: the line that raised what the message is about.
        sentence: the mistake's, which finishes "your answers are what one gets when".
        unwritten: whether the answer is still to be written, and nothing else is wrong.
        slip: whether a misspelt name or broken syntax is all that is known to be wrong.
        decision: what the instructor decided on it since, "" if nothing.
        returned: a digest of what a wrong answer returned on the hidden cases, if it is no
            recognised mistake: the same of two students who returned the same. It is keyed, so
            that it tells nobody what that was; and it is for instructors.
    """

    name: str
    status: Status
    score: float
    max_score: float
    mistake: str | None
    message: str
    cases: tuple[CaseVerdict, ...]
    place: Place | None = None
    sentence: str = ""
    unwritten: bool = False
    slip: bool = False
    decision: str = ""
    returned: str = ""

    def __post_init__(self) -> None:
        _share(self, "name", "mistake", "sentence")
        # An author may write 10, and results that were read say 10.0.
        msgspec.structs.force_setattr(self, "max_score", float(self.max_score))
        # Results that lack the field say it by the message alone.
        if self.status is Status.MISSING and self.message.endswith(UNWRITTEN):
            msgspec.structs.force_setattr(self, "unwritten", True)

    @property
    def hint_helps(self) -> bool:
        """Whether the exercise's hint, which is about its idea, may help."""
        return self.status not in (Status.PASSED, Status.GRADER_ERROR) and not self.slip


class Source(StrEnum):
    """Where it is known from when something was handed in."""

    EXPORT = "export"  # of a learning platform
    TIMESTAMP = "timestamp.txt"  # beside it, as nbgrader and `grader collect` write it
    FILE = "file"  # its own time, which copying and unpacking may change


class HandedIn(msgspec.Struct, frozen=True):
    """When something was handed in, in UTC, and where that is known from."""

    at: datetime
    source: Source


class Penalty(StrEnum):
    """What becomes of the points of what is late."""

    NONE = "none"  # they stay
    PER_DAY = "per-day"  # a share of the topic's is taken for each day that was begun
    CUT_OFF = "cut-off"  # nothing counts


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True):
    """Until when a topic is to be handed in, and what it costs to be late.

    Attributes:
        topic: its id.
        due: in UTC.
        source: the file that says so.
        penalty: what becomes of the points.
        percent: of the topic's points, taken for each day that was begun.
        days: late, after which nothing counts; None if that is never.
        grace: seconds after it that are not late.
        zone: the name of the time zone in which people of the course read times.
    """

    topic: str
    due: datetime
    source: str
    penalty: Penalty = Penalty.NONE
    percent: float = 0.0
    days: int | None = None
    grace: float = 0.0
    zone: str = "UTC"


class Lateness(msgspec.Struct, frozen=True, omit_defaults=True):
    """How late a submission is, and what it had before.

    Attributes:
        before: the points before anything was taken for it.
        due: until when this student had time, in UTC.
        extended: whether that is later than for the others.
        seconds: late, 0 if it was in time; None if nobody knows when it was handed in.
        zone: see `Deadline`.
    """

    before: float
    due: datetime
    extended: bool = False
    seconds: float | None = None
    zone: str = "UTC"


class Graded(msgspec.Struct, frozen=True, omit_defaults=True):
    """One submission: one student's file for one topic, with its verdicts.

    `notes` holds what an instructor should know and no student is blamed for:
    a duplicate that was passed over, a cell that was not run. `digest` is the
    SHA-256 of the file's bytes, "" if it could not be opened. `unread` says why
    the file could not be read, "" if it could: then nothing in it was graded, and
    its score is none. `handed_in` is None where nobody knows when it was. `lateness`
    is there where a deadline was applied, and never where results are kept.
    """

    student: str
    topic: str
    file: str
    score: float
    max_score: float
    seconds: float
    exercises: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    digest: str = ""
    unread: str = ""
    handed_in: HandedIn | None = None
    lateness: Lateness | None = None

    @property
    def earned(self) -> float:
        """Return the points before anything was taken for being late."""
        return self.score if self.lateness is None else self.lateness.before

    @property
    def failed(self) -> bool:
        """Whether the grader itself failed on any exercise."""
        return any(verdict.status is Status.GRADER_ERROR for verdict in self.exercises)


class PassedOver(msgspec.Struct, frozen=True):
    """What was handed in and cannot be graded: where it is, why, and whose it is, "" if nobody knows."""

    file: str
    reason: str
    student: str = ""


class Missing(msgspec.Struct, frozen=True):
    """A student on the roster of whom there is nothing for a topic (id) that others handed in."""

    student: str
    topic: str


class Results(msgspec.Struct, frozen=True):
    """A run's submissions, their environment, what was passed over, and who on the roster is missing.

    `deadlines` are those that were applied, by topic; there are none where results are kept.
    """

    submissions: tuple[Graded, ...]
    environment: dict[str, str]
    schema: int = SCHEMA
    passed_over: tuple[PassedOver, ...] = ()
    missing: tuple[Missing, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


def worst(statuses: list[Status]) -> Status:
    """Return passed if all passed, a grader's error if there is one, else the first failure."""
    if Status.GRADER_ERROR in statuses:
        return Status.GRADER_ERROR
    return next((status for status in statuses if status is not Status.PASSED), Status.PASSED)
