"""Due dates are read from nbgrader's gradebook as nbgrader understands them, and nothing is written."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from courses import make_course
from msgspec.structs import replace
from nbgrader.api import Gradebook

from grader.commands.deadlines import deadlines_of
from grader.course import Course
from grader.nbgrader.deadlines import due_dates, students_in
from grader.nbgrader.extensions import NotExtended, extend
from grader.nbgrader.publishing import exported_at
from grader.verdict import Graded, HandedIn, Source

DUE = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # of `alembic`
    made = make_course(tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment("01_averages", duedate="2027-03-01 13:00 CET")
        gradebook.add_notebook("averages", "01_averages")
        gradebook.add_assignment("02_sums")
        for student in ("ada", "bob"):
            gradebook.add_student(student)
            gradebook.add_submission("01_averages", student)
        gradebook.update_or_create_submission("01_averages", "ada", extension=timedelta(days=7))
    return made


def test_due_dates_and_extensions_are_in_utc(course: Course) -> None:
    before = (course.root / "gradebook.db").read_bytes()
    (name,) = found = due_dates(course.root)
    due = found[name]
    assert (name, due.at, due.source) == ("01_averages", DUE, "gradebook.db")
    assert due.extensions == {"ada": DUE + timedelta(days=7)}
    assert (course.root / "gradebook.db").read_bytes() == before


def test_students_are_those_of_the_gradebook(course: Course) -> None:
    assert students_in(course.root) == {"ada", "bob"}


def test_an_extension_names_who_may_be_meant(course: Course) -> None:
    with pytest.raises(NotExtended, match=r"no student adda: did you mean ada\? Else run `nbgrader db stud"):
        extend(course, course.topic("averages"), ["bob", "adda"], DUE + timedelta(days=1))
    assert due_dates(course.root)["01_averages"].extensions == {"ada": DUE + timedelta(days=7)}


def test_a_course_without_a_gradebook_gets_none(tmp_path: Path) -> None:
    assert students_in(tmp_path) == set() and due_dates(tmp_path) == {}
    assert not (tmp_path / "gradebook.db").exists()
    with closing(sqlite3.connect(tmp_path / "gradebook.db")) as database:
        database.execute("create table other (x)")
    assert due_dates(tmp_path) == {}
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///elsewhere.db'\n"
    )
    assert due_dates(tmp_path) == {}


def test_they_count_where_the_policy_says_none(course: Course) -> None:
    (course.root / "policy.toml").write_text('penalty = "cut-off"\n')
    at = HandedIn(DUE + timedelta(seconds=1), Source.FILE)
    given = Graded("bob", "01_averages", "a.py", 80.0, 100.0, 1.0, (), handed_in=at)
    deadlines = deadlines_of(course)
    found = deadlines.amended(given)
    deadline = deadlines.of("01_averages")
    assert found.score == 0 and found.earned == 80 and deadline and deadline.source == "gradebook.db"
    (course.root / "policy.toml").write_text('[averages]\ndeadline = "2027-03-02 12:00 UTC"\n')
    deadline = deadlines_of(course).of("01_averages")
    assert deadline and deadline.source == "policy.toml" and deadlines_of(course).amended(given).score == 80


def test_an_export_s_time_is_nbgrader_s_and_a_file_s_own_is_not() -> None:
    given = Graded("bob", "01_averages", "a.py", 80.0, 100.0, 1.0, (), handed_in=HandedIn(DUE, Source.EXPORT))
    assert exported_at(given) == DUE.replace(tzinfo=None)  # UTC, as nbgrader writes it
    for source in (Source.FILE, Source.TIMESTAMP):
        assert exported_at(replace(given, handed_in=HandedIn(DUE, source))) is None
    assert exported_at(replace(given, handed_in=None)) is None
