"""What an installation of the grader brings, with or without its extras, and processes that have no more.

Here everything is installed, so that a module which asks for too much would be noticed by users alone.
"""

from __future__ import annotations

import re
import sys
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
OURS = "deep-learning-grader"
WITHOUT = """\
import sys
from importlib.machinery import PathFinder


class Finder(PathFinder):
    absent = frozenset({names!r})

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in cls.absent else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
"""


def brought(*extras: str) -> set[str]:
    """Return the distributions that come with the grader and some of its extras."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].splitlines()
    for extra in extras:
        lines += setup["options.extras_require"][extra].splitlines()
    left = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found: set[tuple[str, frozenset[str]]] = set()
    while left:
        one = left.pop()
        here = canonical(one.name), frozenset(one.extras)
        if here in found or here[0] == OURS:
            continue
        found.add(here)
        try:
            needed = [Requirement(text) for text in metadata.requires(one.name) or []]
        except metadata.PackageNotFoundError:  # an alternative for another platform
            continue
        left += [
            other
            for other in needed
            if other.marker is None
            or any(other.marker.evaluate({"extra": extra}) for extra in one.extras or {""})
        ]
    return {name for name, _ in found}


def absent(*extras: str) -> set[str]:
    """Return the modules that are installed here and do not come with the grader and these extras."""
    there = brought(*extras)
    with pytest.MonkeyPatch.context() as patch:
        # Where setuptools was loaded, its own copies of others' packages are found, too.
        patch.setattr(sys, "path", [folder for folder in sys.path if Path(folder).name != "_vendor"])
        installed = metadata.packages_distributions()
    return {
        module
        for module, owners in installed.items()
        if not {canonical(owner) for owner in owners} & {*there, OURS} and module.isidentifier()
    }


def write_without(folder: Path, *extras: str) -> None:
    """Have processes that find `folder` in PYTHONPATH lack what does not come with these extras."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(WITHOUT.format(names=sorted(absent(*extras))))


def canonical(name: str) -> str:
    """Return a distribution's name as all of its spellings are."""
    return re.sub(r"[-_.]+", "-", name).lower()
