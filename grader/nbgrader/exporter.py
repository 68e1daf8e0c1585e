"""How `nbgrader autograde` comes to what was handed in: a notebook, or a script in its place.

nbgrader looks for notebooks alone, follows links, and has no setting that says
otherwise. So `Autograde.init_notebooks` and `init_assignment` are replaced when
this module is loaded, which naming the exporter in the configuration does. A
student with a script alone is known to nbgrader by the notebook that the script
stands for, and the exporter reads the script where nbgrader has it read that
notebook.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from glob import escape, glob
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, NbGraderException

from grader.course import CourseError, find_course, name_of
from grader.grading import decisions
from grader.grading.collect import NothingToGrade
from grader.grading.work import NotGradable, open_file
from grader.names import TIMESTAMP
from grader.nbgrader.autograde import topic_of
from grader.nbgrader.cells import Released, released_in
from grader.nbgrader.handed import chosen, otherwise_named
from grader.nbgrader.patience import explained
from grader.nbgrader.scripts import notebook_of_script, with_answers
from grader.nbgrader.weights import weigh
from grader.saved import utf_8

LIKELY = (".py", ".zip", ".ipynb.txt", ".ipynb.json", ".ipynb.download")  # what could be a submission


class SubmissionExporter(NotebookExporter):
    """nbgrader's exporter, which shows of a notebook and a script the one that is graded."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert one submission; a path in `autograded/` is a notebook of ours."""
        facts = (resources or {})["nbgrader"]
        assert self.parent is not None
        directory, path = self.parent.coursedir, Path(filename)
        home = directory.format_path(directory.submitted_directory, facts["student"], facts["assignment"])
        if path.parent != Path(home):
            return super().from_filename(filename, resources, **more)
        if os.path.lexists(path) and not os.path.lexists(path.with_suffix(".py")):
            return self._notebook(path, resources, **more)
        released = released_in(facts)
        tests = sum(one.facts["grade"] and not one.facts["solution"] for one in released.values())
        topic = topic_of(Path(directory.root), facts["assignment"], facts["notebook"])
        work = chosen(path.parent, topic, tests, facts["student"])
        if not os.path.lexists(path):
            forget_zero(facts)
        if not work.file.endswith(".py"):
            return self._notebook(topic.course / work.file, resources, **more)
        try:
            with os.fdopen(work.open(), "rb") as file:
                notebook = notebook_of_script(file.read(), released)
        except NotGradable as error:
            return self._unread(error, resources, **more)
        if os.path.lexists(path):
            notebook = with_notebook(notebook, path, released)
        converted: tuple[str, dict[str, Any]] = self.from_notebook_node(notebook, resources, **more)  # type: ignore[no-untyped-call]
        return converted

    def _notebook(
        self, path: Path, resources: dict[str, Any] | None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook that was handed in, never through a link."""
        try:
            os.close(open_file(path))
        except NotGradable as error:
            return self._unread(error, resources, **more)
        return super().from_filename(str(path), resources, **more)

    def _unread(
        self, error: NotGradable, resources: dict[str, Any] | None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook that says why what was handed in is not shown."""
        cells = [v4.new_markdown_cell(f"What was handed in is not shown: {error}.")]
        converted: tuple[str, dict[str, Any]] = self.from_notebook_node(  # type: ignore[no-untyped-call]
            v4.new_notebook(cells=cells), resources, **more
        )
        return converted


def with_notebook(notebook: NotebookNode, path: Path, released: Mapping[str, Released]) -> NotebookNode:
    """Return a script's notebook with the written answer of the notebook beside it, if that can be read."""
    try:
        with os.fdopen(open_file(path), "rb") as file:
            beside = nbformat.reads(utf_8(file.read()).decode("utf-8", "replace"), as_version=4)
        return with_answers(notebook, beside, released)
    except Exception:  # what was made by hand can raise nearly anything, and the script is what counts
        return notebook


def forget_zero(facts: Mapping[str, str]) -> None:
    """Take back the 0 points that nbgrader gives where there is no notebook.

    If the grader then fails on the script, the student has no score, not 0.
    """
    with Gradebook(facts["db_url"]) as gradebook:
        submitted = gradebook.find_submission_notebook(
            facts["notebook"], facts["assignment"], facts["student"]
        )
        for grade in submitted.grades:
            grade.auto_score, grade.needs_manual_grade = None, True
        gradebook.db.commit()


def find_submissions(converter: Autograde) -> None:
    """Find each student's notebooks, and the script of the topic where its notebook is missing.

    Raises:
        NbGraderException: nobody handed in anything.
    """
    directory = converter.coursedir
    pattern = directory.format_path(
        directory.submitted_directory, directory.student_id, directory.assignment_id
    )
    folders = sorted(glob(pattern))
    found: dict[str, list[str]] = {}
    for folder in folders:
        stamp = os.path.join(folder, TIMESTAMP)
        if os.path.islink(folder) or os.path.islink(os.path.dirname(folder)):
            converter.log.warning("Passed over, as it is a link: %s", folder)
        elif os.path.lexists(stamp) and not is_regular(stamp):
            converter.log.warning("Passed over, as its %s is not a file: %s", TIMESTAMP, folder)
        elif paths := _handed_in(converter, folder):
            found[folder] = paths
    if not folders:
        BaseConverter.init_notebooks(converter)  # which says so
    elif not found:
        raise NbGraderException(f"nothing in {pattern} can be graded")
    converter.assignments = found
    converter.notebooks = []


def copy_files(converter: Autograde, assignment: str, student: str) -> None:
    """Prepare `autograded/` as nbgrader does, without what is not a file: a link's target is no student's."""
    directory = converter.coursedir
    home = directory.format_path(directory.submitted_directory, student, assignment)
    unfit = list(not_files(home))
    for path in unfit:
        converter.log.warning("Passed over, as it is not a file that can be read: %s", path)
    ignored = directory.ignore
    directory.ignore = [*ignored, *map(escape, unfit)]
    try:
        with explained(directory.db_url):
            count_as_decided(Path(directory.root), assignment, directory.db_url)
            _init_assignment(converter, assignment, student)
    finally:
        directory.ignore = ignored


def count_as_decided(root: Path, assignment: str, db_url: str) -> None:
    """Have the gradebook count a topic's exercises as was decided, before a submission is read by it."""
    try:
        topic = find_course(explicit=root).topic(assignment)
    except CourseError:  # it is graded, or refused, later on
        return
    with Gradebook(db_url) as gradebook:
        weigh(gradebook, topic, decisions.load(root))
        gradebook.db.commit()


def not_files(folder: str) -> Iterator[str]:
    """Yield what is neither a file that can be read nor a folder: links, pipes, sockets, devices."""
    for here, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = os.path.join(here, name)
            if os.path.islink(path) or (
                name in names and not (is_regular(path) and os.access(path, os.R_OK))
            ):
                yield path


def is_regular(path: str) -> bool:
    """Whether a path is a file, and no link to one."""
    return stat.S_ISREG(os.lstat(path).st_mode)


def _handed_in(converter: Autograde, folder: str) -> list[str]:
    """Return the paths of the notebooks in a folder, and of the one that a file of another name stands for.

    What is there and will not be read is named.
    """
    directory = converter.coursedir
    paths = set(glob(os.path.join(escape(folder), f"{directory.notebook_id}.ipynb")))
    held, name = sorted(os.listdir(folder)), name_of(os.path.basename(folder))
    notebook, read, why = os.path.join(folder, f"{name}.ipynb"), {f"{name}.ipynb", f"{name}.py"}, ""
    if held and fnmatchcase(name, directory.notebook_id) and not os.path.lexists(notebook):
        student = os.path.basename(os.path.dirname(folder))
        try:
            if not os.path.lexists(os.path.join(folder, f"{name}.py")):
                topic = find_course(explicit=Path(directory.root)).topic(os.path.basename(folder))
                work = otherwise_named(Path(folder), topic, student)
                read.add(os.path.basename(work.file))
                converter.log.warning("%s: %s", student, "; ".join(work.notes))
            paths.add(notebook)
        except CourseError:
            pass  # an assignment that is made from no topic has its notebooks alone
        except NothingToGrade as error:
            why = str(error)
    # Of a notebook under another name nbgrader itself says that it is unknown.
    left = [one for one in held if one not in read and one.lower().endswith(LIKELY)]
    if left and paths:
        converter.log.warning("Not read, in %s: %s", folder, ", ".join(left))
    if not paths:
        why = why or "it holds neither a notebook nor a script"
        converter.log.warning("Passed over: %s: %s", folder, why)
    elif why:
        converter.log.warning("%s: %s", folder, why)
    return sorted(paths)


_init_assignment = Autograde.init_assignment
Autograde.init_notebooks = find_submissions
Autograde.init_assignment = copy_files
