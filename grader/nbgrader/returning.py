"""Feedback pages, back to those who handed in: one zip, with names that a learning platform takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from grader.course import Course, Topic
from grader.errors import PlainError
from grader.nbgrader.gradebook import configuration


class NoFeedback(PlainError):
    """There is no page that could be given back; the message says what to do."""


@dataclass
class Packed:
    """A zip, how many pages are in it, and a sentence for each student whose page is not."""

    content: bytes
    count: int = 0
    left_out: list[str] = field(default_factory=list)


def pack(course: Course, topic: Topic, written: Mapping[str, str] | None = None) -> Packed:
    """Put the pages that `nbgrader generate_feedback` made for a topic into one zip.

    Args:
        written: what a platform puts before a file's name, by student; None for
            a folder STUDENT/ each.

    Raises:
        NoFeedback: there are no pages.
    """
    directory = CourseDirectory(config=configuration(course.root), root=str(course.root))

    def place(step: str, student: str, name: str) -> Path:
        return Path(directory.format_path(step, student, topic.id)) / name

    name = f"{topic.name}.html"
    pattern = place(directory.feedback_directory, "*", name).relative_to(course.root)
    pages = {path.parent.parent.name: path for path in sorted(course.root.glob(str(pattern)))}
    make = f"run `nbgrader generate_feedback {topic.id}`"
    if not pages:
        raise NoFeedback(f"there is no feedback on {topic.id} in {directory.feedback_directory}/: {make}")
    buffer = io.BytesIO()
    done = Packed(b"")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for student, page in pages.items():
            graded = place(directory.autograded_directory, student, f"{topic.name}.ipynb")
            before = f"{student}/" if written is None else written.get(student)
            if graded.is_file() and graded.stat().st_mtime > page.stat().st_mtime:
                done.left_out.append(f"{student}: the page is older than the grade: {make}")
            elif before is None:
                done.left_out.append(f"{student}: there is a page, and nothing of that name in the export")
            else:
                packed.writestr(zipfile.ZipInfo(f"{before}{name}"), page.read_bytes(), zipfile.ZIP_DEFLATED)
                done.count += 1
    done.left_out += [
        f"{student}: there is no page: {make}" for student in sorted({*(written or ())} - {*pages})
    ]
    done.content = buffer.getvalue()
    return done
