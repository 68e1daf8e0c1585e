"""What a student has of a topic: a folder with checks, a public key, and their file."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import key
from grader.course import CourseError, name_of, unknown
from grader.grading import Rules

DEPTH = 4


@dataclass(frozen=True)
class Assignment:
    """A folder that holds `key.npz` and a notebook, a script, or both."""

    folder: Path
    rules: Rules

    @property
    def name(self) -> str:
        """Return the topic's name, `transformers`."""
        return name_of(self.rules.key.topic)

    def file(self) -> tuple[Path, str]:
        """Return the student's file, the newer of two forms, and a note if there are two.

        Raises:
            CourseError: there is neither.
        """
        forms = [self.folder / f"{self.name}{suffix}" for suffix in (".ipynb", ".py")]
        forms = sorted((form for form in forms if form.is_file()), key=lambda form: form.stat().st_mtime)
        if not forms:
            raise CourseError(
                f"{self.folder} holds neither {self.name}.ipynb nor {self.name}.py: "
                "get the assignment again, or name your file with --file"
            )
        both = "checked, the newer of your two files" if len(forms) > 1 else ""
        return forms[-1], f"{forms[-1].name} was {both}" if both else ""


def find_assignments(start: Path) -> list[Assignment]:
    """Return the assignments at or below `start`, or the one that `start` lies in.

    Raises:
        CourseError: there is none.
        KeyProblem: one has a key that cannot be read.
    """
    here = start.resolve()
    above = [folder for folder in here.parents if (folder / "key.npz").is_file()]
    folders = sorted(_below(here)) or above[:1]
    if not folders:
        raise CourseError(
            f"no assignment at {here} or below it: run this in the folder you were given, "
            "the one that holds `key.npz`"
        )
    return [Assignment(folder, _rules(folder / "key.npz")) for folder in folders]


def _rules(path: Path) -> Rules:
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int) -> Rules:
    """Read a key once, however often a notebook or an editor asks, until its file changes."""
    return Rules(key.load(path))


def _below(start: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(start):
        depth = len(Path(here).relative_to(start).parts)
        folders[:] = [name for name in folders if not name.startswith(".") and depth < DEPTH]
        if "key.npz" in names:
            yield Path(here)


def choose(assignments: list[Assignment], targets: tuple[str, ...]) -> list[Assignment]:
    """Return the assignments that `TOPIC` or `TOPIC.EXERCISE` targets name, all by default.

    Raises:
        CourseError: a topic or exercise is unknown; the nearest is suggested.
    """
    if not targets:
        return assignments
    wanted: dict[str, set[str]] = {}
    by_name = {assignment.name: assignment for assignment in assignments}
    for target in targets:
        topic, _, exercise = target.partition(".")
        name = name_of(topic)
        if name not in by_name and len(assignments) == 1 and not exercise:
            # Inside one assignment's folder its name goes without saying.
            name, exercise = assignments[0].name, topic
            known = by_name[name].rules.checks.exercises
            if exercise not in known:
                raise CourseError(unknown("topic or exercise", topic, [name, *known]))
        if name not in by_name:
            raise CourseError(unknown("topic", topic, by_name))
        known = by_name[name].rules.checks.exercises
        if exercise and exercise not in known:
            raise CourseError(unknown("exercise", exercise, known))
        wanted.setdefault(name, set()).update([exercise] if exercise else known)
    return [
        Assignment(by_name[name].folder, Rules(by_name[name].rules.key, frozenset(exercises)))
        for name, exercises in wanted.items()
    ]
