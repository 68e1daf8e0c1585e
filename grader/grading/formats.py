"""Several files of a student's with the same exercises: which one counts, and why."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from grader.exercise import Exercise
from grader.grading.layout import Named
from grader.grading.work import NotGradable

TOGETHER = 60.0  # seconds within which unpacking or cloning writes its files
# Of an answer: at the start of a word, or behind what a notebook's JSON has for the end of a line.
DEFINITION = re.compile(rb"(?:\\n|\b)(?:def|class)\s+(\w+)|(?:\\n|(?<![\w.]))(\w+)\s*(?::[^=\n]+)?=(?!=)")
STUB = b"raise NotImplementedError()"  # as nbgrader leaves it, in a script and in a notebook's JSON


@dataclass(frozen=True)
class Form:
    """One of a student's files: when it was changed, in seconds, and how many stubs are left in it.

    `copy` says whether it has the name of a copy.
    """

    name: str
    modified: float
    left: int
    copy: bool = False

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Return what decides between files as old as each other: the least counts."""
        return self.left, self.copy, not self.name.endswith(".ipynb")

    def alike(self, other: Form) -> bool:
        """Whether nothing decides between two files."""
        return self.rank == other.rank and abs(self.modified - other.modified) < TOGETHER


def unwritten(content: bytes, exercises: Iterable[Exercise] = ()) -> int:
    """Count the stubs that are left in a file, and what it does not even define of answers to `exercises`."""
    names = {name.encode() for one in exercises for name in one.writes}
    defined = {found[1] or found[2] for found in DEFINITION.finditer(content)}
    return content.count(STUB) + len(names - defined)


def form_of(
    name: str,
    modified: float,
    content: bytes,
    named: Named = Named.AS_GIVEN,
    exercises: Iterable[Exercise] = (),
) -> Form:
    """Return what is known of a file; `named` says how its name was recognised.

    What has the name that was given out is a submission, whatever is in it. What has a
    copy's may be a file of the student's own, in which nothing of the `exercises` is.
    """
    copy = named > Named.AS_GIVEN
    return Form(name, modified, unwritten(content, exercises if copy else ()), copy)


def preferred(forms: Sequence[Form], exercises: int, done: str) -> tuple[Form, str]:
    """Return the one of several forms that counts, and a note: `done` is what became of it, as “checked”.

    That is the newest. But files as old as each other were unpacked or cloned
    together, and say nothing by their age; and a file in which none of the
    topic's `exercises` was written is as it was given, however new. Then it is
    the one that has less left to write; of two alike the one that has the name
    that was given out, and then the notebook.
    """
    taken = reduce(lambda one, two: _better(one, two, exercises)[0], forms)
    others = [form for form in forms if form is not taken]
    note = f"{taken.name} was {done}, and not {', '.join(form.name for form in others)}"
    return taken, note + (_better(forms[0], forms[1], exercises)[1] if len(forms) == 2 else "")


def _better(one: Form, two: Form, exercises: int) -> tuple[Form, str]:
    """Return the one of two that counts, and why, as the end of a sentence about the other."""
    newer, older = (two, one) if one.modified < two.modified else (one, two)
    together = newer.modified - older.modified < TOGETHER
    if not together and newer.left < max(exercises, older.left + 1):
        return newer, ", which is older"
    taken, other = sorted((one, two), key=lambda form: form.rank)
    if taken.left < other.left:
        return taken, ", in which more is left to write"
    last = "the name that was given out" if other.copy else "the notebook"
    return taken, f": as much is left to write in each, and then {last} counts"


def content_of(opened: Callable[[], int]) -> bytes:
    """Read a file; one that cannot be read is empty here, and is told of when it is graded."""
    try:
        with os.fdopen(opened(), "rb") as file:
            return file.read()
    except (OSError, NotGradable):
        return b""
