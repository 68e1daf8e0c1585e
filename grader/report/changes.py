"""What changed between two gradings of a class, as data; `gradings` finds it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from grader.files import write
from grader.text import to_json
from grader.verdict import Status

SCHEMA = 1


class Cause(StrEnum):
    """What may have changed a verdict."""

    FILE = "file"  # another file was handed in
    CHECKS = "checks"  # the text of checks.py
    SEEDS = "seeds"  # the inputs of the cases
    KEY = "key"  # anything else in the answer key: the expected answers, the mistakes
    ENVIRONMENT = "environment"  # the version of a library, of Python or of the grader; or a limit
    ISOLATION = "isolation"
    DECISION = "decision"  # it was withdrawn, credited or weighed anew
    FAILURE = "failure"  # the grader failed on one of both


BY_KIND = {"checks": Cause.CHECKS, "seeds": Cause.SEEDS, "keys": Cause.KEY}


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that differs: `name` says which of its kind; `old` and `new` are digests or versions."""

    cause: Cause
    name: str = ""
    old: str = ""
    new: str = ""


class Points(msgspec.Struct, frozen=True):
    """Points, of those that there are."""

    score: float
    max_score: float


class ExerciseChange(msgspec.Struct, frozen=True):
    """An exercise whose points changed; None where it is not there.

    `because` is empty if nothing else is known to differ.
    """

    name: str
    old: Points | None
    new: Points | None
    because: tuple[Difference, ...]


class SubmissionChange(msgspec.Struct, frozen=True):
    """A submission (student and topic's id) whose points changed."""

    student: str
    topic: str
    old: Points
    new: Points
    exercises: tuple[ExerciseChange, ...]


class Reworded(msgspec.Struct, frozen=True):
    """An exercise with the points it had, of which something else is said.

    `values` says whether the answer returned other values, where nothing that is
    known explains it. Nobody may be told anything else then.
    """

    student: str
    topic: str
    name: str
    old: Status
    new: Status
    old_message: str
    new_message: str
    values: bool
    because: tuple[Difference, ...]


class Lone(msgspec.Struct, frozen=True):
    """A submission that is graded in one of both; `why` says why not in the other, if that is known."""

    student: str
    topic: str
    why: str = ""


class Besides(msgspec.Struct, frozen=True):
    """What differs besides for some submissions, whether points changed or not; without its digests."""

    difference: Difference
    submissions: int


class Changes(msgspec.Struct, frozen=True):
    """All that changed; `compared` submissions are in both, and `schema` is this structure's."""

    compared: int
    besides: tuple[Besides, ...]
    changed: tuple[SubmissionChange, ...]
    reworded: tuple[Reworded, ...]
    only_old: tuple[Lone, ...]
    only_new: tuple[Lone, ...]
    schema: int = SCHEMA

    @property
    def any(self) -> bool:
        """Whether anybody's points changed, or a submission is in one of both alone."""
        return bool(self.changed or self.only_old or self.only_new)


def write_json(changes: Changes, path: Path) -> None:
    """Write all that changed in one step: the file is whole, or what it was before.

    Raises:
        OSError: it cannot be written.
    """
    write(path, msgspec.json.format(to_json(changes), indent=2) + b"\n")
