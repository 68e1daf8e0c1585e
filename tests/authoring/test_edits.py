"""What was edited by hand in a generated file is not undone in silence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from courses import TOPIC, make_course
from test_release import change, contents, recorded

from grader.authoring import release
from grader.authoring.edits import EditedByHand
from grader.authoring.notebook import instructor_notebook, to_bytes
from grader.commands.main import cli
from grader.course import Course

__all__ = ["recorded"]
SOURCE = Path("source") / TOPIC / "averages.ipynb"
GIVEN = Path("assignments") / TOPIC / "averages.ipynb"


@pytest.fixture
def built(tmp_path: Path, recorded: list[str]) -> Course:
    course = make_course(tmp_path)
    release.build(course)
    return Course(tmp_path)


def edit(path: Path, act: Callable[[Any], object]) -> None:
    """Change a notebook as Jupyter saves it."""
    notebook = nbformat.read(path, as_version=4)
    act(notebook)
    nbformat.write(notebook, path)


def set_source(number: int, text: str) -> Callable[[Any], object]:
    return lambda notebook: notebook.cells[number].update(source=text)


def set_points(notebook: Any) -> None:
    next(c for c in notebook.cells if c.id == "check_mean").metadata.nbgrader["points"] = 31


EDITS: dict[str, tuple[Path, Callable[[Any], object], str]] = {
    "a text": (SOURCE, set_source(0, "# Means"), "-# Means"),
    "a demonstration": (SOURCE, set_source(1, "import numpy"), "-import numpy"),
    "points": (SOURCE, set_points, '"points": 31'),
    "a new cell": (
        SOURCE,
        lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell("my = 1")),
        "-my = 1",
    ),
    "a cell that is gone": (SOURCE, lambda notebook: notebook.cells.pop(0), "+# Averages"),
    "cells in another order": (
        SOURCE,
        lambda notebook: notebook.cells.insert(1, notebook.cells.pop(0)),
        "-# `check(answer)`",
    ),
    "what students get": (GIVEN, set_source(0, "# Means, due on Monday"), "-# Means, due on Monday"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_is_not_undone(built: Course, kind: str) -> None:
    path, act, shown = EDITS[kind]
    edit(built.root / path, act)
    before = contents(built.root)
    with pytest.raises(EditedByHand) as error:
        release.build(built)
    said = str(error.value)
    assert shown in said and str(path) in said
    assert f"to be edited in solutions/{TOPIC}/solution.py" in said
    assert "grader build averages --overwrite" in said and "changed in solutions/" not in said
    assert contents(built.root) == before


@pytest.mark.parametrize("name, where", [("README.md", "solution.py"), ("checks.py", "checks.py")])
def test_nor_is_one_in_a_text(built: Course, name: str, where: str) -> None:
    path = built.root / "assignments" / TOPIC / name
    path.write_text(path.read_text() + "# due on Monday\n")
    with pytest.raises(EditedByHand, match=f"to be edited in solutions/{TOPIC}/{where}"):
        release.build(built)
    assert path.read_text().endswith("# due on Monday\n")


def test_the_same_edit_in_the_solution_is_none(built: Course) -> None:
    edit(built.root / SOURCE, set_source(0, "# Means\n\nWhat does an average forget?"))
    change(built, "solution", "# Averages", "# Means")
    with pytest.raises(EditedByHand, match="also holds what was changed in solutions/"):
        release.build(Course(built.root))
    change(built, "solution", " Write down a guess before you run anything.", "")
    assert str(GIVEN) in release.build(Course(built.root))


def test_what_jupyter_and_nbgrader_write_is_no_edit(built: Course) -> None:
    def run_and_save(notebook: Any) -> None:
        notebook.metadata["kernelspec"] = {"name": "other", "display_name": "Other", "language": "python"}
        notebook.metadata["celltoolbar"] = "Create Assignment"
        for number, cell in enumerate(notebook.cells):
            cell.metadata["collapsed"] = False
            cell.id = f"cell-{number}"
            if cell.cell_type == "code":
                cell.execution_count = number
                cell.outputs = [nbformat.v4.new_output("stream", text="ran")]
                if "nbgrader" in cell.metadata:
                    cell.metadata.nbgrader["checksum"] = "0" * 32

    for path in (SOURCE, GIVEN):
        edit(built.root / path, run_and_save)
    assert set(release.build(built)) == {str(SOURCE), str(GIVEN)}


def test_a_changed_solution_is_built_as_ever(built: Course) -> None:
    change(built, "solution", "Average the rows", "Take the mean of the rows")
    assert str(SOURCE) in release.build(Course(built.root))


def test_notebooks_without_a_record_are_known_by_their_cells(built: Course) -> None:
    """As an earlier version made them, or nbgrader alone."""
    path = built.root / SOURCE
    path.write_bytes(to_bytes(instructor_notebook(built.topics[0])))
    assert release.build(built) == [str(SOURCE)]
    notebook = json.loads(path.read_text())
    del notebook["metadata"]["grader_generated"]
    notebook["cells"][0]["source"] = ["# Mine"]
    path.write_text(json.dumps(notebook))
    with pytest.raises(EditedByHand, match=r"-# Mine"):
        release.build(built)


def test_a_file_that_is_no_notebook_any_more_is_shown(built: Course) -> None:
    (built.root / SOURCE).write_text("<<<<<<< HEAD\n")
    with pytest.raises(EditedByHand, match=r"-<<<<<<< HEAD"):
        release.build(built)


def test_a_long_difference_is_cut(built: Course) -> None:
    edit(built.root / SOURCE, set_source(0, "\n".join(map(str, range(500)))))
    with pytest.raises(EditedByHand, match=r"… and \d+ lines more") as error:
        release.build(built)
    assert len(str(error.value).splitlines()) < 100


def test_the_command_names_the_way_on(built: Course) -> None:
    edit(built.root / SOURCE, set_source(0, "# Means"))
    command = ["build", "averages", "--course", str(built.root)]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 1 and "-# Means" in done.output
    assert f"stale: {SOURCE}" in CliRunner().invoke(cli, [*command, "--check"]).output
    done = CliRunner().invoke(cli, [*command, "--overwrite"])
    assert done.exit_code == 0 and f"written: {SOURCE}" in done.output
    assert "all fresh" in CliRunner().invoke(cli, command).output


def test_what_is_missing_is_made(built: Course) -> None:
    shutil.rmtree(built.root / "assignments")
    assert str(GIVEN) in release.build(built)
