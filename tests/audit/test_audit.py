"""The audit finds what is wrong with checks, each fault planted in the small course."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from courses import CHECKS, MISTAKES, ORACLES, SOLUTION, make_course

from grader.audit import content, cost, equivalents, mistakes, run, training
from grader.audit.bench import Bench, both_keys
from grader.audit.findings import Fate, TopicFound
from grader.audit.mutation import mutants
from grader.authoring.release import build
from grader.client.server import Server
from grader.course import Checks, Course
from grader.exercise import AuthorError, Case
from grader.grading.key import ExerciseKey, MistakeKey, Response

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
    assert f"{equivalents.FILE} names a mutant of `mean` that does not exist: gone" in found.problems
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


def test_a_mistake_that_raises_is_found_unless_it_says_so(audit: Audit) -> None:
    planted = {
        "misspelt": ("", "return np.mena(rows, axis=1)"),
        "unwritten": ("", "raise NotImplementedError"),
        "other_arguments": ("", "return rows(1)"),
        "refused": ("", "return np.mean(rows, axis=1 if len(rows) > 1 else 5)"),
        "refused_and_says_so": (
            ', raises="AxisError"',
            "return np.max(rows, axis=1 if len(rows) > 1 else 5)",
        ),
        "on_purpose": (', raises="AttributeError"', "return rows.mean_of_rows"),
        "never": (', raises="KeyError"', "return rows.min(axis=0)"),
    }
    text = MISTAKES + "".join(
        f'\n\n@mistake(of="mean"{mark})\ndef {name}(rows):\n    """it is {name}."""\n    {body}\n'
        for name, (mark, body) in planted.items()
    )
    found = problems(audit("mean", sample=0, mistakes=text), "mean").split("\n")
    assert [one for one in found if "raises" in one] == [
        f"the mistake {name} raises {error} on “{case}”: mend it or, if that is the mistake, mark it "
        f"@mistake(of='mean', raises='{error}')"
        for name, error, case in [
            ("misspelt", "AttributeError", "a few rows"),
            ("unwritten", "NotImplementedError", "a few rows"),
            ("other_arguments", "TypeError", "a few rows"),
            ("refused", "AxisError", "a single row"),
        ]
    ] + ["the mistake never is marked raises='KeyError', and raises nothing"]


def test_a_mistake_that_raises_on_hidden_seeds_alone_says_so_too() -> None:
    def key(error: str) -> ExerciseKey:
        response = Response() if error else Response({"mean": np.ones(3)})
        ended = MistakeKey("m", "mean", "it ends.", (replace(response, error=error),))
        return ExerciseKey("mean", (Case("a few rows", {}),), ({"mean": np.zeros(3)},), (ended,))

    assert mistakes.undeclared([key(""), key("ValueError")], {"m": "ValueError"}) == []
    (found,) = mistakes.undeclared([key(""), key("ValueError")], {})
    assert found.startswith("the mistake m raises ValueError on “a few rows”")
    (found,) = mistakes.undeclared([key("KeyError"), key("ValueError")], {"m": "ValueError"})
    assert found.endswith("and raises KeyError, ValueError")
    assert mistakes.undeclared([key("timed_out")] * 2, {}) == []  # no error, and no slip


@pytest.mark.parametrize(
    ("change", "case"),
    [
        (("rng.normal(size=(1, 4))", "rng.normal(size=(1, 4)) + random.random()"), "a single row"),
        # Every second time there is one case more.
        (
            ('"rows": rng.normal(size=(2, 7))}', '"rows": np.ones((2, 7))}\n    yield from next(MORE)'),
            "one more",
        ),
    ],
)
def test_cases_that_are_not_the_same_when_drawn_again_are_found(
    change: tuple[str, str], case: str, audit: Audit
) -> None:
    more = 'MORE = itertools.cycle([[], [("one more", {"rows": np.eye(3)})]])'
    head = f"import itertools\nimport random\n\nimport numpy as np\n\n{more}"
    checks = CHECKS.replace("import numpy as np", head).replace(*change)
    said = f"the case “{case}” is not the same when it is drawn again from the same seed"
    found = audit("mean", sample=0, checks=checks)
    assert f"{said}: draw all random numbers from `rng`" in problems(found, "mean").split("\n")


def test_points_that_do_not_sum_to_100_are_named(tmp_path: Path) -> None:
    course = make_course(tmp_path, checks=CHECKS.replace("points=40", "points=42.5"))
    assert content.points_problems(course.topics[0]) == [
        "its exercises are worth 102.5 points together, where 100 are expected: "
        "30 (mean) + 42.5 (weighted_mean) + 30 (running_mean)"
    ]


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


def test_a_submission_has_ten_times_what_the_solution_needs() -> None:
    checks = Checks("", {}, 60.0)
    assert cost.topic_problems(checks, 5.9) == []
    (said,) = cost.topic_problems(checks, 7.25)
    assert "needs 7.2 s of the 60 s" in said and "`SECONDS = 73`" in said


def test_cost_and_forms_are_measured(audit: Audit) -> None:
    one = audit("running_mean").exercises[0]
    assert one.cost is not None and one.cost.megabytes > 50 and one.cost.operations is None
    assert {form.form: form.passed for form in one.forms}["oracle RemembersAll"]
    assert one.mistakes[0].rejected_by == ("one value", "a dozen values")


def test_operations_are_counted_on_the_first_call(recorder: Server, tmp_path: Path) -> None:
    body = "import tensorflow as tf\n    return tf.negative(tf.negative(tf.reduce_mean(rows, axis=0)))"
    solution = SOLUTION.replace("return np.sum(rows, axis=0) / len(rows)", body)
    (topic,) = make_course(tmp_path, solution=solution).topics
    exercise = topic.checks.exercises["mean"]
    with Bench(recorder, topic, both_keys(recorder, topic, ["mean"])) as bench:
        found, _ = cost.cost(bench, exercise)
    assert found.operations == 3


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
