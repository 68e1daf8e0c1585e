"""Right answers in other forms: what a student may write who knows NumPy better.

Loaded beside a topic's own files, so that `forms:numpy__momentum_step` is the
reference called with arrays and answering with arrays.
"""

import numpy as np

from . import solution as right


def _map(change, value):
    if isinstance(value, dict):
        return {key: _map(change, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_map(change, item) for item in value)
    return change(value)


def _is_array(value):
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _array(value):
    return np.asarray(value) if _is_array(value) else value


def _wide(value):
    value = _array(value)
    return value.astype(np.float64) if _is_array(value) and value.dtype.kind == "f" else value


def _locked(value):
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


def _numpy(function):
    """Answer with NumPy arrays."""
    return lambda *args, **kwargs: _map(_array, function(*args, **kwargs))


def _float64(function):
    """Answer in float64."""
    return lambda *args, **kwargs: _map(_wide, function(*args, **kwargs))


def _listed(function):
    """Answer with a list in place of a tuple, and with lists in place of arrays."""

    def call(*args, **kwargs):
        found = _map(lambda v: v.tolist() if _is_array(v) else v, _map(_array, function(*args, **kwargs)))
        return list(found) if isinstance(found, tuple) else found

    return call


def _readonly(function):
    """Leave the inputs as they were."""
    return lambda *args, **kwargs: function(*_map(_locked, args), **_map(_locked, kwargs))


def __getattr__(name):
    form, separator, function = name.partition("__")
    if not separator or f"_{form}" not in globals():
        raise AttributeError(name)
    return globals()[f"_{form}"](getattr(right, function))
