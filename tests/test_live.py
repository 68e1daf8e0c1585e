"""`check(function)` in a student's notebook."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from courses import SOLUTION

import grader
from grader.course import CourseError
from grader.key import Key
from grader.live import NotRightYet, check


@pytest.fixture(autouse=True)
def no_seeds_are_left() -> Iterator[None]:
    state = np.random.get_state()
    yield
    np.random.set_state(state)


@pytest.fixture
def answers(public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """The reference's own functions, in a folder that holds the assignment's key."""
    public_key.save(tmp_path / "key.npz")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(SOLUTION, names)
    return types.SimpleNamespace(**names)


def test_check_is_what_the_package_offers() -> None:
    assert grader.check is check
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        grader.chekc  # noqa: B018


def test_a_right_answer_is_said_to_be_right(answers: Any, capsys: pytest.CaptureFixture[str]) -> None:
    check(answers.mean)
    check(answers.RunningMean)
    assert capsys.readouterr().out == "✓ mean — 30 of 30 points\n✓ running_mean — 30 of 30 points\n"


def test_a_wrong_answer_says_which_idea_was_missed(answers: Any) -> None:
    def mean(rows: Any) -> Any:
        return rows.sum(axis=0)

    with pytest.raises(NotRightYet, match="✗ mean — 10 of 30 points(?s:.*)the sum is not divided") as caught:
        check(mean)
    assert caught.value._render_traceback_() == str(caught.value).splitlines()


def test_an_answer_that_is_not_written_or_fails_is_told_kindly(answers: Any) -> None:
    def mean(rows: Any) -> Any:
        raise NotImplementedError

    with pytest.raises(NotRightYet, match="`mean` is not written yet."):
        check(mean)

    def mean(rows: Any) -> Any:  # type: ignore[no-redef]
        return rows.avg()

    with pytest.raises(NotRightYet, match="has no attribute 'avg'"):
        check(mean)

    def weighted_mean(values: Any, weights: Any) -> Any:
        return 1.0

    with pytest.raises(NotRightYet, match=r"expected the 2 values \(average, variance\), got a float"):
        check(weighted_mean)


def test_inputs_are_the_check_s_own(answers: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def mean(rows: Any) -> Any:
        found = answers.mean(rows)
        rows[:] = np.nan
        return found

    check(mean)
    check(mean)
    assert capsys.readouterr().out.count("✓") == 2


@pytest.mark.parametrize(("answer", "says"), [(3, "check takes the function or class itself"),
                                              (np.zeros(2), "got an array of shape"),
                                              (sorted, "there is no exercise `sorted`")])  # fmt: skip
def test_what_is_no_answer_is_refused(answer: Any, says: str, answers: Any) -> None:
    with pytest.raises(CourseError, match=says):
        check(answer)


def test_a_folder_without_an_assignment_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError, match="the one that holds `key.npz`"):
        check(sorted)


def test_a_folder_of_several_assignments_is_refused(answers: Any, public_key: Key, tmp_path: Path) -> None:
    public_key.save(tmp_path / "other" / "key.npz")
    with pytest.raises(CourseError, match="holds 2 assignments: open the notebook"):
        check(answers.mean)
