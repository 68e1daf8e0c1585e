"""TensorFlow without its log, where a notebook imports it after `grader`.

What it logs of processors and drivers tells a student nothing, and looks like
an error. Two variables of the environment keep back nearly all of it. Some
lines are written while its libraries are loaded, before these are looked at:
they are kept back with file descriptor 2, for as long as the import takes.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import shutil
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def hush() -> None:
    """Have TensorFlow, if it is imported from now on, start without a word; it takes both variables."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    if "tensorflow" not in sys.modules and not any(isinstance(one, _Finder) for one in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow where it is, has it loaded quietly, and is gone."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads a module as `loader` does, and leaves no trace of itself in it."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self.loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self.loader
        with quiet():
            self.loader.exec_module(module)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back what is written to file descriptor 2 below Python; show it after all if this fails."""
    try:
        kept = os.dup(2)
    except OSError:  # there is none
        yield
        return
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            said.seek(0)
            with os.fdopen(os.dup(2), "wb") as shown:
                shutil.copyfileobj(said, shown)
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
