"""Messages help, and give nothing of a hidden key away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import EXPECTED, X, exercise, judged, key_of, mistake, returned, rng

from grader.fault import Fault, Frame, Place
from grader.grading import judge
from grader.grading.explain import describe_inputs
from grader.outcome import UNDEFINED, Outcome
from grader.verdict import Status

FAULT = Fault("E: no", (Frame(0, 3, "f", "g()"),))
SAID = "NotImplementedError: no\n  line 3, in g"
UNFINISHED = Fault("NotImplementedError: no", (Frame(0, 3, "g", "raise NotImplementedError('no')"),))


def test_a_wrong_answer_is_described_on_its_first_case() -> None:
    found = judged(returned(EXPECTED[0], EXPECTED[1] + rng.normal(size=(2, 4)), EXPECTED[2]))
    first, *rest = found.message.split("\n\n")
    assert first.startswith(
        "On “two” (x (2, 4), depth=3, rate=0.125), `y` has the right shape, (2, 4), but 8 of its 8"
    )
    assert "was expected (tolerance 1e-5)." in first
    assert rest == ["Right on 2 of 3 cases: “one”, “three”."]


def test_only_what_stopped_is_said_to_have_stopped() -> None:
    """What the driver refuses is a wrong answer; what is not written has not stopped."""
    for error in ("WrongStructure", "ForbiddenOp"):
        found = judged([Outcome(Status.RAISED, {}, error, "so it is")] * 3)
        assert found.status is Status.WRONG and "stopped" not in found.message
    for outcome in (Outcome(Status.MISSING, faults=(UNFINISHED,)), Outcome(Status.RAISED, faults=(FAULT,))):
        found = judged([outcome, *returned(*EXPECTED[1:])])
        assert ("stopped" in found.message) is (found.status is Status.RAISED)


def test_a_function_that_is_not_written_is_named_where_others_are() -> None:
    missing = Outcome(Status.MISSING, faults=(UNFINISHED,))
    nothing, something = judged([missing] * 3), judged([*returned(*EXPECTED[:2]), missing])
    assert nothing.unwritten and nothing.message == "`f` is not written yet."
    assert not something.unwritten and something.score == 9
    assert "On “three” (x (2, 4), depth=3, rate=0.125), `g` is called" in something.message
    its_own = Fault("", (Frame(0, 3, "f", "raise NotImplementedError()"),))
    assert judged([Outcome(Status.MISSING, faults=(its_own,))] * 3).message == "`f` is not written yet."
    led = Fault("", (Frame(0, 9, "f", "return g(x)"), *UNFINISHED.frames))
    assert "`g` is called that is not written" in judged([Outcome(Status.MISSING, faults=(led,))] * 3).message


def test_numbers_among_the_inputs_are_rounded() -> None:
    assert (
        describe_inputs({"x": 18.583412345678, "eps": 1e-5, "n": 123456}) == " (x=18.58, eps=1e-5, n=123456)"
    )


def test_a_relation_is_a_sentence_of_its_own() -> None:
    assert judged(returned(*-EXPECTED)).message.endswith(
        "\n\n`y` is what was expected, but with the opposite sign."
    )
    thrice = "`y` is what was expected times the same number, everywhere"
    assert judged(returned(*3 * EXPECTED)).message.endswith(f"\n\n{thrice}: 3.0000.")
    assert judged(returned(*3 * EXPECTED), hidden=True).message.endswith(f"\n\n{thrice}.")
    extra_axis = judged(returned(*np.stack([EXPECTED] * 2, 1))).message
    assert extra_axis.endswith("It has one axis too many: is something not yet summed or averaged?")


def test_a_mistake_is_named_when_it_matches_on_every_case() -> None:
    key = key_of(mistakes=(mistake("other", *EXPECTED * 2), mistake("sign", *-EXPECTED)))
    found = judged(returned(*-EXPECTED), key)
    assert found.mistake == "sign"
    assert found.message.endswith("On all three cases, your answers are what one gets when\nsign it is.")
    assert "opposite sign" not in found.message, "the mistake says more than the relation"


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome(Status.MISSING), "`f` is not written yet."),
        (Outcome(Status.MISSING, error="undefined"), "`f` is not defined: has its name been changed"),
        (Outcome(Status.MISSING, error="undefined", faults=(FAULT,)), f"could be run:\n{FAULT.said()}"),
        (Outcome(Status.CRASHED, text="It cannot be read.", imported=False), "It cannot be read."),
        (Outcome(Status.RAISED, error="E", faults=(FAULT,)), f"it stopped with an error:\n{FAULT.said()}"),
        (Outcome(Status.RAISED, {}, "WrongStructure", "two"), "asked for: two."),
        (Outcome(Status.RAISED, {}, "ForbiddenOp", "two"), "the answer may not be used: two."),
        (Outcome(Status.RAISED, {}, "E", faults=(Fault("It led to E: no"),)), ", it led to E: no"),
        (Outcome(Status.RAISED, error="NotImplementedError", faults=(UNFINISHED,)), f"yet:\n{SAID}"),
        (Outcome(Status.MISSING, faults=(UNFINISHED,)), "`g` is called that is not written yet:\n  line 3"),
        (Outcome(Status.TIMED_OUT, cpu=10.04), "after 10 s of CPU time: is there a loop that does not end?"),
        (Outcome(Status.TIMED_OUT, cpu=0.2, seconds=30.1, waited=True), "30 s, in which it hardly computed"),
        (Outcome(Status.TIMED_OUT, ran=False, allowed=60), "it was not run: the whole file may use 60 s"),
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


def raised(*faults: Fault) -> list[Outcome]:
    return [Outcome(Status.RAISED, error="ValueError", faults=faults)] * 3


def test_a_hidden_error_shows_its_type_and_place_and_not_its_words() -> None:
    fault = Fault("ValueError: 0.31415 is not in the list", (Frame(0, 3, "f", "raise ValueError(x)"),))
    assert judged(raised(fault), hidden=True).message == "On “one”, it raised ValueError.\n  line 3"


@pytest.mark.parametrize("words", ["3.25", "a\n3.25", "a\nb\n  3.25", "a\n  line 325, in f\n    3.25"])
def test_a_hidden_error_of_several_lines_shows_none_of_them(words: str) -> None:
    fault = Fault(f"ValueError: {words}", (Frame(0, 3, "f", "raise ValueError(x)"),))
    assert judged(raised(fault), hidden=True).message == "On “one”, it raised ValueError.\n  line 3"


def test_a_verdict_points_at_the_line_that_raised() -> None:
    fault = Fault("E: no", (Frame(2, 7, "f", "g()"), Frame(3, 1, "g", "1 / 0")))
    for hidden in (False, True):
        assert judged(raised(fault), hidden=hidden).place == Place(3, 1)
    late = [*returned(EXPECTED[0]), *raised(fault)[1:]]
    assert judged(late).place == Place(3, 1)
    assert judged(returned(*-EXPECTED)).place is judged(returned(*EXPECTED)).place is None


def test_a_notebook_names_its_cells_as_jupyter_does() -> None:
    fault = Fault("E: no\n  cell 9, line 9", (Frame(2, 7, "f", "g()"),))
    outcomes = [Outcome(Status.MISSING, error=UNDEFINED, faults=(fault,))] * 3
    said = judge.judged(exercise(), key_of(), outcomes, False, "cell [{}]").verdict.message
    assert said.endswith("could be run:\nE: no\n  cell 9, line 9\n  cell [2], line 7, in f\n    g()")


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
