"""Tests as a teacher would write them: an answer's arrays against the reference's, on the public cases.

Run in the student's own process by nbgrader's cells, Otter's tests and pytest.
"""

from __future__ import annotations

import functools
import types
from pathlib import Path
from typing import Any

from grader.exercise import run_checks
from grader.grading import key
from grader.grading.judge import judge_arrays
from grader.server.worker import run_driver


@functools.cache
def loaded(path: str) -> tuple[key.Key, dict[str, Any]]:
    found = key.load(Path(path))
    return found, run_checks(found.checks, "checks.py")


def check(path: str, name: str, names: dict[str, Any]) -> None:
    """Fail if the answer to an exercise, in the namespace `names`, is not right."""
    found, exercises = loaded(path)
    exercise = exercises[name]
    answer = types.SimpleNamespace(**{one: names[one] for one in exercise.writes})
    one = found.exercises[name]
    for case, expected in zip(one.cases, one.expected, strict=True):
        returned = run_driver(exercise, answer, case.inputs)
        assert judge_arrays(exercise, case, expected, returned) is None, case.name
