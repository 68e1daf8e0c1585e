"""What an audit finds, as data: the one schema of `grader audit --json`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

SCHEMA = 1


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    NOT_RUN = "not_run"


class MutantFound(msgspec.Struct, frozen=True):
    """A mutant of the reference.

    Attributes:
        of: the name that the student writes.
        name: the changed statement, with the change in braces.
        line: in `solution.py`, of the cell.
        fate: killed, if it loses points on public and on hidden seeds.
        by: the case that rejects it; "" if none does.
        how: what the first rejecting case says of it, in a word; where it
            survived, on which seeds it did.
        distance: the tolerance at which it would pass; infinite if no such
            tolerance could save it.
        diff: what was changed.
        reason: why it is equivalent, as its author recorded it.
    """

    of: str
    name: str
    line: int
    fate: Fate
    by: str = ""
    how: str = ""
    distance: float = float("inf")
    diff: str = ""
    reason: str = ""


class ExerciseFound(msgspec.Struct):
    """What was found of one exercise; `problems` says in sentences what is to be mended."""

    name: str
    mutants: list[MutantFound] = []
    seconds: float = 0.0
    problems: list[str] = []

    def count(self, fate: Fate) -> int:
        """Return how many mutants had a fate."""
        return sum(mutant.fate is fate for mutant in self.mutants)


class TopicFound(msgspec.Struct):
    """What was found of one topic."""

    topic: str
    exercises: list[ExerciseFound] = []
    problems: list[str] = []
    seconds: float = 0.0

    @property
    def all_problems(self) -> list[str]:
        """Return what is to be mended, each with where."""
        here = [f"{self.topic}: {problem}" for problem in self.problems]
        return here + [f"{self.topic}.{one.name}: {text}" for one in self.exercises for text in one.problems]


class AuditFound(msgspec.Struct):
    """A whole audit."""

    topics: list[TopicFound]
    schema: int = SCHEMA
