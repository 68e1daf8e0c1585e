"""Zips that strangers made, each read by a child: names are text, and contents are bytes.

A class may come as a folder of hundreds of zips, so that a child is kept only
for the few that were read last, and started again for the others.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.cells import MAX_ARCHIVE, MAX_ENTRIES
from grader.client.child import Child
from grader.errors import PlainError, ServerError
from grader.grading.work import NotGradable

AT_A_TIME = 4  # children that hold a zip each
INNER = 25  # entries that a zip within a zip counts for, as it costs a child
# Has a locked-in process open the zip of a descriptor.
OpenArchive = Callable[[int], Child]


class BadZip(PlainError):
    """A zip cannot be read; the message names it."""


class TooMany(PlainError):
    """A zip and the zips in it hold more than a class hands in; the message names the outer one."""


@dataclass(frozen=True)
class Found:
    """A file that may be a submission, by its path relative to where it was looked for."""

    path: PurePosixPath
    label: str
    modified: float
    open: Callable[[], int]


class Zips:
    """The zips of one run, and the children that hold those that were read last."""

    def __init__(self, open_archive: OpenArchive) -> None:
        self._open_archive = open_archive
        self._children: OrderedDict[str, Child] = OrderedDict()
        self._entries: Counter[str] = Counter()

    def files(self, label: str, opened: Callable[[], int], outermost: str) -> list[Found]:
        """Return the files in the zip that `opened` opens, which lies in the zip `outermost`, or is it.

        Raises:
            BadZip: it is too large, or cannot be read.
            TooMany: with it, `outermost` holds too much.
        """
        listed = self._child(label, opened).read(None)
        if listed.status is not None:
            self._forget(label)
            raise BadZip(f"{label}: {listed.text or 'the zip cannot be read'}")
        names = listed.arrays["names"].tobytes().decode("utf-8", "replace").split("\0")[:-1]
        self._entries[outermost] += len(names) if label == outermost else len(names) + INNER
        if self._entries[outermost] > MAX_ENTRIES:
            raise TooMany(f"{outermost} and the zips in it hold more than {MAX_ENTRIES} files: unzip it")
        return list(self._found(label, opened, names))

    def _found(self, label: str, opened: Callable[[], int], names: list[str]) -> Iterator[Found]:
        for position, name in enumerate(names):
            # A name is split as text. Dots and slashes in it lead nowhere.
            parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
            if parts and not any(part.startswith((".", "__")) for part in parts):
                opener = self._member(label, opened, position)
                yield Found(PurePosixPath(*parts), f"{label}:{name}", 0.0, opener)

    def _member(self, label: str, opened: Callable[[], int], position: int) -> Callable[[], int]:
        def open_member() -> int:
            try:
                outcome = self._child(label, opened).read(position)
            except BadZip as error:  # it could be, when it was listed
                raise ServerError(f"{error}: run the same command again") from error
            if outcome.status is not None:
                raise NotGradable(outcome.text or "it could not be read from the zip")
            with tempfile.TemporaryFile() as file:
                file.write(outcome.arrays["content"].tobytes())
                file.seek(0)
                return os.dup(file.fileno())

        return open_member

    def _child(self, label: str, opened: Callable[[], int]) -> Child:
        """Return a child that holds a zip: the one that is there, or a new one."""
        child = self._children.get(label)
        if child is not None and child.alive:
            self._children.move_to_end(label)
            return child
        descriptor = opened()
        try:
            if os.fstat(descriptor).st_size > MAX_ARCHIVE:
                size = f"{MAX_ARCHIVE >> 20} MB"
                raise BadZip(f"{label} is larger than {size}: unzip it and grade the folder")
            child = self._open_archive(descriptor)
        finally:
            os.close(descriptor)
        self._forget(label)
        self._children[label] = child
        if len(self._children) > AT_A_TIME:
            self._forget(next(iter(self._children)))
        if child.failed is not None:
            self._forget(label)
            raise BadZip(f"{label}: {child.failed.text or 'the zip cannot be read'}")
        return child

    def _forget(self, label: str) -> None:
        child = self._children.pop(label, None)
        if child is not None:
            with suppress(ServerError):  # its server is gone, and has been replaced
                child.close()
