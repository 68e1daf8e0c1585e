"""What is handed in: one file, named for student and topic, that `grader grade` takes as it is."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grader import files
from grader.course import CourseError
from grader.names import HAND_IN, SENTENCE
from grader.student.assignment import Assignment

EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold; equal files make equal zips
LONGEST = 4000  # characters of the instructor's text that are shown


@dataclass(frozen=True)
class Package:
    """The file to hand in, and the student's own that is in it, with its text."""

    path: Path
    student: str
    source: Path
    note: str
    text: bytes


def pack(assignment: Assignment, student: str, folder: Path) -> Package:
    """Write `STUDENT-TOPIC.zip`, which holds `STUDENT/TOPIC.ipynb` or `.py`, and nothing else.

    Raises:
        CourseError: there is nothing to pack, or the name cannot be used.
        NotGradable: the file is no file, or too large to be graded.
        OSError: it cannot be read, or the zip not written.
    """
    from grader.grading.work import open_file

    name = file_name(student, assignment.name)
    source, note = assignment.file("packed")
    with open(open_file(source), "rb") as file:
        content = file.read()
    path = folder / f"{name}-{assignment.name}.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"{name}/{assignment.name}{source.suffix}", EARLIEST)
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    files.write(path, packed.getvalue())
    return Package(path, name, source, note, content)


def file_name(student: str, topic: str) -> str:
    """Return a student's name as a file's: no blanks, nothing that a system or a shell minds.

    Raises:
        CourseError: nothing is left of it, or it reads as a topic's.
    """
    text = unicodedata.normalize("NFKC", student).strip()
    name = re.sub(r"[^\w.@+-]+", "_", text).strip("._-")[:80]
    if not name or name.split("_", 1)[-1] == topic:
        raise CourseError(
            f"{student!r} cannot name a file: give the name or number that your course knows you by, "
            "as in `grader submit --student ada`"
        )
    return name


def where(assignment: Assignment) -> str:
    """Return where to hand in: the text of the assignment's HAND_IN.md, else a general sentence."""
    try:
        text = (assignment.folder / HAND_IN).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        text = ""
    return text[:LONGEST] or SENTENCE
