"""What a student has done so far, kept beside their work in `.grader/progress.json`.

It goes where the folder goes, needs no account, and is a convenience: what
cannot be read is as good as nothing, and a folder that cannot be written to
stops no check. No grade depends on it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from grader import files
from grader.names import FOLDER
from grader.student.assignment import Assignment
from grader.text import to_json
from grader.verdict import Status, Verdict

SCHEMA = 1


class State(StrEnum):
    """How far a student is with an exercise."""

    DONE = "done"
    IN_PROGRESS = "in progress"
    TO_DO = "to do"


class Entry(msgspec.Struct, frozen=True):
    """What came of an exercise when it was last checked, and how often it has failed since it was right.

    Slips count as one try together: who misspells a name has not misunderstood.
    """

    status: Status
    score: float
    tries: int

    @property
    def state(self) -> State:
        """Return how far the student is."""
        if self.status is Status.PASSED:
            return State.DONE
        return State.IN_PROGRESS if self.tries else State.TO_DO


class Progress(msgspec.Struct, frozen=True):
    """A topic's entries by exercise, as of which key, and when (seconds since 1970)."""

    key: str = ""
    checked: float = 0.0
    exercises: dict[str, Entry] = {}
    schema: int = SCHEMA

    def entry(self, exercise: str) -> Entry:
        """Return what is known of an exercise; to do, where nothing is."""
        return self.exercises.get(exercise, Entry(Status.MISSING, 0.0, 0))


def load(assignment: Assignment) -> Progress:
    """Return what is known; nothing, if it was of another version of the assignment."""
    try:
        found = msgspec.json.decode(_path(assignment).read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Progress()
    fresh = found.schema == SCHEMA and found.key == assignment.rules.key.fingerprint
    return found if fresh else Progress()


def note(assignment: Assignment, verdicts: Iterable[Verdict], tried: bool = True) -> Progress:
    """Take verdicts in, and return what is known now.

    Args:
        tried: whether a failure counts as another try at the exercise.
    """
    before = load(assignment)
    entries = dict(before.exercises)
    for verdict in verdicts:
        if verdict.status is Status.GRADER_ERROR:
            continue  # it says nothing about the answer
        failed = verdict.status is not Status.PASSED and not verdict.unwritten
        counted = tried and not verdict.slip
        tries = max(before.entry(verdict.name).tries + counted, 1) if failed else 0
        entries[verdict.name] = Entry(verdict.status, verdict.score, tries)
    now = Progress(assignment.rules.key.fingerprint, time.time(), entries)
    with contextlib.suppress(OSError):
        write(_path(assignment), to_json(now))
    return now


def current(assignment: Assignment) -> str:
    """Return the first exercise that is not done; the first of all if all are."""
    known, names = load(assignment), assignment.exercises
    return next((name for name in names if known.entry(name).state is not State.DONE), names[0])


def write(path: Path, content: bytes) -> None:
    """Write a file in the folder that is kept beside a student's work.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(exist_ok=True)
    # The folder is nobody's work: a student's repository need not see it.
    (path.parent / ".gitignore").write_text("*\n")
    files.write(path, content)


def _path(assignment: Assignment) -> Path:
    return assignment.folder / FOLDER / "progress.json"
