"""How drivers call an answer: what it is given, and whether a gradient is taken through it.

Imported in a child by `grader.audit.forms`. `survey` puts a recorder around the
reference; `told` ends the next run with what was recorded since, as JSON.
"""

# mypy: ignore-errors
# Here a student's functions are called, of which nothing is known.

import functools
import inspect
import json
import types

import numpy as np

from grader.drivers import Measured

RECORDS = "calls"  # the output that `told` has
MANY = 8  # items of a list that are looked at


class Recorder:
    """What was recorded since it was told last: calls from outside, and of what gradients were taken."""

    def __init__(self):
        self.calls, self.sources, self.depth, self.patched = [], set(), 0, []

    def tell(self):
        """Forget what was recorded, undo what was patched, and end the run with the records."""
        calls = [one for one in self.calls if one.pop("finished")]
        for one in calls:
            variables = one.pop("of_layer")
            if variables is not None:
                one["variables"] = [v.path for v in variables() if not self._is_source(v)]
        for owner, name, before in self.patched:
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        self.__init__()
        raise Measured(**{RECORDS: np.frombuffer(json.dumps(calls).encode(), np.uint8)})

    def _is_source(self, variable):
        return not {id(variable), id(getattr(variable, "value", None))}.isdisjoint(self.sources)

    def patch(self, owner, name, value):
        """Set an attribute until it is told."""
        self.patched.append((owner, name, vars(owner).get(name)))
        setattr(owner, name, value)

    def watch_tapes(self):
        """Note of which variables gradients are taken."""
        import tensorflow as tf

        taken = tf.GradientTape.gradient

        @functools.wraps(taken)
        def gradient(tape, target, sources, *args, **kwargs):
            for one in tf.nest.flatten(sources):
                self.sources |= {id(one), id(getattr(one, "value", None))} - {id(None)}
            return taken(tape, target, sources, *args, **kwargs)

        self.patch(tf.GradientTape, "gradient", gradient)

    def call(self, name, function, signature, layer, args, kwargs):
        """Call a function; record it, unless it is called from another that is recorded."""
        if self.depth:
            return function(*args, **kwargs)
        more = dict(kwargs)
        training = more.get("training")
        if "training" not in signature.parameters:
            more.pop("training", None)
        try:
            bound = signature.bind(*args, **more)
        except TypeError:  # which the function itself will say
            return function(*args, **kwargs)
        defaults = {name: one.default for name, one in signature.parameters.items()}
        given = [n for n, value in bound.arguments.items() if not _is_default(value, defaults[n])]
        bound.apply_defaults()
        record = {"of": name, "given": given, "gradient": False, "inputs": [], "training": training}
        record |= {"finished": False, "of_layer": None, "variables": [], "layer": layer is not None}
        record["arguments"] = {n: _what(v) for n, v in bound.arguments.items() if n != "self"}
        self.calls.append(record)
        if layer is not None:
            record["of_layer"] = lambda: layer.trainable_variables

        def reached(argument):
            if argument not in record["inputs"]:
                record["inputs"].append(argument)

        def watched(value, note):
            return _noticed(value, note) if _flows(value) else value

        names = [one for one in signature.parameters if one != "self"]
        skip = len(args) - len(names) if len(args) > len(names) else int("self" in signature.parameters)
        args = [
            value if place < skip else watched(value, functools.partial(reached, names[place - skip]))
            for place, value in enumerate(args)
        ]
        kwargs = {key: watched(value, functools.partial(reached, key)) for key, value in kwargs.items()}
        self.depth += 1
        try:
            returned = function(*args, **kwargs)
        finally:
            self.depth -= 1
        record["finished"] = True

        def through():
            record["gradient"] = True

        if isinstance(returned, tuple) and not hasattr(returned, "_fields"):
            return tuple(watched(one, through) for one in returned)
        return watched(returned, through)


RECORDER = Recorder()


def survey(function):
    """Record each call from outside of a function, or of a class' methods."""
    RECORDER.watch_tapes()
    if not isinstance(function, type):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args, **kwargs):
            return RECORDER.call(function.__name__, function, signature, None, args, kwargs)

        return call
    keras_call = getattr(function, "call", None)
    for name, method in list(vars(function).items()):
        if isinstance(method, types.FunctionType):
            RECORDER.patch(function, name, _method(name, method, inspect.signature(method), False))
    if keras_call is not None:
        shown = inspect.signature(keras_call)
        RECORDER.patch(function, "__call__", _method("call", function.__call__, shown, True))
    return function


def _method(name, method, signature, is_layer):
    @functools.wraps(method)
    def call(self, *args, **kwargs):
        layer = self if is_layer else None
        return RECORDER.call(name, method, signature, layer, (self, *args), kwargs)

    if name == "__init__":
        call.__signature__ = signature  # of which Keras asks without a look at what is wrapped
    return call


def told(function):
    """End the run with what was recorded, however the answer is used."""
    if not isinstance(function, type):
        return lambda *args, **kwargs: RECORDER.tell()

    class Told(function):
        def __new__(cls, *args, **kwargs):
            RECORDER.tell()

    return Told


def _flows(value):
    """Tell whether a gradient could flow through a value."""
    import tensorflow as tf

    return isinstance(value, tf.Tensor) and value.dtype.is_floating


def _noticed(value, note):
    """Return the same tensor, and have it noted when a gradient is taken through it."""
    import tensorflow as tf

    @tf.custom_gradient
    def same(x):
        def back(gradient):
            note()
            return gradient

        return tf.identity(x), back

    return same(value)


def _is_default(value, default):
    """Tell whether a number or a text is what the signature says in its place."""
    return type(value) is type(default) and isinstance(value, int | float | str) and value == default


def _what(value):
    """Say of an argument what can be compared: its shape and dtype, or its value."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        dtype = getattr(value.dtype, "name", str(value.dtype))
        return {"shape": [-1 if size is None else int(size) for size in value.shape], "dtype": dtype}
    if value is None or isinstance(value, bool | int | float | str):
        # Python writes no integer of more than 4,300 digits, but in hexadecimal.
        long = isinstance(value, int) and value.bit_length() > 1000
        return {"value": hex(value) if long else repr(value)}
    if isinstance(value, list | tuple):
        return {"items": [_what(one) for one in value[:MANY]], "length": len(value)}
    return {"kind": type(value).__name__}
