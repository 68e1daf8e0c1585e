"""A solution is changed at one spot at a time, under a name that lasts."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import SOLUTION, make_course

from grader.audit.mutation import changed, mutants
from grader.audit.reorder import reordered
from grader.course import Course


def cell(*lines: str, parameters: str = "x, mask=None, training=training") -> str:
    """Return a solution's cell with these lines between the markers."""
    body = "".join(f"    {line}\n" for line in lines)
    return (
        f'def f({parameters}):\n    """Doc 1."""\n    y = x + 1\n'
        f"    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
    )


def names(*lines: str) -> list[str]:
    return [name for name, _ in changed(cell(*lines))]


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
        ("return 1e-07", ["return 1e-{07 → 06}"]),
        ("return 10000", ["return {10000 → 100000}", "return {10000 → 1000}"]),
        ("return x.T", ["return x{.T → }"]),
        ("return x, y", ["return ({x, y → y, x})"]),
        ("raise ValueError(f'{x + 1}')", ["{raise ValueError(…) → pass}"]),
        ("x: Float[T, 'a 1'] = y", []),
        ("return g(x, name='a', dtype=y)", []),
    ],
)  # fmt: skip
def test_a_statement_is_changed_at_one_spot_at_a_time(line: str, expected: list[str]) -> None:
    assert names(line) == expected


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
    assert names("x = g(y)  # why", "y = 'a' + x") == names("x = g(y)", 'y = "a" + x')
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


def test_defaults_above_a_region_are_changed_and_annotations_are_not_named() -> None:
    expected = [
        "def f(x, mask=None, *, scale={2 → 3}, training=False):",
        "def f(x, mask=None, *, scale={2 → 1}, training=False):",
        "def f(x, mask=None, *, scale=2, training={False → True}):",
    ]
    for parameters in (
        "x, mask=None, *, scale=2, training=False",
        "x: Float[T, 'a 1'], mask: T | None = None, *, scale: int = 2, training: bool = False",
    ):
        assert [name for name, _ in changed(cell("pass", parameters=parameters))] == expected


def test_defaults_of_what_is_given_are_left_alone() -> None:
    given = "def helper(x, scale=2):\n    return x\n\n\n"
    assert changed(given + cell("pass")) == []
