"""Two answers that returned the same wrong arrays share a digest, and no others do."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from conftest import GradeText
from hypothesis import given
from hypothesis import strategies as st
from judging import EXPECTED, exercise, key_of, mistake, returned

from grader.grading import judge
from grader.grading.judge import findings
from grader.grading.key import ExerciseKey, Key
from grader.grading.returned import digest
from grader.grading.rules import Rules
from grader.outcome import Outcome
from grader.verdict import Status, Verdict

SECRET = b"a secret"
WRONG = EXPECTED * 1.7 + 0.3


def found(*values: Any, secret: bytes = SECRET, **changes: Any) -> str:
    outcomes = returned(*values)
    one, key = exercise(**changes), key_of()
    return digest(one, key, outcomes, findings(one, key, outcomes), secret)


def verdict(outcomes: list[Outcome], key: ExerciseKey | None = None, secret: bytes = SECRET) -> Verdict:
    return judge.verdict(exercise(), key or key_of(), outcomes, hidden=True, secret=secret)


def test_the_same_arrays_have_one_digest_in_whatever_type_they_come() -> None:
    single = WRONG.astype(np.float32)
    assert found(*WRONG) == found(*WRONG.copy()) == found(*single) == found(*single.astype(np.float64)) != ""


@given(st.integers(0, 2**32 - 1))
def test_last_digits_do_not_count(seed: int) -> None:
    noise = 1 + 1e-9 * np.random.default_rng(seed).normal(size=WRONG.shape)
    assert found(*(WRONG * noise)) == found(*WRONG)


@given(st.integers(0, 2), st.integers(0, 1), st.integers(0, 3), st.sampled_from([-1.0, 0.05, 3.0, np.nan]))
def test_another_value_anywhere_has_another_digest(case: int, row: int, column: int, by: float) -> None:
    other = WRONG.copy()
    other[case, row, column] += by
    assert found(*other) not in ("", found(*WRONG))


def test_infinities_are_told_by_their_sign_and_place() -> None:
    several = []
    for at, value in ((0, np.inf), (0, -np.inf), (0, np.nan), (1, np.inf)):
        other = WRONG.copy()
        other[0, 0, at] = value
        several.append(found(*other))
    assert len(set(several)) == 4


def test_what_is_right_counts_as_no_error() -> None:
    half = [EXPECTED[0], WRONG[1], WRONG[2]]
    nearly = [EXPECTED[0] * (1 + 1e-6), WRONG[1], WRONG[2]]
    assert found(*half) == found(*nearly) not in ("", found(*WRONG))
    assert found(*EXPECTED) == ""


def test_shapes_tell_answers_apart() -> None:
    assert found(*WRONG) != found(*(one.T for one in WRONG)) != found(*(one.reshape(-1) for one in WRONG))


def test_where_a_judge_decides_the_arrays_themselves_are_compared() -> None:
    def judge_function(got: Any, want: Any, inputs: Any) -> str | None:
        return None if (got["y"] > 0).all() else "it is negative"

    same = found(*-np.abs(WRONG), judge_function=judge_function)
    other = found(*(-2 * np.abs(WRONG)), judge_function=judge_function)
    assert "" not in (same, other) and same != other
    assert found(*np.abs(WRONG), judge_function=judge_function) == ""


@pytest.mark.parametrize("value", [0.0, np.nan, 1.0])
def test_arrays_that_say_little_have_no_digest(value: float) -> None:
    assert found(*np.full_like(WRONG, value)) == ""


def test_who_lacks_the_secret_cannot_make_the_digest() -> None:
    assert found(*WRONG) != found(*WRONG, secret=b"another")


def test_only_wrong_answers_without_a_name_have_one_and_only_if_all_cases_gave_arrays() -> None:
    assert verdict(returned(*WRONG)).returned == found(*WRONG)
    named = key_of(mistakes=(mistake("other", *WRONG),))
    assert verdict(returned(*WRONG), named).mistake == "other"
    assert verdict(returned(*WRONG), named).returned == ""
    assert verdict(returned(*EXPECTED)).returned == ""
    assert verdict([*returned(*WRONG[:2]), Outcome(Status.RAISED, error="E")]).returned == ""
    assert verdict([*returned(*WRONG[:2]), Outcome(Status.TIMED_OUT)]).returned == ""


def test_without_a_secret_there_is_none_and_nothing_in_json() -> None:
    plain = verdict(returned(*WRONG), secret=b"")
    assert plain.returned == "" and b'returned"' not in msgspec.json.encode(plain)
    kept = msgspec.json.encode(verdict(returned(*WRONG)))
    assert msgspec.json.decode(kept, type=Verdict).returned == found(*WRONG)


UNUSUAL = """
import numpy as np

def mean(rows):
    return np.median(rows, axis=0) * 0.5
"""
ELSEWHERE = """
import numpy

def halved(column):
    return numpy.median(column) / 2

def mean(rows):
    return [halved(rows[:, place]) for place in range(rows.shape[1])]
"""


def test_grading_by_the_hidden_key_keeps_one_and_by_the_public_key_none(
    grade_text: GradeText, hidden_key: Key
) -> None:
    first, other = (grade_text(text, Rules(hidden_key)).exercises[0] for text in (UNUSUAL, ELSEWHERE))
    assert first.returned == other.returned != ""
    assert first.returned not in first.message
    assert grade_text(UNUSUAL).exercises[0].returned == ""
