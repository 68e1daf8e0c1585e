"""The same seeds before each case."""

from __future__ import annotations

import random
import sys

import numpy as np


def set_seeds() -> None:
    """Bring every source of randomness and global setting to where each case starts."""
    random.seed(0)
    np.random.seed(0)
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.utils.set_random_seed(0)
        keras.config.set_floatx("float32")
