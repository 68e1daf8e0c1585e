"""TensorFlow's eager operations, without what it does again for each of them.

All are called once in the server, before a fork, and run no operation. They
use names that TensorFlow keeps to itself: where it has changed inside they do
nothing, and cases take longer.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any


def run_directly() -> None:
    """Have an eager operation run its kernel, not a function of one node that is made for it.

    TensorFlow wraps each kind of operation in a function, which goes through
    all passes over graphs and a graph's executor, so as to treat one operation
    as it treats many. On one processor the kernel is the same and so is every
    bit of what it computes.
    """
    from tensorflow.python import pywrap_tfe

    name = "TFE_ContextOptionsSetRunEagerOpAsFunction"
    wrap = getattr(pywrap_tfe, name, None)
    if wrap is not None:
        # The context itself may not be made before a fork: its threads would not survive it.
        setattr(pywrap_tfe, name, lambda options, wrapped: wrap(options, False))


def keep_kernels() -> None:
    """Have TensorFlow keep its kernels when it is seeded, as long as none of them draws.

    Where it is seeded, it throws away the kernel of every operation that has
    run, because one that draws random numbers goes on from where it was. Making
    them anew before each case took most of the time of exercises that do not train.
    An operation that draws, eager, traced or in `tf.data`, asks `get_seed` for
    its seeds when it is made. From the first that does, kernels are thrown away
    as ever. (An operation of `tf.raw_ops` that is given a seed of its own asks
    nobody; it draws the same numbers in every run of the same cases.)
    """
    from tensorflow.python.eager import context
    from tensorflow.python.framework import random_seed

    get_seed = getattr(random_seed, "get_seed", None)
    seed_all = getattr(context.Context, "_set_global_seed", None)
    state = {"_seed", "_context_handle"}
    if get_seed is None or seed_all is None or not state <= vars(context.context()).keys():
        return
    drawn = False

    def noted(op_seed: Any) -> Any:
        nonlocal drawn
        drawn = True
        return get_seed(op_seed)

    def seed_only(self: Any, seed: Any) -> None:
        handle = self._context_handle
        if drawn:
            seed_all(self, seed)
            return
        self._context_handle = None  # so that there is nothing whose kernels it could throw away
        try:
            seed_all(self, seed)
        finally:
            self._context_handle = handle

    random_seed.get_seed = noted
    context.Context._set_global_seed = seed_only


def ask_ahead() -> None:
    """Ask what TensorFlow asks once in every process, so that a fork finds the answers.

    Whether an argument is of one of the abstract classes, whose subclasses are
    all asked in turn, and Python keeps the answer; and which operation a
    function's name is, which it is not: TensorFlow lists all operations then.
    """
    import numpy as np

    try:
        from tensorflow.python.framework import op_def_registry, ops
        from tensorflow.python.framework.composite_tensor import CompositeTensor
        from tensorflow.python.framework.type_spec import TypeSpec
        from tensorflow.python.ops.resource_variable_ops import ResourceVariable
        from tensorflow.python.types.trace import TraceType

        op_def_registry.get("a function")
        tensors = (ops.EagerTensor, ops.SymbolicTensor, ResourceVariable, np.ndarray)
    except (ImportError, AttributeError):
        return
    for kind in (bool, int, float, str, list, tuple, dict, type(None), *tensors):
        for abstract in (CompositeTensor, TypeSpec, TraceType, MutableMapping):
            issubclass(kind, abstract)
