"""The pieces of drivers, run as drivers are: beside an answer, in a child."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.client.child import Child
from grader.drivers import (
    REFUSED,
    WrongStructure,
    count_parameters,
    describe,
    keeping,
    named,
    number,
    or_refused,
    put_weights,
    shaped,
)
from grader.grading.grader import Grader
from grader.outcome import Outcome
from grader.verdict import Status


def test_parts_are_named() -> None:
    assert named((1, 2), "a", "b") == named([1, 2], "a", "b") == {"a": 1, "b": 2}
    assert named(np.array([1, 2]), "a", "b") == {"a": 1, "b": 2}  # as `a, b = f()` takes it
    parts = named(np.arange(6.0).reshape(2, 3), "a", "b")
    assert parts["b"].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("value", "got"),
    [(None, "None"), (1.0, "got a float"), (np.zeros(3), "got an array of shape (3,)"),
     (np.float32(1), "got a float32"), ((1,), "got 1"),
     ((1, 2, 3), "got 3"), ({"a": 1, "b": 2}, "got a dict")],
)  # fmt: skip
def test_what_is_not_the_parts_is_said(value: Any, got: str) -> None:
    with pytest.raises(WrongStructure) as caught:
        named(value, "a", "b")
    assert str(caught.value).startswith("expected the 2 values (a, b), got") and got in str(caught.value)


def test_what_keeps_its_arrays_is_called_with_them_in_their_order() -> None:
    x = np.arange(3.0)
    assert keeping(lambda a, b: a.sum() + b, x=x, k=2) == 5


def test_an_array_that_is_changed_in_place_is_named() -> None:
    def in_place(a: np.ndarray, b: np.ndarray) -> None:
        b *= 2

    with pytest.raises(WrongStructure, match="`y`.*in place"):
        keeping(in_place, x=np.ones(2), y=np.array([1.0, np.nan]))


@pytest.mark.parametrize("value", [3, 3.0, True + 2, np.float32(3), np.array([[3]])])
def test_one_number_is_a_float(value: Any) -> None:
    assert number(value) == 3 and type(number(value)) is float


@pytest.mark.parametrize("value", ["3", [1, 2], 3j, [], {}])
def test_what_is_not_one_number_is_said(value: Any) -> None:
    with pytest.raises(WrongStructure, match="^expected one number for `b`, got "):
        number(value, "one number for `b`")


def test_an_array_is_held_to_its_shape() -> None:
    assert shaped([[1, 2]], "w", 1, 2).tolist() == [[1, 2]] and shaped(3.0, "b").shape == ()
    for value in ([1, 2], [["a", "b"]]):
        with pytest.raises(WrongStructure, match=r"^expected `w` of shape \(1, 2\), got a list"):
            shaped(value, "w", 1, 2)


def test_only_an_error_that_is_due_counts_as_a_refusal() -> None:
    def refuse() -> None:
        raise KeyError("a")

    assert or_refused(True, refuse, (KeyError,)) == REFUSED and or_refused(True, lambda: 1) == 1
    for due, errors in ((False, (KeyError,)), (True, (ValueError,))):
        with pytest.raises(KeyError):
            or_refused(due, refuse, errors)


def test_values_are_described() -> None:
    assert [describe(v) for v in (None, "x", 1, np.zeros((2, 3)), np.ndarray, {})] == [
        "None (is there a `return`?)", "a str", "an int", "an array of shape (2, 3)", "a type", "a dict"
    ]  # fmt: skip


class Variable:
    def __init__(self, *shape: int) -> None:
        self.shape, self.value = shape, None

    def assign(self, value: Any) -> None:
        self.value = value


def layer() -> Any:
    query = types.SimpleNamespace(kernel=Variable(2, 3), bias=3)
    return types.SimpleNamespace(query=query, weights=[Variable(2, 3), Variable(4), Variable()])


def test_weights_are_put_where_the_path_leads() -> None:
    one, kernel = layer(), np.ones((2, 3))
    put_weights(one, {"query.kernel": kernel})
    assert one.query.kernel.value is kernel


@pytest.mark.parametrize(
    ("path", "says"),
    [("key.kernel", "expected the attribute `key.kernel`"), ("query.scale", "has no `scale`"),
     ("query.bias", "expected `query.bias` to be a variable, got an int"),
     ("query.kernel", "to have the shape (4,), got (2, 3)")],
)  # fmt: skip
def test_weights_that_have_no_place_are_said_to(path: str, says: str) -> None:
    with pytest.raises(WrongStructure) as caught:
        put_weights(layer(), {path: np.zeros(4)})
    assert says in str(caught.value)


def test_parameters_are_counted() -> None:
    assert count_parameters(layer()) == 6 + 4 + 1


# With TensorFlow, where it is warm

CHECKS = """
from grader import drivers

from grader.exercise import exercise

@exercise(points=1, hint="?")
def differentiated(answer, x, w):
    return drivers.gradients(answer.differentiated, {"x": x, "w": w}, cotangent=w)

@exercise(points=1, hint="?")
def causal(answer, x, other):
    return {"noticed": drivers.dependencies(answer.causal, x, other)}

@exercise(points=1, hint="?")
def counted(answer, x):
    return {"ops": drivers.op_count(answer.counted, x)}

@exercise(points=1, hint="?")
def restrained(answer, x):
    with drivers.without_ops(["MatMul"], "write the sum"):
        return {"y": answer.restrained(x)}

@exercise(points=1, hint="?")
def Scaled(answer, x, scale, cotangent=None):
    layer = answer.Scaled()
    layer(x)
    drivers.put_weights(layer, {"scale": scale})
    reached = {"x": x} | drivers.variables(layer, ["scale"])
    return drivers.with_gradients(lambda: layer(x, training=True), reached, cotangent)

@exercise(points=1, hint="?")
def precise(answer, x):
    return {"y": answer.precise(x)}
"""
SUBMISSION = """
import tensorflow as tf

def differentiated(x, w):
    return x**2

def causal(x):
    return tf.cumsum(x, axis=1)

def counted(x):
    return x + x + x

def restrained(x):
    return tf.reduce_sum(x[:, :, None] * x[None], 1) if MODE == "sum" else (
        tf.function(tf.matmul)(x, x) if MODE == "traced" else x @ x)

import keras

class Scaled(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=input_shape[-1:])
    def call(self, x):
        return tf.square(x) * self.scale

def precise(x):
    return tf.cast(x, tf.bfloat16)

@tf.function
def branches(x):
    if tf.reduce_sum(x) > 0:
        return x
    return -x

MODE = "sum"
"""
Run = Callable[..., Outcome]


@pytest.fixture
def run(grader: Grader, tmp_path: Path) -> Iterator[Run]:
    children: list[Child] = []

    def of(exercise: str, more: str = "", **inputs: Any) -> Outcome:
        (tmp_path / "s.py").write_text(SUBMISSION + more)
        with open(tmp_path / "s.py", "rb") as file:
            children.append(grader.server.fork([file.fileno()], CHECKS, ["solution"]))
        return children[-1].run(exercise, inputs, 20.0)

    yield of
    for child in children:
        child.close()


X, W = np.float32([1, 2, 3]), np.float32([1, 10, 100])


def test_gradients_are_of_the_inner_product_with_the_cotangent(run: Run) -> None:
    found = run("differentiated", x=X, w=W)
    assert found.arrays["dx"].tolist() == [2, 40, 600]
    assert found.arrays["dw"].tolist() == [0, 0, 0], "zeros where nothing depends on it"


def test_a_gradient_needs_a_tensor(run: Run) -> None:
    found = run("differentiated", "def differentiated(x, w): return x.numpy() ** 2\n", x=X, w=W)
    assert found.status is Status.RAISED
    assert "expected a tensor that gradients flow through, got an array of shape (3,)" in found.text


SCALED = "class Scaled(Scaled):\n    def call(self, x{}):\n        return {}\n"


def test_what_a_layer_returns_is_differentiated_in_its_inputs_and_variables(run: Run) -> None:
    cotangent = np.array([[1.0, -2.0, 0.5]])
    found = run("Scaled", x=X[None], scale=W, cotangent=cotangent).arrays
    np.testing.assert_allclose(found["output"], [X**2 * W])
    np.testing.assert_allclose(found["dx"], 2 * X * W * cotangent, rtol=1e-6)
    np.testing.assert_allclose(found["dscale"], X**2 * cotangent[0], rtol=1e-6)


@pytest.mark.parametrize("cotangent", [None, np.ones((2, 2))])
def test_without_a_cotangent_that_fits_the_output_is_summed(cotangent: np.ndarray | None, run: Run) -> None:
    found = run("Scaled", x=X[None], scale=W, cotangent=cotangent).arrays
    np.testing.assert_allclose(found["dscale"], X**2, rtol=1e-6)


@pytest.mark.parametrize(
    ("more", "body", "name"),
    [
        ("", "tf.square(x) * tf.stop_gradient(self.scale)", "dscale"),
        ("", "tf.square(tf.stop_gradient(x)) * self.scale", "dx"),
        (", training=None", "tf.square(x) * self.scale * (0 if training else 1)", "output"),
    ],
)
def test_a_layer_that_keeps_a_gradient_back_or_drops_is_told(
    more: str, body: str, name: str, run: Run
) -> None:
    assert not run("Scaled", SCALED.format(more, body), x=X[None], scale=W).arrays[name].any()


def test_a_layer_without_gradients_is_told(run: Run) -> None:
    found = run("Scaled", SCALED.format("", "x.numpy()"), x=X[None], scale=W)
    assert found.error == "WrongStructure" and "gradients flow through" in found.text


def test_causality_shows_as_a_lower_triangle(run: Run) -> None:
    x = np.ones((2, 4, 3), np.float32)
    assert (run("causal", x=x, other=2 * x).arrays["noticed"] == np.tril(np.ones((4, 4), bool))).all()


def test_operations_are_counted(run: Run) -> None:
    few = run("counted", x=X).arrays["ops"]
    many = run("counted", "def counted(x):\n    return sum([x] * 10)\n", x=X).arrays["ops"]
    hidden = run("counted", "@tf.function\ndef counted(x):\n    return sum([x] * 10)\n", x=X).arrays["ops"]
    assert 3 <= few < many <= hidden


@pytest.mark.parametrize("mode", ["sum", "called", "traced"])
def test_what_is_to_be_written_may_not_be_called(mode: str, run: Run) -> None:
    x = np.arange(4, dtype=np.float32).reshape(2, 2)
    found = run("restrained", f"MODE = {mode!r}\n", x=x)
    if mode == "sum":
        np.testing.assert_allclose(found.arrays["y"], x @ x)
    else:
        assert (found.status, found.error) == (Status.RAISED, "ForbiddenOp")
        assert found.text == "this exercise is to write what `MatMul` does, not to call it; write the sum"


EVASIONS = {
    "a function traced before": (
        "product = tf.function(tf.matmul)\nproduct(ones, ones)\nrestrained = lambda x: product(x, x)"
    ),
    "a concrete function": (
        "product = tf.function(tf.matmul).get_concrete_function(ones, ones)\n"
        "restrained = lambda x: product(x, x)"
    ),
    "a function in a new one": (
        "product = tf.function(tf.matmul).get_concrete_function(ones, ones)\n"
        "def restrained(x):\n    return tf.function(lambda: product(x, x) + 0)()"
    ),
    "a branch of one": (
        "@tf.function\ndef restrained(x):\n    return x @ x if tf.reduce_sum(x) > 0 else -x\nrestrained(ones)"
    ),
    "a function's gradient": (
        "@tf.function\ndef restrained(x):\n"
        "    with tf.GradientTape() as tape:\n        tape.watch(x)\n        y = tf.reduce_sum(x @ x)\n"
        "    return tape.gradient(y, x)\nrestrained(ones)"
    ),
    "callbacks cleared": (
        "def restrained(x):\n    from tensorflow.python.framework import op_callbacks\n"
        "    op_callbacks.clear_op_callbacks()\n    return x @ x"
    ),
    "a thread": (
        "def restrained(x):\n    from concurrent.futures import ThreadPoolExecutor\n"
        "    with ThreadPoolExecutor() as pool:\n        return pool.submit(tf.matmul, x, x).result()"
    ),
    "raw operations": "restrained = lambda x: tf.raw_ops.MatMul(a=x, b=x)",
    "a graph of TensorFlow 1": (
        "with tf.Graph().as_default() as graph:\n    a = tf.compat.v1.placeholder(tf.float32, (2, 2))\n"
        "    b = a @ a\n"
        "restrained = lambda x: tf.compat.v1.Session(graph=graph).run(b, {a: x.numpy()})"
    ),
    "a function traced by AutoGraph": (
        "@tf.function\ndef product(x):\n    if x.shape[0] > 1:\n        return x @ x\n    return x\n"
        "restrained = lambda x: product(x)"
    ),
    "a Python function in a graph": "restrained = lambda x: tf.py_function(tf.matmul, [x, x], tf.float32)",
    "an error that is caught": (
        "def restrained(x):\n    try:\n        return x @ x\n"
        "    except Exception:\n        return tf.linalg.matmul(x, x)"
    ),
}


@pytest.mark.parametrize("more", EVASIONS.values(), ids=EVASIONS)
def test_what_is_forbidden_is_seen_however_it_is_called(more: str, run: Run) -> None:
    x = np.arange(4, dtype=np.float32).reshape(2, 2)
    found = run("restrained", f"ones = tf.ones((2, 2))\n{more}\n", x=x)
    assert (found.status, found.error) == (Status.RAISED, "ForbiddenOp"), found
    assert found.text == "this exercise is to write what `MatMul` does, not to call it; write the sum"


UNSEEN = {
    "NumPy": "restrained = lambda x: x.numpy() @ x.numpy()",
    "a data set made before": (
        "given = tf.Variable(ones)\ndata = tf.data.Dataset.range(1).map(lambda _: given @ given)\n"
        "def restrained(x):\n    given.assign(x)\n    return next(iter(data))"
    ),
    "the check taken away": (
        "from grader import drivers\nfrom contextlib import nullcontext\n"
        "drivers.without_ops = lambda *_: nullcontext()\nrestrained = lambda x: x @ x"
    ),
}


@pytest.mark.parametrize("more", UNSEEN.values(), ids=UNSEEN)
def test_advice_is_no_evidence(more: str, run: Run) -> None:
    """What evades it is a right answer all the same, as docs/security.md says."""
    x = np.arange(4, dtype=np.float32).reshape(2, 2)
    found = run("restrained", f"ones = tf.ones((2, 2))\n{more}\n", x=x)
    assert found.status is None, found
    np.testing.assert_allclose(found.arrays["y"], x @ x)


def test_bfloat16_comes_back_as_float32(run: Run) -> None:
    found = run("precise", x=X)
    assert found.arrays["y"].dtype == np.float32 and found.arrays["y"].tolist() == [1, 2, 3]


def test_autograph_reads_a_submission_s_source(run: Run) -> None:
    found = run("precise", "precise = branches\n", x=-X)
    assert found.status is None, found.text
    assert found.arrays["y"].tolist() == X.tolist()


def test_a_forbidden_operation_is_allowed_again_afterwards(run: Run) -> None:
    more = (
        "def precise(x):\n    try:\n        import grader.drivers as d\n"
        "        with d.without_ops(['MatMul'], ''):\n            x[None] @ x[:, None]\n"
        "    except d.ForbiddenOp:\n        return (x[None] @ x[:, None])[0]\n"
    )
    assert run("precise", more, x=X).arrays["y"].tolist() == [14]
