"""Outcomes become points, and wrong answers are recognised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import EXPECTED, exercise, judged, key_of, mistake, returned

from grader.exercise import Case
from grader.fault import Fault
from grader.grading import judge
from grader.outcome import REFUSALS, UNDEFINED, Outcome
from grader.verdict import Status

# Points


def test_what_is_right_passes_without_a_word() -> None:
    found = judged(returned(*EXPECTED))
    assert (found.status, found.score, found.max_score) == (Status.PASSED, 12, 12)
    assert (found.message, found.mistake) == ("", None)
    assert [(case.name, case.seconds) for case in found.cases] == [
        ("one", 0.25),
        ("two", 0.25),
        ("three", 0.25),
    ]


@given(st.lists(st.booleans(), min_size=3, max_size=3), st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_points_are_shared_by_weight(right: list[bool], weights: list[int]) -> None:
    outcomes = returned(*[y if good else y + 1 for y, good in zip(EXPECTED, right, strict=True)])
    found = judged(outcomes, key_of(weights=weights))
    share = sum(w for w, good in zip(weights, right, strict=True) if good) / sum(weights)
    assert found.score == pytest.approx(12 * share, abs=1e-4)
    assert (found.score == 12) is all(right) is (found.status is Status.PASSED)


def test_each_case_has_its_own_status_and_the_first_failure_is_the_exercise_s() -> None:
    outcomes = [*returned(EXPECTED[0]), Outcome(Status.TIMED_OUT), Outcome(Status.RAISED, error="E")]
    found = judged(outcomes)
    assert [case.status for case in found.cases] == [Status.PASSED, Status.TIMED_OUT, Status.RAISED]
    assert (found.status, found.score) == (Status.TIMED_OUT, 3)


def test_findings_are_returned_with_the_verdict() -> None:
    outcomes = [*returned(EXPECTED[0], EXPECTED[1] + 1), Outcome(Status.TIMED_OUT)]
    found = judge.judged(exercise(), key_of(), outcomes, hidden=False)
    assert found.verdict == judge.verdict(exercise(), key_of(), outcomes, hidden=False)
    assert [finding and finding.output for finding in found.findings] == [None, "y", None]


def test_what_a_verdict_is_about_is_data() -> None:
    key = key_of(mistakes=(mistake("sign", *-EXPECTED),))
    assert judged(returned(*-EXPECTED), key).sentence == "sign it is."
    assert judged([Outcome(Status.MISSING)] * 3).unwritten
    for other in (
        Outcome(Status.MISSING, error=UNDEFINED),
        Outcome(Status.MISSING, text="The file is empty.", imported=False),
        Outcome(Status.TIMED_OUT),
    ):
        assert not judged([other] * 3).unwritten
    hangs = Outcome(Status.TIMED_OUT, seconds=10.0)
    found = judged([*returned(EXPECTED[0]), hangs, Outcome(Status.TIMED_OUT, ran=False)])
    assert [case.run for case in found.cases] == [True, True, False]


# Mistakes


@given(st.integers(0, 2), st.sampled_from([1e-3, 1.0, np.nan]))
def test_a_mistake_that_differs_on_one_case_is_not_named(at: int, by: float) -> None:
    answers = -EXPECTED
    answers[at] += by
    found = judged(returned(*answers), key_of(mistakes=(mistake("sign", *-EXPECTED),)))
    assert found.mistake is None
    assert "sign it is" not in found.message


def raised(error: str, text: str) -> Outcome:
    """Return what comes of a case that ends with an error, in Python's words or, if refused, the driver's."""
    if error in REFUSALS:
        return Outcome(Status.RAISED, error=error, text=text)
    return Outcome(Status.RAISED, error=error, faults=(Fault(text, kind=error),))


@pytest.mark.parametrize(
    ("error", "text", "named"),
    [
        ("KeyError", "KeyError: 'width of 3'", True),
        ("KeyError", "What was returned could not be used: KeyError: 'width of 3'", True),
        ("KeyError", 'KeyError: "width of 3" (0x7f12, 0.25, layer_7)', True),
        ("KeyError", "KeyError: 'width of 4'", False),
        ("KeyError", "KeyError: 'depth of 3'", False),
        ("IndexError", "IndexError: 'width of 3'", False),
        ("KeyError", "", False),
    ],
)
def test_a_mistake_that_raises_is_matched_by_the_type_and_the_words_of_its_error(
    error: str, text: str, named: bool
) -> None:
    key = key_of(mistakes=(mistake("raising", EXPECTED[0], *[("KeyError", "width of 3")] * 2),))
    outcomes = [*returned(EXPECTED[0]), *[raised(error, text)] * 2]
    assert judged(outcomes, key).mistake == ("raising" if named else None)


def test_what_ends_or_returns_is_no_mistake_that_raises() -> None:
    key = key_of(mistakes=(mistake("raising", EXPECTED[0], *[("KeyError", "width")] * 2),))
    assert judged(returned(*EXPECTED[:2], EXPECTED[2] + 1), key).mistake is None
    ended = Outcome(Status.CRASHED, error="KeyError", faults=(Fault("KeyError: 'width'"),))
    assert judged([*returned(EXPECTED[0]), ended, ended], key).mistake is None


def test_an_error_on_every_case_is_no_mistake_unless_the_driver_says_what_is_wrong() -> None:
    errors = key_of(mistakes=(mistake("raising", *[("ValueError", "no gradient")] * 3),))
    assert judged([raised("ValueError", "ValueError: no gradient")] * 3, errors).mistake is None
    checks = 'raise WrongStructure(f"expected one row for each word, got {describe(rows)}")'
    said = "expected one row for each word, got (5, 5)"
    refusals = key_of(mistakes=(mistake("rowless", *[("WrongStructure", said)] * 3),))
    for text, named in [
        ("expected one row for each word, got an array of shape (5, 5)", "rowless"),
        ("expected one row for each word, got a tensor of shape (5, 5)", "rowless"),
        ("expected one row for each word, got an array of shape (7, 6)", None),
        ("expected one row for each word, got None (is there a `return`?)", None),
        ("expected something else, got an array of shape (5, 5)", None),
    ]:
        assert judged([raised("WrongStructure", text)] * 3, refusals, text=checks).mistake == named
    assert judged([raised("ForbiddenOp", said)] * 3, refusals, text=checks).mistake is None


def test_a_refusal_that_no_phrase_of_the_course_explains_is_no_mistake() -> None:
    key = key_of(mistakes=(mistake("unexplained", *[("WrongStructure", "")] * 3),))
    assert judged([raised("WrongStructure", "of my own")] * 3, key).mistake is None


def test_a_recursion_is_the_same_wherever_python_ends_it() -> None:
    key = key_of(mistakes=(mistake("deep", *EXPECTED[:2], ("RecursionError", "RecursionError")),))
    said = "RecursionError: maximum recursion depth exceeded in comparison"
    assert judged([*returned(*EXPECTED[:2]), raised("RecursionError", said)], key).mistake == "deep"


def test_no_mistake_is_named_where_all_is_right() -> None:
    assert judged(returned(*EXPECTED), key_of(mistakes=(mistake("same", *EXPECTED),))).mistake is None


# Judges


def test_a_judge_replaces_the_comparison() -> None:
    def positive(got: Any, expected: Any, inputs: Any) -> Any:
        if (got["y"] <= 0).any():
            return "a value is not positive", f"it is {got['y'].min():.2f}"
        return None

    assert judged(returned(*np.ones_like(EXPECTED)), judge_function=positive).status is Status.PASSED
    found = judged(returned(*-np.ones_like(EXPECTED)), judge_function=positive)
    assert found.status is Status.WRONG
    assert "a value is not positive: it is -1.00." in found.message
    hidden = judged(returned(*-np.ones_like(EXPECTED)), hidden=True, judge_function=positive)
    assert "a value is not positive." in hidden.message and "1.00" not in hidden.message


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("y"), IndexError(), ZeroDivisionError(), AssertionError()]
)
def test_a_judge_that_breaks_never_lets_an_answer_pass(error: Exception) -> None:
    def broken(*_: Any) -> None:
        raise error

    found = judged(returned(*EXPECTED), judge_function=broken)
    assert (found.status, found.score) == (Status.WRONG, 0)
    assert f"could not be judged ({type(error).__name__})" in found.message


def test_a_judge_sees_only_what_has_the_right_names_and_shapes() -> None:
    def strict(got: Any, expected: Any, inputs: Any) -> None:
        raise AssertionError("it was not to be asked")

    for wrong in ({}, {"y": np.zeros(3)}, {"y": EXPECTED[0], "z": np.zeros(1)}):
        found = judged([Outcome(None, wrong)] * 3, judge_function=strict)
        assert found.status is Status.WRONG and "judged" not in found.message


def test_under_a_judge_a_mistake_is_known_by_what_it_returns_and_not_by_its_reason() -> None:
    def by_sum(got: Any, expected: Any, inputs: Any) -> Any:
        return ("too small" if got["y"].sum() < 0 else "too large") if abs(got["y"].sum()) > 1 else None

    right = np.zeros((2, 4))
    key = key_of(mistakes=(mistake("large", right, *[np.full((2, 4), 9.0)] * 2),))
    another_right_answer = np.linspace(-1, 1, 8).reshape(2, 4)
    for wrong, named in ((9.0, "large"), (3.0, None)):
        outcomes = returned(another_right_answer, *[np.full((2, 4), wrong)] * 2)
        assert judged(outcomes, key, judge_function=by_sum).mistake == named
    both_right = judged(returned(*[another_right_answer] * 3), key, judge_function=by_sum)
    assert both_right.status is Status.PASSED


def test_a_judge_sees_numbers_that_are_numbers() -> None:
    expected = {"n": np.arange(3, dtype=np.int32), "x": np.ones(3, np.float32), "flag": np.array(True)}
    seen: list[dict[str, Any]] = []

    def judges(got: Any, expected: Any, inputs: Any) -> None:
        seen.append(got)

    def found(**changes: Any) -> Any:
        made = expected | {name: np.array(value) for name, value in changes.items()}
        task = exercise(judge_function=judges, nonfinite=("x",))
        return judge.judge_arrays(task, Case("one", {}), expected, made)

    assert found(n=[0.0, 1.0, 2.0], x=[1, 2, 3], flag=1) is None
    (got,) = seen
    assert [got[name].dtype for name in expected] == [np.int64, np.float64, np.bool_]
    assert found(x=[np.nan, np.inf, 1]) is None, "the exercise says that it may be"
    for kind, changes in (
        ("nan", {"n": [0, 1, np.nan]}),
        ("infinite", {"n": [0, 1, -np.inf]}),
        ("dtype", {"n": [0, 1, 2.5]}),
        ("dtype", {"n": [0, 1, 1e300]}),
        ("dtype", {"n": np.array([0, 1, 2**64 - 1], np.uint64)}),
        ("dtype", {"n": [False, True, True]}),
        ("dtype", {"x": [False, True, True]}),
        ("dtype", {"flag": 2}),
        ("nan", {"flag": np.nan}),
        ("shape", {"flag": [True]}),
    ):
        refused = found(**changes)
        assert refused is not None and refused.kind == kind, changes
    assert len(seen) == 2


@pytest.mark.parametrize("said", [True, 3, ("a", "b", "c"), [], np.array(["x"])])
def test_a_judge_that_says_nothing_sensible_lets_nothing_pass(said: Any) -> None:
    found = judged(returned(*EXPECTED), judge_function=lambda *_: said)
    assert (found.status, found.score) == (Status.WRONG, 0)
