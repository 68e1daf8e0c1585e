"""Find a course and its topics, load their checks, and say what is missing.

A course is any folder that holds `solutions/NN_topic/`. An assignment is what a
student gets of one topic: a folder that holds `checks.py` and `key.npz`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader import names
from grader.errors import PlainError
from grader.exercise import SECONDS, Exercise, run_text

MEANT = 3  # names that are suggested, at most
TOPIC_FOLDER = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")


class CourseError(PlainError):
    """A course, topic or exercise was not found; the message says what to do."""


@dataclass(frozen=True)
class Checks:
    """A topic's `checks.py`: its text and exercises, the CPU seconds of a submission, a student's hours."""

    text: str
    exercises: dict[str, Exercise]
    seconds: float = SECONDS
    hours: float | None = None

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def points(self) -> float:
        """Return what a perfect submission scores."""
        return sum(exercise.points for exercise in self.exercises.values())


def checks_of(text: str, file: str) -> Checks:
    """Run the text of a `checks.py`, which messages call `file`.

    Raises:
        AuthorError: see `grader.exercise.run_text`.
    """
    return Checks(text, *run_text(text, file))


def load_checks(path: Path) -> Checks:
    """Run a `checks.py` and return its exercises.

    Raises:
        CourseError: there is no such file.
        AuthorError: it cannot be run, or defines no exercise.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"there are no checks at {path}: {error.strerror}") from error
    return checks_of(text, str(path))


@dataclass(frozen=True)
class Topic:
    """One unit of the syllabus: a folder `solutions/NN_name/`."""

    folder: Path

    @property
    def id(self) -> str:
        """Return the numbered name, `19_transformers`."""
        return self.folder.name

    @property
    def name(self) -> str:
        """Return the name without its number, `transformers`."""
        return name_of(self.id)

    @property
    def course(self) -> Path:
        """Return the course's root folder."""
        return self.folder.parent.parent

    @property
    def assignment(self) -> Path:
        """Return the folder that students get."""
        return self.course / "assignments" / self.id

    @property
    def source(self) -> Path:
        """Return nbgrader's source folder of the topic."""
        return self.course / "source" / self.id

    @cached_property
    def checks(self) -> Checks:
        """Load the topic's drivers, cases and judges."""
        return load_checks(self.folder / "checks.py")

    @cached_property
    def title(self) -> str:
        """Return the first heading of the solution."""
        text = (self.folder / "solution.py").read_text(encoding="utf-8")
        heading = re.search(r"^# (?!%%)(.+)$", text.split('"""', 1)[-1], re.MULTILINE)
        return heading.group(1).strip() if heading else self.name.replace("_", " ")


@dataclass(frozen=True)
class Course:
    """A folder that holds `solutions/`, and its topics in the order of the syllabus."""

    root: Path

    @cached_property
    def topics(self) -> list[Topic]:
        """Return all topics, by number."""
        folders = sorted((self.root / "solutions").iterdir())
        return [Topic(folder) for folder in folders if TOPIC_FOLDER.fullmatch(folder.name)]

    @property
    def secret_folders(self) -> list[Path]:
        """Return what no submission may read: answers, and the keys made of them."""
        return [self.root / name for name in ("solutions", "source", names.FOLDER)]

    def topic(self, name: str) -> Topic:
        """Return the topic called `19_transformers`, `transformers` or `19`.

        Raises:
            CourseError: there is none; the nearest is suggested.
        """
        for topic in self.topics:
            if name in (topic.id, topic.name, topic.id[:2]):
                return topic
        raise CourseError(unknown("topic", name, [topic.name for topic in self.topics]))


def name_of(topic: str) -> str:
    """Return a topic's name without its number."""
    match = TOPIC_FOLDER.fullmatch(topic)
    return match.group(2) if match else topic


def find_course(start: Path | None = None, explicit: Path | None = None) -> Course:
    """Return the course at `explicit`, or the nearest one at or above `start`.

    Raises:
        CourseError: there is none.
    """
    if explicit is not None:
        if (explicit / "solutions").is_dir():
            return Course(explicit.resolve())
        raise CourseError(f"{explicit} is not a course: it holds no folder `solutions`")
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir():
            return Course(folder)
    raise CourseError(
        f"no course at {here} or above it: run this inside a folder that holds "
        "`solutions/`, or name one with --course DIR"
    )


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such topic or exercise, and suggest the nearest."""
    known = sorted(known)
    if near := nearest(name, known):
        meant = " or ".join(f"`{item}`" for item in near)
        return f"there is no {what} `{name}`; did you mean {meant}?"
    return f"there is no {what} `{name}`; there are: {', '.join(known) or 'none'}"


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return what a name most likely stands for: nothing, one name, or up to three that are as likely.

    A name that contains it comes first: as a whole word (`adam` is `adam_step`, not `adamw_rate`),
    then at its beginning, then anywhere. If none does, it is the one that is spelt most like it.
    """
    lowered = {item.lower(): item for item in sorted(known)}
    name = name.lower()

    def distance(item: str) -> tuple[bool, bool]:
        return f"_{name}_" not in f"_{item}_", not item.startswith(name)

    longer = [item for item in lowered if name in item and len(name) >= 3]
    if longer:
        least = min(map(distance, longer))
        alike = sorted((item for item in longer if distance(item) == least), key=len)[:MEANT]
    else:
        alike = difflib.get_close_matches(name, lowered, n=1, cutoff=0.5)
    return [lowered[item] for item in alike]
