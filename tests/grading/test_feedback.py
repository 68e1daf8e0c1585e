"""Outcomes become messages that help, and that give nothing of a hidden key away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exercise import Case, Exercise
from grader.grading.feedback import describe_inputs, verdict
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.outcome import Outcome
from grader.verdict import Status, Verdict

rng = np.random.default_rng(5)
X, EXPECTED = rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 2, 4))
WEIGHTS = (1.0, 2.0, 1.0)


def exercise(**changes: Any) -> Exercise:
    return Exercise("f", 12.0, "Why?", lambda answer: {}, ("f",), **changes)


def key_of(
    expected: np.ndarray = EXPECTED, mistakes: tuple[MistakeKey, ...] = (), weights: Any = WEIGHTS
) -> ExerciseKey:
    cases = tuple(
        Case(name, {"x": x, "depth": 3, "rate": 0.125}, weight)
        for name, x, weight in zip(("one", "two", "three"), X, weights, strict=True)
    )
    return ExerciseKey("f", cases, tuple({"y": y} for y in expected), mistakes)


def mistake(name: str, *values: Any) -> MistakeKey:
    """A mistake by what it returns on each case: an array, or the name of an error."""
    responses = (Response(error=v) if isinstance(v, str) else Response({"y": v}) for v in values)
    return MistakeKey(name, "f", f"{name} it is.", tuple(responses))


def returned(*values: np.ndarray) -> list[Outcome]:
    return [Outcome(None, {"y": np.asarray(value)}, seconds=0.25) for value in values]


def judged(
    outcomes: list[Outcome], key: ExerciseKey | None = None, hidden: bool = False, **changes: Any
) -> Verdict:
    return verdict(exercise(**changes), key or key_of(), outcomes, hidden)


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


# Messages


def test_a_wrong_answer_is_described_on_its_first_case() -> None:
    found = judged(returned(EXPECTED[0], EXPECTED[1] + rng.normal(size=(2, 4)), EXPECTED[2]))
    first, *rest = found.message.split("\n\n")
    assert first.startswith(
        "On “two” (x (2, 4), depth=3, rate=0.125), `y` has the right shape, (2, 4), but 8 of its 8"
    )
    assert "was expected (tolerance 1e-5)." in first
    assert rest == ["Right on 2 of 3 cases: “one”, “three”."]


def test_a_relation_is_a_sentence_of_its_own() -> None:
    assert judged(returned(*-EXPECTED)).message.endswith(
        "\n\n`y` is what was expected, but with the opposite sign."
    )
    extra_axis = judged(returned(*np.stack([EXPECTED] * 2, 1))).message
    assert extra_axis.endswith("It has one axis too many: is something not yet summed or averaged?")


def test_a_mistake_is_named_when_it_matches_on_every_case() -> None:
    key = key_of(mistakes=(mistake("other", *EXPECTED * 2), mistake("sign", *-EXPECTED)))
    found = judged(returned(*-EXPECTED), key)
    assert found.mistake == "sign"
    assert found.message.endswith("On all three cases, your answers are what one gets when\nsign it is.")
    assert "opposite sign" not in found.message, "the mistake says more than the relation"


@given(st.integers(0, 2), st.sampled_from([1e-3, 1.0, np.nan]))
def test_a_mistake_that_differs_on_one_case_is_not_named(at: int, by: float) -> None:
    answers = -EXPECTED
    answers[at] += by
    found = judged(returned(*answers), key_of(mistakes=(mistake("sign", *-EXPECTED),)))
    assert found.mistake is None
    assert "sign it is" not in found.message


def test_a_mistake_that_raises_is_matched_by_the_type_of_its_error() -> None:
    key = key_of(mistakes=(mistake("raising", EXPECTED[0], "KeyError", "KeyError"),))
    for error, named in [("KeyError", "raising"), ("IndexError", None)]:
        outcomes = [*returned(EXPECTED[0]), *[Outcome(Status.RAISED, error=error)] * 2]
        assert judged(outcomes, key).mistake == named
    assert judged(returned(*EXPECTED[:2], EXPECTED[2] + 1), key).mistake is None
    assert (
        judged([*returned(EXPECTED[0]), *[Outcome(Status.CRASHED, error="KeyError")] * 2], key).mistake
        is None
    )


def test_no_mistake_is_named_where_all_is_right() -> None:
    assert judged(returned(*EXPECTED), key_of(mistakes=(mistake("same", *EXPECTED),))).mistake is None


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome(Status.MISSING), "`f` is not written yet."),
        (Outcome(Status.MISSING, error="undefined"), "`f` is not defined: has its name been changed"),
        (Outcome(Status.MISSING, error="undefined", text="NameError: x"), "could be run:\nNameError: x"),
        (Outcome(Status.CRASHED, text="It cannot be read.", imported=False), "It cannot be read."),
        (Outcome(Status.RAISED, {}, "E", "E: no\n  line 3, in f"), "it stopped with an error:\nE: no"),
        (Outcome(Status.RAISED, {}, "WrongStructure", "two"), "asked for: two."),
        (Outcome(Status.TIMED_OUT), "it had not finished after 10 s: is there a loop that does not end?"),
        (Outcome(Status.OUT_OF_MEMORY), "it used more memory than there is for one submission"),
        (Outcome(Status.CRASHED, text="Boom."), "did not come back. Boom. The cases after it were not run."),
        (returned(np.full((2, 4), np.nan))[0], "but is NaN in 8 of its 8 values, first at [0, 0]"),
        (returned(np.zeros(3))[0], "`y` has the shape (3,), where (2, 4) was expected."),
        (Outcome(None, {}), "`y` was not returned."),
        (Outcome(None, {"y": EXPECTED[0], "z": np.zeros(1)}), "`z` was returned, but not expected."),
    ],
)  # fmt: skip
def test_every_outcome_has_its_words(outcome: Outcome, says: str) -> None:
    outcomes = [outcome, *returned(*EXPECTED[1:])]
    for hidden in (False, True):
        found = judged(outcomes, hidden=hidden)
        assert found.status is not Status.PASSED and found.score == 9
        assert found.message
        assert hidden or says in found.message


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


def test_under_a_judge_a_mistake_is_known_by_its_reason() -> None:
    def judge(got: Any, expected: Any, inputs: Any) -> Any:
        return ("too small" if got["y"].sum() < 0 else "too large") if abs(got["y"].sum()) > 1 else None

    key = key_of(
        mistakes=(
            mistake("small", *[np.full((2, 4), -1.0)] * 3),
            mistake("large", *[np.full((2, 4), 9.0)] * 3),
        )
    )
    found = judged(returned(*[np.full((2, 4), 3.0)] * 3), key, judge_function=judge)
    assert found.mistake == "large"


# Hidden keys

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
wrongs = st.sampled_from(
    [
        lambda y: -y,
        lambda y: 2.5 * y,
        lambda y: y + 3,
        lambda y: y.T,
        lambda y: y[::-1],
        lambda y: y * np.nan,
        lambda y: y[None],
        lambda y: np.where(y > 0, y, 0),
        lambda y: y.sum(0),
        lambda y: rng.normal(size=y.shape),
    ]
)


@given(st.lists(wrongs, min_size=3, max_size=3), st.booleans())
def test_a_hidden_message_holds_no_number_of_the_key(changes: list[Any], known: bool) -> None:
    answers = [change(y) for change, y in zip(changes, EXPECTED, strict=True)]
    mistakes = (mistake("known", *answers),) if known else ()
    found = judged(returned(*answers), key_of(mistakes=mistakes), hidden=True)
    secrets = [*X.ravel(), *EXPECTED.ravel(), 0.125]
    for said in map(float, NUMBER.findall(found.message)):
        assert said in (1.0, 2.0, 3.0, 2.5) or not np.isclose(np.abs(secrets), abs(said), atol=1e-3).any(), (
            found.message
        )
    assert (
        "returned" not in found.message.replace("was not returned", "")
        and "was expected (" not in found.message
    )
    assert "“one”" in found.message


def test_a_hidden_error_shows_its_type_and_place_and_not_its_words() -> None:
    text = "ValueError: 0.31415 is not in the list\n  line 3, in f\n    raise ValueError(x)"
    found = judged([Outcome(Status.RAISED, {}, "ValueError", text)] * 3, hidden=True)
    assert found.message == "On “one”, it raised ValueError.\n  line 3"


@pytest.mark.parametrize("words", ["3.25", "a\n3.25", "a\nb\n  3.25"])
def test_a_hidden_error_of_several_lines_shows_none_of_them(words: str) -> None:
    text = f"ValueError: {words}\n  line 3, in f\n    raise ValueError(x)"
    found = judged([Outcome(Status.RAISED, {}, "ValueError", text)] * 3, hidden=True)
    assert "3.25" not in found.message


def test_inputs_are_described_by_shape_and_small_values() -> None:
    inputs = {
        "x": np.zeros((2, 3)),
        "n": 3,
        "mode": "same",
        "flag": True,
        "nest": [1],
        "long": "x" * 30,
        "none": None,
    }
    assert describe_inputs(inputs) == " (x (2, 3), n=3, mode=same, flag=True)"
    assert describe_inputs({}) == ""
