"""Whose grade depends on the secret, planted in the small course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from courses import CHECKS, MISTAKES, ORACLES, make_course
from rich.console import Console

from grader.audit import alone, luck, page, terminal
from grader.audit.findings import AuditFound, ExerciseFound, LuckFound, TopicFound
from grader.client.server import Server
from grader.exercise import AuthorError

Luck = Callable[..., tuple[LuckFound, list[str]]]
# On some draws there is one row alone, which is its own sum.
SOMETIMES_ONE = CHECKS.replace("size=(5, 3)", "size=(rng.integers(1, 4), 3)").replace(
    '    yield "a single row"', '    return\n    yield "a single row"'
)
# On some draws it is the same as `total`.
TWIN = '''

@mistake(of="mean")
def twin(rows):
    """the sum is not divided where the first number is positive."""
    return rows.sum(axis=0) if rows[0, 0] > 0 else rows.sum(axis=0) + 1
'''
# On some draws the process ends, of which nothing is known but that.
ENDS = '''

@mistake(of="mean")
def ends(rows):
    """the process ends."""
    if rows[0, 0] > 0:
        import os

        os._exit(1)
    return rows.sum(axis=0) + 1
'''


@pytest.fixture
def grades(recorder: Server, tmp_path: Path) -> Luck:
    """Grade `mean` of a changed small course under eight secrets."""

    def go(record: str = "", deadline: float = float("inf"), **changed: str) -> tuple[LuckFound, list[str]]:
        (topic,) = make_course(tmp_path, **changed).topics
        if record:
            (topic.folder / luck.FILE).write_text(record)
        found = alone.secrets(recorder, topic, ["mean"], alone.Limits(1, 8, deadline))
        assert found.exercises[0].luck is not None
        return found.exercises[0].luck, found.exercises[0].problems

    return go


def test_good_checks_depend_on_no_secret(grades: Luck) -> None:
    assert grades() == (LuckFound(8, 8), [])


def test_a_mistake_that_some_draws_let_pass_is_found(grades: Luck) -> None:
    found, problems = grades(checks=SOMETIMES_ONE)
    (total,) = (one for one in found.swayed if one.answer == "total")
    assert (total.low, total.high, total.right) == (0.0, 30.0, False) and 0 < total.full < 8
    assert total.cases == {"a few rows": 8 - total.full}
    assert [one for one in problems if "mistake total" in one] == [
        f"the mistake total is accepted under {total.full} of 8 secrets and gets 0 to 30 of 30 points, "
        "depending on the secret; draw so that these cases reject it under every secret, or under none: "
        f"“a few rows” ({8 - total.full})"
    ]


def test_a_mistake_that_is_taken_for_another_on_some_draws_is_found(grades: Luck) -> None:
    found, problems = grades(
        mistakes=MISTAKES + TWIN, checks=SOMETIMES_ONE.replace("integers(1", "integers(2")
    )
    (twin,) = (one for one in found.swayed if one.answer == "twin")
    assert 0 < twin.named["total"] < 8 and (twin.full, twin.low, twin.high) == (0, 0.0, 0.0)
    assert f"the mistake twin is taken for total under {twin.named['total']} of 8 secrets" in problems


def test_a_mistake_that_is_not_recognised_on_some_draws_is_found(grades: Luck) -> None:
    found, problems = grades(mistakes=MISTAKES + ENDS)
    (ends,) = found.swayed
    assert ends.answer == "ends" and 0 < ends.unnamed < 8
    assert problems == [f"the mistake ends goes unnamed under {ends.unnamed} of 8 secrets"]


def test_a_right_answer_that_loses_on_some_draws_is_found(grades: Luck) -> None:
    right = "math.fsum(column) / len(column)"
    found, problems = grades(oracles=ORACLES.replace(right, f"{right} + (rows[0][0] > 1)"))
    (oracle,) = found.swayed
    assert oracle.right and oracle.answer == "oracle mean_by_columns" and 0 < oracle.full < 8
    (said,) = problems
    assert said.startswith(
        f"a right answer (oracle mean_by_columns) loses points under {8 - oracle.full} of 8"
    )


def test_what_is_recorded_is_no_problem_and_what_is_gone_is_named(grades: Luck, tmp_path: Path) -> None:
    reason = "One row is its own sum."
    names = ("total", "of_columns", "one_too_few", "gone")
    record = "[mean]\n" + "".join(f'{name} = "{reason}"\n' for name in names)
    found, problems = grades(record, checks=SOMETIMES_ONE)
    assert problems == [] and {one.reason for one in found.swayed} == {reason}
    (topic,) = make_course(tmp_path / "again").topics
    (topic.folder / luck.FILE).write_text(record)
    assert luck.outdated(topic) == ["luck.toml names an answer to `mean` that is not there: gone"]
    (topic.folder / luck.FILE).write_text('[mean]\ntotal = ""\n')
    with pytest.raises(AuthorError, match="say why the grade of `total`, an answer to mean, may depend"):
        luck.recorded(topic)


def test_when_time_is_up_it_is_said(grades: Luck) -> None:
    assert grades(deadline=0.0) == (LuckFound(8, 0), ["0 of 8 secrets were tried: time was up"])


def test_it_is_shown(grades: Luck, capsys: pytest.CaptureFixture[str]) -> None:
    found, problems = grades(checks=SOMETIMES_ONE)
    one = ExerciseFound("mean", luck=found, problems=problems)
    whole = AuditFound([TopicFound("01_averages", [one], only="secrets")])
    terminal.show(Console(width=200), whole)
    said = capsys.readouterr().out
    swayed = len(found.swayed)
    assert said.startswith(
        f"every mistake and right form under 8 secrets: {swayed} whose grade depends on them\n"
    )
    assert "without an answer" not in said and "✗ 01_averages.mean: the mistake total is accepted" in said
    text = page.html(whole)
    assert f"depends on the secret: {swayed}, under 8 secrets" in text and "<code>total</code>" in text
