"""Wrong answers that are no recognised mistake, and that several returned alike: who shares them.

What few share, and nobody else returned, may mean that they worked together. What
many returned is a mistake that the course has no name for yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from grader.verdict import Graded, Status

FEW = 0.05  # of those who were graded on the exercise, or two
MANY = 0.25  # of them, from which on it is an idea that the class missed, even if they are two
SEVERAL = 3  # who made a mistake, before it is worth a name


@dataclass(frozen=True)
class Shared:
    """A wrong answer that several returned: of which exercise, who, and of how many hand-ins."""

    topic: str
    exercise: str
    students: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Pair:
    """Two students, and the exercises (topic, exercise) of which they share an unusual wrong answer."""

    students: tuple[str, str]
    exercises: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Alike:
    """Wrong answers that few share, those that many share, and pairs who share several of the former."""

    few: tuple[Shared, ...]
    many: tuple[Shared, ...]
    pairs: tuple[Pair, ...]


def alike(submissions: Iterable[Graded]) -> Alike:
    """Find the wrong answers without a name that several returned.

    What a group handed in together, one file of several students, is one hand-in.
    """
    hands: dict[tuple[str, str], set[str]] = {}
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for one in submissions:
        hand = one.file or one.student
        for verdict in one.exercises:
            if verdict.status is not Status.GRADER_ERROR:
                hands.setdefault((one.topic, verdict.name), set()).add(hand)
            if verdict.returned:
                key = one.topic, verdict.name, verdict.returned
                found.setdefault(key, {}).setdefault(hand, []).append(one.student)
    few, many, together = [], [], set[tuple[str, str, str, str]]()
    for (topic, exercise, _), own in sorted(found.items()):
        count = len(hands[topic, exercise])
        shared = Shared(topic, exercise, tuple(sorted(chain(*own.values()))), count)
        if len(own) > 1 and len(own) <= max(2, int(FEW * count)) and len(own) < MANY * count:
            few.append(shared)
            together.update((topic, exercise, *pair) for pair in _pairs(list(own.values())))
        elif len(own) >= SEVERAL:
            many.append(shared)
    few.sort(key=lambda one: (len(one.students), one.topic, one.exercise, one.students))
    return Alike(tuple(few), tuple(many), tuple(_several(together)))


def _pairs(hands: Sequence[Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Yield the pairs of students who handed in different files."""
    for one, other in combinations(hands, 2):
        yield from ((min(a, b), max(a, b)) for a in one for b in other)


def _several(together: Iterable[tuple[str, str, str, str]]) -> list[Pair]:
    exercises: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for topic, exercise, one, other in together:
        exercises.setdefault((one, other), []).append((topic, exercise))
    pairs = [Pair(students, tuple(sorted(own))) for students, own in exercises.items() if len(own) > 1]
    return sorted(pairs, key=lambda pair: (-len(pair.exercises), pair.students))
