"""Whose a file is and which topic it is of, by the names on its path: the usual layouts.

STUDENT/TOPIC.ipynb             a folder a student
STUDENT/NN_TOPIC/TOPIC.ipynb    nbgrader's submitted/ folder
STUDENT-TOPIC.zip               what `grader submit` makes; it holds STUDENT/TOPIC.ipynb

A copy's name, `TOPIC (1).ipynb` or `Topic-Copy1.ipynb`, is known as one, and so
is a notebook that has one topic's name somewhere in its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from pathlib import PurePath, PurePosixPath

from grader.course import name_of

SUFFIXES = (".ipynb", ".py")
ZIP = ".zip"
PLACES = ("submitted",)  # nbgrader's folders, which are no student's
ADDED = (".txt", ".json", ".download")  # what browsers and mail programmes put behind a whole name
# What browsers, file managers, Jupyter and learning platforms put behind the name of a copy.
COPY = re.compile(
    r"(\s*\(\d{1,3}\)|[-_ ]+\d{1,2}|[-_ ]+(copy|copie|copia|c\u00f3pia|kopie|kopi|kopia)[-_ ]*\d{0,3})$"
)


class Named(IntEnum):
    """How surely a file's name is that of a topic's submission; the less, the surer."""

    AS_GIVEN = 0
    AS_A_COPY = 1
    LOOSELY = 2


class Layout:
    """The names of the topics that are graded, and of the course's others."""

    def __init__(self, topics: Iterable[str], others: Iterable[str] = ()) -> None:
        """Take the ids of both."""
        self._topics = {name_of(topic): topic for topic in topics}
        self._others = {name_of(topic) for topic in others} - self._topics.keys()
        self._names = self._topics.keys() | self._others
        # Of names that begin alike the longest.
        longest = "|".join(sorted(self._names, key=len, reverse=True))
        self._within = re.compile(rf"(?<![a-z])({longest})(?![a-z])")

    @property
    def names(self) -> list[str]:
        """Return the names of the topics that are graded."""
        return sorted(self._topics)

    @property
    def topics(self) -> list[str]:
        """Return the ids of the topics that are graded."""
        return sorted(self._topics.values())

    def topic(self, path: PurePosixPath) -> str | None:
        """Return the id of the topic that a file is a submission for, None if it is none."""
        return self._topics.get(self._known(path)[0])

    def named(self, path: PurePosixPath) -> Named:
        """Return how surely a file that is a submission is one."""
        return self._known(path)[1]

    def knows(self, path: PurePosixPath) -> bool:
        """Whether a file may hold a submission, for whichever topic: by its name, or as a zip."""
        return bool(self._known(path)[0]) or path.suffix.lower() == ZIP

    def of_another(self, path: PurePosixPath) -> bool:
        """Whether a file is a submission for a topic that is not graded now."""
        return self._known(path)[0] in self._others

    def _known(self, path: PurePosixPath) -> tuple[str, Named]:
        """Return the name of the topic that a file is called by, "" if by none, and how surely."""
        if path.suffix in SUFFIXES and name_of(path.stem) in self._names:
            return name_of(path.stem), Named.AS_GIVEN
        stem, suffixes = path.name.lower(), []
        while (end := PurePosixPath(stem).suffix) in (*SUFFIXES, *ADDED):
            stem = stem.removesuffix(end)
            suffixes.append(end)
        if not set(suffixes) & set(SUFFIXES):
            return "", Named.LOOSELY
        while (shorter := COPY.sub("", stem)) != stem and _plain(stem) not in self._names:
            stem = shorter
        if _plain(stem) in self._names:
            return _plain(stem), Named.AS_A_COPY
        within = self._within.findall(_plain(stem)) if ".ipynb" in suffixes else []
        return max(within, key=len, default=""), Named.LOOSELY

    def folders(self, path: PurePosixPath) -> list[str]:
        """Return the folders of a path that are neither a topic's nor nbgrader's: one is a student's."""
        names = self._names
        return [part for part in path.parts[:-1] if _plain(part.lower()) not in names and part not in PLACES]

    def owner(self, path: PurePosixPath) -> str:
        """Return whose a zip is: its folder's, which the student did not choose; else by its own name."""
        folders = self.folders(path)
        name, dash, topic = path.stem.rpartition("-")
        by_name = name if dash and name_of(topic) in self._names else path.stem
        return folders[-1] if folders else by_name

    def nearest(self, folder: PurePath) -> str:
        """Return whose a folder is: its own name, or that of the folder above it if it is a topic's."""
        folders = self.folders(PurePosixPath(*folder.parts[1:], "file"))
        return folders[-1] if folders else folder.name


def _plain(name: str) -> str:
    """Return a lower-case name as topics are named: underscores, and no number in front."""
    return name_of(re.sub(r"[-\s_]+", "_", name.strip()))
