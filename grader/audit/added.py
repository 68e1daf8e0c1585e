"""What nobody asked for, added to an answer: the decorators of `grader.audit.additions`.

Imported in a child, where each mutant knows it as `added`.
"""

# mypy: ignore-errors
# Here a student's functions are called, of which nothing is known.

import functools
import inspect

import numpy as np

from grader.audit.forms import is_array, mapped

LIMIT = 10.0  # to which `clips` clips


def changes(name):
    """Change an argument in place, after the call."""

    def add(function):
        place = list(inspect.signature(function).parameters).index(name)

        @functools.wraps(function)
        def call(*args, **kwargs):
            returned = function(*args, **kwargs)
            given = args[place] if place < len(args) else kwargs.get(name)
            _change(given)
            return returned

        return call

    return add


def _change(value):
    """Change the first array in a nest, or the nest if there is none; tell whether anything was changed."""
    if isinstance(value, np.ndarray):
        if not value.flags.writeable or not value.size:
            return False
        value[...] = ~value if value.dtype == bool else value + 1
        return True
    if isinstance(value, dict):
        return any(map(_change, value.values()))
    if isinstance(value, list | tuple):
        if any(map(_change, value)):
            return True
        if isinstance(value, list) and len(value) > 1:
            value.reverse()
            return True
    return False


def ignores(**constants):
    """Read a constant in the place of an argument."""
    ((name, constant),) = constants.items()

    def add(function):
        place = list(inspect.signature(function).parameters).index(name)

        @functools.wraps(function)
        def call(*args, **kwargs):
            if place < len(args):
                return function(*args[:place], constant, *args[place + 1 :], **kwargs)
            return function(*args, **{**kwargs, name: constant})

        if function.__name__ == "__init__":
            # Keras asks for it without a look at what is wrapped; of `build` it would copy `self`, too.
            call.__signature__ = inspect.signature(function)
        return call

    return add


def _returning(change):
    """Make a decorator that changes each number or array that is returned."""

    def add(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            return mapped(change, function(*args, **kwargs))

        return call

    return add


def _is_float(value):
    kind = np.dtype(value.dtype.name if hasattr(value.dtype, "name") else value.dtype).kind
    return kind == "f"


def _rounded(value):
    if isinstance(value, float):
        return float(np.float16(value))
    if not is_array(value) or not _is_float(value):
        return value
    if isinstance(value, np.ndarray | np.generic):
        with np.errstate(over="ignore"):
            return value.astype(np.float16).astype(value.dtype)
    import tensorflow as tf

    return tf.cast(tf.cast(value, tf.float16), value.dtype)


def _clipped(value):
    if isinstance(value, float):
        return min(max(value, -LIMIT), LIMIT)
    if not is_array(value) or not _is_float(value):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return np.clip(value, -LIMIT, LIMIT)
    import tensorflow as tf

    return tf.clip_by_value(value, -LIMIT, LIMIT)


def _sorted(value):
    if not is_array(value) or not len(value.shape) or value.dtype in (bool, object):
        return value
    if isinstance(value, np.ndarray):
        return np.sort(value, axis=-1)
    import tensorflow as tf

    return tf.sort(value, axis=-1)


def stopped(value):
    """Return what no gradient flows through."""
    import tensorflow as tf

    return mapped(lambda one: tf.stop_gradient(one) if is_array(one) else one, value)


rounds = _returning(_rounded)
clips = _returning(_clipped)
sorts = _returning(_sorted)


def stops_gradient(function):
    """Let no gradient through."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return stopped(function(*args, **kwargs))

    return call


def drops(function):
    """Drop half of the first array that is returned in training; a layer's `call` may be told that it is."""
    signature = inspect.signature(function)
    names = list(signature.parameters)
    place = names.index("training") if "training" in names else None

    @functools.wraps(function)
    def call(*args, **kwargs):
        if place is None:
            training = kwargs.pop("training", False)
        elif place < len(args):
            training = args[place]
        else:
            training = kwargs.get("training", signature.parameters["training"].default)
        returned = function(*args, **kwargs)
        return _dropped(returned) if training else returned

    if place is None:
        more = inspect.Parameter("training", inspect.Parameter.KEYWORD_ONLY, default=None)
        *first, last = [None, *signature.parameters.values()]
        open_end = last.kind is inspect.Parameter.VAR_KEYWORD
        ordered = [*first[1:], more, last] if open_end else [*first[1:], last, more]
        call.__signature__ = signature.replace(parameters=ordered)
    return call


def _dropped(returned):
    waiting = [True]

    def change(value):
        if not waiting or not (isinstance(value, float) or (is_array(value) and _is_float(value))):
            return value
        waiting.clear()
        if isinstance(value, float | np.ndarray | np.generic):
            return value * 2 * np.random.randint(0, 2, size=np.shape(value))
        import tensorflow as tf

        return tf.nn.dropout(value, 0.5)

    return mapped(change, returned)
