"""Sets of data as arrays, straight from the packaged files: NumPy only, no TensorFlow."""

from __future__ import annotations

import hashlib
import io
from importlib import resources

import numpy as np

from grader.datasets.registry import Spec, describe
from grader.errors import PlainError

Arrays = dict[str, np.ndarray]


class DamagedFile(PlainError):
    """A packaged file is missing or not the one that was packaged; the message says what to do."""


def arrays(name: str) -> Arrays:
    """Return a whole set, feature by feature, in the order it was packaged in.

    Args:
        name: one of `names()`.

    Returns:
        Arrays by feature name, [N, ...] each: new ones at each call, which may
        be written to.

    Raises:
        ValueError: there is no such set.
        DamagedFile: the file is missing, or its SHA-256 is not the registered one.
    """
    spec = describe(name)
    with np.load(io.BytesIO(_read(spec)), allow_pickle=False) as file:
        return {feature: file[feature] for feature in spec.features}


def split_rows(spec: Spec) -> dict[str, np.ndarray]:
    """Return which rows of a set each of its splits has, [n] int64 by split, in order."""
    rows = np.arange(spec.examples)
    if spec.test is None:
        return {"train": rows}
    return {"train": np.delete(rows, spec.test), "test": rows[spec.test]}


def _read(spec: Spec) -> bytes:
    again = (
        "install the package again: pip install --force-reinstall --no-deps ADDRESS, with the address that "
        "you installed it from"
    )
    file = resources.files("grader.datasets") / "files" / f"{spec.name}.npz"
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DamagedFile(f"the packaged file of {spec.name!r} cannot be read ({error}): {again}") from None
    found = hashlib.sha256(data).hexdigest()
    if found != spec.sha256:
        raise DamagedFile(
            f"the packaged file of {spec.name!r} is not the one that was packaged: its SHA-256 is "
            f"{found}, where {spec.sha256} was expected; {again}"
        )
    return data
