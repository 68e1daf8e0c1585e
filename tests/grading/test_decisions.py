"""Exercises that were withdrawn or credited: what counts, while what was graded stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from courses import make_course

from grader.commands.main import cli
from grader.grading import decisions
from grader.grading.decisions import Decision, NotDecided, amended
from grader.verdict import Graded, Status, Verdict

GRADED = Graded(
    "ada",
    "01_averages",
    "submitted/ada/averages.py",
    score=45.0,
    max_score=100.0,
    seconds=1.0,
    exercises=(
        Verdict("mean", Status.PASSED, 30.0, 30.0, None, "", ()),
        Verdict("weighted_mean", Status.WRONG, 15.0, 40.0, "unweighted", "It is off.", ()),
        Verdict("running_mean", Status.MISSING, 0.0, 30.0, None, "It is not written yet.", ()),
    ),
)


def decide(**decided: str) -> Graded:
    return amended(GRADED, {"averages": {name: Decision(said) for name, said in decided.items()}})


def points(graded: Graded) -> list[tuple[float, float]]:
    return [(verdict.score, verdict.max_score) for verdict in graded.exercises]


def test_what_is_withdrawn_counts_for_nobody() -> None:
    found = decide(weighted_mean="withdrawn")
    assert points(found) == [(30, 30), (0, 0), (0, 30)]
    assert (found.score, found.max_score) == (30, 60)
    assert found.exercises[1].message == "This exercise was withdrawn: it counts for nobody.\n\nIt is off."


def test_what_is_credited_counts_for_everybody() -> None:
    found = decide(weighted_mean="credited", running_mean="credited", mean="credited")
    assert points(found) == [(30, 30), (40, 40), (30, 30)]
    assert (found.score, found.max_score) == (100, 100)
    assert [verdict.status for verdict in found.exercises] == [one.status for one in GRADED.exercises]


def test_without_a_decision_nothing_changes() -> None:
    assert amended(GRADED, {}) is GRADED
    assert amended(GRADED, {"other": {"mean": Decision.CREDITED}}) is GRADED


def test_a_decision_on_no_exercise_is_refused() -> None:
    with pytest.raises(NotDecided, match="there is no exercise `meen`; did you mean `mean`"):
        decide(meen="withdrawn")


def test_what_was_decided_is_read_back(tmp_path: Path) -> None:
    decided = {"b": {"y": Decision.CREDITED}, "a": {"z": Decision.WITHDRAWN, "x": Decision.CREDITED}}
    decisions.save(tmp_path, decided)
    assert decisions.load(tmp_path) == decided
    assert (tmp_path / decisions.FILE).read_text().splitlines()[2:] == [
        "[a]", 'x = "credited"', 'z = "withdrawn"', "", "[b]", 'y = "credited"'
    ]  # fmt: skip
    decisions.save(tmp_path, {"a": {}})
    assert not list(tmp_path.iterdir()) and decisions.load(tmp_path) == {}


@pytest.mark.parametrize("text", ["[a", 'x = "withdrawn"', '[a]\nx = "gone"', "[a]\nx = 3", "[a]\n[a]"])
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / decisions.FILE).write_text(text)
    with pytest.raises(NotDecided, match=r"decisions.toml cannot be read .*expected are lines as"):
        decisions.load(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_the_commands_decide_and_take_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("withdraw", "averages.mean")
    assert done.exit_code == 0 and "averages: mean is withdrawn; 70 points in all." in done.output
    assert "`grader publish`" in done.output
    done = run("credit", "averages.mean", "01_averages.running_mean")
    assert "mean is credited, running_mean is credited; 100 points in all" in done.output
    assert "every exercise counts" in run("credit", "averages.mean", "averages.running_mean", "--none").output
    assert not (tmp_path / decisions.FILE).exists()


@pytest.mark.parametrize("named", ["averages", "averages.meen", "medians.mean", "mean"])
def test_what_is_no_exercise_is_decided_on_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("withdraw", "averages.running_mean", named)
    assert done.exit_code == 1 and "there is no" in done.output
    assert not (tmp_path / decisions.FILE).exists()
    assert "nothing was decided on averages.mean" in run("withdraw", "averages.mean", "--none").output
