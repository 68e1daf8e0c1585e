"""Public keys: recorded once, and the same bytes wherever they are built again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from courses import make_course

from grader.authoring import public_key, release
from grader.grading.key import ExerciseKey, Key, load
from grader.names import KEY

Change = Callable[[np.ndarray], np.ndarray]


def as_elsewhere(key: Key, change: Change) -> Key:
    """Return a key with every array of the expected ones changed."""

    def changed(exercise: ExerciseKey) -> ExerciseKey:
        expected = tuple({name: change(one) for name, one in case.items()} for case in exercise.expected)
        return replace(exercise, expected=expected)

    return replace(key, exercises={name: changed(one) for name, one in key.exercises.items()})


def next_float(array: np.ndarray) -> np.ndarray:
    """Return what another processor might: each float but 0 a unit of rounding larger."""
    if array.dtype.kind != "f":
        return array
    return np.where(array == 0, array, np.nextafter(array, np.asarray(np.inf, array.dtype)))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    course = make_course(tmp_path_factory.mktemp("course"))
    release.build(course)
    return load(course.topics[0].source / KEY)


@pytest.mark.slow
def test_what_differs_in_its_last_bits_keeps_its_bytes(key: Key) -> None:
    elsewhere = as_elsewhere(key, next_float)
    assert elsewhere.to_bytes() != key.to_bytes()
    assert public_key.keep(elsewhere, key).to_bytes() == key.to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array * (1 + 1e-3),
        lambda array: array.astype(np.float32),
        lambda array: array[None],
        lambda array: np.full_like(array, np.nan),
    ],
)
def test_what_differs_is_recorded(key: Key, change: Change) -> None:
    other = as_elsewhere(key, change)
    assert public_key.keep(other, key).to_bytes() == other.to_bytes() != key.to_bytes()


def test_integers_and_infinities_are_compared_exactly() -> None:
    def alike(one: object, other: object) -> bool:
        return public_key._alike(np.asarray(one), np.asarray(other))

    assert alike([np.inf, 1.0], [np.inf, 1.0 + 1e-15]) and alike([np.nan], [np.nan])
    assert not alike([np.inf, 1.0], [-np.inf, 1.0]) and not alike([np.nan], [1.0])
    assert not alike([2**53], [2**53 + 1]) and not alike([True], [False]) and not alike(["a"], ["b"])
    # The allowed error is the largest value's: what cancels to nearly 0 may differ more.
    assert alike([1.0, 1e-17], [1.0, -1e-17]) and not alike([1.0, 1e-3], [1.0, 2e-3])


def test_what_no_change_touches_is_kept(tmp_path: Path, key: Key) -> None:
    course = make_course(tmp_path)
    topic = course.topics[0]
    elsewhere = as_elsewhere(key, next_float)
    elsewhere.save(topic.source / KEY)
    mistakes = topic.folder / "mistakes.py"
    mistakes.write_text(mistakes.read_text().replace("averaged in place of", "averaged, not"))
    release.build(course)
    built = load(topic.source / KEY)
    assert encoded(built) == encoded(elsewhere) | {"mean": encoded(built)["mean"]}
    assert encoded(built)["mean"] != encoded(elsewhere)["mean"]
    assert (topic.assignment / KEY).read_bytes() == (topic.source / KEY).read_bytes()


def encoded(key: Key) -> dict[str, bytes]:
    """Return the bytes of each exercise."""
    return {
        name: replace(key, exercises={name: one}, fingerprint="").to_bytes()
        for name, one in key.exercises.items()
    }
