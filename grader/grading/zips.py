"""Zips that strangers made, each read by a child: names are text, and contents are bytes.

A class may come as a folder of hundreds of zips, so that a child is kept only
for the few that were read last, and started again for the others.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.client.child import Child
from grader.errors import PlainError, ServerError
from grader.grading.work import NotGradable, digest_of, open_file
from grader.outcome import Outcome
from grader.saved import MAX_ARCHIVE, MAX_ENTRIES
from grader.verdict import Graded, HandedIn

AT_A_TIME = 4  # children that hold a zip each
DEPTH = 3  # zips in which a file may lie: a class', its student's, and one in that
INNER = 25  # entries that a zip within a zip counts for, as it costs a child
GONE = "what was graded is gone, or cannot be read"
CHANGED = "it was changed after it was graded"
UNREADABLE = "the zip cannot be read: make it again"
# Has a locked-in process open the zip of a descriptor.
OpenArchive = Callable[[int], Child]


class BadZip(PlainError):
    """A zip cannot be read; the message says why."""


class NotThere(NotGradable):
    """The file that was graded is gone, or is another one now; the message says which."""


class TooMany(PlainError):
    """A zip and the zips in it hold more than a class hands in."""


@dataclass(frozen=True)
class Found:
    """A file that may be a submission, by its path relative to where it was looked for.

    `handed_in` says when, if that is known: of what lies in a zip that the zip was.
    """

    path: PurePosixPath
    label: str
    modified: float
    open: Callable[[], int]
    handed_in: HandedIn | None = None


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
        listed = self._read(label, opened, None)
        if listed.status is not None:
            self._forget(label)
            raise BadZip(listed.text or UNREADABLE)
        names = listed.arrays["names"].tobytes().decode("utf-8", "replace").split("\0")[:-1]
        self._entries[outermost] += len(names) if label == outermost else len(names) + INNER
        if self._entries[outermost] > MAX_ENTRIES:
            raise TooMany(f"it and the zips in it hold more than {MAX_ENTRIES} files: unzip it")
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
                outcome = self._read(label, opened, position)
            except BadZip as error:  # it could be, when it was listed
                raise ServerError(f"{label}: {error}: run the same command again") from error
            if outcome.status is not None:
                raise NotGradable(outcome.text or "it could not be read from the zip")
            with tempfile.TemporaryFile() as file:
                file.write(outcome.arrays["content"].tobytes())
                file.seek(0)
                return os.dup(file.fileno())

        return open_member

    def _read(self, label: str, opened: Callable[[], int], position: int | None) -> Outcome:
        """Have a zip's child read from it, and another child if a submission ended its server."""
        try:
            return self._child(label, opened).read(position)
        except ServerError:
            self._forget(label)
            return self._child(label, opened).read(position)

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
                raise BadZip(f"it is larger than {size}: unzip it and grade the folder")
            child = self._open_archive(descriptor)
        finally:
            os.close(descriptor)
        self._forget(label)
        self._children[label] = child
        if len(self._children) > AT_A_TIME:
            self._forget(next(iter(self._children)))
        if child.failed is not None:
            self._forget(label)
            raise BadZip(child.failed.text or UNREADABLE)
        return child

    def _forget(self, label: str) -> None:
        child = self._children.pop(label, None)
        if child is not None:
            with suppress(ServerError):  # its server is gone, and has been replaced
                child.close()


def open_zip(path: Path) -> int:
    """Open a zip that lies in a folder, never through a link.

    Raises:
        OSError: it is a link, or cannot be opened.
    """
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def open_again(root: Path, label: str, zips: Zips) -> int:
    """Open the file that results call `label`, in a zip or not, for one who was in `root` then.

    Raises:
        NotGradable, BadZip, TooMany, OSError: it is not there any more, or cannot be read.
    """
    path, members = split_label(root, label)
    if not members:
        return open_file(path)
    files = zips.files(str(path), lambda: open_zip(path), str(path))
    for _ in range(DEPTH):
        prefix = f"{path}:{members}"
        same = [file for file in files if file.label == prefix]
        if same:
            return same[-1].open()
        outer = [file for file in files if prefix.startswith(f"{file.label}:")]
        if not outer:
            break
        files = zips.files(outer[-1].label, outer[-1].open, str(path))
    raise NotGradable(f"{path} does not hold it any more")


def open_graded(graded: Graded, roots: Iterable[Path], zips: Zips) -> int:
    """Open the file that was graded, and no other: one of the same SHA-256.

    Args:
        graded: the submission.
        roots: from which its file may have been named, the likeliest first.
        zips: reads zips.

    Raises:
        NotThere: it is gone, or another one now; the message says which.
        ServerError: a zip could not be read.
    """
    reason = GONE
    for root in roots:
        try:
            descriptor = open_again(root, graded.file, zips)
        except (NotGradable, BadZip, TooMany, OSError):
            continue
        if digest_of(descriptor) == graded.digest:
            return descriptor
        os.close(descriptor)
        reason = CHANGED
    raise NotThere(reason)


def split_label(root: Path, label: str) -> tuple[Path, str]:
    """Return the file that results call `label`, and, if it is a zip, what of it they mean, else ""."""
    for match in re.finditer(r"(?<=\.zip):", label, re.IGNORECASE):
        path = root / label[: match.start()]
        if path.is_file():
            return path, label[match.end() :]
    return root / label, ""
