"""The same seeds before each case, without throwing away what TensorFlow has built.

Where TensorFlow is seeded, it throws away every kernel of every operation that
has run, because one that draws random numbers goes on from where it was. Making
them anew before each case took most of the time of exercises that do not train.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np


def set_seeds() -> None:
    """Bring every source of randomness and global setting to where each case starts."""
    random.seed(0)
    np.random.seed(0)
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.utils.set_random_seed(0)
        keras.config.set_floatx("float32")


def keep_kernels() -> None:
    """Have TensorFlow keep its kernels when it is seeded, as long as none of them draws.

    An operation that draws, eager, traced or in `tf.data`, asks `get_seed` for
    its seeds when it is made. From the first that does, kernels are thrown away
    as ever. (An operation of `tf.raw_ops` that is given a seed of its own asks
    nobody; it draws the same numbers in every run of the same cases.)

    Call it once, before a fork. Where TensorFlow has changed inside, it does
    nothing, and cases take longer.
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
