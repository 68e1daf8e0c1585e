"""Whose a file is and which topic it is of, by the names on its path: the usual layouts.

STUDENT/TOPIC.ipynb             a folder a student
STUDENT/NN_TOPIC/TOPIC.ipynb    nbgrader's submitted/ folder
STUDENT-TOPIC.zip               what `grader submit` makes; it holds STUDENT/TOPIC.ipynb
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath

from grader.course import name_of

SUFFIXES = (".ipynb", ".py")
ZIP = ".zip"
PLACES = ("submitted",)  # nbgrader's folders, which are no student's


class Layout:
    """The names of the topics that are graded, and of the course's others."""

    def __init__(self, topics: Iterable[str], others: Iterable[str] = ()) -> None:
        """Take the ids of both."""
        self._topics = {name_of(topic): topic for topic in topics}
        self._others = {name_of(topic) for topic in others} - self._topics.keys()

    @property
    def names(self) -> list[str]:
        """Return the names of the topics that are graded."""
        return sorted(self._topics)

    def topic(self, path: PurePosixPath) -> str | None:
        """Return the id of the topic that a file is a submission for, None if it is none."""
        return self._topics.get(name_of(path.stem)) if path.suffix in SUFFIXES else None

    def of_another(self, path: PurePosixPath) -> bool:
        """Whether a file is a submission for a topic that is not graded now."""
        return path.suffix in SUFFIXES and name_of(path.stem) in self._others

    def folders(self, path: PurePosixPath) -> list[str]:
        """Return the folders of a path that are neither a topic's nor nbgrader's: one is a student's."""
        known = self._topics.keys() | self._others
        return [part for part in path.parts[:-1] if name_of(part) not in known and part not in PLACES]

    def owner(self, path: PurePosixPath) -> str:
        """Return whose a zip is: its folder's, which the student did not choose; else by its own name."""
        folders = self.folders(path)
        name, dash, topic = path.stem.rpartition("-")
        by_name = name if dash and name_of(topic) in self._topics.keys() | self._others else path.stem
        return folders[-1] if folders else by_name

    def nearest(self, folder: PurePath) -> str:
        """Return whose a folder is: its own name, or that of the folder above it if it is a topic's."""
        folders = self.folders(PurePosixPath(*folder.parts[1:], "file"))
        return folders[-1] if folders else folder.name
