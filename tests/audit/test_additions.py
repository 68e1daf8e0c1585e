"""Something that nobody asked for is added to a solution, where it can make a difference."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from courses import CHECKS, SOLUTION, make_course

from grader.audit import added, run
from grader.audit.annotations import hint_of
from grader.audit.findings import Fate, MutantFound
from grader.audit.mutation import added as additions_of
from grader.client.server import Server

FUNCTION = '''\
def f({signature}):
    """{doc}"""
    ### BEGIN SOLUTION
    return x if k == "sum" else (x, k, eps, training)
    ### END SOLUTION
'''
LAYER = '''\
class Dense(keras.layers.Layer):
    """Doc."""

    def build(self, input_shape):
        ### BEGIN SOLUTION
        self.kernel = self.add_weight(shape=(1, 1))
        self.norm = keras.layers.Normalization()
        ### END SOLUTION

    def call(self, x: Float[tf.Tensor, "n d"]) -> Float[tf.Tensor, "n d"]:
        ### BEGIN SOLUTION
        return self.norm(x @ self.kernel)
        ### END SOLUTION
'''


def names(source: str) -> list[str]:
    return [name for name, _, _ in additions_of(source)]


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("x", []),
        ('x: Float[np.ndarray, "n"]', ["changes('x')"]),
        ('x: list[tuple[Float64[np.ndarray, "n"], Int[np.ndarray, "n"]]]', ["changes('x')"]),
        ('x: Float[tf.Tensor, "n"]', []),
        ("x: Callable[[np.ndarray], float]", []),
        ("x, eps=1e-7", ["ignores(eps=1e-07)"]),
        ("x, *, eps: float = 1e-7", ["ignores(eps=1e-07)"]),
        ("x, unread=2", []),
        ("x, k: str", ["ignores(k='sum')"]),
        ("x, k: int", ["ignores(k=1)"]),
        ("x, k: float", []),
        ("x, training: bool", ["ignores(training=False)", "ignores(training=True)"]),
    ],
)
def test_what_is_added_follows_the_parameters(signature: str, expected: list[str]) -> None:
    found = names(FUNCTION.format(signature=signature, doc="Doc."))
    assert found == [f"@added.{one} def f" for one in expected]


@pytest.mark.parametrize(
    ("returns", "doc", "expected"),
    [
        ('Float[np.ndarray, "n d"]', "", "rounds clips sorts"),
        ('Float[np.ndarray, ""]', "", "rounds clips"),
        ("float", "", "rounds clips"),
        ('tuple[Float[tf.Tensor, "n"], float]', "", "rounds clips sorts"),
        ('Int[np.ndarray, "n"]', "", "sorts"),
        ('Bool[tf.Tensor, "n"]', "", ""),
        ("bool", "", ""),
        ('Iterator[Float[np.ndarray, "n"]]', "", ""),
        ("dict[str, tf.Tensor]", "", "rounds clips sorts"),
        ('Float[tf.Tensor, "n"]', "Gradients\n    flow to x.", "rounds clips sorts stops_gradient"),
        ('Float[np.ndarray, "n"]', "Gradients flow to x.", "rounds clips sorts"),
    ],
)
def test_what_is_added_follows_what_is_returned(returns: str, doc: str, expected: str) -> None:
    found = names(FUNCTION.format(signature="x", doc=doc).replace("(x):", f"(x) -> {returns}:"))
    assert found == [f"@added.{one} def f" for one in expected.split()]


def test_a_layer_loses_its_gradient_as_a_whole_and_weight_by_weight_and_drops_in_training() -> None:
    assert names(LAYER)[-4:] == [
        "@added.stops_gradient def call",
        "@added.drops def call",
        "return {self.norm(x @ self.kernel → added.stopped(self.norm(x @ self.kernel)})",
        "return self.norm(x @ {self.kernel → added.stopped(self.kernel)})",
    ]
    assert not any("build" in name or "self.add_weight" in name for name in names(LAYER))


def test_what_is_added_stands_above_the_function_and_has_a_remedy() -> None:
    (found,) = additions_of(FUNCTION.format(signature="x, eps=2", doc="Doc."))
    name, after, addition = found
    assert after.startswith("@added.ignores(eps=2)\ndef f(x, eps=2):\n")
    assert addition.remedy == "add a case in which `eps` is not 2 and the result depends on it"


def test_a_hint_that_says_nothing_promises_nothing() -> None:
    assert hint_of("") == hint_of("Any") == hint_of("str | None") == hint_of("tf.data.Dataset")
    assert not hint_of("").floats


# What is added does what it says.


def given(x: Any, scale: float = 1.0, training: bool = False) -> Any:
    return x * scale


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (added.rounds, np.array([1 + 1e-5, 3.0]), [1.0, 3.0]),
        (added.clips, np.array([3.0, 300.0, -np.inf]), [3.0, 10.0, -10.0]),
        (added.sorts, np.array([[3, 1], [2, 5]]), [[1, 3], [2, 5]]),
        (added.sorts, np.array(3.0), 3.0),
        (added.ignores(scale=2.0), np.array([1.0, 2.0]), [2.0, 4.0]),
    ],
)
def test_results_are_changed(change: Callable[..., Any], before: np.ndarray, after: Any) -> None:
    np.testing.assert_array_equal(change(given)(before), after)
    both = change(lambda x, scale=1.0: {"a": (x * scale, "text")})(before)
    np.testing.assert_array_equal(both["a"][0], after)
    assert both["a"][1] == "text"


def test_an_option_is_ignored_however_it_is_given() -> None:
    ignoring = added.ignores(scale=1.0)(given)
    assert (
        ignoring(3.0) == ignoring(3.0, 2.0) == ignoring(3.0, scale=2.0) == ignoring(x=3.0, scale=2.0) == 3.0
    )


def test_keras_is_shown_the_parameters_of_a_constructor() -> None:
    class Layer:
        def __init__(self, units: int, scale: float = 1.0) -> None:
            """Do nothing."""

    ignoring = added.ignores(scale=2.0)(Layer.__init__)
    assert inspect.getfullargspec(ignoring).args == ["self", "units", "scale"]


def test_an_input_is_changed_after_the_call() -> None:
    x, pair, lists = np.array([1.0, 2.0]), [(np.ones(1, int), np.ones(1))], [1, 2]
    np.testing.assert_array_equal(added.changes("x")(given)(x), [1.0, 2.0])
    np.testing.assert_array_equal(x, [2.0, 3.0])
    added.changes("x")(lambda x: None)(x=pair)
    added.changes("x")(lambda x: None)(lists)
    assert pair[0][0] == 2 and pair[0][1] == 1 and lists == [2, 1]
    x.flags.writeable = False
    added.changes("x")(given)(x)


def test_something_is_dropped_in_training_alone() -> None:
    dropping, x = added.drops(given), np.ones(100)
    assert set(dropping(x, training=True)) == set(dropping(x, 1.0, True)) == {0.0, 2.0}
    np.testing.assert_array_equal(dropping(x), x)
    # A layer is told, though its own `call` does not ask: Keras looks at the signature.
    told = added.drops(lambda self, x, **more: x)
    assert list(inspect.signature(told).parameters) == ["self", "x", "training", "more"]
    assert set(told(None, x, training=True)) == {0.0, 2.0}


# An audit finds what no check notices.

TYPES = """\
import numpy as np
from jaxtyping import Float64
"""
ROWS = 'def mean(rows: Float64[np.ndarray, "n d"]) -> Float64[np.ndarray, "d"]:'


def audited(recorder: Server, folder: Path, solution: str, checks: str) -> dict[str, MutantFound]:
    (topic,) = make_course(folder, solution=solution, checks=checks).topics
    found = run.audit_topic(recorder, topic, ["mean"], 1, None, float("inf"), lambda text: None)
    return {one.name: one for one in found.exercises[0].mutants}


@pytest.mark.slow
def test_what_no_check_notices_survives_with_a_remedy(recorder: Server, tmp_path: Path) -> None:
    solution = SOLUTION.replace("import numpy as np\n", TYPES, 1).replace("def mean(rows):", ROWS)
    found = audited(recorder, tmp_path / "loose", solution, CHECKS)
    changed = found["@added.changes('rows') def mean"]
    assert changed.fate is Fate.SURVIVED and "see `keeping`" in changed.remedy
    assert found["@added.clips def mean"].fate is Fate.SURVIVED
    assert found["@added.sorts def mean"].fate is Fate.KILLED
    rounded = found["@added.rounds def mean"]
    assert rounded.fate is Fate.KILLED and rounded.distance == float("inf")
    tight = CHECKS.replace("answer.mean(rows)", "keeping(answer.mean, rows=rows)").replace(
        "import named", "import keeping, named"
    ).replace("rng.normal(size=(2, 7))", "100 * rng.normal(size=(2, 7))")  # fmt: skip
    found = audited(recorder, tmp_path / "tight", solution, tight)
    assert {one.fate for one in found.values()} == {Fate.KILLED}


def test_what_can_make_no_difference_is_equivalent(recorder: Server, tmp_path: Path) -> None:
    bounded = "return np.tanh(np.sum(rows, axis=0) / len(rows))"
    solution = SOLUTION.replace("import numpy as np\n", TYPES, 1).replace("def mean(rows):", ROWS)
    solution = solution.replace("return np.sum(rows, axis=0) / len(rows)", bounded)
    clipped = audited(recorder, tmp_path, solution, CHECKS)["@added.clips def mean"]
    assert clipped.fate is Fate.EQUIVALENT and "no difference to any result" in clipped.reason
