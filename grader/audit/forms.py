"""Right answers in other forms: what a student may write who knows NumPy better.

Loaded in a child beside a topic's own files, so that `forms:numpy__momentum_step`
is the reference, called as it is and answering with arrays. `seed3__…` draws
other random numbers where the reference draws any; `ops__…` counts the
operations of TensorFlow in place of answering. `readonly__oracles.by_a_loop` is
an oracle.
"""

# mypy: ignore-errors
# Here a student's functions are called, of which nothing is known.

import copy
import functools
import sys

import numpy as np

from grader.audit.survey import survey as _survey  # noqa: F401
from grader.audit.survey import told as _told  # noqa: F401
from grader.drivers import Measured
from grader.tf_private import watched_ops

COUNT = "operations_counted"  # the output that `ops__…` has


def mapped(change, value):
    """Change each leaf of a nest of dicts, tuples and lists."""
    if isinstance(value, dict):
        return {key: mapped(change, item) for key, item in value.items()}
    if hasattr(value, "_fields"):
        return type(value)(*(mapped(change, item) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(mapped(change, item) for item in value)
    return change(value)


def is_array(value):
    """Tell whether a value is an array or a tensor, and no symbolic one of Keras', which holds no numbers."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and type(value).__name__ != "KerasTensor"


def _array(value):
    return np.asarray(value) if is_array(value) else value


def _wide(value):
    value = _array(value)
    return value.astype(np.float64) if is_array(value) and value.dtype.kind == "f" else value


def _locked(value):
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


def _numpy(function):
    """Answer with NumPy arrays."""
    return lambda *args, **kwargs: mapped(_array, function(*args, **kwargs))


def _float64(function):
    """Answer in float64."""
    return lambda *args, **kwargs: mapped(_wide, function(*args, **kwargs))


def _listed(function):
    """Answer with a list in place of a tuple, and with lists in place of arrays."""

    def call(*args, **kwargs):
        found = mapped(lambda v: v.tolist() if is_array(v) else v, mapped(_array, function(*args, **kwargs)))
        return list(found) if isinstance(found, tuple) else found

    return call


def _readonly(function):
    """Leave the inputs as they were."""
    return lambda *args, **kwargs: function(*mapped(_locked, args), **mapped(_locked, kwargs))


def _twice(function):
    """Answer the second time, if that is what was answered the first time, and the inputs are the same.

    Seeds are set before each call. What is handed a model or another object that may change is called once.
    """
    from grader.server.seeds import set_seeds  # here, because the trusted side loads this module

    def call(*args, **kwargs):
        given = (args, kwargs)
        if not all(map(_is_plain, _leaves(given))):
            return function(*args, **kwargs)
        before = copy.deepcopy(given)
        kept = copy.deepcopy(given)
        set_seeds()
        first = function(*before[0], **before[1])
        set_seeds()
        second = function(*args, **kwargs)
        if not all(map(_is_plain, _leaves((first, second)))):
            return second
        for said, one, other in (("returns", first, second), ("leaves of its inputs", kept, given)):
            for value, again in zip(_leaves(one), _leaves(other), strict=True):
                if not _same(value, again):
                    raise ValueError(f"called twice with the same inputs, it {said} something else")
        return second

    return call


def _leaves(value):
    found = []
    mapped(found.append, value)
    return found


def _same(one, other):
    """Tell whether two values are the same to the last bit."""
    if is_array(one):
        return is_array(other) and np.asarray(one).tobytes() == np.asarray(other).tobytes()
    return one == other or (one != one and other != other)


def _is_plain(value):
    """Tell whether a value is numbers or a text, which no call changes behind one's back."""
    if hasattr(value, "assign"):
        return False
    return is_array(value) or value is None or isinstance(value, bool | int | float | str)


def _graph(function):
    """Answer from within a `tf.function`."""
    import tensorflow as tf

    if not isinstance(function, type):
        return lambda *args, **kwargs: tf.function(lambda: function(*args, **kwargs))()

    class Traced(function):
        def __call__(self, *args, **kwargs):
            # The first call makes its variables. One more would change a layer that learns from calls.
            if not getattr(self, "built", False):
                super().__call__(*args, **kwargs)
            return tf.function(super().__call__)(*args, **kwargs)

    return Traced


def _ops(function):
    """Count the operations of the first call."""

    def counted(call, *args, **kwargs):
        count = 0

        def one_more(_):
            nonlocal count
            count += 1

        with watched_ops(one_more):
            call(*args, **kwargs)
        raise Measured(**{COUNT: count})

    if not isinstance(function, type):
        return functools.partial(counted, function)

    class Counted(function):
        def __call__(self, *args, **kwargs):
            super().__call__(*args, **kwargs)  # which makes its variables
            return counted(super().__call__, *args, **kwargs)

    return Counted


def _seed(number, function):
    """Draw other random numbers, from the first call on."""
    waiting = [number]

    def call(*args, **kwargs):
        if waiting:
            import keras

            keras.utils.set_random_seed(waiting.pop())
        return function(*args, **kwargs)

    return call


def __getattr__(name):
    form, separator, of = name.partition("__")
    module, _, function = of.rpartition(".")
    right = sys.modules.get(f"submitted.{module or 'solution'}")
    if not separator or right is None or not hasattr(right, function):
        raise AttributeError(name)
    if form.removeprefix("seed").isdigit():
        return _seed(int(form.removeprefix("seed")), getattr(right, function))
    if f"_{form}" not in globals():
        raise AttributeError(name)
    return globals()[f"_{form}"](getattr(right, function))
