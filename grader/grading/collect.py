"""Find submissions: in a file, a folder or a zip, in any of the usual layouts (`grading.layout`).

Whose a file is comes from where it was handed in: a folder's name, a zip's
name. What a zip says of itself counts only in a zip that the instructor calls
the class', so that one student's zip is one student's. What cannot be taken is
passed over and named, and stops nobody else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.course import Checks, name_of
from grader.errors import PlainError
from grader.exercise import Exercise
from grader.grading.exports import NEVER, Export, arranged, of_one
from grader.grading.folders import walk
from grader.grading.formats import Form, form_of, preferred
from grader.grading.layout import ZIP, Layout, Named
from grader.grading.policy import Which
from grader.grading.times import NoTime, of_file, stamped
from grader.grading.work import NotGradable, Work, digest_of, open_file
from grader.grading.zips import BadZip, Found, OpenArchive, TooMany, Zips
from grader.names import TIMESTAMP
from grader.text import identifier
from grader.verdict import HandedIn, PassedOver, Source

NESTED = 1  # zips within a student's zip
NAMED, LONGEST = 3, 120  # files that a message names, and how many characters of each


class Checked(Protocol):
    """What is graded by checks: a topic, or the rules for one."""

    @property
    def checks(self) -> Checks:
        """Return them."""


class NothingToGrade(PlainError):
    """No submission was found; the message says what to do."""


@dataclass(frozen=True)
class Collected:
    """What was found: submissions by student and topic, and what could not be taken.

    There are several of one student for a topic only where the best of them counts.
    `written` is what a platform puts before a file's name of a student's.
    """

    works: list[Work]
    passed_over: list[PassedOver]
    written: Mapping[str, str] = field(default_factory=dict)


def collect(
    paths: Sequence[Path],
    rules: Mapping[str, Checked],
    open_archive: OpenArchive,
    class_zips: Sequence[Path] = (),
    others: Iterable[str] = (),
    export: Export | None = None,
    owner: str = "",
) -> Collected:
    """Find the submissions for the topics of `rules`, by id.

    A zip is read by children that `open_archive` returns, and by nobody else.

    Args:
        paths: files, folders and zips; a zip is one student's.
        rules: of the topics, by id.
        open_archive: has a child open a zip.
        class_zips: zips of a whole class.
        others: the course's other topics; what was handed in for them is left alone.
        export: how `paths` are read if they are what a learning platform exported.
        owner: whose all of it is, if it is one student's.

    Raises:
        NothingToGrade: a path is missing, or nothing that was found can be graded.
        NoExport: one of `paths` is no export.
    """
    search = _Search(rules, Layout(rules, others), Zips(open_archive))
    for path in paths:
        if export:
            search.take_export(path, export, owner)
        else:
            search.take(path, of_class=False, owner=owner)
    for path in class_zips:
        search.take(path, of_class=True)
    best = export is not None and export.which is Which.BEST
    works = [work for key in sorted(search.found) for work in search.chosen(*key, best)]
    if works:
        return Collected(works, search.passed_over, search.written)
    said = [f"{one.file}: {one.reason}" for one in search.passed_over[:NAMED]]
    if len(search.passed_over) > NAMED:
        said.append(f"and {len(search.passed_over) - NAMED} more")
    raise NothingToGrade("; ".join(said) or "there is nothing that was handed in for this topic")


@dataclass
class _Search:
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
        """Look through one path that the instructor named, and which is `owner`'s if that is known.

        Raises:
            NothingToGrade: it is missing.
        """
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
            NothingToGrade: it is missing.
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
            if work := self._chosen(student, topic, several):
                yield work

    def _chosen(self, student: str, topic: str, found: list[tuple[Found, tuple[str, ...]]]) -> Work | None:
        """Return what is graded of the files of one student for a topic."""
        several = found
        surest = min(self.layout.named(file.path) for file, _ in several)
        if surest < Named.LOOSELY:
            several = [one for one in several if self.layout.named(one[0].path) < Named.LOOSELY]
        # Of one name twice in a zip the last counts, as when it is unpacked.
        taken = list({file.label: (file, notes) for file, notes in several}.values())
        notes = [*self.noted.get(student, ()), *taken[0][1]]
        if len(taken) < len(several):
            notes.append(f"{taken[0][0].path.name} is there twice; the last was graded")
        if left := _without((file for file, _ in found), [file for file, _ in several]):
            notes.append(f"beside it lies {_few([file.path.name for file in left])}, which was not graded")
        files = [file for file, _ in taken]
        if len(files) > 1:
            files, note = self._one_of(files, topic)
            notes.append(note)
        if len(files) == 1:
            if self.layout.named(files[0].path) > Named.AS_GIVEN:
                notes.append(f"{files[0].path.name} was taken for {name_of(topic)}")
            handed_in = self._handed_in(files[0], topic, notes)
            return Work(student, topic, files[0].label, files[0].open, tuple(notes), handed_in)
        self._pass_over(
            files[0].label,
            f"{student} has {len(files)} submissions for {topic}, {_listed(files)}: remove all but one, or "
            "grade them in runs of their own",
            student,
        )
        return None

    def _handed_in(self, file: Found, topic: str, notes: list[str]) -> HandedIn | None:
        """Return when a file was handed in: as an export or the timestamp.txt beside it says, or its time.

        Only in a folder of nbgrader's layout nbgrader or `grader collect` wrote that file.
        """
        folder = Path(file.label).absolute().parent
        if file.handed_in is None or file.handed_in.source is Source.EXPORT or folder.name != topic:
            return file.handed_in
        try:
            return stamped(folder) or file.handed_in
        except NoTime as error:
            notes.append(f"{TIMESTAMP} beside it says no time, and when it was handed in is unknown: {error}")
            return None

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
                held = _few([file.path.name for file in own])
                self._pass_over(
                    _place(own[0]), f"it holds no submission for {self._topics()}, but {held}", student
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
            if len({_place(file) for file in taken}) > 1:
                listed = f"it holds {len(taken)} files for {topic}, {_listed(taken, outer)}"
                advice = "Ask for it again; or, if it is a whole class', name it with --class-zip"
                self._pass_over(outer.label, f"{listed}; a zip is one student's. {advice}", owner)
                continue
            notes = (
                [f"its zip also holds {_listed(_without(several, taken), outer)}"]
                if len(taken) < len(several)
                else []
            )
            if not own and (folders := self.layout.folders(taken[0].path)):
                notes.append(f"in its zip it lies in the folder {_few(folders[-1:])}")
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
        return _few(self.layout.names)

    def _find(self, student: str, topic: str, file: Found, notes: tuple[str, ...] = ()) -> None:
        """Note a file; here a student's name enters, and is cleaned and bounded."""
        self.count += 1
        self.found.setdefault((identifier(student), topic), []).append((file, notes))

    def _pass_over(self, file: str, reason: str, student: str = "") -> None:
        self.passed_over.append(PassedOver(file, reason, student and identifier(student)))

    def _one_of(self, files: list[Found], topic: str) -> tuple[list[Found], str]:
        """Return the one of several files that counts, and why; several, if nothing says which."""
        if len({_place(file) for file in files}) == 1:
            exercises = self.rules[topic].checks.exercises
            by_form = {self._form(file, exercises.values()): file for file in files}
            form, note = preferred(sorted(by_form, key=lambda form: form.name), len(exercises), "graded")
            files = [file for other, file in by_form.items() if other.alike(form)]
            if len(files) == 1:
                return files, note
        if len({_content(file) for file in files}) == 1:
            return files[:1], f"{_listed(files)} are the same; the first was graded"
        return files, ""

    def _form(self, file: Found, exercises: Iterable[Exercise]) -> Form:
        named = self.layout.named(file.path)
        return form_of(file.path.name, file.modified, content_of(file.open), named, exercises)


def _zip(path: Path) -> Found | None:
    """Return a zip that the instructor named, None if it is a file of another kind, or a folder.

    Raises:
        NothingToGrade: there is nothing.
    """
    if not os.path.lexists(path):
        raise NothingToGrade(f"there is no file or folder {path}")
    if path.suffix.lower() != ZIP or path.is_dir():
        return None
    flags = os.O_RDONLY | os.O_NONBLOCK
    return replace(_file(path.name, path), open=lambda: os.open(path, flags))


def _file(name: str, path: Path) -> Found:
    """Return a file that the instructor named, as its own time has it."""
    modified = os.lstat(path).st_mtime
    return Found(PurePosixPath(name), str(path), 0.0, lambda: open_file(path), of_file(modified))


def _place(file: Found) -> str:
    """Return the folder in which a file lies, in whichever zip."""
    return os.path.dirname(file.label)


def _content(file: Found) -> str:
    """Return the digest of a file's content; of one that cannot be read, its name."""
    try:
        descriptor = file.open()
    except (OSError, NotGradable):
        return file.label
    try:
        return digest_of(descriptor)
    finally:
        os.close(descriptor)


def _without(files: Iterable[Found], taken: Sequence[Found]) -> list[Found]:
    return [file for file in files if file not in taken]


def _listed(files: Sequence[Found], outer: Found | None = None) -> str:
    """Name a few files, those in a zip by their names in it."""
    return _few([file.label.removeprefix(f"{outer.label}:" if outer else "") for file in files])


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= LONGEST else f"{name[:LONGEST]}…" for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def content_of(opened: Callable[[], int]) -> bytes:
    """Read a file; one that cannot be read is empty here, and is told of when it is graded."""
    try:
        with os.fdopen(opened(), "rb") as file:
            return file.read()
    except (OSError, NotGradable):
        return b""
