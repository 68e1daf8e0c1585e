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

import inspect
import traceback
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
SECONDS = 60.0  # CPU time of a whole submission, where its `checks.py` sets no SECONDS of its own


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
            fixed phrase, or (a fixed phrase, details of this case). It sees
            float64, int64 or bool, whichever is expected, in the expected shapes.
        nonfinite: the outputs that may be NaN or infinite where a judge
            decides; it does not see others that are (`grader.grading.form`).
        text: of the `checks.py` that it stands in, once that was run.
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
    nonfinite: tuple[str, ...] = ()
    judge_function: Judge | None = None
    draw_function: Callable[..., Iterator[Any]] | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)

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
            raise AuthorError(
                f"{place_of(self.driver)}: {self.name} has no cases: decorate a generator with "
                f"@{self.name}.cases"
            )
        rng = np.random.Generator(np.random.PCG64(0))
        source: Any = None
        drawn: list[Case] = []
        while True:
            # Reseeded in place, so that a case depends on its position only.
            rng.bit_generator.state = np.random.PCG64(seed(len(drawn))).state
            try:
                source = iter(self.draw_function(rng)) if source is None else source
                yielded = next(source)
            except StopIteration:
                break
            except PlainError:
                raise
            except Exception as error:
                place = place_of(self.draw_function, line_of(error, file_of(self.draw_function)))
                said = f"{type(error).__name__}: {error}"
                raise AuthorError(f"{place}: the cases of {self.name} cannot be drawn: {said}") from error
            place = place_of(self.draw_function, _line_reached(source))
            case = self._case(yielded, place)
            if case.name in (other.name for other in drawn):
                raise AuthorError(f"{place}: {self.name} has two cases named {case.name!r}: rename one")
            drawn.append(case)
        if not drawn:
            place = place_of(self.draw_function)
            raise AuthorError(f"{place}: {self.name} yields no case: give it at least one")
        return drawn

    def _case(self, yielded: Any, place: str) -> Case:
        """Make a case of what was yielded at a place."""
        match yielded:
            case (str(name), dict(inputs), *weight) if len(weight) < 2:
                pass
            case _:
                kind = type(yielded).__name__
                raise AuthorError(
                    f"{place}: {self.name} yields a {kind} that is no case: yield a name and a dict of "
                    'inputs, as in `yield "a few rows", {"rows": …}`, and a weight if it counts more'
                )
        takes = list(inspect.signature(self.driver).parameters.values())[1:]
        named = {one.name: one for one in takes if one.kind is not one.VAR_KEYWORD}
        others = [key for key in inputs if key not in named]
        if others and len(named) == len(takes):
            known = ", ".join(f"`{key}`" for key in named) or "none"
            raise AuthorError(
                f"{place}: the case “{name}” gives the input `{others[0]}`, which the driver of "
                f"{self.name} does not take; it takes {known}"
            )
        for key, one in named.items():
            if key not in inputs and one.default is one.empty:
                raise AuthorError(
                    f"{place}: the case “{name}” does not give the input `{key}`, which the driver of "
                    f"{self.name} takes"
                )
        return Case(name, {key: cast(value, self.dtype) for key, value in inputs.items()}, *weight)


def exercise(
    points: float,
    hint: str,
    *,
    writes: Sequence[str] | None = None,
    tolerance: float = 1e-5,
    dtype: str = "float32",
    arrays: str = "tensor",
    seconds: float = 10.0,
    nonfinite: Sequence[str] = (),
) -> Callable[[Callable[..., Mapping[str, Any]]], Exercise]:
    """Turn a driver into an exercise; the parameters are `Exercise`'s attributes."""

    def decorate(driver: Callable[..., Mapping[str, Any]]) -> Exercise:
        name = driver.__name__
        return Exercise(
            name,
            points,
            hint,
            driver,
            tuple(writes or (name,)),
            tolerance,
            dtype,
            arrays,
            seconds,
            tuple(nonfinite),
        )

    return decorate


def mistake(of: str, raises: str = "") -> Callable[[Anything], Anything]:
    """Mark a wrong answer to `of`, the name that the student writes.

    The docstring finishes the sentence "your answers are what one gets when".
    `raises` names the error that it raises on some case, where that is the
    mistake; the audit takes one that is not named for a slip of the author's.
    """
    return _mark("mistake_of", of)


def oracle(of: str) -> Callable[[Anything], Anything]:
    """Mark an independent right answer to `of`; the docstring says from where."""
    return _mark("oracle_of", of)


def run_checks(text: str, file: str) -> dict[str, Exercise]:
    """Run the text of a `checks.py`; return its exercises by name."""
    return run_text(text, file)[0]


def run_text(text: str, file: str) -> tuple[dict[str, Exercise], float, float | None]:
    """Run the text of a `checks.py`.

    Returns:
        Its exercises, the CPU seconds of a whole submission, and the hours that a student
        needs, None where it does not say.

    Raises:
        AuthorError: it cannot be run, defines no exercise, or sets `SECONDS` or `HOURS` to what is no time.
    """
    module = types.ModuleType("checks")
    module.__file__ = file
    try:
        exec(compile(text, file, "exec"), vars(module))
    except Exception as error:
        said = error.msg if isinstance(error, SyntaxError) else error
        line = line_of(error, file)
        where = f" (line {line})" if line else ""
        raise AuthorError(f"{file} cannot be run: {type(error).__name__}: {said}{where}") from error
    exercises = exercises_of(module)
    if not exercises:
        raise AuthorError(f"{file} defines no exercise: decorate a driver with @exercise(points=…)")
    for one in exercises.values():
        one.text = text
    seconds = getattr(module, "SECONDS", SECONDS)
    if not is_time(seconds):
        raise AuthorError(
            f"{file} sets SECONDS to {seconds!r}: expected how many seconds of CPU time a whole submission "
            f"may take, as in `SECONDS = {2 * SECONDS:g}`"
        )
    hours = getattr(module, "HOURS", None)
    if hours is not None and not is_time(hours):
        raise AuthorError(
            f"{file} sets HOURS to {hours!r}: expected how many hours a student needs for the topic, "
            "as in `HOURS = 5`"
        )
    return exercises, float(seconds), hours


def is_time(value: object) -> bool:
    """Tell whether `value` is a positive, finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def exercises_of(module: types.ModuleType) -> dict[str, Exercise]:
    """Return the exercises that `module` defines, in the order of the file."""
    return {value.name: value for value in vars(module).values() if isinstance(value, Exercise)}


def file_of(function: Callable[..., Any]) -> str:
    """Return the file that a driver, or a generator of cases, is in."""
    return function.__code__.co_filename


def place_of(function: Callable[..., Any], line: int = 0) -> str:
    """Say in which file and line a function begins, or name another `line` of its file."""
    return f"{file_of(function)}, line {line or function.__code__.co_firstlineno}"


def line_of(error: BaseException, file: str) -> int:
    """Return the line of `file` that was being run last, or cannot be parsed; 0 if there is none."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
    return (lines[-1] if lines else 0) or 0


def _line_reached(source: Any) -> int:
    """Return the line at which a generator waits; 0 if it is no generator."""
    frame = getattr(source, "gi_frame", None)
    return frame.f_lineno if frame is not None else 0


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
