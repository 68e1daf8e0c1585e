"""A submission has a time in all: who sleeps holds no worker, and a loop costs its exercise only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pytest
from conftest import GradeText

from grader.client.child import Child
from grader.course import checks_of
from grader.exercise import SECONDS, AuthorError
from grader.grading.budget import Budget
from grader.grading.grader import Grader
from grader.grading.key import ExerciseKey, Key
from grader.grading.rules import Rules
from grader.outcome import Outcome
from grader.verdict import Status

TOPIC = "01_numbers"
CHECKS = """
from grader.exercise import exercise

SECONDS = {seconds}


def draw(rng):
    yield "one", {{"x": 1.0}}
    yield "two", {{"x": 2.0}}


@exercise(points=10, hint="How often?", seconds=4.0)
def first(answer, x):
    return {{"y": answer.first(x)}}


@exercise(points=10, hint="How often?", seconds=4.0)
def second(answer, x):
    return {{"y": answer.second(x)}}


first.cases(draw)
second.cases(draw)
"""
SECOND = "\ndef second(x):\n    return 2 * x\n"


@dataclass
class Fake:
    """A child that is none, and uses what a test says."""

    used: float = 0.0
    failed: Outcome | None = None

    def takes(self, cpu: float, wall: float = 0.0, status: Status | None = None) -> Callable[[], Outcome]:
        def run() -> Outcome:
            self.used += cpu
            return Outcome(status, seconds=wall)

        return run


def run(budget: Budget, child: Fake, case: Callable[[], Outcome]) -> Outcome:
    return budget.run(cast(Child, child), case)


def rules_of(seconds: float) -> Rules:
    text = CHECKS.format(seconds=seconds)
    keys = {}
    for one in checks_of(text, "checks").exercises.values():
        cases = tuple(one.draw(lambda position: position))
        expected = tuple({"y": np.asarray(2 * case.inputs["x"])} for case in cases)
        keys[one.name] = ExerciseKey(one.name, cases, expected, ())
    return Rules(Key(TOPIC, False, "", text, keys))


@pytest.mark.parametrize(("cpu", "wall"), [(6.0, 0.0), (0.0, 21.0)])
def test_what_cases_use_is_added_up(cpu: float, wall: float) -> None:
    budget, child = Budget(10.0, 4.0), Fake()
    assert run(budget, child, child.takes(cpu, wall)).status is None and not budget.spent
    assert run(budget, child, child.takes(cpu, wall)).status is None and budget.spent
    over = run(budget, child, child.takes(cpu, wall))
    assert (over.status, over.ran, over.allowed) == (Status.TIMED_OUT, False, 10.0)
    assert child.used == 2 * cpu, "it was run all the same"


def test_running_a_file_s_cells_is_on_the_budget_each_time() -> None:
    budget = Budget(10.0, 4.0)
    for _ in range(2):
        budget.start(lambda: cast(Child, Fake(used=6.0)))
    assert budget.spent


def test_a_file_that_cannot_be_run_is_on_the_budget_only_where_it_is_tried_again() -> None:
    budget = Budget(10.0, 4.0)
    child = cast(Child, Fake(used=11.0, failed=Outcome(Status.TIMED_OUT)))
    budget.start(lambda: child)
    assert not budget.spent
    budget.start(lambda: child, again=True)
    assert budget.spent


@pytest.mark.parametrize("wall", [10.0, 40.0])  # on an idle machine, and on a busy one
def test_a_case_that_runs_out_of_its_own_cpu_time_is_not_counted(wall: float) -> None:
    budget, child = Budget(10.0, 4.0), Fake()
    for _ in range(20):
        run(budget, child, child.takes(10.0, wall, Status.TIMED_OUT))
    assert not budget.spent


def test_a_case_that_was_ended_for_waiting_is_counted() -> None:
    budget, child = Budget(10.0, 4.0), Fake()
    for _ in range(2):
        run(budget, child, child.takes(0.1, 40.0, Status.TIMED_OUT))
    assert budget.spent


def test_who_sleeps_in_each_case_is_not_waited_for(grade_text: GradeText) -> None:
    text = "import time\ndef first(x):\n    time.sleep(2.1)\n    return 2 * x\n" + SECOND
    found = grade_text(text, rules_of(0.5))
    first, second = found.exercises
    assert [case.status for case in first.cases] == [Status.PASSED, Status.TIMED_OUT]
    assert [case.run for case in first.cases] == [True, False]
    assert {case.status for case in second.cases} == {Status.TIMED_OUT}
    assert (first.score, second.score) == (5, 0)
    for one in (first, second):
        assert "it was not run: the whole file may use 0.5 s" in one.message


@pytest.mark.slow
def test_a_loop_that_does_not_end_costs_its_exercise_only(
    grader: Grader, grade_text: GradeText, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy this machine is, it is the CPU time that ends the loop.
    monkeypatch.setattr(grader.server, "limits", replace(grader.server.limits, patience=100.0))
    found = grade_text("def first(x):\n    while True:\n        pass\n" + SECOND, rules_of(3.0))
    assert [one.status for one in found.exercises] == [Status.TIMED_OUT, Status.PASSED]
    assert "it had not finished after 4 s of CPU time" in found.exercises[0].message


def test_a_time_of_the_instructor_s_is_part_of_what_a_grade_depends_on() -> None:
    assert Grader({}, seconds=90.0).environment["seconds"] == "90"
    assert "seconds" not in Grader({}).environment


@pytest.mark.parametrize("value", ["0", "-1", "'long'", "True", "float('inf')", "float('nan')"])
def test_a_time_that_is_none_is_the_author_s_error(value: str) -> None:
    with pytest.raises(AuthorError, match="sets SECONDS to .*: expected how many seconds"):
        checks_of(CHECKS.format(seconds=value), "checks.py")


def test_checks_that_say_nothing_allow_a_minute() -> None:
    text: Any = CHECKS.format(seconds=1).replace("SECONDS = 1\n", "")
    assert checks_of(text, "checks.py").seconds == SECONDS == 60
    assert checks_of(text, "checks.py").hours is None


def test_hours_that_are_no_time_are_refused() -> None:
    text = "HOURS = 0\n" + CHECKS.format(seconds=1)
    with pytest.raises(AuthorError, match="sets HOURS to 0: expected how many hours"):
        checks_of(text, "checks.py")
    assert checks_of(text.replace("HOURS = 0", "HOURS = 2.5"), "checks.py").hours == 2.5
