"""A topic's public key: where it lies, and which bytes it keeps.

It lies in source/, from where nbgrader copies it as it does every file that
comes with a notebook, and so in assignments/ too. It is recorded once: other
processors round sums in another way, so that a key recorded on them would differ
in its last bits, and nothing else would have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from grader.authoring.recording import record
from grader.course import Topic
from grader.exercise import Case
from grader.grading import key
from grader.grading.key import ExerciseKey, Key, MistakeKey, Response
from grader.names import KEY

ROUNDINGS = 64  # by so many units of rounding, of an array's largest value, processors may differ


def public_keys(topics: Sequence[Topic], progress: Callable[[str], None]) -> dict[str, bytes]:
    """Return the bytes of each topic's public key, by its id; what is stale is recorded.

    Raises:
        AuthorError: a reference raises, or a mistake names no exercise.
    """
    stale = [topic for topic in topics if not is_recorded(topic)]
    recorded = record(stale, None, progress) if stale else {}
    return {
        topic.id: keep(recorded[topic.id], stored(topic.source / KEY)).to_bytes()
        if topic.id in recorded
        else (topic.source / KEY).read_bytes()
        for topic in topics
    }


def is_recorded(topic: Topic) -> bool:
    """Say whether a topic's public key is there and goes with its solution."""
    found = stored(topic.source / KEY)
    return found is not None and key.is_fresh(found, topic, hidden=False)


def keep(recorded: Key, stored: Key | None) -> Key:
    """Return what was recorded, with the stored exercises where only the last bits differ."""
    if stored is None:
        return recorded
    exercises = {
        name: stored.exercises[name]
        if name in stored.exercises and _alike(exercise, stored.exercises[name])
        else exercise
        for name, exercise in recorded.exercises.items()
    }
    return replace(recorded, exercises=exercises)


def stored(path: Path) -> Key | None:
    """Return the key at `path`, or None if none can be read there."""
    try:
        return key.load(path)
    except key.KeyProblem:
        return None


def _alike(one: Any, other: Any) -> bool:
    """Say whether two parts of a key are the same but for the last bits of floats."""
    if type(one) is not type(other):
        return False
    match one:
        case np.ndarray():
            return _alike_arrays(one, other)
        case float():
            return _alike_arrays(np.asarray(one), np.asarray(other))
        case dict():
            return list(one) == list(other) and all(_alike(one[name], other[name]) for name in one)
        case list() | tuple():
            return len(one) == len(other) and all(map(_alike, one, other))
        case ExerciseKey() | Case() | MistakeKey() | Response():
            return _alike(vars(one), vars(other))
    return bool(one == other)


def _alike_arrays(one: np.ndarray, other: np.ndarray) -> bool:
    if (one.dtype, one.shape) != (other.dtype, other.shape):
        return False
    if one.dtype.kind != "f":
        return one.tobytes() == other.tobytes()
    finite = np.isfinite(one)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    largest = float(np.abs(one[finite]).max(initial=0))
    allowed = ROUNDINGS * float(np.finfo(one.dtype).eps) * largest
    return bool((np.abs(one[finite] - other[finite]) <= allowed).all())
