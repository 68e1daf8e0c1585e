"""`nbgrader export`: every name is text, and stays in its column."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin, ExportPlugin

from grader.nbgrader.spreadsheet import COLUMNS, CsvExport

PLAIN = {"ada": {"first_name": "Ada", "email": "ada@uni.example"}, "bob": {}}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1:A2)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # of `alembic`
        with Gradebook(f"sqlite:///{path}") as gradebook:
            gradebook.add_assignment("01_averages", duedate="2030-01-01 00:00:00 UTC")
            gradebook.add_assignment("02_other")
            for name, facts in PLAIN.items():
                gradebook.add_student(name, **facts)
            gradebook.add_submission("01_averages", "ada", timestamp="2029-12-31 00:00:00 UTC")
    return path


@pytest.fixture
def gradebook(made: Path, tmp_path: Path) -> Iterator[Gradebook]:
    path = shutil.copy(made, tmp_path)
    with Gradebook(f"sqlite:///{path}") as opened:
        yield opened


def written(plugin: type[ExportPlugin], gradebook: Gradebook, folder: Path, **options: list[str]) -> str:
    path = folder / f"{plugin.__name__}.csv"
    plugin(to=str(path), **options).export(gradebook)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("options", [{}, {"student": ["ada"]}, {"assignment": ["02_other"]}])
def test_a_class_of_plain_names_is_written_as_by_nbgrader(
    gradebook: Gradebook, tmp_path: Path, options: dict[str, list[str]]
) -> None:
    theirs = written(CsvExportPlugin, gradebook, tmp_path, **options)
    assert written(CsvExport, gradebook, tmp_path, **options) == theirs
    assert theirs.count("\n") == {"student": 3, "assignment": 3}.get("".join(options), 5)


@pytest.mark.parametrize("column", ["student_id", "last_name", "first_name", "email"])
def test_no_text_is_a_formula(gradebook: Gradebook, tmp_path: Path, column: str) -> None:
    for number, text in enumerate(FORMULAS):
        facts = {column: text} if column != "student_id" else {}
        gradebook.add_student(text if column == "student_id" else f"s{number}", **facts)
    rows = list(csv.DictReader(io.StringIO(written(CsvExport, gradebook, tmp_path), newline="")))
    found = [row[column] for row in rows if row[column] not in (*PLAIN, PLAIN["ada"].get(column), "")]
    assert len(set(found)) == len(FORMULAS) and len(rows) == 2 * (len(PLAIN) + len(FORMULAS))
    assert not [text for text in found if text.strip()[:1] in "=+-@＝－"]
    assert "'=1+1" in found and "'@SUM(A1:A2)" in found


def test_commas_and_quotes_move_no_column(gradebook: Gradebook, tmp_path: Path) -> None:
    gradebook.add_student("eve", last_name='Eve", 100, 100,\n"', first_name="a,b")
    rows = list(csv.DictReader(io.StringIO(written(CsvExport, gradebook, tmp_path))))
    (eve, _) = (row for row in rows if row["student_id"] == "eve")
    assert eve["last_name"] == 'Eve", 100, 100,\n"' and eve["first_name"] == "a,b" and eve["score"] == "0.0"
    assert all(set(row) == set(COLUMNS) for row in rows)
