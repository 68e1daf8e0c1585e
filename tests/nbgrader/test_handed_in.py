"""What `nbgrader autograde` reads of a folder, what it says of the rest, and a gradebook that is held."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import types
import warnings
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from classroom import CONFIG, RIGHT
from courses import SOLUTION, TOPIC, make_course
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning
from students import STUBS, notebook

from grader.course import Course
from grader.nbgrader import patience
from grader.nbgrader.autograde import GradeOutOfProcess
from grader.nbgrader.exporter import find_submissions
from grader.nbgrader.extensions import extend
from grader.nbgrader.handed import chosen

FINISHED = notebook(*RIGHT.values())
UNFINISHED = notebook(STUBS)
# What lies in ada's folder; the file that is graded, "" for none; what is said of the rest.
FOLDERS: dict[str, tuple[dict[str, str], str, str]] = {
    "as given": ({"averages.ipynb": FINISHED}, "averages.ipynb", ""),
    "a browser's copy": ({"averages (1).ipynb": FINISHED}, "averages (1).ipynb", "was taken for averages"),
    "Jupyter's copy": ({"Averages-Copy1.ipynb": FINISHED}, "Averages-Copy1.ipynb", "was taken for averages"),
    "as text": ({"averages.ipynb.txt": FINISHED}, "averages.ipynb.txt", "was taken for averages"),
    "a script's copy": ({"averages-2.py": SOLUTION}, "averages-2.py", "was taken for averages"),
    "a name of one's own": ({"ada_hw3_averages.ipynb": FINISHED}, "ada_hw3_averages.ipynb", "was taken"),
    "a stub beside it": (
        {"averages-1.ipynb": UNFINISHED, "averages-2.ipynb": FINISHED}, "averages-2.ipynb", "averages-2.ipynb"
    ),
    "two that differ": (
        {"averages-1.ipynb": FINISHED, "averages-2.ipynb": notebook("x = 1", *RIGHT.values())},
        "",
        "ada has 2 submissions for 01_averages",
    ),
    "a zip": ({"averages.zip": "no zip"}, "", "averages.zip: a zip is not unpacked here"),
    "another's": ({"essay.ipynb": FINISHED}, "", "it holds no submission for averages, but essay.ipynb"),
    "more beside it": (
        {"averages.ipynb": FINISHED, "averages (2).py": SOLUTION, "all.zip": ""},
        "averages.ipynb",
        "Not read, in FOLDER: all.zip, averages (2).py",
    ),
    "nothing": ({}, "", "Passed over: FOLDER: it holds neither a notebook nor a script"),
}  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(least="none"))
    return made


def found(course: Course) -> tuple[dict[str, list[str]], str]:
    """Return what a run of `autograde` would convert, and what it logs before."""
    said: list[str] = []
    log = logging.Logger("test")
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)

    def place(step: str, student: str, assignment: str) -> str:
        return str(course.root / step / student / assignment)

    directory = types.SimpleNamespace(
        root=str(course.root), submitted_directory="submitted", student_id="*", assignment_id=TOPIC,
        notebook_id="*", format_path=place,
    )  # fmt: skip
    converter: Any = types.SimpleNamespace(coursedir=directory, log=log)
    find_submissions(converter)
    return converter.assignments, "\n".join(said)


def hand_in(course: Course, student: str, files: dict[str, str]) -> Path:
    folder = course.root / "submitted" / student / TOPIC
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("kind", FOLDERS)
def test_names_are_read_as_grade_reads_them_and_the_rest_is_named(course: Course, kind: str) -> None:
    files, graded, says = FOLDERS[kind]
    folder = hand_in(course, "ada", files)
    hand_in(course, "bob", {"averages.ipynb": FINISHED})
    converted, said = found(course)
    assert says.replace("FOLDER", str(folder)) in said
    read = str(folder / "averages.ipynb") in converted.get(str(folder), [])
    assert read is bool(graded)
    assert str(folder.parent.parent / "bob" / TOPIC) in converted
    if graded:
        work = chosen(folder, course.topics[0], 3, "ada")
        assert (work.student, work.file) == ("ada", f"submitted/ada/{TOPIC}/{graded}")
        with open(work.open()) as file:
            assert file.read() == files[graded]


def test_a_survey_beside_the_topic_s_notebook_is_left_to_people() -> None:
    """Stock asks for its answer; ours had said that no topic makes it, and dropped the student."""
    cell = nbformat.v4.new_markdown_cell("How was it?")
    cell.metadata["nbgrader"] = {"grade": True, "grade_id": "survey", "solution": True, "points": 2}
    survey = nbformat.v4.new_notebook(cells=[cell])
    facts = {"nbgrader": {"assignment": TOPIC, "notebook": "survey", "student": "ada", "db_url": ""}}
    assert GradeOutOfProcess().preprocess(survey, facts) == (survey, facts)


def test_a_gradebook_that_is_held_is_waited_for_and_named(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # of `alembic`
    url = f"sqlite:///{course.root / 'gradebook.db'}"
    with Gradebook(url, "averages") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_assignment(TOPIC, duedate="2030-01-01 00:00:00 UTC")
        gradebook.add_notebook("averages", TOPIC)
    monkeypatch.setattr(patience, "PATIENCE", 0.1)
    topic, until = course.topics[0], datetime(2031, 1, 1, tzinfo=UTC)
    with closing(sqlite3.connect(course.root / "gradebook.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(patience.GradebookHeld, match=r"gradebook.db was locked .* run the command again"):
            extend(course, topic, ["ada"], until)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)  # nbgrader's own lines make SQLAlchemy warn
        extend(course, topic, ["ada"], until)


def test_a_gradebook_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """nbgrader reads %20 in a folder's name as a space."""
    (tmp_path / "a%20b").mkdir()
    url = f"sqlite:///{tmp_path / 'a%20b' / 'gradebook.db'}"
    with pytest.raises(patience.NotOpened, match=r"cannot be opened at .*/a b/gradebook.db: .* have % in"):
        with patience.explained(url), Gradebook(url):
            raise AssertionError("it was opened")


def test_nbgrader_waits_longer_for_a_lock_than_it_does_by_itself() -> None:
    engine = patience.patient_engine("sqlite://")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 1000 * patience.PATIENCE
    engine.dispose()
