"""What a student has of a topic: a folder with checks, a public key, and their file."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.course import CourseError, name_of, unknown
from grader.grading import key
from grader.grading.formats import form_of, preferred
from grader.grading.layout import SUFFIXES, Layout, Named
from grader.grading.rules import Rules

DEPTH = 4
CHECKED = "checked"


@dataclass(frozen=True)
class Assignment:
    """A folder that holds `key.npz` and a notebook, a script, or both.

    Attributes:
        folder: the folder.
        rules: by which its file is checked.
        only: the exercises that are asked for; all if none is named.
    """

    folder: Path
    rules: Rules
    only: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Return the topic's name, `transformers`."""
        return name_of(self.rules.key.topic)

    @property
    def exercises(self) -> list[str]:
        """Return the exercises that are asked for, in the order of the checks."""
        return [name for name in self.rules.checks.exercises if not self.only or name in self.only]

    def forms(self) -> list[Path]:
        """Return the notebook, the script and their copies, those that are there, the one to check first."""
        return self._forms()[0]

    def file(self, done: str = CHECKED) -> tuple[Path, str]:
        """Return the student's file, of several the first of `forms`, and a note if there are several.

        `done` is what the note says was done with it.

        Raises:
            CourseError: there is neither.
        """
        forms, note = self._forms(done)
        if not forms:
            raise CourseError(
                f"{self.folder} holds neither {self.name}.ipynb nor {self.name}.py: "
                "get the assignment again, or name your file with --file"
            )
        return forms[0], note

    def _forms(self, done: str = CHECKED) -> tuple[list[Path], str]:
        layout, exercises = Layout([self.rules.key.topic]), self.rules.checks.exercises
        named = {
            path: layout.named(PurePosixPath(path.name))
            for path in sorted(self.folder.iterdir())
            if path.suffix in SUFFIXES and layout.topic(PurePosixPath(path.name)) and path.is_file()
        }
        there = [path for path in named if named[path] < Named.LOOSELY]
        if len(there) < 2:
            return there, ""
        forms = [
            form_of(path.name, path.stat().st_mtime, path.read_bytes(), named[path], exercises.values())
            for path in there
        ]
        taken, note = preferred(forms, len(exercises), done)
        return sorted(there, key=lambda path: path.name != taken.name), note


def find_assignments(start: Path) -> list[Assignment]:
    """Return the assignments at or below `start`, or the one that `start` lies in.

    Raises:
        CourseError: there is none.
        KeyProblem: one has a key that cannot be read.
    """
    here = start.resolve()
    above = [folder for folder in here.parents if (folder / "key.npz").is_file()]
    folders = sorted(_below(here)) or above[:1]
    if not folders and (here / "checks.py").is_file():
        raise CourseError(
            f"{here} has lost its answer key, the file `key.npz` that came with it: "
            "get it again from where you got the assignment"
        )
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
        if name not in by_name and not exercise:
            name, exercise = _alone(by_name, topic)
        if name not in by_name:
            raise CourseError(unknown("topic", topic, by_name))
        known = by_name[name].rules.checks.exercises
        if exercise and exercise not in known:
            raise CourseError(unknown("exercise", exercise, known))
        wanted.setdefault(name, set()).update([exercise] if exercise else known)
    return [
        Assignment(by_name[name].folder, by_name[name].rules, frozenset(exercises))
        for name, exercises in wanted.items()
    ]


def _alone(by_name: dict[str, Assignment], exercise: str) -> tuple[str, str]:
    """Return the topic of an exercise that was named without one, and the exercise.

    Raises:
        CourseError: no topic has it, or several do.
    """
    names = {name: list(one.rules.checks.exercises) for name, one in by_name.items()}
    found = [name for name, known in names.items() if exercise in known]
    if len(found) > 1:
        either = " or ".join(f"`{name}.{exercise}`" for name in found)
        raise CourseError(f"more than one topic has an exercise `{exercise}`: say {either}")
    if not found:
        known = [*names, *(one for several in names.values() for one in several)]
        raise CourseError(unknown("topic or exercise", exercise, known))
    return found[0], exercise
