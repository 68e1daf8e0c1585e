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

from grader.authoring.notebook import demonstrations
from grader.authoring.recording import record
from grader.course import Topic
from grader.exercise import Case
from grader.grading import key
from grader.grading.key import ExerciseKey, Key, MistakeKey, Response
from grader.names import KEY

ROUNDINGS = 64  # by so many units of rounding, of an array's largest value, processors may differ


def public_keys(topics: Sequence[Topic], progress: Callable[[str], None]) -> dict[str, bytes]:
    """Return the bytes of each topic's public key, by its id; what is stale is recorded.

    One that lacks the demonstrations alone is given these, and nothing is run.

    Raises:
        AuthorError: a reference raises, or a mistake names no exercise.
    """
    kept = {topic.id: stored(topic.source / KEY) for topic in topics}
    stale = [topic for topic in topics if not _is_fresh(kept[topic.id], topic)]
    made = record(stale, None, progress) if stale else {}
    keys = {}
    for topic in topics:
        found = kept[topic.id]
        if topic.id in made:
            keys[topic.id] = keep(made[topic.id], found).to_bytes()
        elif found is not None and found.demonstrations != (known := demonstrations(topic)):
            keys[topic.id] = replace(found, demonstrations=known).to_bytes()
        else:
            keys[topic.id] = (topic.source / KEY).read_bytes()
    return keys


def is_recorded(topic: Topic) -> bool:
    """Say whether a topic's public key is there and goes with its solution."""
    found = stored(topic.source / KEY)
    return _is_fresh(found, topic) and found is not None and found.demonstrations == demonstrations(topic)


def _is_fresh(found: Key | None, topic: Topic) -> bool:
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
