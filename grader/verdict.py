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


# What ends the process, so that the cases after it are not run.
ENDING = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED)


class CaseVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One case: its name, what became of it, and the wall time it took.

    `run` is False where a case before it had ended the process; it has that one's status.
    """

    name: str
    status: Status
    seconds: float
    run: bool = True

    def __post_init__(self) -> None:
        # Results that lack the field say it by the time alone.
        if self.status in ENDING and not self.seconds:
            msgspec.structs.force_setattr(self, "run", False)


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
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
        # An author may write 10, and results that were read say 10.0.
        msgspec.structs.force_setattr(self, "max_score", float(self.max_score))
        # Results that lack the field say it by the message alone.
        if self.status is Status.MISSING and self.message.endswith(UNWRITTEN):
            msgspec.structs.force_setattr(self, "unwritten", True)

    @property
    def hint_helps(self) -> bool:
        """Whether the exercise's hint, which is about its idea, may help."""
        return self.status not in (Status.PASSED, Status.GRADER_ERROR) and not self.slip


class Graded(msgspec.Struct, frozen=True):
    """One submission: one student's file for one topic, with its verdicts.

    `notes` holds what an instructor should know and no student is blamed for:
    a duplicate that was passed over, a cell that was not run. `digest` is the
    SHA-256 of the file's bytes, "" if it could not be opened. `unread` says why
    the file could not be read, "" if it could: then nothing in it was graded, and
    its score is none.
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
    """A run's submissions, their environment, what was passed over, and who on the roster is missing."""

    submissions: tuple[Graded, ...]
    environment: dict[str, str]
    schema: int = SCHEMA
    passed_over: tuple[PassedOver, ...] = ()
    missing: tuple[Missing, ...] = ()


def worst(statuses: list[Status]) -> Status:
    """Return passed if all passed, a grader's error if there is one, else the first failure."""
    if Status.GRADER_ERROR in statuses:
        return Status.GRADER_ERROR
    return next((status for status in statuses if status is not Status.PASSED), Status.PASSED)
