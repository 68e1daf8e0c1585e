"""The authors' vocabulary: an exercise is a driver, its cases and an optional judge.

`checks.py` of a topic holds one driver per exercise, `mistakes.py` the wrong
answers that have a name, `oracles.py` right answers made from other libraries:

    @exercise(points=10, hint="What happens to the velocity when mu is 0?")
    def momentum_step(answer, **inputs):
        return named(answer.momentum_step(**inputs), "w", "v")

    @momentum_step.cases
    def _(rng):
        yield "one step from rest", {"w": rng.normal(size=3), ...}

Nothing is registered anywhere: a decorated function *is* the exercise, and
whoever loads the module finds it among the module's attributes.

This module imports NumPy and the standard library only, because both the
process that runs a student's code and the one that judges it load it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from grader.errors import PlainError

Inputs = dict[str, Any]
Arrays = dict[str, np.ndarray]
Finding = str | tuple[str, str] | None
Judge = Callable[[Arrays, Arrays, Inputs], Finding]
Anything = TypeVar("Anything")


class AuthorError(PlainError):
    """A course's own files are wrong; the message says where and what to do."""


@dataclass(frozen=True)
class Case:
    """A named set of inputs, worth `weight` shares of its exercise's points."""

    name: str
    inputs: Inputs
    weight: float = 1.0


@dataclass
class Exercise:
    """One function or class that a student writes, and how it is exercised.

    Attributes:
        name: the driver's name, by which the exercise is known.
        points: what a right answer earns.
        hint: one question that leads towards the idea.
        driver: `driver(answer, **inputs)`, returns named arrays; runs beside
            the student's code and never judges.
        writes: the names that the student defines.
        tolerance: relative to each expected value and to the largest expected
            value of its array; see `grader.grading.compare`.
        dtype: floating-point inputs are cast to it; integers become int32.
        arrays: `"tensor"` hands arrays to the driver as `tf.Tensor`s,
            `"numpy"` as `np.ndarray`s.
        seconds: CPU time that one case may take.
        judge: `judge(returned, expected, inputs)` replaces the comparison
            where a property or a threshold is meant. Runs on the trusted side
            with NumPy alone. Returns `None` if right, else what is wrong: a
            fixed phrase, or (a fixed phrase, details of this case).
    """

    name: str
    points: float
    hint: str
    driver: Callable[..., Mapping[str, Any]]
    writes: tuple[str, ...]
    tolerance: float = 1e-5
    dtype: str = "float32"
    arrays: str = "tensor"
    seconds: float = 10.0
    judge_function: Judge | None = None
    draw_function: Callable[..., Iterator[Any]] | None = field(default=None, repr=False)

    def cases(self, draw: Anything) -> Anything:
        """Decorate the generator that yields `name, inputs` or `name, inputs, weight`."""
        self.draw_function = draw  # type: ignore[assignment]
        return draw

    def judge(self, function: Judge) -> Judge:
        """Decorate the function that judges returned arrays in place of comparison."""
        self.judge_function = function
        return function

    def draw(self, seed: Callable[[int], int]) -> list[Case]:
        """Draw the cases; `seed(i)` seeds the i-th, whatever the others drew.

        Raises:
            AuthorError: there are no cases, or one is malformed.
        """
        if self.draw_function is None:
            raise AuthorError(f"{self.name} has no cases: decorate a generator with @{self.name}.cases")
        rng = np.random.Generator(np.random.PCG64(0))
        source = self.draw_function(rng)
        drawn: list[Case] = []
        while True:
            # Reseeded in place, so that a case depends on its position only.
            rng.bit_generator.state = np.random.PCG64(seed(len(drawn))).state
            try:
                name, inputs, *weight = next(source)
            except StopIteration:
                break
            if name in (case.name for case in drawn):
                raise AuthorError(f"{self.name} has two cases named {name!r}: rename one")
            inputs = {key: cast(value, self.dtype) for key, value in inputs.items()}
            drawn.append(Case(name, inputs, *weight))
        if not drawn:
            raise AuthorError(f"{self.name} yields no case: give it at least one")
        return drawn


def exercise(
    points: float,
    hint: str,
    *,
    writes: Sequence[str] | None = None,
    tolerance: float = 1e-5,
    dtype: str = "float32",
    arrays: str = "tensor",
    seconds: float = 10.0,
) -> Callable[[Callable[..., Mapping[str, Any]]], Exercise]:
    """Turn a driver into an exercise; the parameters are `Exercise`'s attributes."""

    def decorate(driver: Callable[..., Mapping[str, Any]]) -> Exercise:
        name = driver.__name__
        return Exercise(
            name, points, hint, driver, tuple(writes or (name,)), tolerance, dtype, arrays, seconds
        )

    return decorate


def mistake(of: str) -> Callable[[Anything], Anything]:
    """Mark a wrong answer to `of`, the name that the student writes.

    The docstring finishes the sentence "your answers are what one gets when".
    """
    return _mark("mistake_of", of)


def oracle(of: str) -> Callable[[Anything], Anything]:
    """Mark an independent right answer to `of`; the docstring says from where."""
    return _mark("oracle_of", of)


def run_checks(text: str, file: str) -> dict[str, Exercise]:
    """Run the text of a `checks.py`; return its exercises by name."""
    module = types.ModuleType("checks")
    module.__file__ = file
    try:
        exec(compile(text, file, "exec"), vars(module))
    except Exception as error:
        raise AuthorError(f"{file} cannot be run: {type(error).__name__}: {error}") from error
    exercises = exercises_of(module)
    if not exercises:
        raise AuthorError(f"{file} defines no exercise: decorate a driver with @exercise(points=…)")
    return exercises


def exercises_of(module: types.ModuleType) -> dict[str, Exercise]:
    """Return the exercises that `module` defines, in the order of the file."""
    return {value.name: value for value in vars(module).values() if isinstance(value, Exercise)}


def cast(value: Any, dtype: str) -> Any:
    """Bring every array in a nest of inputs to `dtype` or, for integers, to int32."""
    if isinstance(value, dict):
        return {key: cast(item, dtype) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(cast(item, dtype) for item in value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            return value.astype(dtype)
        if value.dtype.kind in "iu":
            return value.astype(np.int32)
    return value


def _mark(attribute: str, of: str) -> Callable[[Anything], Anything]:
    def decorate(answer: Anything) -> Anything:
        setattr(answer, attribute, of)
        return answer

    return decorate
