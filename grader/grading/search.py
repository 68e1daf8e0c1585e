"""A search for submissions: what lies in each folder and zip, whose it is, and what is passed over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.course import Checks
from grader.grading.choosing import choose, listed, place, without
from grader.grading.exports import NEVER, Export, arranged, of_one
from grader.grading.folders import walk
from grader.grading.layout import ZIP, Layout, Named
from grader.grading.times import of_file
from grader.grading.work import NotGradable, Work, open_file
from grader.grading.zips import BadZip, Found, TooMany, Zips
from grader.text import few, identifier
from grader.verdict import PassedOver

NESTED = 1  # zips within a student's zip


class Checked(Protocol):
    """What is graded by checks: a topic, or the rules for one."""

    @property
    def checks(self) -> Checks:
        """Return them."""


@dataclass
class Search:
    """A search under way: files found by student and topic, and what was passed over."""

    rules: Mapping[str, Checked]
    layout: Layout
    zips: Zips
    found: dict[tuple[str, str], list[tuple[Found, tuple[str, ...]]]] = field(default_factory=dict)
    passed_over: list[PassedOver] = field(default_factory=list)
    noted: dict[str, list[str]] = field(default_factory=dict)  # by student
    written: dict[str, str] = field(default_factory=dict)
    count: int = 0  # of the files that were found

    def take(self, path: Path, of_class: bool, owner: str = "") -> None:
        """Look through one path that the instructor named, and which is `owner`'s if that is known."""
        before = self.count, len(self.passed_over)
        if found := _zip(path):
            if of_class:
                self._class_zip(found)
            else:
                self._student_zip(found, self.layout.owner(found.path))
            return
        here = path.resolve()
        if path.is_dir():
            walked = walk(path)
            self.passed_over += walked.unread
            files = [replace(file, path=PurePosixPath(owner) / file.path) for file in walked.files]
            self._class(files, owner or self.layout.nearest(here))
            for folder in walked.empty:
                self._empty(path / folder, self.layout.folders(folder / "any"))
        else:
            owner = self.layout.nearest(here.parent)
            self._class([_file(here.name, path)], owner)
        if before == (self.count, len(self.passed_over)):
            self._pass_over(
                str(path),
                f"it holds no submission for {self._topics()}: a file named "
                f"STUDENT/TOPIC.ipynb or .py, as in ada/{self.layout.names[0]}.ipynb, or nbgrader's "
                "submitted/STUDENT/NN_TOPIC/TOPIC.ipynb",
            )

    def take_export(self, path: Path, export: Export, owner: str = "") -> None:
        """Look through what a learning platform exported, a zip or a folder; of `owner` alone, if it is.

        Raises:
            NoExport: it is no export.
        """
        if outer := _zip(path):
            files = self._files(outer, outer.label)
        else:
            walked = walk(path)
            files = walked.files
            self.passed_over += walked.unread
        if not files and self.passed_over:  # it could not be read, and is named
            return
        done = of_one(files, owner, self.layout) if owner else arranged(files, export, self.layout)
        self.noted |= done.notes
        self.written |= done.written
        for files in done.rounds:
            self._class(files, path.stem)

    def chosen(self, student: str, topic: str, best: bool) -> Iterator[Work]:
        """Yield what is graded of all that one student handed in for a topic.

        Args:
            best: whether the best attempt counts: then one of each is yielded, the first one first.
        """
        found = self.found[student, topic]
        times = sorted({file.handed_in.at if file.handed_in else NEVER for file, _ in found})
        for at in times if best else [None]:
            several = [
                (file, notes)
                for file, notes in found
                if at is None or (file.handed_in.at if file.handed_in else NEVER) == at
            ]
            exercises = list(self.rules[topic].checks.exercises.values())
            chosen = choose(student, topic, several, exercises, self.layout, self.noted.get(student, ()))
            if isinstance(chosen, Work):
                yield chosen
            else:
                self.passed_over.append(chosen)

    def _class(self, files: Sequence[Found], owner: str) -> None:
        """Find submissions in a folder of a class, or of one student, `owner`."""
        deep: dict[tuple[str, str], Found] = {}
        for file in files:
            topic, folders = self.layout.topic(file.path), self.layout.folders(file.path)
            if topic is not None and len(folders) > 1:
                deep[folders[0], topic] = file
            elif topic is not None and (folders or self.layout.named(file.path) < Named.LOOSELY):
                self._find(folders[0] if folders else owner, topic, file)
            elif topic is not None:
                self._pass_over(file.label, "nothing says whose it is: expected STUDENT/TOPIC.ipynb or .py")
        self._without_submission(files)
        taken = self._taken(files)
        for file in files:
            if file.path.suffix.lower() == ZIP and file.path.parent not in taken:
                self._student_zip(file, self.layout.owner(file.path))
        for (student, topic), file in deep.items():
            if (identifier(student), topic) not in self.found:
                self._pass_over(file.label, "it lies too deep: expected STUDENT/TOPIC.ipynb or .py", student)

    def _without_submission(self, files: Sequence[Found]) -> None:
        """Name the students whose folders hold files, but nothing that could be a submission.

        Beside a submission a folder is no student's: they are in one student's own.
        """
        surer = (file for file in files if self.layout.named(file.path) < Named.LOOSELY)
        if any(not self.layout.folders(file.path) for file in surer):
            return
        by_student: dict[str, list[Found]] = {}
        for file in files:
            for student in self.layout.folders(file.path)[:1]:
                by_student.setdefault(student, []).append(file)
        for student, own in by_student.items():
            if not any(self.layout.knows(file.path) for file in own):
                held = few([file.path.name for file in own])
                self._pass_over(
                    place(own[0]), f"it holds no submission for {self._topics()}, but {held}", student
                )

    def _empty(self, folder: Path, folders: Sequence[str]) -> None:
        """Name a student whose folder is empty."""
        students = {identifier(name) for name in folders}
        if len(students) == 1 and not students & {student for student, _ in self.found}:
            self._pass_over(str(folder), "it is empty", *students)

    def _class_zip(self, outer: Found) -> None:
        before = self.count, len(self.passed_over)
        # When the class' zip was made says nothing of a student's file.
        files = self._files(replace(outer, handed_in=None), outer.label)
        tops = {file.path.parts[0] for file in files}
        if len(tops) == 1 and sum(len(f.path.parts) == 2 and f.path.suffix.lower() == ZIP for f in files) > 1:
            # A folder of zips that was zipped whole.
            files = [replace(file, path=PurePosixPath(*file.path.parts[1:])) for file in files]
        self._class(files, outer.path.stem)
        if before == (self.count, len(self.passed_over)):
            self._pass_over(outer.label, f"it holds no submission for {self._topics()}")

    def _student_zip(self, outer: Found, owner: str) -> None:
        """Find what one student handed in as a zip, whatever names are in it."""
        before = len(self.passed_over)
        files = list(self._inside(outer, owner, outer.label, NESTED))
        by_topic: dict[str, list[Found]] = {}
        for file in files:
            if (topic := self.layout.topic(file.path)) is not None:
                by_topic.setdefault(topic, []).append(file)
        for topic, several in by_topic.items():
            own = [file for file in several if self.layout.folders(file.path)[-1:] == [owner]]
            taken = own or several
            if len({place(file) for file in taken}) > 1:
                holds = f"it holds {len(taken)} files for {topic}, {listed(taken, outer)}"
                advice = "Ask for it again; or, if it is a whole class', name it with --class-zip"
                self._pass_over(outer.label, f"{holds}; a zip is one student's. {advice}", owner)
                continue
            notes = (
                [f"its zip also holds {listed(without(several, taken), outer)}"]
                if len(taken) < len(several)
                else []
            )
            if not own and (folders := self.layout.folders(taken[0].path)):
                notes.append(f"in its zip it lies in the folder {few(folders[-1:])}")
            for file in taken:
                self._find(owner, topic, file, tuple(notes))
        if not by_topic and before == len(self.passed_over):
            if not any(self.layout.of_another(file.path) for file in files):
                self._pass_over(outer.label, f"it holds no submission for {self._topics()}", owner)

    def _inside(self, outer: Found, owner: str, outermost: str, depth: int) -> Iterator[Found]:
        """Yield the files in a student's zip, and in the zips in it that lie beside no submission."""
        files = self._files(outer, outermost, owner)
        yield from files
        taken = self._taken(files)
        for file in files if depth else ():
            if file.path.suffix.lower() == ZIP and file.path.parent not in taken:
                yield from self._inside(file, owner, outermost, depth - 1)

    def _files(self, outer: Found, outermost: str, owner: str = "") -> list[Found]:
        """Return the files in a zip; none, if it cannot be read, and is passed over."""
        try:
            files = self.zips.files(outer.label, outer.open, outermost)
            return [replace(file, handed_in=outer.handed_in) for file in files]
        except (BadZip, TooMany, NotGradable) as error:
            self._pass_over(outer.label, str(error), owner)
        except OSError as error:
            link = os.path.islink(outer.label)
            said = "it is a link; links are not followed" if link else f"it cannot be read: {error.strerror}"
            self._pass_over(outer.label, said, owner)
        return []

    def _taken(self, files: Iterable[Found]) -> set[PurePosixPath]:
        """Return the folders in which a submission lies; a zip beside it is left alone."""
        return {file.path.parent for file in files if self.layout.topic(file.path) is not None}

    def _topics(self) -> str:
        return few(self.layout.names)

    def _find(self, student: str, topic: str, file: Found, notes: tuple[str, ...] = ()) -> None:
        """Note a file; here a student's name enters, and is cleaned and bounded."""
        self.count += 1
        self.found.setdefault((identifier(student), topic), []).append((file, notes))

    def _pass_over(self, file: str, reason: str, student: str = "") -> None:
        self.passed_over.append(PassedOver(file, reason, student and identifier(student)))


def _zip(path: Path) -> Found | None:
    """Return a zip that the instructor named, None if it is a file of another kind, or a folder."""
    if path.suffix.lower() != ZIP or path.is_dir():
        return None
    flags = os.O_RDONLY | os.O_NONBLOCK
    return replace(_file(path.name, path), open=lambda: os.open(path, flags))


def _file(name: str, path: Path) -> Found:
    """Return a file that the instructor named, as its own time has it."""
    modified = os.lstat(path).st_mtime
    return Found(PurePosixPath(name), str(path), 0.0, lambda: open_file(path), of_file(modified))
