"""What the course's own text lets a message on a hidden case say."""

import numpy as np
import pytest

from grader.drivers import changed_in_place
from grader.exercise import run_checks
from grader.grading.phrases import phrase

CHECKS = """
from grader.drivers import keeping
from grader.exercise import exercise


@exercise(points=10, hint="?")
def step(answer, first, **state):
    given = {CALL}
    return {{"w": keeping(answer.step, **given)}}


@step.cases
def _(rng):
    yield "one", {CASE}
"""


@pytest.mark.parametrize(
    ("call", "case"),
    [
        ("dict(second=1, **state)", "dict(first=1, third=2)"),
        ('{"second": 1} | state', '{"first": 1, "third": 2}'),
    ],
)
def test_an_input_is_named_that_is_passed_on_in_a_dictionary(call: str, case: str) -> None:
    text = CHECKS.format(CALL=call, CASE=case)
    step = run_checks(text, "checks.py")["step"]
    expected = {"w": np.zeros(1)}
    for name in ("first", "second", "third", "w"):
        assert phrase(step, expected, changed_in_place(name)) == changed_in_place(name)
    assert phrase(step, expected, changed_in_place("x18")) == ""
