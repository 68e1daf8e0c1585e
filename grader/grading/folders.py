"""What lies in a folder of a class: files, folders that are empty, and what cannot be looked into."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.grading.layout import SUFFIXES, ZIP
from grader.grading.times import of_file
from grader.grading.work import open_file
from grader.grading.zips import Found, open_zip
from grader.verdict import PassedOver


@dataclass(frozen=True)
class Walked:
    """The files below a folder; its empty folders, by their relative paths; what could not be read."""

    files: list[Found] = field(default_factory=list)
    empty: list[PurePosixPath] = field(default_factory=list)
    unread: list[PassedOver] = field(default_factory=list)


def walk(folder: Path) -> Walked:
    """Find what lies below a folder, not through links, and nothing hidden.

    A folder that has a submission's name is found like a file, and told of when it is opened.
    """
    walked = Walked()

    def not_read(error: OSError) -> None:
        walked.unread.append(PassedOver(str(error.filename), f"it cannot be read: {error.strerror}"))

    for here, folders, names in os.walk(folder, onerror=not_read):
        if not folders and not names:
            walked.empty.append(_relative(Path(here), folder))
        shown = sorted(name for name in folders if not name.startswith((".", "__")))
        links = [name for name in shown if os.path.islink(os.path.join(here, name))]
        link = "it is a link; links are not followed"
        walked.unread.extend(PassedOver(os.path.join(here, name), link) for name in links)
        folders[:] = [name for name in shown if name not in links and not name.endswith(SUFFIXES)]
        for name in sorted([*names, *(name for name in shown if name.endswith(SUFFIXES))]):
            path = Path(here, name)
            if not name.startswith("."):
                opener = _opener(path, open_zip if path.suffix.lower() == ZIP else open_file)
                modified = path.lstat().st_mtime
                found = Found(_relative(path, folder), str(path), modified, opener, of_file(modified))
                walked.files.append(found)
    return walked


def _relative(path: Path, folder: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(folder).as_posix())


def _opener(path: Path, opened: Callable[[Path], int]) -> Callable[[], int]:
    return lambda: opened(path)
