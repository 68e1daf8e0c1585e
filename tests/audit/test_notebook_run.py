"""A notebook is run from top to bottom, and the first cell that does not hold is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import SOLUTION, make_course
from rich.console import Console

from grader.audit import alone, notebook, page, terminal
from grader.audit.findings import CellFound, NotebookFound
from grader.authoring.release import build
from grader.client.server import Server
from grader.course import Course, Topic
from grader.exercise import AuthorError

CLAIM = "# assert mean(np.ones((2, 1)))[0] == 2, 'twice'\n"
LAST = "#     print(corner)\n"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose assignment is built."""
    course = make_course(tmp_path_factory.mktemp("released"))
    build(course)
    return course


def changed(released: Course, folder: Path, old: str, new: str) -> Topic:
    """Return the topic with another solution, and the assignment that was built."""
    assert SOLUTION.count(old) == 1
    (topic,) = make_course(folder, solution=SOLUTION.replace(old, new)).topics
    topic.assignment.parent.mkdir()
    topic.assignment.symlink_to(released.topics[0].assignment)
    return topic


def test_every_cell_of_a_good_notebook_holds_and_is_shown(
    recorder: Server, released: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = alone.look("notebook", {released.topics[0]: []})
    (found,) = whole.topics
    assert found.problems == [] and found.notebook is not None and found.notebook.error == ""
    assert [one.number for one in found.notebook.cells] == [2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert not (released.topics[0].assignment / ".grader").exists()  # a copy was run
    terminal.show(Console(width=200), whole)
    said = capsys.readouterr().out
    assert (
        "01_averages: 9 cells of code in " in said and "nothing to mend; only notebook was looked at" in said
    )
    assert "The notebook's cells, run from top to bottom" in page.html(whole)


def test_a_claim_that_does_not_hold_is_named_with_its_cell(released: Course, tmp_path: Path) -> None:
    found = notebook.run(changed(released, tmp_path, LAST, LAST + CLAIM))
    assert notebook.problems_of(found) == [
        "run from top to bottom, cell 7 of the notebook fails (# The average of the corners of a square is "
        "its centre.): AssertionError: twice"
    ]
    assert [one.number for one in found.cells] == [2, 3, 5, 6, 7]


def test_a_check_that_is_not_passed_fails_the_notebook(released: Course, tmp_path: Path) -> None:
    topic = changed(
        released, tmp_path, "return np.sum(rows, axis=0) / len(rows)", "return np.sum(rows, axis=0)"
    )
    (said,) = notebook.problems_of(notebook.run(topic))
    assert "of the notebook fails (check(mean)): NotRightYet" in said


def test_a_kernel_that_dies_is_named(released: Course, tmp_path: Path) -> None:
    dies = "# import os\n# os._exit(1)\n"
    (said,) = notebook.problems_of(notebook.run(changed(released, tmp_path, LAST, LAST + dies)))
    assert "its centre.): the kernel died" in said


def test_without_an_assignment_there_is_no_run(tmp_path: Path) -> None:
    (topic,) = make_course(tmp_path).topics
    with pytest.raises(AuthorError, match="holds no checks.py: run `grader build averages`"):
        notebook.run(topic)


def test_a_notebook_that_takes_too_long_names_its_longest_cells() -> None:
    cells = [CellFound(number, f"f{number}()", 10.0 * number) for number in (2, 4, 9, 7)]
    (said,) = notebook.problems_of(NotebookFound(cells, 400.0, 200.0))
    assert said == (
        "the notebook takes 200 s, where 180 s are the most: make smaller what its longest cells do: "
        "cell 9 with 90 s (f9()), cell 7 with 70 s (f7()), cell 4 with 40 s (f4())"
    )
    assert notebook.problems_of(NotebookFound(cells, 400.0, 100.0)) == []  # the machine was busy
    assert notebook.problems_of(NotebookFound(cells, 100.0, 250.0)) == []  # on two cores
