"""What Jupyter and Colab give a cell besides Python, where a file is graded: it is there, and does nothing.

A cell that shows, mounts or installs something defines what it defines all the same.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import MutableSequence
from importlib.machinery import ModuleSpec
from typing import Any

COLAB = "google.colab"
ELSEWHERE = ("/content", "/kaggle")  # folders of Colab's and Kaggle's machines


class Shell:
    """Stands for IPython's: takes every magic and every command, and runs none."""

    def run_line_magic(self, *arguments: Any, **options: Any) -> None:
        """Run nothing, as `magic`, `run_cell_magic` and `system` do."""

    magic = run_cell_magic = system = run_line_magic

    def getoutput(self, *arguments: Any, **options: Any) -> list[str]:
        """Return no lines."""
        return []


def get_ipython() -> Shell:
    """Return a shell, as IPython's own function does."""
    return Shell()


def display(*shown: Any, **options: Any) -> None:
    """Show nothing."""


GIVEN = {"display": display, "get_ipython": get_ipython}


class Nothing(types.ModuleType):
    """A module of Colab, in which every name is a function that does nothing, and again a module."""

    __path__: MutableSequence[str] = []

    def __call__(self, *arguments: Any, **options: Any) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing(f"{self.__name__}.{name}")


class Colab:
    """Finds `google.colab` and what is in it, once somebody imports it."""

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return how to make one of Colab's modules, None for any other."""
        if name == COLAB or name.startswith(f"{COLAB}."):
            return ModuleSpec(name, cls(), is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Make it."""
        return Nothing(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Add nothing to it."""


def stand_in() -> None:
    """Have Colab's modules and folders do no harm in this process, which runs one submission."""
    sys.meta_path.append(Colab)
    change = os.chdir

    def chdir(path: Any) -> None:
        try:
            change(path)
        except OSError:
            if not str(path).startswith(ELSEWHERE):
                raise

    os.chdir = chdir
