"""Which of the files that a student handed in for a topic is graded, and what is said of the others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.course import name_of
from grader.exercise import Exercise
from grader.grading.formats import Form, content_of, form_of, preferred
from grader.grading.layout import Layout, Named
from grader.grading.times import NoTime, stamped
from grader.grading.work import NotGradable, Work, digest_of
from grader.grading.zips import Found
from grader.names import TIMESTAMP
from grader.text import few
from grader.verdict import HandedIn, PassedOver, Source


def choose(
    student: str,
    topic: str,
    found: Sequence[tuple[Found, tuple[str, ...]]],
    exercises: Sequence[Exercise],
    layout: Layout,
    said: Sequence[str] = (),
) -> Work | PassedOver:
    """Return which of a student's files for a topic is graded, or why none is.

    Args:
        student: whose they are.
        topic: its id.
        found: the files, at least one, and what is noted of each.
        exercises: the topic's.
        layout: how submissions are named.
        said: what is noted of the student.
    """
    several = list(found)
    surest = min(layout.named(file.path) for file, _ in several)
    if surest < Named.LOOSELY:
        several = [one for one in several if layout.named(one[0].path) < Named.LOOSELY]
    # Of one name twice in a zip the last counts, as when it is unpacked.
    taken = list({file.label: (file, notes) for file, notes in several}.values())
    notes = [*said, *taken[0][1]]
    if len(taken) < len(several):
        notes.append(f"{taken[0][0].path.name} is there twice; the last was graded")
    if left := without((file for file, _ in found), [file for file, _ in several]):
        notes.append(f"beside it lies {few([file.path.name for file in left])}, which was not graded")
    files = [file for file, _ in taken]
    if len(files) > 1:
        files, note = _one_of(files, exercises, layout)
        notes.append(note)
    if len(files) == 1:
        if layout.named(files[0].path) > Named.AS_GIVEN:
            notes.append(f"{files[0].path.name} was taken for {name_of(topic)}")
        handed_in = _handed_in(files[0], topic, notes)
        return Work(student, topic, files[0].label, files[0].open, tuple(notes), handed_in)
    return PassedOver(
        files[0].label,
        f"{student} has {len(files)} submissions for {topic}, {listed(files)}: remove all but one, or "
        "grade them in runs of their own",
        student,
    )


def _handed_in(file: Found, topic: str, notes: list[str]) -> HandedIn | None:
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


def _one_of(files: list[Found], exercises: Sequence[Exercise], layout: Layout) -> tuple[list[Found], str]:
    """Return the one of several files that counts, and why; several, if nothing says which."""
    if len({place(file) for file in files}) == 1:
        by_form = {_form(file, exercises, layout): file for file in files}
        form, note = preferred(sorted(by_form, key=lambda form: form.name), len(exercises), "graded")
        files = [file for other, file in by_form.items() if other.alike(form)]
        if len(files) == 1:
            return files, note
    if len({_content(file) for file in files}) == 1:
        return files[:1], f"{listed(files)} are the same; the first was graded"
    return files, ""


def _form(file: Found, exercises: Sequence[Exercise], layout: Layout) -> Form:
    return form_of(file.path.name, file.modified, content_of(file.open), layout.named(file.path), exercises)


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


def place(file: Found) -> str:
    """Return the folder in which a file lies, in whichever zip."""
    return os.path.dirname(file.label)


def without(files: Iterable[Found], taken: Sequence[Found]) -> list[Found]:
    """Return those files that are not taken."""
    return [file for file in files if file not in taken]


def listed(files: Sequence[Found], outer: Found | None = None) -> str:
    """Name a few files, those in the zip `outer` by their names in it."""
    return few([file.label.removeprefix(f"{outer.label}:" if outer else "") for file in files])
