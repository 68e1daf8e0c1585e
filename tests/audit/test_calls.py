"""What drivers never do with an answer is said, and what right answers must bear is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from courses import CHECKS, ORACLES, SOLUTION, make_course

from grader.audit import calls, rightness
from grader.audit.bench import Bench, both_keys, in_form
from grader.audit.calls import Argument, Call, advice
from grader.audit.findings import FormFound
from grader.client.server import Server


def call(of: str = "f", layer: bool = False, **arguments: Any) -> Call:
    """Return a call with arguments that are shapes, or values; `None` was left out."""
    known = {
        name: Argument(shape=value, dtype="float32")
        if isinstance(value, list)
        else Argument(value=repr(value))
        for name, value in arguments.items()
    }
    given = [name for name, value in arguments.items() if value is not None]
    return Call(of, given, False, [], None, layer, [], known)


def test_an_option_at_one_value_is_named() -> None:
    assert advice([call(eps=1e-7), call(eps=1e-7)], set()) == [
        "`eps` of `f` is 1e-07 in every case: give it another value, too"
    ]
    assert advice([call(eps=1e-7), call(eps=1e-6)], set()) == []


def test_options_that_never_meet_are_named() -> None:
    apart = [call(kind="a", low=None), call(kind="b", low=0.1), call(kind="a", low=0.2)]
    assert advice(apart[:2], set()) == [
        "`f` is never called with these together: `kind` = 'a' with `low` given"
    ]
    assert advice(apart, set()) == []
    flags = [call(a=True, b=False), call(a=False, b=True)]
    assert advice(flags, set()) == ["`f` is never called with these together: `a` = True with `b` = True"]


def test_sizes_that_are_never_tried_are_named() -> None:
    assert advice([call(x=[4, 2]), call(x=[8, 2])], set()) == [
        "`x` of `f` has the size 2 along axis 1 in every case",
        "no array that `f` is given has a size of 1",
        "no array that `f` is given has an odd prime for a size",
    ]
    assert advice([call(x=[1, 2]), call(x=[8, 3])], set()) == []


def test_gradients_and_training_that_are_not_tried_are_named() -> None:
    one = call("call", layer=True, x=[1, 3])
    assert advice([one], {"call"}) == [
        "`call` is never called with training=True: see `with_gradients`",
        "no gradient is taken through what `call` returns: see `with_gradients`",
    ]
    one.training, one.gradient, one.variables = True, True, ["kernel"]
    assert advice([one], {"call"}) == [
        "no gradient of `call` is taken with respect to `x`",
        "no gradient of `call` is taken with respect to all trainable variables",
    ]
    one.inputs, one.variables = ["x"], []
    assert advice([one], {"call"}) == []


LAYER = '''\
class Scaled(keras.layers.Layer):
    """A layer."""

    def build(self, input_shape):
        ### BEGIN SOLUTION
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones")
        ### END SOLUTION

    def call(self, x: Float[tf.Tensor, "n d"]) -> Float[tf.Tensor, "n d"]:
        ### BEGIN SOLUTION
        return x * self.scale
        ### END SOLUTION
'''
OF_LAYER = """

@exercise(points=1, hint="?")
def Scaled(answer, x, whole=False):
    layer = answer.Scaled()
    layer(x)
    reached = {"x": x} | variables(layer, ["scale"])
    return with_gradients(lambda: layer(x, training=True), reached) if whole else {"output": layer(x)}


@Scaled.cases
def _(rng):
    yield "one row", {"x": rng.normal(size=(1, 3)), "whole": WHOLE}
    yield "two rows", {"x": rng.normal(size=(2, 5)), "whole": WHOLE}
"""


@pytest.mark.parametrize("whole", [False, True])
def test_calls_of_a_layer_are_recorded(whole: bool, recorder: Server, tmp_path: Path) -> None:
    head = "# %%\nimport keras\nimport tensorflow as tf\nfrom jaxtyping import Float\n\n\n# %%\n"
    checks = CHECKS.replace("import named", "import named, variables, with_gradients")
    (topic,) = make_course(
        tmp_path,
        solution=f"{SOLUTION}\n\n{head}{LAYER}",
        checks=checks + OF_LAYER.replace("WHOLE", str(whole)),
    ).topics
    exercise = topic.checks.exercises["Scaled"]
    with Bench(recorder, topic, both_keys(recorder, topic, ["Scaled", "running_mean"])) as bench:
        found = calls.notes(bench, exercise)
        again = bench.run(exercise, bench.key(exercise, False).cases[0], {})
        methods, lost = calls.recorded(bench, topic.checks.exercises["running_mean"])
    assert again.status is None and set(again.arrays) >= {"output"}
    assert found == (
        []
        if whole
        else [
            "`call` is never called with training=True: see `with_gradients`",
            "no gradient is taken through what `call` returns: see `with_gradients`",
        ]
    )
    assert {one.of for one in methods} == {"__init__", "update"} and lost == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("np.sum(rows, axis=0) / len(rows)", ""),
        ("10**5000", ""),
        ("np.sum(rows, axis=0) / len(rows) + np.random.normal()", ""),  # from the same seeds
        ("np.sum(rows, axis=0) / len(rows) + next(COUNT)", "returns something else"),
        (
            "np.sum(rows, axis=0) / len(rows) + (rows.sort(axis=0) or 0)",
            "leaves of its inputs something else",
        ),
    ],
)
def test_what_is_called_twice_answers_the_same(
    body: str, says: str, recorder: Server, tmp_path: Path
) -> None:
    solution = SOLUTION.replace("np.sum(rows, axis=0) / len(rows)", body)
    solution = solution.replace(
        "import numpy as np\n", "import itertools\n\nimport numpy as np\n\nCOUNT = itertools.count()\n", 1
    )
    (topic,) = make_course(tmp_path, solution=solution).topics
    exercise = topic.checks.exercises["mean"]
    (case, *_) = exercise.draw(lambda place: place)
    assert isinstance(case.inputs["rows"], np.ndarray)
    with Bench(recorder, topic, {}) as bench:
        found = bench.run(exercise, case, in_form(exercise, "twice"))
    assert says in found.said() if says else "called twice" not in found.said()


def test_an_oracle_that_changes_its_inputs_is_found(recorder: Server, tmp_path: Path) -> None:
    oracles = ORACLES.replace("return [math.fsum", "rows.sort(axis=0)\n    return [math.fsum")
    (topic,) = make_course(tmp_path, oracles=oracles).topics
    exercise = topic.checks.exercises["mean"]
    with Bench(recorder, topic, both_keys(recorder, topic, ["mean"])) as bench:
        found = {one.form: one.passed for one in rightness.forms(bench, exercise, {})}
    assert found["oracle mean_by_columns"] and found["readonly"] and found["twice"]
    assert found["oracle mean_by_columns, readonly"] is found["oracle mean_by_columns, twice"] is False


def test_a_reference_that_cannot_be_traced_is_named() -> None:
    found = [FormFound("graph", None, message="It raised.\nWhere."), FormFound("numpy", None, message="?")]
    assert rightness.notes_of(found) == ["the reference does not run in a `tf.function`: It raised."]


def test_an_option_that_is_given_as_its_default_counts_as_left_out(recorder: Server, tmp_path: Path) -> None:
    solution = SOLUTION.replace("def mean(rows):", "def mean(rows, low=0.0, high=9.0):")
    checks = CHECKS.replace(
        "answer.mean(rows)", "answer.mean(rows, *((0.0, 10**5000) if len(rows) < 5 else (1.0, 9.0)))"
    )
    (topic,) = make_course(tmp_path, solution=solution, checks=checks).topics
    exercise = topic.checks.exercises["mean"]
    with Bench(recorder, topic, both_keys(recorder, topic, ["mean"])) as bench:
        found = calls.notes(bench, exercise)
    assert "`mean` is never called with these together: `low` given with `high` given" in found
