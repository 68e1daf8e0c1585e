"""The course's data: small packaged sets that need no network, and their public twins.

    from grader.datasets import arrays, load

    arrays("digits")["image"]            # the packaged file itself, NumPy only, at once
    load("digits")["image"]              # the training split, through TensorFlow Datasets
    load("digits", as_dataset=True)      # the same as a tf.data.Dataset
    load("digits", public=True)          # its public twin, MNIST, which is downloaded

Grading only ever uses what is packaged. Where it comes from, and under which
licence, is in README.md beside this file and in `describe(name)`.
"""

from __future__ import annotations

from grader.datasets.loading import Unavailable, folder, load, prepare
from grader.datasets.packaged import DamagedFile, arrays
from grader.datasets.registry import describe, names

__all__ = ["DamagedFile", "Unavailable", "arrays", "describe", "folder", "load", "names", "prepare"]
