"""What arrays known beforehand win: found where they win, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from courses import CHECKS, make_course

from grader.audit import page, replay
from grader.audit.findings import AuditFound, ExerciseFound, ReplayFound, TopicFound, WayFound
from grader.audit.known import leaves
from grader.client.server import Server
from grader.commands.main import cli
from grader.exercise import Arrays, AuthorError, Case, Exercise, Judge
from grader.grading.key import ExerciseKey

Answer = Callable[[np.random.Generator, dict[str, Any]], Arrays]


def won(answer: Answer, judge: Judge | None = None, draws: int = 3, **inputs: Any) -> dict[str, int]:
    """Return by what is returned in how many draws a case is passed, whose answers an exercise's are."""
    exercise = Exercise("f", 10, "?", lambda answer: {}, ("f",), judge_function=judge)

    def key(seed: int) -> ExerciseKey:
        rng = np.random.default_rng(seed)
        drawn = {name: one(rng) if callable(one) else one for name, one in inputs.items()}
        return ExerciseKey("f", (Case("a case", drawn),), (answer(rng, drawn),), ())

    found = replay.exercise_replays(exercise, key(0), [key(seed) for seed in range(1, draws + 1)], {})
    assert len(found) <= 1
    return {way.said: way.won for one in found for way in one.ways}


def normal(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=3)


def test_what_is_drawn_and_computed_cannot_be_known() -> None:
    assert won(lambda rng, inputs: {"y": 3 * inputs["x"] + 1}, x=normal) == {}


def test_what_no_seed_changes_is_replayed() -> None:
    assert won(lambda rng, inputs: {"y": np.array([2.0, 3.0])}) == {
        "the public key": 3,
        "another hidden key": 3,
    }


@pytest.mark.parametrize(
    ("value", "name"), [(0.0, "0"), (1, "1"), (-1.0, "-1"), (np.nan, "NaN"), (np.inf, "inf")]
)
def test_constants_are_tried(value: float, name: str) -> None:
    assert won(lambda rng, inputs: {"y": np.full((2, 2), value)})[f"all {name}"] == 3
    assert won(lambda rng, inputs: {"y": np.full(2, value), "z": inputs["x"] ** 3}, x=normal) == {}


def test_a_truth_value_is_a_coin_that_is_tossed_once_for_all_draws() -> None:
    def coin(rng: np.random.Generator, inputs: dict[str, Any]) -> Arrays:
        return {"y": np.array(rng.random() < 0.5)}

    found = won(coin, draws=8)
    assert found["all 1"] + found["all 0"] == 8 and 0 < found["all 1"] < 8


def test_inputs_are_passed_through_wherever_they_stand_in_a_nest() -> None:
    def same(rng: np.random.Generator, inputs: dict[str, Any]) -> Arrays:
        return {"y": np.array(inputs["layers"][1]["kernel"])}

    layers: Callable[[np.random.Generator], Any] = lambda rng: [{"bias": 1.0}, {"kernel": rng.normal(size=3)}]  # noqa: E731
    assert won(same, layers=layers) == {"input layers.1.kernel": 3}
    nest = {"a": [1, {"b": (2.5, True)}], "c": "text", "d": None}
    assert [(path, values.tolist()) for path, values in leaves(nest)] == [
        ("a.0", 1),
        ("a.1.b.0", 2.5),
        ("a.1.b.1", True),
    ]


def test_each_output_may_come_from_another_source() -> None:
    def answer(rng: np.random.Generator, inputs: dict[str, Any]) -> Arrays:
        return {"w": inputs["x"], "v": np.zeros(3), "count": np.array(7)}

    assert won(answer, x=normal) == {"`w`: input x, `v`: the public key, `count`: the public key": 3}


def wrong(returned: np.ndarray, expected: np.ndarray) -> bool:
    """Judge as an author who forgot that a number may be negative."""
    return bool((np.abs(returned - expected) > 1e-3)[returned >= 0].any())


def test_a_judge_is_tried_with_whole_sources_and_with_mixes() -> None:
    def unlike(returned: Arrays, expected: Arrays, inputs: dict[str, Any]) -> str | None:
        off = wrong(returned["y"], expected["y"])
        return "it is off" if off or returned["n"] != 0 else None

    def answer(rng: np.random.Generator, inputs: dict[str, Any]) -> Arrays:
        return {"y": inputs["x"] ** 2, "n": np.array(0)}

    assert won(answer, unlike, x=normal) == {"`y`: all -1, `n`: the public key": 3}
    assert won(answer, lambda returned, expected, inputs: None, x=normal)["all -1"] == 3


def test_a_judge_of_many_outputs_is_tried_with_some_of_them_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlike(returned: Arrays, expected: Arrays, inputs: dict[str, Any]) -> str | None:
        off = any(wrong(returned[name], expected[name]) for name in "yz")
        return "it is off" if off or returned["n"] != 4 else None

    def answer(rng: np.random.Generator, inputs: dict[str, Any]) -> Arrays:
        return {"y": inputs["x"] ** 2, "z": inputs["x"] ** 4, "n": np.array(4)}

    monkeypatch.setattr(replay, "MIXED", 50)
    assert won(answer, unlike, x=normal) == {"`y`: all -1, `z`: all -1, `n`: the public key": 3}
    monkeypatch.setattr(replay, "MIXED", 20)
    assert won(answer, unlike, x=normal) == {}


def test_points_are_those_of_the_case_in_the_best_way_and_a_reason_is_kept() -> None:
    exercise = Exercise("f", 12, "?", lambda answer: {}, ("f",))
    cases = (Case("luck", {}, 2.0), Case("fixed", {}))
    expected = [({"y": np.array([5.0 + draw])}, {"y": np.array(4.0)}) for draw in range(3)]
    keys = [ExerciseKey("f", cases, one, ()) for one in expected]
    luck, fixed = replay.exercise_replays(exercise, keys[0], keys, {("f", "fixed"): "It is four."})
    assert (luck.points, luck.ways) == (round(8 / 3, 4), (WayFound({"y": "the public key"}, 1),))
    assert (fixed.points, fixed.reason, len(fixed.ways)) == (4.0, "It is four.", 2)
    (problem,) = replay.problems_of([luck, fixed])
    assert (
        problem.startswith("2.67 points are won without an answer") and "“luck” (the public key)" in problem
    )
    assert "fixed" not in problem and replay.problems_of([fixed]) == []


FIXED = CHECKS.replace('{"rows": rng.normal(size=(1, 4))}', '{"rows": np.eye(4)[:1]}')


def test_a_case_that_is_not_drawn_is_found_and_may_be_recorded(recorder: Server, tmp_path: Path) -> None:
    (topic,) = make_course(tmp_path, checks=FIXED).topics
    (one,) = (found := replay.replays(recorder, topic))["mean"]
    assert (one.case, one.points) == ("a single row", 10.0)
    assert found["weighted_mean"] == []
    (one,) = found["running_mean"]  # the mean of one value is that value
    assert (one.case, one.ways) == ("one value", (WayFound({"means": "input stream"}, 3),))
    (topic.folder / replay.FILE).write_text(
        '[mean]\n"a single row" = "There is one."\n"a few rows" = "It is drawn."\n[gone]\n"a case" = "?"\n'
    )
    found = replay.replays(recorder, topic)
    assert found["mean"][0].reason == "There is one."
    assert [text.split(": ")[1] for text in replay.outdated(topic, found)] == ["a few rows", "a case"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[mean", "cannot be read"),
        ('x = "y"', "put `x` in the table of its exercise"),
        ('[mean]\nx = " "', "say why the case “x” of mean can be passed without an answer"),
    ],
)
def test_a_record_that_is_broken_is_said_to_be(text: str, says: str, tmp_path: Path) -> None:
    (topic,) = make_course(tmp_path).topics
    assert replay.recorded(topic) == {}
    (topic.folder / replay.FILE).write_text(text)
    with pytest.raises(AuthorError, match=re.escape(says)):
        replay.recorded(topic)


def test_the_command_looks_at_this_alone_if_it_is_asked_to(tmp_path: Path) -> None:
    course = make_course(tmp_path, checks=FIXED)
    arguments = ["audit", "averages.mean", "--only", "replay", "--course", str(tmp_path)]
    done = CliRunner().invoke(cli, [*arguments, "--json", str(tmp_path / "found.json")])
    assert done.exit_code == 1
    assert "01_averages: 10.0 points without an answer" in done.output
    assert "mean “a single row”: the public key 3/3; another hidden key 3/3" in done.output
    assert "✗ 01_averages.mean: 10 points are won without an answer" in done.output
    read = json.loads((tmp_path / "found.json").read_text())["topics"][0]
    assert read["only"] == "replay" and read["exercises"][0]["replays"][0]["case"] == "a single row"
    (course.topics[0].folder / replay.FILE).write_text('[mean]\n"a single row" = "There is one."\n')
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0
    assert "(recorded: There is one.)" in done.output
    assert "✓ 01_averages: nothing to mend; only replay was looked at" in done.output


def test_the_page_shows_what_is_returned_and_the_reason() -> None:
    ways = (WayFound({"w": "input <w>", "v": "all 0"}, 2), WayFound({"w": "all 0", "v": "all 0"}, 1))
    one = ExerciseFound("f", replays=[ReplayFound("a case", 2.5, 3, ways, "It is so & so.")])
    text = page.html(AuditFound([TopicFound("01_averages", [one], only="replay")]))
    assert "`w`: input &lt;w&gt;, `v`: all 0: 2<br>all 0: 1<br>" in text
    assert "It is so &amp; so." in text and "<td>2.5</td>" in text
    assert "Only replay was looked at" in text and "Killed mutants" not in text
    text = page.html(AuditFound([TopicFound("01_averages", [one])]))
    assert "Killed mutants: 0" in text and "It is so &amp; so." in text
