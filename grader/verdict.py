"""What became of an exercise, as a value: data only, and the one result schema.

`grader … --json`, the store and every report hold exactly these structures.
"""

from __future__ import annotations

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


class CaseVerdict(msgspec.Struct, frozen=True):
    """One case: its name, what became of it, and the wall time it took."""

    name: str
    status: Status
    seconds: float


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One exercise: status, points, the recognised mistake and a message for the student.

    `mistake` is the name of the mistake whose answers were returned on every
    case, or None. `message` is Markdown-free plain text, "" where all passed.
    `place` is the line that raised what the message is about; like all that has
    a default, it is left out of JSON where it says nothing.
    """

    name: str
    status: Status
    score: float
    max_score: float
    mistake: str | None
    message: str
    cases: tuple[CaseVerdict, ...]
    place: Place | None = None

    @property
    def unwritten(self) -> bool:
        """Whether the answer is still to be written, and nothing else is wrong."""
        return self.status is Status.MISSING and self.message.endswith(UNWRITTEN)


class Graded(msgspec.Struct, frozen=True):
    """One submission: one student's file for one topic, with its verdicts.

    `notes` holds what an instructor should know and no student is blamed for:
    a duplicate that was passed over, a cell that was not run.
    """

    student: str
    topic: str
    file: str
    score: float
    max_score: float
    seconds: float
    exercises: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the grader itself failed on any exercise."""
        return any(verdict.status is Status.GRADER_ERROR for verdict in self.exercises)


class Results(msgspec.Struct, frozen=True):
    """A run's submissions, and the environment they were graded in."""

    submissions: tuple[Graded, ...]
    environment: dict[str, str]
    schema: int = SCHEMA


def worst(statuses: list[Status]) -> Status:
    """Return passed if all passed, a grader's error if there is one, else the first failure."""
    if Status.GRADER_ERROR in statuses:
        return Status.GRADER_ERROR
    return next((status for status in statuses if status is not Status.PASSED), Status.PASSED)
