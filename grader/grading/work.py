"""One submission to be graded, and its file, opened as a stranger's."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from grader.errors import PlainError
from grader.saved import LARGEST
from grader.verdict import HandedIn


class NotGradable(PlainError):
    """What was handed in is no file that can be read (a link, a folder, too large)."""


@dataclass(frozen=True)
class Work:
    """One submission to be graded.

    Attributes:
        student: whose it is.
        topic: the topic's id.
        file: what to call the file in results.
        open: returns a new descriptor of the file; the caller closes it.
        notes: what was noticed when it was found.
        handed_in: when, if that is known.
    """

    student: str
    topic: str
    file: str
    open: Callable[[], int]
    notes: tuple[str, ...] = ()
    handed_in: HandedIn | None = None


def open_file(path: str | os.PathLike[str]) -> int:
    """Open a submission for reading, never through a link.

    Raises:
        NotGradable: it is a link, no regular file, or too large.
        OSError: it cannot be opened.
    """
    if os.path.islink(path):
        raise NotGradable("it is a link; hand in the file itself")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST:
        return descriptor
    os.close(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise NotGradable("it is not a file")
    raise NotGradable(
        f"it is {found.st_size / 1e6:.0f} MB, more than the {LARGEST / 1e6:.0f} MB that are read: "
        "clear the notebook's outputs, save it, and hand it in again"
    )


def digest_of(descriptor: int) -> str:
    """Return the SHA-256 of a file, which is read from its start and left there."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest
