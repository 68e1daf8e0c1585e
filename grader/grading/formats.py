"""A notebook and a script with the same exercises: which of the two counts, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TOGETHER = 60.0  # seconds within which unpacking or cloning writes its files
STUB = b"raise NotImplementedError()"  # as nbgrader leaves it, in a script and in a notebook's JSON


@dataclass(frozen=True)
class Form:
    """One of a student's two files: when it was changed, in seconds, and how many stubs are left in it."""

    name: str
    modified: float
    left: int


def unwritten(content: bytes) -> int:
    """Count the stubs that are left in a file."""
    return content.count(STUB)


def preferred(forms: Iterable[Form], exercises: int, done: str) -> tuple[Form, str]:
    """Return the one of two forms that counts, and a note: `done` is what became of it, as “checked”.

    That is the newer. But files as old as each other were unpacked or cloned
    together, and say nothing by their age; and a file in which none of the
    topic's `exercises` was written is as it was given, however new. Then it is
    the one that has less left to write, and of two alike the notebook.
    """
    one, two = forms
    newer, older = (two, one) if one.modified < two.modified else (one, two)
    together = newer.modified - older.modified < TOGETHER
    if not together and newer.left < max(exercises, older.left + 1):
        return newer, f"{newer.name} was {done}, and not {older.name}, which is older"
    taken, other = sorted((one, two), key=lambda form: (form.left, not form.name.endswith(".ipynb")))
    note = f"{taken.name} was {done}, and not {other.name}"
    if taken.left < other.left:
        return taken, f"{note}, in which more is left to write"
    return taken, f"{note}: as much is left to write in each, and then the notebook counts"
