"""What the server imports before submissions need it, and when.

Keras imports Matplotlib for its pictures and scikit-learn for its wrappers, which
takes more than a third of the time of a start, and hardly an answer needs either.
So Keras starts without them. They are imported afterwards: at once, where a class
is waited for, or in a quiet moment, where one student waits for the first check.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

PARTS = {"matplotlib": "visualization", "sklearn": "wrappers"}  # of Keras, that import these
# By submissions and drivers, and costly.
OFTEN = ("grader.datasets", "scipy.optimize", "matplotlib.pyplot", "sklearn")


def load(name: str) -> None:
    """Import one of `OFTEN`, so that no child need do so."""
    importlib.import_module(name)


def import_keras() -> None:
    """Import TensorFlow and Keras; the parts of Keras that need more are imported when they are asked for."""
    missing = [name for name in PARTS if name not in sys.modules]
    # Python takes None for a module that is not there.
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]
    try:
        import keras  # noqa: F401
        import tensorflow as tf
    finally:
        for name in missing:
            del sys.modules[name]
    parts = {PARTS[name] for name in missing}
    ours = [name for name in sys.modules if name.startswith("keras.")]
    dropped = [sys.modules.pop(name) for name in ours if parts & {*name.split(".")}]
    for package in [module for name, module in sys.modules.items() if name.partition(".")[0] == "keras"]:
        for part in parts:
            if any(vars(package).get(part) is one for one in dropped):
                _import_when_asked(package, part)
    for part in parts:
        vars(tf.keras).pop(part, None)  # it has copied what Keras has, and asks Keras for the rest


def _import_when_asked(package: ModuleType, part: str) -> None:
    """Have a package import its part once it is asked for as an attribute, as in `keras.wrappers`."""
    vars(package).pop(part, None)

    def found(name: str) -> Any:
        if name in PARTS.values():
            return importlib.import_module(f"{package.__name__}.{name}")
        raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")

    vars(package)["__getattr__"] = found
