"""The authors' vocabulary."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exercise import AuthorError, Exercise, cast, exercise, exercises_of, mistake, oracle


def make(draw: Any = None, **options: Any) -> Exercise:
    @exercise(points=5, hint="Why?", **options)
    def f(answer: Any, x: Any = None, n: Any = None) -> dict[str, Any]:
        return {"y": answer.f(x)}

    if draw is not None:
        f.cases(draw)
    return f


def test_a_driver_is_the_exercise() -> None:
    found = make()
    assert (found.name, found.points, found.hint, found.writes) == ("f", 5, "Why?", ("f",))
    assert found.driver(types.SimpleNamespace(f=abs), -2) == {"y": 2}
    assert make(writes=["A", "b"]).writes == ("A", "b")


def test_cases_are_named_inputs_with_a_weight() -> None:
    def draw(rng: Any) -> Any:
        yield "one", {"x": 1}
        yield "two", {"x": 2}, 3

    assert [(case.name, case.inputs, case.weight) for case in make(draw).draw(lambda i: i)] == [
        ("one", {"x": 1}, 1.0),
        ("two", {"x": 2}, 3),
    ]


@given(st.integers(0, 5), st.integers(0, 2**256 - 1))
def test_a_case_does_not_depend_on_what_the_others_drew(drawn: int, seed: int) -> None:
    def draw(before: int) -> Any:
        def cases(rng: np.random.Generator) -> Any:
            yield "one", {"x": rng.normal(size=before), "n": rng.integers(9, size=before, dtype=np.int32)}
            yield "two", {"x": rng.normal(size=3)}

        return cases

    def seeds(position: int) -> int:
        return seed + position

    one, other = make(draw(drawn)).draw(seeds)[1], make(draw(7)).draw(seeds)[1]
    np.testing.assert_array_equal(one.inputs["x"], other.inputs["x"])
    fresh = np.random.Generator(np.random.PCG64(seed + 1)).normal(size=3).astype("float32")
    np.testing.assert_array_equal(one.inputs["x"], fresh)


def test_what_an_author_forgot_is_said() -> None:
    with pytest.raises(AuthorError, match="py, line 17: f has no cases: decorate a generator with @f.cases"):
        make().draw(lambda i: i)
    with pytest.raises(AuthorError, match="f yields no case"):
        make(lambda rng: iter([])).draw(lambda i: i)
    with pytest.raises(AuthorError, match="two cases named 'a'"):
        make(lambda rng: iter([("a", {}), ("a", {})])).draw(lambda i: i)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros(2), np.zeros(2, "float32")),
        (np.zeros(2, np.float16), np.zeros(2, "float32")),
        (np.arange(3), np.arange(3, dtype=np.int32)),
        (np.arange(3, dtype=np.uint8), np.arange(3, dtype=np.int32)),
        (np.array([True]), np.array([True])),
        (np.float64(2), 2.0),
        (np.int64(2), 2),
        (np.bool_(True), True),
        ("text", "text"),
        (None, None),
        (1.5, 1.5),
    ],
    ids=repr,
)
def test_inputs_are_cast(value: Any, expected: Any) -> None:
    for found in (
        cast(value, "float32"),
        cast([value], "float32")[0],
        cast({"a": (value,)}, "float32")["a"][0],
    ):
        assert type(found) is type(expected)
        np.testing.assert_array_equal(found, expected)
        assert getattr(found, "dtype", None) == getattr(expected, "dtype", None)


def test_marks_say_what_an_answer_is_of() -> None:
    @mistake(of="f")
    def wrong() -> None:
        """it is wrong."""

    @oracle("g")
    class Right:
        pass

    assert wrong.mistake_of == "f" and Right.oracle_of == "g"  # type: ignore[attr-defined]


def test_exercises_are_found_in_the_order_of_the_file() -> None:
    module = types.ModuleType("checks")
    one, two = make(), make()
    one.name, two.name = "z", "a"
    module.first, module.second, module.other = one, two, 3  # type: ignore[attr-defined]
    assert list(exercises_of(module)) == ["z", "a"]
