"""Which file of those that a student handed in through nbgrader is graded."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from grader.client.child import Child
from grader.course import Course, Topic
from grader.grading.collect import NothingToGrade, collect
from grader.grading.formats import content_of, form_of, preferred
from grader.grading.times import NoTime, of_file, stamped
from grader.grading.work import NotGradable, Work, open_file
from grader.verdict import HandedIn


def chosen(folder: Path, topic: Topic, exercises: int, student: str) -> Work:
    """Return a student's file, of a notebook and a script the one that counts.

    If none has the name that was given out, it is the one that `grader grade` takes.
    """
    paths = [folder / f"{topic.name}{suffix}" for suffix in (".ipynb", ".py")]
    there = [path for path in paths if os.path.lexists(path)]
    if not there:
        with suppress(NothingToGrade):
            return otherwise_named(folder, topic, student)
    path, notes = (there or paths)[0], tuple[str, ...]()
    if len(there) > 1:
        forms = [form_of(p.name, p.lstat().st_mtime, content_of(partial(open_file, p))) for p in there]
        form, note = preferred(forms, exercises, "graded")
        path, notes = folder / form.name, (note,)
    name = os.path.relpath(path, topic.course)
    return Work(student, topic.id, name, lambda: open_file(path), notes, handed_in(path))


def handed_in(path: Path) -> HandedIn | None:
    """Return when a file was handed in, by timestamp.txt or its own time; None if neither says."""
    try:
        return stamped(path.parent) or of_file(path.lstat().st_mtime)
    except (NoTime, OSError):  # nbgrader itself says so of a timestamp that is none
        return None


def otherwise_named(folder: Path, topic: Topic, student: str) -> Work:
    """Return a student's file under another name than the one that was given out.

    Raises:
        NothingToGrade: there is none, or nothing says which; the message says what there is.
    """
    others = [other.id for other in Course(topic.course).topics]
    works = collect([folder], {topic.id: topic}, refuse_zip, (), others, owner=student).works
    if len(works) > 1:
        raise NothingToGrade(f"it holds {len(works)} submissions for {topic.name}: remove all but one")
    (work,) = works
    return replace(work, student=student, file=os.path.relpath(work.file, topic.course))


def refuse_zip(descriptor: int) -> Child:
    """Open no zip.

    Raises:
        NotGradable: always; it says what to do.
    """
    raise NotGradable(
        "a zip is not unpacked here: run `nbgrader zip_collect`, or `grader grade submitted/` and "
        "`grader publish`"
    )
