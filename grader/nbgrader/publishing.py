"""Results that were graded elsewhere, into nbgrader's gradebook and `autograded/`, many at once.

This does what `nbgrader autograde` does for one submission after the other, by
the same rules: scores and comments that a person gave stay, and a person is asked
to look again; a written answer waits for a person; a late submission loses the
points that the course's plugin says.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbgrader.api import (
    Gradebook,
)  # fmt: skip
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from grader.course import Course, Topic
from grader.files import write
from grader.grading import decisions
from grader.grading.store import Kept
from grader.grading.work import open_file
from grader.grading.zips import OpenArchive, Zips, split_label
from grader.names import TIMESTAMP
from grader.nbgrader.autograde import fill
from grader.nbgrader.cells import restored
from grader.nbgrader.gradebook import Book, configuration, is_there, unknown
from grader.nbgrader.originals import SHOWN, Changed, Originals
from grader.nbgrader.patience import explained
from grader.nbgrader.weights import weigh
from grader.report.album import Album
from grader.text import identifier
from grader.verdict import Graded, Source


@dataclass
class Published:
    """How many submissions were written, and a sentence for each that was not."""

    count: int = 0
    passed_over: list[str] = field(default_factory=list)


def publish(course: Course, topic: Topic, kept: Iterable[Kept], open_archive: OpenArchive) -> Published:
    """Write a topic's results into the gradebook: all of them, or none.

    A zip that holds what was graded is read by a child that `open_archive` returns.

    Raises:
        CourseError: nbgrader does not know the assignment yet.
        GradebookHeld: another program holds the gradebook.
        NotDecided: decisions.toml cannot be read, or names an exercise that there is not.
        GraderFailed, PointsDiffer: nbgrader's copy of it is older than the key.
    """
    config = configuration(course.root)
    directory = CourseDirectory(config=config, root=str(course.root))
    decided = decisions.load(course.root)
    album = Album(topic)
    done = Published()
    pages: list[tuple[Path, str, str]] = []
    if not is_there(directory.db_url):
        raise unknown(topic)
    with explained(directory.db_url), Gradebook(directory.db_url, directory.course_id) as gradebook:
        weigh(gradebook, topic, decided)
        book = Book(gradebook, topic, AssignLatePenalties(config=config))
        originals = Originals(course, topic, book.released, Zips(open_archive))
        for result in kept:
            student = result.graded.student
            reason = _unfit(result)
            if reason:
                done.passed_over.append(f"{identifier(student)}: {reason}")
                continue
            home = Path(directory.format_path(directory.autograded_directory, student, topic.id))
            page = home / f"{topic.name}.ipynb"
            try:
                notebook = restored(originals.notebook(result, page), book.released)
            except Changed as error:
                done.passed_over.append(f"{student}: {error}")
                continue
            notebook.metadata[SHOWN] = result.fingerprint
            drawn = album.find(result.graded) or {}
            counted = decisions.amended(result.graded, decided)
            fill(notebook, counted, topic.checks.exercises, book.released, drawn)
            path, member = split_label(course.root, result.graded.file)
            folder = Path(directory.format_path(directory.submitted_directory, student, topic.id))
            if not member and path.parent.name == topic.id:  # its student's folder may have another name
                folder = path.parent
            try:
                stamp = exported_at(result.graded) or handed_in_at(folder)
            except Exception as error:  # a text that is no time fails in several ways
                done.passed_over.append(f"{student}: {folder / TIMESTAMP} holds no time ({error})")
                continue
            book.write(student, notebook, stamp)
            pages.append((home, nbformat.writes(notebook), stamp.isoformat() if stamp else ""))
            done.count += 1
        book.penalise()
        # Pages first: formgrader cannot show a submission that is graded and has no page.
        for home, text, when in pages:
            _write_page(home, {f"{topic.name}.ipynb": text} | ({TIMESTAMP: when} if when else {}))
        gradebook.db.commit()
    return done


def exported_at(graded: Graded) -> datetime | None:
    """Return when something was handed in, as nbgrader has times: in UTC, without saying so.

    None if no platform's export said it; a file's own time makes nobody late here.
    """
    told = graded.handed_in
    return told.at.replace(tzinfo=None) if told and told.source is Source.EXPORT else None


def handed_in_at(folder: Path) -> datetime | None:
    """Return the time in a submission's `timestamp.txt`, as nbgrader reads it; None where there is none.

    Raises:
        ValueError: it holds something else.
        NotGradable: it is a link or no file, and reading it might never end.
        OSError: it cannot be read.
    """
    if not os.path.lexists(folder / TIMESTAMP):
        return None
    with os.fdopen(open_file(folder / TIMESTAMP), "rb") as file:
        text = file.read().decode().strip()
    return parse_utc(text) if text else None


def _unfit(result: Kept) -> str:
    """Say why a result cannot be published, "" if it can."""
    student = result.graded.student
    if result.graded.failed:
        return "the grader failed on it: run `grader grade` again"
    if result.graded.unread:
        return f"it could not be read: {result.graded.unread}"
    if identifier(student) != student:  # it was kept before names were cleaned where they enter
        return "the gradebook takes no such name of a student: run `grader grade` again"
    if "+" in student:
        return "nbgrader takes no name of a student with a + in it: rename the folder, and grade it again"
    return ""


def _write_page(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write(folder / name, text.encode(), 0o444)
