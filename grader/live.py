"""`check(function)`: a student's answer, checked where it is, in the notebook.

The one place where a driver and the comparison share a process: the process is
the student's own, the key is the public one, and nobody's grade depends on it.
"""

from __future__ import annotations

import copy
import time
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import drivers, worker
from grader.assignment import find_assignments
from grader.client import Outcome
from grader.course import CourseError, unknown
from grader.exercise import Exercise
from grader.feedback import verdict
from grader.grading import Rules
from grader.quiet import quiet
from grader.verdict import Status, Verdict


class NotRightYet(AssertionError):
    """An answer is not right; the message says why. Notebooks show it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(*answers: Callable[..., Any]) -> None:
    """Check what an exercise asks for, as `check(momentum_step)` under its cell.

    Args:
        answers: the function or class, or all of them where an exercise asks
            for more than one.

    Raises:
        NotRightYet: an answer is wrong; the message says on which case and,
            where it can be told, why.
        CourseError: the folder holds no assignment, or not this exercise.
    """
    rules = _assignment()
    answer = types.SimpleNamespace(**{_name(one): one for one in answers})
    exercise = _exercise(rules, set(vars(answer)))
    found = check_answer(rules, exercise, answer)
    line = f"{found.name} — {found.score:g} of {found.max_score:g} points"
    if found.status is not Status.PASSED:
        raise NotRightYet(f"✗ {line}\n\n{found.message}")
    print(f"✓ {line}")


def check_answer(rules: Rules, exercise: Exercise, answer: types.SimpleNamespace) -> Verdict:
    """Run every case of an exercise in this process, and judge what comes back."""
    key = rules.key.exercises[exercise.name]
    with quiet():
        outcomes = [_run(exercise, answer, copy.deepcopy(case.inputs)) for case in key.cases]
    return verdict(exercise, key, outcomes, hidden=False)


def _run(exercise: Exercise, answer: types.SimpleNamespace, inputs: dict[str, Any]) -> Outcome:
    started = time.monotonic()
    try:
        arrays = worker.run_driver(exercise, answer, inputs)
    except NotImplementedError:
        return Outcome(Status.MISSING)
    except (drivers.WrongStructure, drivers.ForbiddenOp) as error:
        return Outcome(Status.RAISED, error=type(error).__name__, text=str(error))
    except Exception as error:
        return Outcome(Status.RAISED, error=type(error).__name__, text=_explain(error))
    return Outcome(None, arrays, seconds=time.monotonic() - started)


def _explain(error: Exception) -> str:
    """Say what was raised, with the frames that lie in the notebook only."""
    frames = [
        f"  line {frame.lineno}, in {frame.name}\n    {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input")
    ]
    said = "".join(traceback.format_exception_only(error)).strip()
    if not frames:
        said = f"What was returned could not be used: {said}"
    return "\n".join([said, *frames[-4:]])


def _name(answer: Callable[..., Any]) -> str:
    name = getattr(answer, "__name__", None)
    if name is None:
        got = drivers.describe(answer)
        raise CourseError(f"check takes the function or class itself, as in check(momentum_step), got {got}")
    return str(name)


def _exercise(rules: Rules, names: set[str]) -> Exercise:
    """Return the exercise that asks for these names."""
    exercises = rules.checks.exercises.values()
    for exercise in exercises:
        if names == set(exercise.writes):
            return exercise
    for exercise in exercises:
        if names & set(exercise.writes):
            raise CourseError(f"{exercise.name} asks for all of these: check({', '.join(exercise.writes)})")
    known = [name for exercise in exercises for name in exercise.writes]
    raise CourseError(unknown("exercise", min(names, default=""), known))


def _assignment() -> Rules:
    """Return what the notebook's own folder is checked against."""
    found = find_assignments(Path.cwd())
    if len(found) > 1:
        raise CourseError(
            f"{Path.cwd()} holds {len(found)} assignments: open the notebook in the assignment's own folder"
        )
    return found[0].rules
