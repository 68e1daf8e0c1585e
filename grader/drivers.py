"""What drivers share: pieces of TensorFlow that exercise an answer.

A driver runs beside the student's code, so nothing here judges, and nothing
here is evidence but the arrays that come back. TensorFlow is imported inside
the functions: the trusted side loads every `checks.py`, and must stay quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.tf_private import watched_ops

REFUSED = -7.0  # stands for an error where one is due; none of the numbers that an audit's replay tries


class WrongStructure(Exception):
    """An answer returned something of the wrong form; shown to the student as it is."""


class ForbiddenOp(Exception):
    """An answer called what it was to write; shown to the student as it is."""


class Measured(Exception):
    """Ends a driver's run with measurements in the place of its outputs.

    Only a course's own answers may do so: what a student's raises is an error like any other.
    """

    def __init__(self, **outputs: Any) -> None:
        super().__init__()
        self.outputs = outputs


def named(value: Any, *names: str) -> dict[str, Any]:
    """Name the parts of a returned tuple or list, or of an array with a part to each index of axis 0.

    Raises:
        WrongStructure: `value` does not unpack into as many parts as `names`.
    """
    wanted = f"({', '.join(names)})"
    shape = getattr(value, "shape", None)
    if shape is not None and not isinstance(value, type) and tuple(shape[:1]) == (len(names),):
        value = [value[place] for place in range(len(names))]
    if not isinstance(value, tuple | list):
        raise WrongStructure(f"expected the {len(names)} values {wanted}, got {describe(value)}")
    if len(value) != len(names):
        raise WrongStructure(f"expected the {len(names)} values {wanted}, got {len(value)}")
    return dict(zip(names, value, strict=True))


def keeping(function: Callable[..., Any], **arguments: Any) -> Any:
    """Call `function` with the values of `arguments`, in their order, and return what it returns.

    Raises:
        WrongStructure: it has changed an array that it was given; the message names it as `arguments` do.
    """
    before = {name: value.copy() for name, value in arguments.items() if isinstance(value, np.ndarray)}
    returned = function(*arguments.values())
    for name, value in before.items():
        if not np.array_equal(value, arguments[name], equal_nan=True):
            raise WrongStructure(changed_in_place(name))
    return returned


def number(value: Any, what: str = "one number") -> float:
    """Return as a float what should be one number, in an array or not.

    Raises:
        WrongStructure: it is none; the message says that `what` was expected.
    """
    array = np.asarray(value)
    if array.size != 1 or not _holds_numbers(array):
        raise WrongStructure(f"expected {what}, got {describe(value)}")
    return float(array.reshape(()))


def shaped(value: Any, name: str, *shape: int) -> np.ndarray:
    """Return as an array what should be numbers of this shape.

    Raises:
        WrongStructure: it is none, or has another shape; the message calls it `name`.
    """
    array = np.asarray(value)
    if array.shape != shape or not _holds_numbers(array):
        raise WrongStructure(f"expected `{name}` of shape {shape}, got {describe(value)}")
    return array


def _holds_numbers(array: np.ndarray) -> bool:
    """Tell whether these are numbers or truth values; NumPy itself does not know bfloat16."""
    return array.dtype.kind in "biuf" or array.dtype.name == "bfloat16"


def or_refused(
    due: bool, call: Callable[[], Any], errors: tuple[type[Exception], ...] = (ValueError,)
) -> Any:
    """Return what `call` returns, or REFUSED where it raises the error that is due.

    So a case can hold inputs that are to be refused beside others that are not.
    """
    try:
        return call()
    except errors:
        if not due:
            raise
        return REFUSED


def changed_in_place(name: str) -> str:
    """Say that an argument of this name was changed."""
    return (
        f"expected `{name}` to be after the call what it was before, but it was changed in place; "
        f"compute with new arrays, or with a copy of `{name}`"
    )


def describe(value: Any) -> str:
    """Say in a few words what `value` is: `None`, `a str`, `a tensor of shape (2, 3)`."""
    if value is None:
        return "None (is there a `return`?)"
    shape = getattr(value, "shape", None)
    if shape is not None and not isinstance(value, type | np.generic):
        kind = "an array" if isinstance(value, np.ndarray) else "a tensor"
        return f"{kind} of shape {tuple(shape)}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def gradients(function: Callable[..., Any], wrt: Mapping[str, Any], cotangent: Any = None) -> dict[str, Any]:
    """Differentiate ⟨function(**wrt), cotangent⟩ with respect to each of `wrt`.

    Args:
        function: called with `wrt` as keyword arguments; returns one tensor.
        wrt: floating-point tensors or arrays.
        cotangent: as the output is shaped; ones by default.

    Returns:
        `{"d" + name: gradient}`, zeros where the output does not depend on it.

    Raises:
        WrongStructure: the output is no tensor that a gradient flows through.
    """
    import tensorflow as tf

    given = {name: tf.convert_to_tensor(value) for name, value in wrt.items()}
    found = with_gradients(lambda: function(**given), given, cotangent)
    del found["output"]
    return found


def with_gradients(
    call: Callable[[], Any], sources: Mapping[str, Any], cotangent: Any = None
) -> dict[str, Any]:
    """Call a layer, a model or a loss, and differentiate what it returns.

    `with_gradients(lambda: layer(x, training=True), {"x": x} | variables(layer, paths))` holds
    that training is as use, and that a gradient flows to whatever is learnt.

    Args:
        call: returns one tensor.
        sources: by name, floating-point tensors that `call` uses, and variables.
        cotangent: by what the output is multiplied before it is summed; ones by default, and where
            the output has another shape than expected, which whoever compares it will say.

    Returns:
        "output", and "d" + name for each source, zeros where the output does not depend on it.

    Raises:
        WrongStructure: the output is no tensor that a gradient flows through.
    """
    import tensorflow as tf

    # Keras' variables hold TensorFlow's, of which a tape knows; TensorFlow's own have a method of that name.
    held = {name: getattr(source, "value", source) for name, source in sources.items()}
    tensors = {name: sources[name] if callable(one) else one for name, one in held.items()}
    with tf.GradientTape() as tape:
        tape.watch(list(tensors.values()))
        output = call()
    if not tf.is_tensor(output):
        raise WrongStructure(
            f"expected a tensor that gradients flow through, got {describe(output)}; "
            "compute it with TensorFlow throughout"
        )
    fits = cotangent is not None and tuple(output.shape) == np.shape(cotangent)
    weights = tf.cast(cotangent, output.dtype) if fits else None
    found = tape.gradient(output, tensors, weights, unconnected_gradients="zero")
    slopes = {f"d{name}": tf.convert_to_tensor(slope) for name, slope in found.items()}
    return {"output": output} | slopes


def variables(layer: Any, paths: Iterable[str]) -> dict[str, Any]:
    """Return a built layer's variables by dotted attribute path, as `put_weights` takes them.

    Raises:
        WrongStructure: an attribute is missing.
    """
    return {path: _attribute(layer, path) for path in paths}


def put_weights(layer: Any, weights: Mapping[str, Any]) -> None:
    """Assign arrays to a built layer's variables, by dotted attribute path.

    `put_weights(block, {"query.kernel": kernel})` assigns `block.query.kernel`.

    Raises:
        WrongStructure: an attribute is missing or its variable has another shape.
    """
    for path, value in weights.items():
        target = _attribute(layer, path)
        if not hasattr(target, "assign"):
            raise WrongStructure(f"expected `{path}` to be a variable, got {describe(target)}")
        if tuple(target.shape) != np.shape(value):
            raise WrongStructure(
                f"expected `{path}` to have the shape {np.shape(value)}, got {tuple(target.shape)}"
            )
        target.assign(value)


def _attribute(layer: Any, path: str) -> Any:
    """Return what stands at a dotted attribute path."""
    target = layer
    for part in path.split("."):
        if not hasattr(target, part):
            raise WrongStructure(
                f"expected the attribute `{path}`, as the docstring names it; "
                f"{type(target).__name__} has no `{part}`"
            )
        target = getattr(target, part)
    return target


def count_parameters(layer: Any) -> int:
    """Count the numbers in a built layer's or model's variables."""
    return int(sum(np.prod(variable.shape) for variable in layer.weights))


def dependencies(function: Callable[[Any], Any], inputs: Any, perturbed: Any) -> np.ndarray:
    """Find which output positions notice a change at which input position.

    Args:
        function: maps `inputs` `[B, T, ...]` to an output `[B, T, ...]`.
        inputs: integers or floats `[B, T, ...]`.
        perturbed: of the same shape, different from `inputs` at every position.

    Returns:
        bool `[T, T]`: row t, column s is True if output t changes with input s.
        A causal model gives a lower triangular matrix.
    """
    import tensorflow as tf

    inputs, perturbed = np.array(inputs), np.array(perturbed)
    before = np.asarray(function(tf.constant(inputs)))
    steps = inputs.shape[1]
    columns = []
    for step in range(steps):
        changed = inputs.copy()
        changed[:, step] = perturbed[:, step]
        after = np.asarray(function(tf.constant(changed)))
        columns.append(np.abs(after - before).reshape(len(before), steps, -1).max(axis=(0, 2)) > 1e-6)
    return np.stack(columns, axis=1)


def op_count(function: Callable[..., Any], *arguments: Any) -> int:
    """Count the operations of `function` traced as a `tf.function`, and of all functions that it calls.

    Advice, not evidence: see `without_ops`.
    """
    import tensorflow as tf

    traced = tf.function(function, autograph=False)
    tensors = [tf.convert_to_tensor(argument) for argument in arguments]
    graph = traced.get_concrete_function(*tensors).graph
    called = graph.as_graph_def().library.function
    return len(graph.get_operations()) + sum(len(one.node_def) for one in called)


@contextmanager
def without_ops(forbidden: Sequence[str], advice: str) -> Iterator[None]:
    """Refuse the named TensorFlow operations while the block runs.

    Sees eager and traced operations alike, whoever calls them (`tf.nn`, Keras),
    in whichever thread, and those of functions that were traced before. What it
    finds can only take points away: code in the same process could evade it, so
    it teaches and proves nothing. The same may be computed without TensorFlow.

    Args:
        forbidden: op types, as `["Conv2D"]`.
        advice: what the student should do instead.

    Raises:
        ForbiddenOp: at the first forbidden operation.
    """

    said = ""

    def refuse(op_type: str) -> None:
        nonlocal said
        if op_type in forbidden:
            said = f"this exercise is to write what `{op_type}` does, not to call it; {advice}"
            raise ForbiddenOp(said)

    try:
        with watched_ops(refuse, inside=True):
            yield
    except Exception as error:
        # AutoGraph and `tf.py_function` raise another in its place, with the whole way there in its text.
        if said and (isinstance(error, ForbiddenOp) or ForbiddenOp.__name__ in str(error)):
            raise ForbiddenOp(said) from error
        raise
