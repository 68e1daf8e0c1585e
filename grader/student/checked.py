"""What came of the text that was checked last, so that nobody waits twice for the same.

It lies beside the progress, and is as good as nothing where it cannot be read
or written, or is of another text, key or version. No grade depends on it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from grader import __version__
from grader.grading.rules import Rules
from grader.names import FOLDER
from grader.student import progress
from grader.student.assignment import Assignment
from grader.text import to_json
from grader.verdict import Status, Verdict
from grader.versions import versions


class Record(msgspec.Struct, frozen=True):
    """Verdicts by exercise, and the digest of all that they depend on."""

    digest: str = ""
    exercises: dict[str, Verdict] = {}


def digest(text: bytes, rules: Rules) -> str:
    """Return the digest of all that a student's own verdicts depend on."""
    found = hashlib.sha256()
    for part in (__version__, rules.key.digest, repr(sorted(versions().items()))):
        found.update(part.encode() + b"\0")
    found.update(text)
    return found.hexdigest()


def note(assignment: Assignment, text: bytes, verdicts: Iterable[Verdict]) -> None:
    """Take in what came of a text; what came of another one is forgotten."""
    mark, before = digest(text, assignment.rules), _load(assignment)
    known = before.exercises if before.digest == mark else {}
    # A failure of the grader says nothing about the text.
    said = {one.name: one for one in verdicts if one.status is not Status.GRADER_ERROR}
    with contextlib.suppress(OSError):
        progress.write(_path(assignment), to_json(Record(mark, {**known, **said})))


def find(assignment: Assignment, text: bytes) -> list[Verdict] | None:
    """Return the verdicts of all exercises that are asked for; None if one is not known of this text."""
    known = _load(assignment)
    names = assignment.exercises
    if not known.exercises.keys() >= set(names) or known.digest != digest(text, assignment.rules):
        return None
    return [known.exercises[name] for name in names]


def _load(assignment: Assignment) -> Record:
    try:
        return msgspec.json.decode(_path(assignment).read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Record()


def _path(assignment: Assignment) -> Path:
    return assignment.folder / FOLDER / "checked.json"
