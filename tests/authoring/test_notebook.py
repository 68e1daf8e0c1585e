"""The percent script to nbgrader's notebook, and back to a student's script."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from courses import CHECKS, SOLUTION, make_course
from nbgrader.nbgraderformat import MetadataValidator

from grader.authoring.notebook import instructor_notebook, script, solution_regions, to_bytes
from grader.exercise import AuthorError

ASSIGNMENTS = sorted((Path(__file__).parents[2] / "assignments").glob("[0-9]*"))


@pytest.fixture
def notebook(tmp_path: Path) -> nbformat.NotebookNode:
    return instructor_notebook(make_course(tmp_path).topics[0])


def cells_by_id(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    return {cell.id: cell for cell in notebook.cells}


def test_notebook_is_valid_and_always_the_same(tmp_path: Path) -> None:
    one = instructor_notebook(make_course(tmp_path / "one").topics[0])
    two = instructor_notebook(make_course(tmp_path / "two").topics[0])
    nbformat.validate(one)
    MetadataValidator().validate_nb(one)
    assert to_bytes(one) == to_bytes(two)
    assert nbformat.reads(to_bytes(one).decode(), as_version=4) == one
    assert all(not cell.outputs and cell.execution_count is None for cell in one.cells if "outputs" in cell)


def test_exercise_cells_are_known_by_what_they_define(notebook: nbformat.NotebookNode) -> None:
    cells = cells_by_id(notebook)
    for name in ("mean", "weighted_mean", "RunningMean"):
        facts = cells[name].metadata.nbgrader
        assert (facts.grade_id, facts.solution, facts.grade, facts.locked) == (name, True, False, False)
        assert f" {name}" in cells[name].source.split("\n")[0]


def test_each_exercise_is_followed_by_a_locked_check_with_its_points(notebook: nbformat.NotebookNode) -> None:
    order = [cell.id for cell in notebook.cells]
    cells = cells_by_id(notebook)
    for exercise, writes, points in (
        ("mean", "mean", 30),
        ("weighted_mean", "weighted_mean", 40),
        ("running_mean", "RunningMean", 30),
    ):
        check = cells[f"check_{exercise}"]
        assert order.index(check.id) == order.index(writes) + 1
        assert check.source == f"check({writes})"
        facts = check.metadata.nbgrader
        assert (facts.points, facts.grade, facts.solution, facts.locked) == (points, True, False, True)


def test_an_exercise_of_two_names_is_checked_after_the_last(tmp_path: Path) -> None:
    checks = CHECKS.replace(
        'points=30, hint="Which', 'points=30.5, writes=["mean", "weighted_mean"], hint="Which'
    )
    notebook = instructor_notebook(make_course(tmp_path, checks=checks).topics[0])
    order = [cell.id for cell in notebook.cells]
    check = cells_by_id(notebook)["check_mean"]
    assert check.source == "check(mean, weighted_mean)"
    assert check.metadata.nbgrader.points == 30.5
    assert order.index("check_mean") == order.index("weighted_mean") + 1


def test_the_written_answer_is_graded_by_hand(notebook: nbformat.NotebookNode) -> None:
    answer = cells_by_id(notebook)["written_answer"]
    assert answer.cell_type == "markdown"
    assert answer.metadata.nbgrader.points == 5
    assert answer.metadata.nbgrader.grade and answer.metadata.nbgrader.solution


def test_other_cells_stay_out_of_nbgraders_hands(notebook: nbformat.NotebookNode) -> None:
    handled = {cell.id for cell in notebook.cells if "nbgrader" in cell.metadata}
    exercises = {"mean", "weighted_mean", "RunningMean"}
    checks = {"check_mean", "check_weighted_mean", "check_running_mean"}
    assert handled == exercises | checks | {"written_answer"}
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source.endswith("from grader import check")


def test_demonstrations_are_live_and_keep_their_tag(notebook: nbformat.NotebookNode) -> None:
    demonstration = next(cell for cell in notebook.cells if "print(corner)" in cell.source)
    assert demonstration.metadata == {"tags": ["active-ipynb"]}
    assert "\nfor corner in mean(" in demonstration.source
    assert "\n    print(corner)" in demonstration.source


def test_cells_keep_their_ids_when_others_come_and_go(tmp_path: Path) -> None:
    more = '# %% [markdown]\nr"""\nA word before.\n"""\n\n' + SOLUTION
    before = instructor_notebook(make_course(tmp_path / "a").topics[0])
    after = instructor_notebook(make_course(tmp_path / "b", solution=more).topics[0])
    assert [cell.id for cell in after.cells][1:] == [cell.id for cell in before.cells]


def test_equal_cells_have_ids_of_their_own(tmp_path: Path) -> None:
    solution = SOLUTION + '\n\n# %%\nprint("same")\n\n# %%\nprint("same")\n'
    notebook = instructor_notebook(make_course(tmp_path, solution=solution).topics[0])
    nbformat.validate(notebook)
    assert len(cells_by_id(notebook)) == len(notebook.cells)


ALIEN = "\n# %%\ndef median(rows):\n    ### BEGIN SOLUTION\n    return 0\n    ### END SOLUTION\n"


@pytest.mark.parametrize(
    ("solution", "said"),
    [
        (SOLUTION + ALIEN, "`median`"),
        (SOLUTION.replace("def mean(", "def average("), "`average`"),
        (SOLUTION.replace("def weighted_mean(", "def mean("), "two cells with a solution define `mean`"),
        (SOLUTION.replace("    ### END SOLUTION\n", "", 1), "do not alternate"),
        (SOLUTION.replace("def mean(rows):", "mean = lambda rows: 0\nif mean:"), "no function and no class"),
        (SOLUTION + SOLUTION[SOLUTION.rindex("# %% [markdown]") :], "more than one"),
        (SOLUTION + "\n# %%\n(", "cannot be read"),
    ],
)
def test_a_solution_that_is_not_in_order_is_refused(tmp_path: Path, solution: str, said: str) -> None:
    topic = make_course(tmp_path, solution=solution).topics[0]
    with pytest.raises(AuthorError, match="solution.py") as raised:
        instructor_notebook(topic)
    assert said in str(raised.value)


def test_an_exercise_without_a_cell_is_named(tmp_path: Path) -> None:
    checks = CHECKS + '\n\n@exercise(points=1, hint="?")\ndef mode(answer):\n    return {}\n'
    topic = make_course(tmp_path, checks=checks).topics[0]
    with pytest.raises(AuthorError, match="the exercise `mode` has no cell"):
        instructor_notebook(topic)


def test_script_runs_nothing_but_the_students_cells(notebook: nbformat.NotebookNode) -> None:
    text = script(notebook)
    assert "jupytext" not in text and "nbgrader" not in text
    assert '# %% tags=["active-ipynb"]\n# check(mean)\n' in text
    defined = [type(node).__name__ for node in ast.parse(text).body if not isinstance(node, ast.Expr)]
    assert defined == ["Import", "FunctionDef", "FunctionDef", "ClassDef"]


@pytest.mark.parametrize("folder", ASSIGNMENTS, ids=[path.name for path in ASSIGNMENTS])
def test_jupytext_opens_a_script_as_the_notebook(folder: Path) -> None:
    """So that who works in the script sees the demonstrations and their pictures too."""
    name = folder.name.partition("_")[2]
    given = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    opened = jupytext.read(folder / f"{name}.py")
    assert [(cell.cell_type, cell.source) for cell in opened.cells] == [
        (cell.cell_type, cell.source) for cell in given.cells
    ]
    tags = [[cell.metadata.get("tags", []) for cell in book.cells] for book in (opened, given)]
    assert tags[0] == tags[1]


def test_script_quotes_text_that_holds_quotes(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[0].source = 'A docstring stands in """three quotes""".'
    text = script(notebook)
    assert '# A docstring stands in """three quotes""".' in text
    ast.parse(text)


def test_regions_are_what_stands_between_the_markers() -> None:
    source = "def f():\n    ### BEGIN SOLUTION\n    a = 1\n\n    return a\n    ### END SOLUTION"
    assert solution_regions(source) == ["    a = 1\n\n    return a\n"]
    with pytest.raises(AuthorError, match="alternate"):
        solution_regions(source.replace("BEGIN", "END"))
