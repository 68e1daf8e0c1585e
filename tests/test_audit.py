"""The audit finds what is wrong with checks, each fault planted in the small course."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from courses import CHECKS, MISTAKES, ORACLES, SOLUTION, make_course
from rich.console import Console

from grader.audit import content, equivalents, margins, page, run, terminal, training
from grader.audit.distance import distance
from grader.audit.findings import AuditFound, ExerciseFound, Fate, FormFound, MutantFound, TopicFound
from grader.audit.mutation import changed, mutants
from grader.audit.reorder import reordered
from grader.cli import cli
from grader.client import Server
from grader.course import Course, CourseError
from grader.exercise import AuthorError, Exercise
from grader.release import build

Audit = Callable[..., TopicFound]


@pytest.fixture
def audit(recorder: Server, tmp_path: Path) -> Audit:
    """Audit the small course, or a change of it; nothing is built."""

    def go(
        *names: str, sample: int | None = None, deadline: float = float("inf"), **changed: str
    ) -> TopicFound:
        (topic,) = make_course(tmp_path, **changed).topics
        return run.audit_topic(recorder, topic, names, 1, sample, deadline, lambda text: None)

    return go


def fates(found: TopicFound, exercise: str, fate: Fate) -> list[str]:
    """Return the names of an exercise's mutants that had a fate."""
    return [m.name for one in found.exercises if one.name == exercise for m in one.mutants if m.fate is fate]


def problems(found: TopicFound, exercise: str) -> str:
    return "\n".join(text for one in found.exercises if one.name == exercise for text in one.problems)


def cell(*lines: str) -> str:
    """Return a solution's cell with these lines between the markers."""
    body = "".join(f"    {line}\n" for line in lines)
    return (
        f'def f(x, mask=None, scale=2, training=False):\n    """Doc 1."""\n    y = x + 1\n'
        f"    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
    )


def names(*lines: str) -> list[str]:
    return [name for name, _ in changed(cell(*lines))]


# What is changed.


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return x + y", ["return x {+ → -} y", "return x{+ y → }", "return {x + → }y"]),
        ("return x < 0", [
            "return x <{ → =} 0", "return x {< → >=} 0", "return x < {0 → 1}", "return x < {0 → -1}",
        ]),
        ("return g(x, axis=-1)", [
            "return g(x{, axis=-1 → })", "return g(x, axis={- → }1)", "return g(x, axis=-{1 → 2})",
            "return g(x, axis=-{1 → 0})",
        ]),
        ("return g(x, keepdims=True)", ["return g(x, keepdims={True → False})"]),
        ("return g(x, y)", ["return g({x, y → y, x})"]),
        ("return np.maximum(x, y)", ["return np.{maximum → minimum}(x, y)"]),
        ("return g(x, padding='same')", [
            "return g(x{, padding='same' → })", "return g(x, padding='{same → valid}')",
        ]),
        ("return g(x, training=training)", [
            "return g(x, training={training → True})", "return g(x, training={training → False})",
            "return g(x{, training=training → })",
        ]),
        ("return np.sqrt(x)", ["return {np.sqrt(x) → x}"]),
        ("return np.einsum('ij->ji', x)", [
            "return np.einsum({'ij->ji', x → x, 'ij->ji'})", "return np.einsum('ij->{ji → ij}', x)",
        ]),
        ("return x[1:]", ["return x[{1 → }:]", "return x[{1 → 2}:]", "return x[{1 → 0}:]"]),
        ("return x[:y]", ["return x[:{y → }]", "return x[:y{ → - 1}]", "return x[:y{ → + 1}]"]),
        ("return 0.5", ["return {0.5 → 1.0}"]),
        ("return 1e-07", ["return {1e → 1e-06}"]),
        ("return 10000", ["return {10000 → 100000}", "return {10000 → 1000}"]),
        ("return x.T", ["return x{.T → }"]),
        ("return x, y", ["return ({x, y → y, x})"]),
        ("raise ValueError(f'{x + 1}')", ["{raise ValueError(…) → pass}"]),
        ("x: Float[T, 'a 1'] = y", []),
        ("return g(x, name='a', dtype=y)", []),
    ],
)  # fmt: skip
def test_a_statement_is_changed_at_one_spot_at_a_time(line: str, expected: list[str]) -> None:
    found = names(line)
    if line == "return 1e-07":
        assert len(found) == 1
    else:
        assert found == expected


def test_nothing_outside_the_markers_is_changed() -> None:
    before = cell("return x * y")
    for _, after in changed(before):
        assert after.split("### BEGIN")[0] == before.split("### BEGIN")[0]
        assert after.count("BEGIN SOLUTION") == 1


def test_brackets_keep_a_changed_part_together() -> None:
    found = changed(cell("return x - y ** 2 / (x - y)"))
    for _, after in found:
        compile(after, "mutant", "exec")
    assert "return x - {y ** 2 / (x - y) → (x - y) / y ** 2}" in [name for name, _ in found]
    assert "return {x - y ** 2 / (x - y) → y ** 2 / (x - y) - x}" in [name for name, _ in found]


def test_a_name_survives_another_layout_and_a_repeated_statement_gets_a_number() -> None:
    assert names("return g(x,", "         y)") == names("return (g( x, y ))")
    assert names("x = g(y)  # why", "y = 'a' + x") == names('x = g(y)', 'y = "a" + x')
    twice = names("x = y + 1", "x = y + 1")
    assert len(twice) == len(set(twice)) and sum(name.endswith(" #2") for name in twice) == len(twice) / 2


def test_mutants_are_the_same_in_the_same_order_on_every_run(course: Course) -> None:
    (topic,) = course.topics
    first, second = list(mutants(topic)), list(mutants(topic))
    assert first == second and len(first) > 20
    assert len({(one.of, one.name) for one in first}) == len(first)
    lines = SOLUTION.split("\n")
    for one in first:
        assert lines[one.line - 1] == one.before.split("\n")[one.line - one.first]


def test_another_order_exchanges_sums_and_products_and_leaves_shapes_alone(tmp_path: Path) -> None:
    solution = SOLUTION.replace(
        "return np.sum(rows, axis=0) / len(rows)",
        "rest = rows.shape[1:] + (1,)\n    return 1 + 2 * len(rest) - len(rows.shape + (1,))",
    )
    (topic,) = make_course(tmp_path, solution=solution).topics
    (only,) = reordered(topic, ["mean"])
    assert "return (len(rest) * 2) + 1 - len(rows.shape + (1,))" in only.after
    assert "rest = rows.shape[1:] + (1,)" in only.after


# What becomes of it.


def test_mutants_of_good_checks_are_killed(audit: Audit) -> None:
    found = audit("mean")
    assert fates(found, "mean", Fate.SURVIVED) == []
    assert len(fates(found, "mean", Fate.KILLED)) > 5


def test_a_hole_in_the_checks_lets_a_mutant_live(audit: Audit) -> None:
    checks = CHECKS.replace("size=(5, 3)", "size=(1, 3)").replace("size=(2, 7)", "size=(1, 7)")
    found = audit("mean", checks=checks)
    assert "return np.sum(rows, axis=0){/ len(rows) → }" in fates(found, "mean", Fate.SURVIVED)
    assert "mutants survive: add a case that rejects them" in problems(found, "mean")
    assert "the mistake total passes" in problems(found, "mean")


def test_a_mutant_that_raises_or_never_ends_is_killed(audit: Audit) -> None:
    solution = SOLUTION.replace(
        "return np.sum(rows, axis=0) / len(rows)",
        "left = 3\n    while left > 0:\n        left = left - 1\n"
        "    return np.sum(rows, axis=left) / len(rows)",
    )
    found = audit("mean", solution=solution)
    how = {one.name: one.how for one in found.exercises[0].mutants}
    assert how["left = left {- → +} 1"] == "timed_out"
    assert {"raised", "shape", "values"} <= set(how.values())
    assert "left = left {- → +} 1" in fates(found, "mean", Fate.KILLED)


def test_a_recorded_equivalent_is_no_problem_unless_it_is_killed_or_gone(
    recorder: Server, tmp_path: Path
) -> None:
    (topic,) = make_course(tmp_path).topics
    sign = "return (average, np.sum(shares * ({values - average → average - values}) ** 2))"
    dead = "return np.sum(rows, axis=0) {/ → *} len(rows)"
    (topic.folder / equivalents.FILE).write_text(
        f'[weighted_mean]\n"{sign}" = "A square has no sign."\n[mean]\n"{dead}" = "?"\n"gone" = "?"\n'
    )
    found = run.audit_topic(recorder, topic, [], 1, None, float("inf"), lambda text: None)
    assert fates(found, "weighted_mean", Fate.EQUIVALENT) == [sign]
    assert fates(found, "weighted_mean", Fate.SURVIVED) == []
    assert "recorded as equivalent, but killed by “a few rows”" in problems(found, "mean")
    assert f"{equivalents.FILE} holds a mutant of mean that there is not: gone" in found.problems
    assert any("there is no assignment" in problem for problem in found.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[mean", "cannot be read"),
        ('x = "y"', "put `x` in the table"),
        ('[mean]\nx = ""', "say why the mutant `x`"),
    ],
)
def test_a_record_of_equivalents_that_is_broken_is_said_to_be(text: str, says: str, tmp_path: Path) -> None:
    (topic,) = make_course(tmp_path).topics
    assert equivalents.recorded(topic) == {}
    (topic.folder / equivalents.FILE).write_text(text)
    with pytest.raises(AuthorError, match=re.escape(says)):
        equivalents.recorded(topic)


def test_a_sample_is_fixed_and_in_order(audit: Audit, course: Course) -> None:
    own = [(i, mutant) for i, mutant in enumerate(mutants(course.topics[0])) if mutant.of == "mean"]
    first = run.fixed_sample(own, 3)
    assert len(first) == 3 and first == sorted(first, key=lambda one: one[0])
    assert first == run.fixed_sample(own[::-1], 3)
    found = audit("mean", sample=3)
    assert [one.name for one in found.exercises[0].mutants] == [mutant.name for _, mutant in first]


def test_what_there_was_no_time_for_is_said_and_is_no_pass(audit: Audit) -> None:
    found = audit("running_mean", deadline=0.0)
    assert fates(found, "running_mean", Fate.KILLED) == []
    assert "were not run: time was up" in problems(found, "running_mean")


# What else is looked at.


def test_mistakes_that_cannot_be_told_apart_and_exercises_without_oracle_are_found(audit: Audit) -> None:
    twin = '\n\n@mistake(of="mean")\ndef twin(rows):\n    """a sum again."""\n    return rows.sum(axis=0)\n'
    oracles = ORACLES.replace('@oracle(of="mean")\n', "")
    found = audit("mean", mistakes=MISTAKES + twin, oracles=oracles)
    assert "on public seeds, the mistake total cannot be told from twin" in problems(found, "mean")
    assert "on hidden seeds, the mistake twin cannot be told from total" in problems(found, "mean")
    assert "there is no oracle" in problems(found, "mean")


def test_a_right_answer_that_is_rejected_is_found(audit: Audit) -> None:
    oracles = ORACLES.replace("math.fsum(column) / len(column)", "math.fsum(column) / len(column) + 1e-3")
    found = audit("mean", oracles=oracles)
    assert "a right answer is rejected (oracle mean_by_columns)" in problems(found, "mean")


def test_a_thin_margin_is_found_and_a_tolerance_proposed(audit: Audit) -> None:
    right = "math.fsum(column) / len(column)"
    oracles = ORACLES.replace(right, f"{right} * (1 + 1e-9)")
    found = audit("mean", oracles=oracles)
    assert "is less than ten times what a right answer needs" in problems(found, "mean")
    margin = found.exercises[0].margin
    assert margin is not None and margin.widest == "oracle mean_by_columns"
    assert margin.proposed is not None and 10 * margin.spread <= margin.proposed <= margin.nearest / 10


def test_a_judge_that_depends_on_luck_is_found(audit: Audit) -> None:
    checks = CHECKS + (
        "\n\n@mean.judge\ndef _(returned, expected, inputs):\n"
        '    return "too small" if returned["mean"].mean() < -0.1 else None\n'
    )
    found = audit("mean", checks=checks)
    one = found.exercises[0]
    assert one.margin is None and one.training is not None
    assert 0 < one.training.passed < one.training.runs == training.RUNS
    assert one.training.low < one.training.passed / one.training.runs < one.training.high
    assert "the reference passes on" in problems(found, "mean")


def test_cost_and_forms_are_measured(audit: Audit) -> None:
    one = audit("running_mean").exercises[0]
    assert one.cost is not None and one.cost.megabytes > 50 and one.cost.operations is None
    assert {form.form: form.passed for form in one.forms}["oracle RemembersAll"]
    assert one.mistakes[0].rejected_by == ("one value", "a dozen values")


def test_a_hint_that_tells_and_a_docstring_without_source_are_found(tmp_path: Path) -> None:
    told = "shares = weights / np.sum(weights)!"
    checks = CHECKS.replace("What do the shares sum to?", told)
    (topic,) = make_course(tmp_path, checks=checks).topics
    found = content.exercise_problems(topic, topic.checks.exercises["weighted_mean"])
    assert "its hint is not a question" in found
    assert "its hint gives the answer away: shares = weights / np.sum(weights)" in found
    assert any("cites no source" in problem for problem in found)


def test_what_students_are_given_is_searched_for_the_solution(tmp_path: Path) -> None:
    solution = SOLUTION.replace("shares", "weight_shares")
    drawn = '\n\n# %% tags=["active-ipynb"]\n# plt.plot([1, 2])\n'
    course = make_course(tmp_path, solution=solution + drawn)
    (topic,) = course.topics
    build(course)
    assert content.topic_problems(topic) == []
    readme = topic.assignment / "README.md"
    readme.write_text(f"{readme.read_text()}\nweight_shares\naverage = np.sum( weight_shares*values )\n")
    found = content.topic_problems(topic)
    assert "README.md holds `weight_shares`, a name of the solution's own" in found
    assert "README.md holds a line of the solution: average = np.sum(weight_shares * values)" in found
    notebook = topic.assignment / "averages.ipynb"
    notebook.write_text(notebook.read_text().replace("def mean(rows):", "def mean(rows, axis):"))
    said = "cell 5 of the assignment differs from the solution outside the markers"
    assert said in "\n".join(content.topic_problems(topic))


# The arithmetic.


@pytest.mark.parametrize(
    ("returned", "far"),
    [
        ([1.0, 2.0], 0.0),
        ([1.0, 2.4], 0.1),
        ([1.3, 2.0], 0.1),
        ([1.0, np.nan], np.inf),
        ([1.0, 2.0, 3.0], np.inf),
    ],
)
def test_a_distance_is_the_tolerance_at_which_it_would_pass(returned: list[float], far: float) -> None:
    assert distance({"y": np.array([1.0, 2.0])}, {"y": np.array(returned)}) == pytest.approx(far)


def test_integers_and_names_are_exact() -> None:
    assert distance({"y": np.array([1])}, {"y": np.array([2])}) == np.inf
    assert distance({"y": np.array([1])}, {"y": np.array([1.0])}) == 0.0
    assert distance({"y": np.ones(1)}, {"z": np.ones(1)}) == np.inf
    assert distance({"y": np.array([np.nan, 1.0])}, {"y": np.array([np.nan, 1.0])}) == 0.0


@pytest.mark.parametrize(
    ("spread", "nearest", "proposed"),
    [(1e-7, 1e-3, 1e-5), (1e-6, 1e-5, None), (1e-7, np.inf, 1e-5), (1.65e-6, 1.7e-4, 1.7e-5)],
)
def test_a_tolerance_is_proposed_where_there_is_room(
    spread: float, nearest: float, proposed: float | None
) -> None:
    assert margins.between(spread, nearest) == (proposed and pytest.approx(proposed))


def test_a_form_that_does_not_apply_has_no_say_in_the_margin() -> None:
    exercise = Exercise("f", 1, "?", lambda answer: {}, ("f",), tolerance=1e-5)
    forms = [FormFound("a", True, 1e-9), FormFound("b", None, 1.0), FormFound("c", True, np.inf)]
    killed = [MutantFound("f", "m", 1, Fate.KILLED, distance=1e-2)]
    key = type("Key", (), {"mistakes": ()})()
    found = margins.margin(exercise, [key, key], forms, killed)
    assert found is not None and (found.widest, found.wrong, found.proposed) == ("a", "m", None)
    assert margins.problems_of(found) == []


def test_the_interval_is_wilson_s() -> None:
    assert training.wilson(20, 20) == pytest.approx((0.8389, 1.0), abs=1e-3)
    assert training.wilson(15, 20) == pytest.approx((0.5313, 0.8881), abs=1e-3)


def test_a_share_of_a_right_answer_is_taken_from_a_wrong_one() -> None:
    mixed = training.mix(np.zeros((4, 5)), np.ones((4, 5)), 0.25)
    assert mixed.sum() == 5 and (mixed == training.mix(np.zeros((4, 5)), np.ones((4, 5)), 0.25)).all()


# How it is shown.


@pytest.fixture
def found() -> AuditFound:
    diff = "@@ -1 +1 @@\n-x <b>\n+y"
    survivor = MutantFound("f", 'a {"x" → y}', 7, Fate.SURVIVED, how="on hidden seeds", diff=diff)
    killed = MutantFound("f", "m2", 8, Fate.KILLED, "a case", "values", 0.5)
    one = ExerciseFound("f", mutants=[survivor, killed], problems=["it has a hole"], notes=["an idle case"])
    return AuditFound([TopicFound("01_averages", [one], ["no picture"], 1.0)])


def test_the_page_shows_survivors_as_diffs_and_escapes_them(found: AuditFound) -> None:
    text = page.html(found)
    assert '<span class="minus">-x &lt;b&gt;</span>' in text
    assert "Survives on hidden seeds, line\n7" in text
    assert "01_averages.f: it has a hole" in text and "01_averages: no picture" in text
    assert "<td>1</td>" in text and 'class="bad">1</td>' in text
    assert "http" not in text.partition("</style>")[2] and "src=" not in text


def test_the_terminal_shows_what_to_record(found: AuditFound, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show(Console(width=200), found)
    said = capsys.readouterr().out
    assert "record why: 'a {\"x\" → y}' = …" in said
    assert "✗ 01_averages.f: it has a hole" in said and "an idle case" in said
    assert "nothing to mend" not in said


def test_an_audit_is_data(found: AuditFound, tmp_path: Path) -> None:
    run.write_json(found, tmp_path / "audit.json")
    read = json.loads((tmp_path / "audit.json").read_text())
    assert read["topics"][0]["exercises"][0]["mutants"][0]["fate"] == "survived"
    assert read["topics"][0]["exercises"][0]["mutants"][0]["distance"] is None
    assert msgspec.json.encode(found)


def test_targets_are_topics_and_exercises(course: Course) -> None:
    (topic,) = course.topics
    assert run.choose(course, []) == {topic: []}
    assert run.choose(course, ["averages.mean", "01.weighted_mean"]) == {topic: ["mean", "weighted_mean"]}
    assert run.choose(course, ["averages.mean", "averages"]) == {topic: []}
    with pytest.raises(CourseError, match="did you mean `averages`"):
        run.choose(course, ["avarages.mean"])


def test_an_unknown_exercise_suggests_the_nearest(course: Course) -> None:
    done = CliRunner().invoke(cli, ["audit", "averages.maen", "--course", str(course.root)])
    assert done.exit_code == 1
    assert "did you mean `mean`?" in done.output
