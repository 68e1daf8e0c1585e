"""Find submissions: in a file, a folder or a zip, in any of the usual layouts.

    STUDENT/TOPIC.ipynb             a folder a student
    STUDENT/NN_TOPIC/TOPIC.ipynb    nbgrader's submitted/ folder

A file belongs to a topic if its name is the topic's, with or without the
number. Names are text: what comes out of a zip is never used as a path.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader.archive import MAX_ARCHIVE
from grader.client import Child, Server, ServerError
from grader.course import name_of
from grader.grading import Oversized, Work, open_file

SUFFIXES = (".ipynb", ".py")


class NothingToGrade(Exception):
    """No submission was found, or two claim to be the same; the message says what to do."""


@dataclass(frozen=True)
class Found:
    """A file that may be a submission, by its path relative to where it was looked for."""

    path: PurePosixPath
    label: str
    modified: float
    open: Callable[[], int]


def collect(paths: Sequence[Path], topics: Sequence[str], server: Server) -> list[Work]:
    """Find the submissions for `topics` (ids) in `paths`, by student and topic.

    Raises:
        NothingToGrade: a path is missing or holds no submission, or two files
            claim to be one student's submission for one topic.
    """
    works: dict[tuple[str, str], Work] = {}
    by_name = {name_of(topic): topic for topic in topics}
    for path in paths:
        count = len(works)
        for work in _of_path(path, by_name, server):
            first = works.setdefault((work.student, work.topic), work)
            if first is not work:
                raise NothingToGrade(
                    f"{work.student} has two submissions for {work.topic}, {first.file} and {work.file}: "
                    "remove one, or grade them in runs of their own"
                )
        if len(works) == count:
            raise NothingToGrade(
                f"{path} holds no submission for {', '.join(sorted(by_name))}: a file named "
                f"STUDENT/TOPIC.ipynb or .py, as in ada/{min(by_name)}.ipynb, or nbgrader's "
                "submitted/STUDENT/NN_TOPIC/TOPIC.ipynb"
            )
    return [works[key] for key in sorted(works)]


def _of_path(path: Path, by_name: dict[str, str], server: Server) -> Iterator[Work]:
    if path.is_dir():
        yield from _newest(_walk(path), path.resolve().name, by_name)
    elif not path.exists():
        raise NothingToGrade(f"there is no file or folder {path}")
    elif path.suffix == ".zip":
        yield from _newest(_unzip(path, server), path.stem, by_name)
    else:
        here = path.resolve()
        found = Found(PurePosixPath(here.parent.name, here.name), str(path), 0.0, lambda: open_file(path))
        yield from _newest([found], here.parent.name, by_name)


def _newest(files: Iterator[Found] | list[Found], owner: str, by_name: dict[str, str]) -> Iterator[Work]:
    """Make works of the files that are submissions; of a notebook and a script take the newer."""
    chosen: dict[tuple[str, str], list[Found]] = {}
    for file in files:
        topic = by_name.get(name_of(file.path.stem))
        folders = [part for part in file.path.parts[:-1] if by_name.get(name_of(part)) is None]
        folders = [part for part in folders if part != "submitted"]
        if topic is None or file.path.suffix not in SUFFIXES or len(folders) > 1:
            continue
        chosen.setdefault((folders[0] if folders else owner, topic), []).append(file)
    for (student, topic), several in chosen.items():
        if len({file.path.with_suffix("") for file in several}) > 1:
            for file in several:
                yield Work(student, topic, file.label, file.open)
            continue
        several.sort(key=lambda file: (file.modified, file.path.suffix == ".ipynb"))
        *older, newest = several
        work = Work(student, topic, newest.label, newest.open)
        if older:
            note = f"{newest.path.name} was graded, the newer; {older[0].path.name} was passed over"
            work = replace(work, notes=(note,))
        yield work


def _walk(folder: Path) -> Iterator[Found]:
    """Find files below a folder, not through links, nor in hidden folders."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(here, name)
            if path.suffix in SUFFIXES and not name.startswith("."):
                relative = PurePosixPath(path.relative_to(folder).as_posix())
                yield Found(relative, str(path), path.lstat().st_mtime, _opener(path))


def _opener(path: Path) -> Callable[[], int]:
    return lambda: open_file(path)


def _unzip(path: Path, server: Server) -> Iterator[Found]:
    """Find files in a zip, which a child of the server reads."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise NothingToGrade(f"{path} cannot be read: {error.strerror}") from error
    try:
        if os.fstat(descriptor).st_size > MAX_ARCHIVE:
            size = f"{MAX_ARCHIVE >> 20} MB"
            raise NothingToGrade(f"{path} is larger than {size}: unzip it and grade the folder")
        child = server.open_archive(descriptor)
    finally:
        os.close(descriptor)
    listed = child.failed or child.read(None)
    if listed.status is not None:
        child.close()
        raise NothingToGrade(f"{path}: {listed.text or 'the zip cannot be read'}")
    names = listed.arrays["names"].tobytes().decode("utf-8", "replace").split("\0")[:-1]
    for position, name in enumerate(names):
        # A name is split as text. Dots and slashes in it lead nowhere.
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if parts and not any(part.startswith((".", "__")) for part in parts):
            yield Found(PurePosixPath(*parts), f"{path}:{name}", 0.0, _member(child, position))


def _member(child: Child, position: int) -> Callable[[], int]:
    def open_member() -> int:
        if not child.alive:
            raise ServerError("the process that reads the zip has ended: run the same command again")
        outcome = child.read(position)
        if outcome.status is not None:
            raise Oversized(outcome.text or "it could not be read from the zip")
        with tempfile.TemporaryFile() as file:
            file.write(outcome.arrays["content"].tobytes())
            file.seek(0)
            return os.dup(file.fileno())

    return open_member
