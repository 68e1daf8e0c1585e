"""Arrays that a submission knows before it has computed anything, and may return as a case's outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.exercise import Arrays, Case
from grader.grading.key import ExerciseKey

PUBLIC, OTHER = "the public key", "another hidden key"
CONSTANTS = {"0": 0.0, "1": 1.0, "-1": -1.0, "NaN": np.nan, "inf": np.inf}


@dataclass(frozen=True)
class Draw:
    """A case as one hidden key has it, and by output and source the arrays that may be returned."""

    case: Case
    expected: Arrays
    sources: dict[str, Arrays]


def draws_of(place: int, public: ExerciseKey, hidden: Sequence[ExerciseKey]) -> list[Draw]:
    """Return the draws of the case at a place, which is what a case keeps where its name is drawn, too."""
    draws = []
    for key, other in zip(hidden, [*hidden[1:], hidden[0]], strict=True):
        if place < len(key.cases):
            case, expected = key.cases[place], key.expected[place]
            replayed = {
                label: one.expected[place]
                for label, one in ((PUBLIC, public), (OTHER, other))
                if place < len(one.expected)
            }
            sources = {name: _sources(name, values, case, replayed) for name, values in expected.items()}
            draws.append(Draw(case, expected, sources))
    return draws


def _sources(output: str, expected: np.ndarray, case: Case, replayed: Mapping[str, Arrays]) -> Arrays:
    """Return by source what may be returned as an output, the likeliest first."""
    found = {label: arrays[output] for label, arrays in replayed.items() if output in arrays}
    found |= {f"all {name}": _filled(expected, value) for name, value in CONSTANTS.items()}
    return found | {
        f"input {path}": values for path, values in leaves(case.inputs) if values.shape == expected.shape
    }


def _filled(like: np.ndarray, constant: float) -> np.ndarray:
    """Return an array full of a constant, of the same dtype where that can hold it."""
    filled = np.full(like.shape, constant)
    with np.errstate(invalid="ignore"):
        cast = filled.astype(like.dtype)
    return cast if np.array_equal(cast, filled, equal_nan=True) else filled


def leaves(inputs: Any, path: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Yield the numbers and arrays in a nest of inputs, each with its path, `weights.0.kernel`."""
    if isinstance(inputs, Mapping | list | tuple):
        for key, value in inputs.items() if isinstance(inputs, Mapping) else enumerate(inputs):
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(inputs, bool | int | float | np.ndarray):
        yield path, np.asarray(inputs)
