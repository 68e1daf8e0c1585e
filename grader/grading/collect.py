"""Find submissions: in a file, a folder or a zip, in any of the usual layouts.

    STUDENT/TOPIC.ipynb             a folder a student
    STUDENT/NN_TOPIC/TOPIC.ipynb    nbgrader's submitted/ folder

A file belongs to a topic if its name is the topic's, with or without the
number. Names are text: what comes out of a zip is never used as a path.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.cells import MAX_ARCHIVE
from grader.client.child import Child
from grader.course import name_of
from grader.errors import PlainError, ServerError
from grader.grading.formats import Form, preferred, unwritten
from grader.grading.rules import Rules
from grader.grading.work import NotGradable, Work, open_file

SUFFIXES = (".ipynb", ".py")
# Has a locked-in process open the zip of a descriptor.
OpenArchive = Callable[[int], Child]


class NothingToGrade(PlainError):
    """No submission was found, or two claim to be the same; the message says what to do."""


@dataclass(frozen=True)
class Found:
    """A file that may be a submission, by its path relative to where it was looked for."""

    path: PurePosixPath
    label: str
    modified: float
    open: Callable[[], int]


def collect(paths: Sequence[Path], rules: Mapping[str, Rules], open_archive: OpenArchive) -> list[Work]:
    """Find the submissions for the topics of `rules` (by id) in `paths`, by student and topic.

    A zip is read by the child that `open_archive` returns, and by nobody else.

    Raises:
        NothingToGrade: a path is missing or holds no submission, or two files
            claim to be one student's submission for one topic.
    """
    works: dict[tuple[str, str], Work] = {}
    for path in paths:
        count = len(works)
        for work in _of_path(path, rules, open_archive):
            first = works.setdefault((work.student, work.topic), work)
            if first is not work:
                raise NothingToGrade(
                    f"{work.student} has two submissions for {work.topic}, {first.file} and {work.file}: "
                    "remove one, or grade them in runs of their own"
                )
        if len(works) == count:
            raise NothingToGrade(
                f"{path} holds no submission for {', '.join(map(name_of, sorted(rules)))}: a file named "
                f"STUDENT/TOPIC.ipynb or .py, as in ada/{name_of(min(rules))}.ipynb, or nbgrader's "
                "submitted/STUDENT/NN_TOPIC/TOPIC.ipynb"
            )
    return [works[key] for key in sorted(works)]


def _of_path(path: Path, rules: Mapping[str, Rules], open_archive: OpenArchive) -> Iterator[Work]:
    if path.is_dir():
        yield from _works(_walk(path), path.resolve().name, rules)
    elif not path.exists():
        raise NothingToGrade(f"there is no file or folder {path}")
    elif path.suffix == ".zip":
        yield from _works(_unzip(path, open_archive), path.stem, rules)
    else:
        here = path.resolve()
        found = Found(PurePosixPath(here.parent.name, here.name), str(path), 0.0, lambda: open_file(path))
        yield from _works([found], here.parent.name, rules)


def _works(files: Iterable[Found], owner: str, rules: Mapping[str, Rules]) -> Iterator[Work]:
    """Make works of the files that are submissions; of a notebook and a script take one."""
    by_name = {name_of(topic): topic for topic in rules}
    chosen: dict[tuple[str, str], list[Found]] = {}
    for file in files:
        topic = by_name.get(name_of(file.path.stem))
        folders = [part for part in file.path.parts[:-1] if by_name.get(name_of(part)) is None]
        folders = [part for part in folders if part != "submitted"]
        if topic is None or file.path.suffix not in SUFFIXES or len(folders) > 1:
            continue
        chosen.setdefault((folders[0] if folders else owner, topic), []).append(file)
    for (student, topic), several in chosen.items():
        # Of one name twice in a zip the last counts, as when it is unpacked.
        taken = list({file.path: file for file in several}.values())
        notes: tuple[str, ...] = ()
        if len(taken) < len(several):
            notes = (f"{taken[0].path.name} is there twice; the last was graded",)
        if len(taken) == 2 and taken[0].path.with_suffix("") == taken[1].path.with_suffix(""):
            taken, notes = _preferred(taken, rules[topic])
        for file in taken:
            yield Work(student, topic, file.label, file.open, notes)


def _preferred(files: list[Found], rules: Rules) -> tuple[list[Found], tuple[str, ...]]:
    """Return the one of a notebook and a script that counts, and why."""
    by_form = {Form(file.path.name, file.modified, stubs_left(file.open)): file for file in files}
    form, note = preferred(by_form, len(rules.checks.exercises), "graded")
    return [by_form[form]], (note,)


def stubs_left(opened: Callable[[], int]) -> int:
    """Count the stubs in a file; one that cannot be read has none, and is told of when it is graded."""
    try:
        with os.fdopen(opened(), "rb") as content:
            return unwritten(content.read())
    except (OSError, NotGradable):
        return 0


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


def _unzip(path: Path, open_archive: OpenArchive) -> Iterator[Found]:
    """Find files in a zip, which a child reads."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise NothingToGrade(f"{path} cannot be read: {error.strerror}") from error
    try:
        if os.fstat(descriptor).st_size > MAX_ARCHIVE:
            size = f"{MAX_ARCHIVE >> 20} MB"
            raise NothingToGrade(f"{path} is larger than {size}: unzip it and grade the folder")
        child = open_archive(descriptor)
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
            raise NotGradable(outcome.text or "it could not be read from the zip")
        with tempfile.TemporaryFile() as file:
            file.write(outcome.arrays["content"].tobytes())
            file.seek(0)
            return os.dup(file.fileno())

    return open_member
