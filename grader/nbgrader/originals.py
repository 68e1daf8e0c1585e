"""What was handed in and graded, found again for the pages that formgrader shows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from grader.course import Course, Topic
from grader.errors import PlainError
from grader.grading.store import Kept
from grader.grading.zips import Zips, open_again, split_label
from grader.nbgrader.cells import Released
from grader.nbgrader.exporter import with_notebook
from grader.nbgrader.scripts import notebook_of_script
from grader.saved import utf_8
from grader.text import storable

SHOWN = "grader_fingerprint"  # in a page's metadata: what was graded, and is shown there


class Changed(PlainError):
    """What was handed in is not what was graded."""


class Originals:
    """The files that were handed in and graded, of one topic."""

    def __init__(self, course: Course, topic: Topic, released: Mapping[str, Released], zips: Zips) -> None:
        self.course, self.topic, self.released, self.zips = course, topic, released, zips

    def notebook(self, result: Kept, page: Path) -> NotebookNode:
        """Return what was graded as a notebook of its cells, or a notebook that says that it is gone.

        Where the file is gone, `page` is taken, if it shows what was graded. Where
        a script was graded and there is a notebook beside it, the written answer
        may be in that.

        Raises:
            Changed: the file holds another text than the one that was graded.
        """
        root, name = self.course.root, result.graded.file
        try:
            with os.fdopen(open_again(root, name, self.zips), "rb") as file:
                content = file.read()
        except (OSError, PlainError):
            kept = _read(page.read_bytes()) if page.is_file() else v4.new_notebook()
            if kept.metadata.get(SHOWN) == result.fingerprint != "":
                return kept
            said = f"What was handed in is not here any more: {name}"
            gone: NotebookNode = v4.new_notebook(cells=[v4.new_markdown_cell(said)])
            return gone
        if hashlib.sha256(content).hexdigest() != result.graded.digest:
            raise Changed(f"{name} was changed after it was graded: run `grader grade` again")
        if name.endswith(".ipynb"):
            return _read(content)
        notebook = notebook_of_script(content, self.released)
        path, member = split_label(root, name)
        beside = path.with_name(f"{self.topic.name}.ipynb")
        return notebook if member else with_notebook(notebook, beside, self.released)


def _read(content: bytes) -> NotebookNode:
    """Return a notebook, or one that shows as its text what is none."""
    text = storable(utf_8(content).decode("utf-8", "replace"))
    notebook: NotebookNode = v4.new_notebook(cells=[v4.new_code_cell(text)])
    with suppress(Exception):  # what was made by hand can raise nearly anything
        notebook = nbformat.reads(text, as_version=4)
    return notebook
